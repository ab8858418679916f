/** Small worlds in which threads crash, and stores die or stand still. */
import fc from 'fast-check'
import type { OddsPlan, StrikePlan } from '../../sim/workload/faultPlan.ts'
import { type Durability, type Latency, type Plan, userLine } from '../../sim/workload/plan.ts'
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

/** On anything of the world that has this place. */
function entry(who: readonly string[], durationMs: number) {
  return { name: fc.constant('broken'), who: fc.constantFrom(...who), untilMs: fc.constantFrom(durationMs, 3 * durationMs) }
}

const midStep = fc.constantFrom(0, 0.5, 1)
const crash = fc.record({ kind: fc.constant('crash' as const), midStep, restartAfter: upTo(2_000), lateBy: upTo(1_000) })
const storeRestart = fc.record(
  { kind: fc.constant('store-restart' as const), restartAfter: upTo(2_000), loses: upTo(1_500) },
  { requiredKeys: ['kind', 'restartAfter'] },
)
const storeFailover = fc.record({ kind: fc.constant('store-failover' as const), restartAfter: upTo(2_000), loses: upTo(1_500) })
const storeCut = fc.record({ kind: fc.constant('store-cut' as const), lateBy: upTo(1_000) })
const storeStall = fc.record({ kind: fc.constant('store-stall' as const), lasts: upTo(5_000), lateBy: upTo(1_000) })
const pause = fc.record(
  { kind: fc.constant('pause' as const), midStep, lasts: upTo(15_000), abandonAfter: upTo(2_000) },
  { requiredKeys: ['kind', 'midStep', 'lasts'] },
)
/** Within what S3 allows for: two clocks are at most 500 ms apart. */
const clock = fc.record(
  { kind: fc.constant('clock' as const), by: upTo(250), driftPpm: fc.constantFrom(0, 200), lasts: upTo(3_000), store: fc.boolean() },
  { requiredKeys: ['kind', 'by', 'driftPpm'] },
)
const comeAndGo = fc.record({ kind: fc.constantFrom('thread-leaves' as const, 'thread-joins' as const) })
const partition = fc.record({
  kind: fc.constant('partition' as const),
  lasts: upTo(5_000),
  ways: fc.constantFrom('both' as const, 'one' as const),
  how: fc.constantFrom('refused' as const, 'silent' as const),
})

function strike({ connectors, durationMs }: Plan, lines: readonly string[]): fc.Arbitrary<StrikePlan> {
  const at = (who: readonly string[]) => fc.record({ ...entry(who, durationMs), times, fromMs: fc.constant(500) })
  const cut = fc.oneof(
    { weight: 4, arbitrary: crash },
    { weight: 1, arbitrary: storeRestart },
    { weight: 1, arbitrary: storeFailover },
    { weight: 1, arbitrary: storeStall },
    { weight: 1, arbitrary: storeCut },
  )
  const names = connectors.map(({ name }) => name)
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(at(names), cut, arrives).map(([base, rest, share]) => ({ ...base, ...share, ...rest })) },
    { weight: 2, arbitrary: fc.tuple(at(names), fc.oneof(pause, clock)).map(([base, rest]) => ({ ...base, ...rest })) },
    { weight: 1, arbitrary: fc.tuple(at(names), comeAndGo).map(([base, rest]) => ({ ...base, ...rest })) },
    { weight: 1, arbitrary: fc.tuple(at(lines), partition).map(([base, rest]) => ({ ...base, ...rest })) },
  )
}

const wake = fc.oneof(
  fc.record({ kind: fc.constant('wake-lost' as const) }),
  fc.record({ kind: fc.constant('wake-late' as const), by: upTo(2_000) }),
  fc.record({ kind: fc.constant('wake-repeat' as const), after: upTo(2_000) }),
)
const storeCommand = fc.oneof(
  fc.record({ kind: fc.constant('store-command-lost' as const) }),
  fc.record({ kind: fc.constant('store-reply-lost' as const) }),
  fc.record({ kind: fc.constant('store-delay' as const), by: upTo(4_000) }),
  fc.record({ kind: fc.constant('store-reorder' as const), by: upTo(1_000) }),
  fc.record({ kind: fc.constant('store-repeat' as const), after: upTo(3_000) }),
  fc.record({ kind: fc.constant('store-error' as const) }),
)
const message = fc.oneof(
  fc.record({ kind: fc.constant('drop' as const), refused: fc.constantFrom(0, 0.3, 1), noticedAfter: upTo(1_000) }, { requiredKeys: ['kind', 'refused'] }),
  fc.record({ kind: fc.constant('repeat' as const), after: upTo(2_000) }),
  fc.record({ kind: fc.constant('delay' as const), by: upTo(4_000) }),
  fc.record({ kind: fc.constant('reorder' as const), by: upTo(1_000) }),
)

function passing({ connectors, durationMs }: Plan, lines: readonly string[]): fc.Arbitrary<OddsPlan> {
  const at = (who: readonly string[]) => fc.record({ ...entry(who, durationMs), odds: fc.constantFrom(0.02, 0.2, 0.7), fromMs: fc.constantFrom(0, 1_000) })
  const names = connectors.map(({ name }) => name)
  return fc.oneof(
    { weight: 2, arbitrary: fc.tuple(at(names), storeCommand).map(([base, rest]) => ({ ...base, ...rest })) },
    { weight: 1, arbitrary: fc.tuple(at(names), wake).map(([base, rest]) => ({ ...base, ...rest })) },
    { weight: 2, arbitrary: fc.tuple(at(lines), message).map(([base, rest]) => ({ ...base, ...rest })) },
  )
}

/** Left out: everysec. */
const durability = fc.constantFrom<{ readonly durability?: Durability }[]>({}, { durability: 'wait' }, { durability: 'always' })

export const faultyPlan: fc.Arbitrary<Plan> = plan.chain((world) => {
  const lines = [...world.lines.map(({ name }) => name), ...world.endpoints.flatMap(({ name, at }) => at.map((connector) => userLine(name, connector)))]
  return fc
    .tuple(
      fc.array(strike(world, lines), { minLength: 1, maxLength: 4 }),
      fc.array(passing(world, lines), { maxLength: 3 }),
      fc.tuple(...world.connectors.map(() => durability)),
    )
    .map(([strikes, slips, kept]) => ({
      ...world,
      connectors: world.connectors.map((connector, i) => ({ ...connector, ...kept[i] })),
      faults: [...strikes, ...slips].map((each, i) => ({ ...each, name: `broken${i}` })),
    }))
})
