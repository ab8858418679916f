/** What all parts of one world share. */
import type { Checked } from '../check/violation.ts'
import type { BehaviourKind } from '../workload/behaviourKinds.ts'
import type { Plan } from '../workload/plan.ts'
import type { Events } from './events.ts'
import type { Fired } from './faults.ts'
import { Stream } from './random.ts'
import type { Tracer } from './trace.ts'

export interface Context {
  readonly plan: Plan
  readonly seed: number
  readonly events: Events
  readonly checked: Checked
  readonly fired: Fired
  /** Hears of each behaviour that falls. */
  readonly behaved: ((kind: BehaviourKind) => void) | undefined
  /** Conditions of payments that a store forgot: what was told of them may not hold. */
  readonly excused: Set<string>
  readonly trace: Tracer | undefined
}

export function stream(context: Context, purpose: string): Stream {
  return new Stream(context.seed, purpose)
}

/** Virtual ms with its microseconds, for traces. */
export function traceTime(context: Context): number {
  return context.events.nowUs / 1000
}
