/** Small worlds: up to four connectors in any shape, a few users, a few seconds of traffic, and somebody who misbehaves. */
import fc from 'fast-check'
import type { Answers, ConnectorPlan, EndpointPlan, Latency, LinePlan, MoneyPlan, PaymentRow, Plan } from '../../sim/workload/plan.ts'
import { policies } from '../../src/core/routing/policies.ts'
import { type Amount, amount } from '../../src/core/values/amount.ts'
import { behaviour } from './behaviour.ts'

const DURATION_MS = 3_000

const sum = (min: bigint, max: bigint): fc.Arbitrary<Amount> => fc.bigInt({ min, max }).map(amount)
const odds = fc.constantFrom(0, 0.3, 0.7, 1)

const latency = (mostMs: number): fc.Arbitrary<Latency> =>
  fc.oneof(
    fc.integer({ min: 0, max: mostMs }).map((ms) => ({ kind: 'constant' as const, ms })),
    fc.integer({ min: 0, max: mostMs }).map((highMs) => ({ kind: 'uniform' as const, lowMs: 0, highMs })),
    fc.integer({ min: 1, max: mostMs }).map((medianMs) => ({ kind: 'logNormal' as const, medianMs, sigma: 1, capMs: 10 * mostMs })),
  )

/** Left out: synchronous. */
const answers: fc.Arbitrary<{ readonly answers?: Answers }> = fc.constantFrom<{ readonly answers?: Answers }[]>(
  {},
  { answers: 'deduplicating' },
  { answers: 'callback' },
)
const feePpm = fc.constantFrom({}, {}, { feePpm: 0 }, { feePpm: 1_000 }, { feePpm: 333_333 })

const connector = (name: string): fc.Arbitrary<ConnectorPlan> =>
  fc.tuple(fc.integer({ min: 1, max: 4 }), feePpm).chain(([threads, fee]) =>
    fc
      .record({
        name: fc.constant(name),
        threads: fc.constant(threads),
        parallelism: fc.integer({ min: 1, max: threads }),
        dealing: fc.constantFrom('connection' as const, 'request' as const),
        policy: fc.constantFrom(...policies.map((policy) => policy.name)),
        failover: fc.nat({ max: 2 }),
        slack: fc.constantFrom(0 as const, 1 as const),
        warming: fc.constantFrom('exact' as const, 'share' as const, 'adaptive' as const),
        snapshotIntervalMs: fc.constantFrom(100, 1_000),
        announceIntervalMs: fc.constantFrom(300, 2_000, 60_000),
        coolAfterMs: fc.constantFrom(10, 100, 1_000),
        limitsKnown: fc.boolean(),
      })
      .map((plan) => ({ ...plan, ...fee })),
  )

const line = ([from, to]: readonly [string, string]): fc.Arbitrary<LinePlan> =>
  fc
    .record({
      name: fc.constant(`${from}-${to}`),
      from: fc.constant(from),
      to: fc.constant(to),
      fromGrants: sum(0n, 600n),
      toGrants: sum(0n, 600n),
      latency: latency(60),
    })
    .chain((plan) => answers.map((how) => ({ ...plan, ...how })))

const endpoint = (name: string, connectors: readonly ConnectorPlan[]): fc.Arbitrary<EndpointPlan> =>
  fc.subarray([...connectors], { minLength: 1, maxLength: Math.min(2, connectors.length) }).chain((homes) =>
    fc
      .record({
        group: fc.constant(name),
        name: fc.constant(name),
        at: fc.constant(homes.map((home) => home.name)),
        openingBalance: sum(0n, 800n),
        creditLimit: fc.oneof(fc.constant(amount(0n)), sum(0n, 300n)),
        parallelism: fc.integer({ min: 1, max: Math.min(...homes.map(({ threads }) => threads)) }),
        announced: fc.boolean(),
        latency: latency(30),
      })
      .chain((plan) => answers.map((how) => ({ ...plan, ...how }))),
  )

/** In the first moments the threads may still be claiming their books. */
const FIRST_MS = 500

const payment = (users: readonly string[]): fc.Arbitrary<PaymentRow> => {
  const pairs = users.flatMap((from) => users.filter((to) => to !== from).map((to) => ({ from, to })))
  return fc
    .record({
      pair: fc.constantFrom(...pairs),
      atMs: fc.integer({ min: FIRST_MS, max: DURATION_MS }),
      amount: fc.oneof(sum(0n, 60n), sum(0n, 500n)),
      expiryMs: fc.constantFrom(1_200, 2_500, 10_000),
      fulfills: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
      rejectCode: fc.constantFrom('F99', 'T00', 'T04', 'R99'),
      withId: fc.boolean(),
      repeatAfterMs: fc.constantFrom(0, 30, 1_500, 20_000),
    })
    .map(({ pair, withId, repeatAfterMs, ...row }) => ({ ...pair, ...row, ...(withId ? { withId, repeatAfterMs } : {}) }))
}

/** Joined as a line at least, so that most payments have a way. */
function lines(names: readonly string[]): fc.Arbitrary<readonly LinePlan[]> {
  const pairs = names.flatMap((from, i) => names.slice(i + 1).map((to) => [from, to] as const))
  const chain = pairs.filter(([from, to]) => names.indexOf(to) === names.indexOf(from) + 1)
  return fc.subarray(pairs.filter((pair) => !chain.includes(pair))).chain((more) => fc.tuple(...[...chain, ...more].map(line)))
}

/** Deposits and withdrawals of everybody, some of them asked twice. */
const money = (users: readonly string[]): fc.Arbitrary<MoneyPlan> =>
  fc.record({
    name: fc.constant('ledger'),
    who: fc.constant(users),
    ratePerS: fc.constantFrom(1, 10),
    amounts: fc.constant({ kind: 'uniform' as const, low: amount(0n), high: amount(400n) }),
    deposits: odds,
    repeatOdds: odds,
  })

export const plan: fc.Arbitrary<Plan> = fc
  .integer({ min: 1, max: 4 })
  .chain((size) => fc.tuple(...['c0', 'c1', 'c2', 'c3'].slice(0, size).map(connector)))
  .chain((connectors) => {
    const names = connectors.map(({ name }) => name)
    const users = ['u0', 'u1', 'u2']
    return fc.record({
      scenario: fc.constant('any'),
      regime: fc.constant('any'),
      durationMs: fc.constant(DURATION_MS),
      warmUpMs: fc.constant(0),
      unit: fc.constant('USD'),
      scale: fc.constant(2),
      storeLatency: latency(8),
      localLatency: latency(3),
      connectors: fc.constant(connectors),
      lines: lines(names),
      endpoints: fc.tuple(...users.map((user) => endpoint(user, connectors))),
      traffic: fc.constant([]),
      payments: fc.array(payment(users), { minLength: 1, maxLength: 120, size: 'max' }).map((rows) => rows.sort((a, b) => a.atMs - b.atMs)),
      money: fc.tuple(money(users)),
      behaviours: fc.oneof(fc.constant([]), fc.array(behaviour({ connectors: names, users }), { minLength: 1, maxLength: 3 })),
      faults: fc.constant([]),
      subjects: fc.constant(names.slice(0, 1)),
    })
  })
