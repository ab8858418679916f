/**
 * Faults that fall on single messages: whoever lets one pass asks whether one falls on it now. Each entry of the plan draws
 * from a stream of its own at each place, so that none shifts another.
 */
import { drawSlip, type SlipOf } from '../faults/draw.ts'
import type { Chance } from '../faults/fault.ts'
import type { OddsKind, OddsPlan } from '../workload/faultPlan.ts'
import { type Context, traceTime } from './context.ts'
import { chanceOf, countFired } from './faults.ts'

type PlanOf<K extends OddsKind> = Extract<OddsPlan, { kind: K }>

export class Odds<K extends OddsKind> {
  readonly #context: Context
  readonly #entries: readonly { readonly plan: PlanOf<K>; readonly odds: Chance; readonly facts: Chance }[]

  constructor(context: Context, plans: readonly PlanOf<K>[]) {
    this.#context = context
    this.#entries = plans.map((plan) => ({
      plan,
      odds: chanceOf(context, `odds ${plan.name} ${plan.who}`),
      facts: chanceOf(context, `slips ${plan.name} ${plan.who}`),
    }))
  }

  /** What falls on the message that passes now: counted, and in the trace. `on`: which it is, for the reader of the trace. */
  falls(on: string): SlipOf<K> | undefined {
    const { events } = this.#context
    let slip: SlipOf<K> | undefined
    for (const { plan, odds, facts } of this.#entries) {
      if (events.nowUs < plan.fromMs * 1000 || events.nowUs >= plan.untilMs * 1000) continue
      if (odds.unit() >= plan.odds || slip !== undefined) continue
      slip = drawSlip<K>(plan, facts)
      countFired(this.#context, plan.kind)
      this.#context.trace?.({ at: traceTime(this.#context), kind: 'slip', name: plan.name, who: plan.who, on, slip })
    }
    return slip
  }
}

/** Of a kind, at a place: a connector or a line. Undefined where the plan has none, so that asking costs nothing. */
export function oddsAt<K extends OddsKind>(context: Context, kind: K, who: string): Odds<K> | undefined {
  const plans = context.plan.faults.filter((plan): plan is PlanOf<K> => plan.kind === kind && plan.who === who)
  return plans.length === 0 ? undefined : new Odds(context, plans)
}
