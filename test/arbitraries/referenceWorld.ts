/** Small worlds with a workload in which nothing is drawn: for the reference model. */
import fc from 'fast-check'
import type { BehaviourSpec, ConnectorSpec, LineSpec, OrderSpec, UserSpec, World } from '../reference/model.ts'

/** Odd microseconds, so that two ways through the world seldom take the same time. */
const storeUs = fc.constantFrom(317, 1_013, 2_029, 4_057, 11_027, 23_011, 41_017)
const localUs = fc.constantFrom(53, 211, 1_009)
const lineUs = fc.integer({ min: 1_000, max: 60_000 })

interface Shape {
  readonly connectors: readonly string[]
  readonly lines: readonly (readonly [string, string])[]
  /** Where the users live; the last is the one that several ways may lead to. */
  readonly homes: readonly (readonly string[])[]
}

const star = (leaves: readonly string[]): Shape => ({
  connectors: ['hub', ...leaves],
  lines: leaves.map((leaf) => ['hub', leaf] as const),
  homes: [['hub'], ['hub'], ...leaves.map((leaf) => [leaf])],
})

const shapes: readonly Shape[] = [
  { connectors: ['hub'], lines: [], homes: [['hub'], ['hub'], ['hub']] },
  star(['A']),
  {
    connectors: ['A', 'B', 'C'],
    lines: [
      ['A', 'B'],
      ['B', 'C'],
    ],
    homes: [['A'], ['A'], ['C'], ['B']],
  },
  {
    connectors: ['hub', 'A', 'B'],
    lines: [
      ['hub', 'A'],
      ['hub', 'B'],
    ],
    homes: [['hub'], ['hub'], ['A'], ['A', 'B']],
  },
  // As in which-account: three announce the same route.
  {
    connectors: ['hub', 'A', 'B', 'C'],
    lines: [
      ['hub', 'A'],
      ['hub', 'B'],
      ['hub', 'C'],
    ],
    homes: [['hub'], ['hub'], ['A'], ['A', 'B', 'C']],
  },
  // A square with a diagonal: with slack, ways as near count too.
  {
    connectors: ['A', 'B', 'C', 'D'],
    lines: [
      ['A', 'B'],
      ['A', 'C'],
      ['B', 'D'],
      ['C', 'D'],
      ['B', 'C'],
    ],
    homes: [['A'], ['A'], ['D'], ['B', 'C']],
  },
]

const amountUpTo = (most: number): fc.Arbitrary<bigint> => fc.integer({ min: 0, max: most }).map(BigInt)

function connector(name: string): fc.Arbitrary<ConnectorSpec> {
  return fc
    .record({
      threads: fc.constantFrom(1, 2, 2, 3, 4),
      share: fc.integer({ min: 1, max: 4 }),
      dealing: fc.constantFrom('connection', 'connection', 'request'),
      policy: fc.constantFrom('lowest-account-id', 'lowest-balance', 'highest-balance', 'most-room'),
      failover: fc.constantFrom(0, 1, 1, 1, 2, 2),
      slack: fc.constantFrom(0, 1),
      warming: fc.constantFrom('exact', 'share'),
      snapshotMs: fc.constantFrom(1_703, 3_307),
      attemptTimeoutMs: fc.constantFrom(undefined, undefined, 250, 400, 1_500),
      coolAfterMs: fc.constantFrom(20, 100, 700),
      limitsKnown: fc.boolean(),
    } as const)
    .map(({ share, attemptTimeoutMs, ...rest }) => ({
      ...rest,
      name,
      parallelism: Math.min(share, rest.threads),
      ...(attemptTimeoutMs === undefined ? {} : { attemptTimeoutMs }),
    }))
}

function line([from, to]: readonly [string, string]): fc.Arbitrary<LineSpec> {
  const limit = fc.oneof({ weight: 3, arbitrary: amountUpTo(700) }, { weight: 1, arbitrary: fc.constant(5_000n) })
  return fc.record({ from: fc.constant(from), to: fc.constant(to), fromGrants: limit, toGrants: limit, latencyUs: lineUs })
}

function user(name: string, at: readonly string[], connectors: readonly ConnectorSpec[]): fc.Arbitrary<UserSpec> {
  const most = Math.min(...connectors.filter((each) => at.includes(each.name)).map(({ threads }) => threads))
  return fc.record({
    name: fc.constant(name),
    at: fc.constant(at),
    opening: fc.oneof(amountUpTo(400), fc.constant(2_000n)),
    creditLimit: fc.oneof(fc.constant(0n), amountUpTo(100)),
    parallelism: fc.integer({ min: 1, max: most }),
    latencyUs: lineUs,
  })
}

