/** One world run and judged. */
import type { Invariant } from '../check/violation.ts'
import type { RunFigures } from '../experiment/figures.ts'
import type { Plan } from '../workload/plan.ts'
import type { Watch } from '../world/context.ts'
import { runWorld } from '../world/world.ts'

/** A plan and what draws in it: all that it takes to make a history happen again. */
export interface World {
  readonly plan: Plan
  readonly seed: number
}

/** `assert`: the core, or the world around it, stopped because something happened that cannot. */
export type Broken = Invariant | 'assert'

export interface Failure {
  readonly invariant: Broken
  /** Virtual ms; of an assert the last that was traced, otherwise unknown. */
  readonly at: number | undefined
  readonly what: string
  /** What the events that led to it have in common. */
  readonly about: readonly string[]
}

export interface Verdict {
  /** Undefined where it was stopped by an assert. */
  readonly figures: RunFigures | undefined
  readonly failure: Failure | undefined
}

/** Some times what drawn worlds take: one that never comes to rest is found in seconds, the sooner the smaller it is. */
const MOST_EVENTS = { base: 300_000, forPayment: 500 }

export function judge({ plan, seed }: World, watch: Watch = {}): Verdict {
  try {
    const figures = runWorld(plan, seed, { mostEvents: MOST_EVENTS.base + MOST_EVENTS.forPayment * plan.payments.length, ...watch })
    const { violation } = figures.invariants
    if (violation === undefined) return { figures, failure: undefined }
    const { invariant, at, what, about = [] } = violation
    return { figures, failure: { invariant: invariant as Invariant, at, what, about } }
  } catch (error) {
    return { figures: undefined, failure: { invariant: 'assert', at: undefined, what: error instanceof Error ? error.message : String(error), about: [] } }
  }
}
