/** Small worlds in which threads crash, and stores die or stand still. */
import fc from 'fast-check'
import type { OddsPlan, StrikePlan } from '../../sim/workload/faultPlan.ts'
import type { Latency, Plan } from '../../sim/workload/plan.ts'
import { plan } from './plan.ts'

/** From moments, shorter than a claim takes, to more than any command. */
const upTo = (mostMs: number): fc.Arbitrary<Latency> =>
  fc.oneof(fc.constantFrom(0, 5, 50), fc.integer({ min: 0, max: mostMs })).map((highMs) => ({ kind: 'uniform', lowMs: 0, highMs }))

const times: fc.Arbitrary<StrikePlan['times']> = fc.oneof(
  fc.constantFrom(30, 150, 1_000).map((meanMs) => ({ kind: 'every' as const, meanMs })),
  fc.array(fc.integer({ min: 500_000, max: 6_000_000 }), { minLength: 1, maxLength: 4 }).map((us) => ({
    kind: 'at' as const,
    atMs: us.map((each) => each / 1000).sort((a, b) => a - b),
  })),
)

/** Some nothing, some all, most by chance. */
const arrives: fc.Arbitrary<{ readonly arrives?: number }> = fc.constantFrom({}, {}, {}, { arrives: 0 }, { arrives: 1 })

function strike({ connectors, durationMs }: Plan): fc.Arbitrary<StrikePlan> {
  const common = { name: fc.constant('broken'), who: fc.constantFrom(...connectors.map(({ name }) => name)), times, fromMs: fc.constant(500) }
  const untilMs = fc.constantFrom(durationMs, 3 * durationMs)
  const more = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('crash' as const), midStep: fc.constantFrom(0, 0.5, 1), restartAfter: upTo(2_000), lateBy: upTo(1_000) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('store-restart' as const), restartAfter: upTo(2_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('store-stall' as const), lasts: upTo(5_000), lateBy: upTo(1_000) }) },
  )
  return fc.tuple(fc.record({ ...common, untilMs }), more, arrives).map(([base, rest, share]) => ({ ...base, ...share, ...rest }))
}

function passing({ connectors, durationMs }: Plan): fc.Arbitrary<OddsPlan> {
  const common = {
    name: fc.constant('broken'),
    who: fc.constantFrom(...connectors.map(({ name }) => name)),
    odds: fc.constantFrom(0.02, 0.2, 0.7),
    fromMs: fc.constantFrom(0, 1_000),
    untilMs: fc.constantFrom(durationMs, 3 * durationMs),
  }
  const more = fc.oneof(
    fc.record({ kind: fc.constant('wake-lost' as const) }),
    fc.record({ kind: fc.constant('wake-late' as const), by: upTo(2_000) }),
    fc.record({ kind: fc.constant('wake-repeat' as const), after: upTo(2_000) }),
  )
  return fc.tuple(fc.record(common), more).map(([base, rest]) => ({ ...base, ...rest }))
}

export const faultyPlan: fc.Arbitrary<Plan> = plan.chain((world) =>
  fc
    .tuple(fc.array(strike(world), { minLength: 1, maxLength: 3 }), fc.array(passing(world), { maxLength: 2 }))
    .map(([strikes, slips]) => ({ ...world, faults: [...strikes, ...slips].map((each, i) => ({ ...each, name: `broken${i}` })) })),
)
