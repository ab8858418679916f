/** What all parts of one world share. */
import type { PaymentEvent, PaymentState } from '../../src/core/payment/table.ts'
import type { Checked } from '../check/violation.ts'
import type { StrikePlan } from '../workload/faultPlan.ts'
import type { BehaviourPlan, MoneyPlan, MoneyRow, Plan } from '../workload/plan.ts'
import type { Events } from './events.ts'
import type { Fired } from './faults.ts'
import type { Payment } from './payments.ts'
import type { Population } from './population.ts'
import { Stream } from './random.ts'
import type { Tracer } from './trace.ts'

/** Who looks on. Whoever does not changes nothing, and costs nothing. */
export interface Watch {
  /** More than these are no run that ends: it breaks `quiet`. */
  readonly mostEvents?: number
  readonly trace?: (line: string) => void
  /** Everyone is there, and nothing has happened yet. */
  readonly built?: (population: Population) => void
  /** A payment's sender knows how it ended: `fulfilled`, a reject's code, or that it gave up. */
  readonly ended?: (payment: Payment, outcome: string) => void
  /** A row of the transition table is used. */
  readonly transition?: (state: PaymentState, event: PaymentEvent) => void
  /** A behaviour is done in place of a duty. */
  readonly behaved?: (kind: BehaviourPlan['kind']) => void
  /** A fault falls, the `draw`th of its plan, whether or not it finds something to strike. */
  readonly fell?: (plan: StrikePlan, atMs: number, draw: number) => void
  /** A deposit or withdrawal is asked for the first time. */
  readonly moneyAsked?: (plan: MoneyPlan, row: MoneyRow) => void
}

export interface Context {
  readonly plan: Plan
  readonly seed: number
  readonly events: Events
  readonly checked: Checked
  readonly fired: Fired
  /** Conditions of payments that a store forgot: what was told of them may not hold. */
  readonly excused: Set<string>
  readonly trace: Tracer | undefined
  readonly watch: Watch
}

export function stream(context: Context, purpose: string): Stream {
  return new Stream(context.seed, purpose)
}

/** Virtual ms with its microseconds, for traces. */
export function traceTime(context: Context): number {
  return context.events.nowUs / 1000
}