const someCode = fc.constantFrom('T00', 'T01', 'T04', 'F99', 'R01')

/** A connector misbehaves towards its peers only: what it does to a user's own prepare would not keep to the rules of ids. */
function behaviour({ connectors, lines }: Shape, users: readonly UserSpec[]): fc.Arbitrary<BehaviourSpec> {
  const peers = lines.flatMap(([one, other]) => [
    { who: one, towards: other },
    { who: other, towards: one },
  ])
  const receivers = users.flatMap(({ name, at }) => [{ who: name }, ...at.map((towards) => ({ who: name, towards }))])
  return fc
    .record({
      where:
        connectors.length > 1
          ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...peers) }, { weight: 1, arbitrary: fc.constantFrom(...receivers) })
          : fc.constantFrom(...receivers),
      kind: fc.constantFrom('hold', 'hold', 'slow', 'refuse', 'refuse', 'reject'),
      code: someCode,
      delayUs: fc.integer({ min: 5_000, max: 3_000_000 }),
      fromMs: fc.constantFrom(0, 0, 500),
      lastsMs: fc.constantFrom(700, 2_000, 60_000),
    } as const)
    .map(({ where, lastsMs, ...rest }) => ({ ...where, ...rest, untilMs: rest.fromMs + lastsMs }))
}

function order(users: readonly UserSpec[]): fc.Arbitrary<OrderSpec> {
  const senders = users.filter(({ at }) => at.length === 1).map(({ name }) => name)
  const receiverOf = (from: string, pick: number, toTheLast: boolean): string => {
    const others = users.map(({ name }) => name).filter((name) => name !== from)
    return others[toTheLast ? others.length - 1 : pick % others.length] ?? from
  }
  return fc
    .record({
      // In bursts, so that payments meet: of one account, on its threads, while money is on its way.
      burst: fc.constantFrom(0, 0, 400, 900, 1_700),
      offsetUs: fc.integer({ min: 1, max: 150_000 }),
      from: fc.constantFrom(...senders, ...senders.slice(0, 2), ...senders.slice(0, 2)),
      to: fc.nat(),
      toItself: fc.nat({ max: 60 }).map((n) => n === 0),
      toTheLast: fc.boolean(),
      amount: fc.oneof(
        { weight: 60, arbitrary: fc.integer({ min: 1, max: 60 }).map(BigInt) },
        { weight: 15, arbitrary: fc.integer({ min: 60, max: 300 }).map(BigInt) },
        { weight: 1, arbitrary: fc.constantFrom(0n, 1_000_000_000_000_000n, 1_000_000_000_000_001n) },
      ),
      expiryMs: fc.oneof(fc.integer({ min: 1_200, max: 4_500 }), fc.integer({ min: 2_800, max: 5_200 }), fc.integer({ min: 2_800, max: 5_200 })),
      fulfills: fc.constantFrom(true, true, true, true, false),
      rejectCode: someCode,
      withId: fc.constantFrom(true, false, false),
      repeatAfterMs: fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 40, max: 1_500 })),
    })
    .map(({ burst, offsetUs, repeatAfterMs, to, toItself, toTheLast, ...rest }) => ({
      ...rest,
      to: toItself ? rest.from : receiverOf(rest.from, to, toTheLast),
      atUs: burst * 1000 + offsetUs,
      ...(repeatAfterMs === undefined ? {} : { repeatAfterMs }),
    }))
}

function worldOf(shape: Shape): fc.Arbitrary<World> {
  const { connectors, lines, homes } = shape
  return fc.tuple(...connectors.map(connector)).chain((made) =>
    fc.tuple(...homes.map((at, i) => user(`u${i}`, at, made))).chain((users) =>
      fc.record({
        storeUs,
        localUs,
        connectors: fc.constant(made),
        lines: fc.tuple(...lines.map(line)),
        users: fc.constant(users),
        behaviours: fc.array(behaviour(shape, users), { minLength: 1, maxLength: 4 }),
        orders: fc
          .uniqueArray(order(users), { minLength: 5, maxLength: 30, selector: ({ atUs }) => atUs })
          .map((orders) => orders.sort((a, b) => a.atUs - b.atUs)),
      }),
    ),
  )
}

/** Without fast-check's bias to the ends of ranges: there, most payments are too late to be interesting. */
export const referenceWorld: fc.Arbitrary<World> = fc.noBias(fc.constantFrom(...shapes, ...shapes.slice(-3), ...shapes.slice(-3)).chain(worldOf))
