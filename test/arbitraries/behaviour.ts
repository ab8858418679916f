/** Somebody who does something else than its duty, of every kind. */
import fc from 'fast-check'
import { BEHAVIOUR_KINDS, type BehaviourKind, defaultDelay, kindOf } from '../../sim/workload/behaviourKinds.ts'
import type { BehaviourPlan, Latency } from '../../sim/workload/plan.ts'

interface Parties {
  readonly connectors: readonly string[]
  readonly users: readonly string[]
}

/** A connector that holds what its own user sends never answers him, so connectors misbehave only towards each other. */
export function behaviour(parties: Parties): fc.Arbitrary<BehaviourPlan> {
  const possible = BEHAVIOUR_KINDS.filter((kind) => kindOf(kind).on !== 'announcement' || parties.connectors.length > 1)
  return fc.constantFrom(...possible).chain((kind) =>
    fc
      .record({
        name: fc.constant('bad'),
        kind: fc.constant(kind),
        odds: fc.constantFrom(0.3, 0.7, 1),
        code: fc.constantFrom('T00', 'T04', 'F99', 'R00'),
        delay: delay(kind),
        fromMs: fc.constantFrom(0, 1_500),
        untilMs: fc.constantFrom(2_000, Number.MAX_SAFE_INTEGER),
        whom: whom(kind, parties),
      })
      .map(({ whom, ...rest }) => ({ ...rest, ...whom })),
  )
}

function whom(kind: BehaviourKind, { connectors, users }: Parties): fc.Arbitrary<Pick<BehaviourPlan, 'who' | 'towards'>> {
  const pairs = connectors.flatMap((who) => connectors.filter((other) => other !== who).map((towards) => ({ who, towards })))
  const alone = users.map((who) => ({ who }))
  switch (kindOf(kind).on) {
    case 'announcement':
      return fc.constantFrom(...pairs, ...connectors.map((who) => ({ who })))
    case 'payment':
      return fc.constantFrom(...alone)
    case 'prepare':
      return fc.constantFrom(...alone, ...pairs)
  }
}

function delay(kind: BehaviourKind): fc.Arbitrary<Latency> {
  const some = fc.integer({ min: 0, max: 3_000 }).map((highMs): Latency => ({ kind: 'uniform', lowMs: 0, highMs }))
  const exact = fc.constantFrom(0, 499, 500, 501, 3_000).map((ms): Latency => ({ kind: 'constant', ms }))
  return fc.oneof(fc.constant(defaultDelay(kind)), some, exact)
}
