import { describe, expect, test } from 'vitest'
import { readGraph } from '../../../../sim/workload/graph.ts'
import { readPayments } from '../../../../sim/workload/payments.ts'
import type { Plan } from '../../../../sim/workload/plan.ts'
import { planOfFiles, quietVariationsOf } from '../../../../sim/workload/quietPlan.ts'
import { loadScenario } from '../../../../sim/workload/scenario.ts'
import { fileOf, refusal } from '../../../fixtures/files.ts'

interface Texts {
  readonly graph?: string
  readonly payments?: string
  readonly scenario?: string
}

function planned({ graph, payments, scenario = 'plain' }: Texts): Plan {
  const loaded = loadScenario(scenario)
  const [variation = { regime: '', name: '', failover: 0 }] = quietVariationsOf(loaded)
  const files = {
    ...(graph === undefined ? {} : { graph: readGraph(fileOf('graph.csv', `from,to,capacity\n${graph}`)) }),
    ...(payments === undefined ? {} : { payments: readPayments(fileOf('payments.csv', `atMs,from,to,amount\n${payments}`)) }),
  }
  return planOfFiles(loaded, files, { policy: 'most-room', variation })
}

describe('graph and payments', () => {
  const plan = planned({ graph: 'x,y,5\ny,z,8', payments: '70,x,z,3\n20,z,x,4' })

  test('lines → from grants half, rounded down, to the rest; latency varies by 10%', () => {
    expect(plan.lines).toEqual([
      { name: 'x-y', from: 'x', to: 'y', fromGrants: 2n, toGrants: 3n, latency: { kind: 'uniform', lowMs: 9, highMs: 11 } },
      { name: 'y-z', from: 'y', to: 'z', fromGrants: 4n, toGrants: 4n, latency: { kind: 'uniform', lowMs: 9, highMs: 11 } },
    ])
  })

  test('connectors → one thread, parallelism 1, limits known, the compared policy, snapshots as in the scenario', () => {
    expect(plan.connectors).toHaveLength(3)
    for (const connector of plan.connectors) {
      expect(connector).toMatchObject({ threads: 1, parallelism: 1, limitsKnown: true, policy: 'most-room', failover: 1, snapshotIntervalMs: 1000, slack: 0 })
    }
    expect(plan.subjects).toEqual(['x', 'y', 'z'])
  })

  test('endpoints → one at each connector, named as it, with unlimited funds', () => {
    expect(plan.endpoints.map(({ name, at }) => [name, at])).toEqual([
      ['x', ['x']],
      ['y', ['y']],
      ['z', ['z']],
    ])
    expect(plan.endpoints[0]).toMatchObject({ openingBalance: 10n ** 15n, creditLimit: 0n, parallelism: 1, announced: false })
  })

  test('payments → in order of time, instead of traffic, with nothing left out of the figures', () => {
    expect(plan).toMatchObject({
      payments: [{ atMs: 20 }, { atMs: 70 }],
      traffic: [],
      behaviours: [],
      durationMs: 71,
      warmUpMs: 0,
      scenario: 'plain',
      regime: 'plain',
    })
  })

  test('a payer of more than unlimited → funds for all that it sends', () => {
    const funds = planned({ graph: 'x,y,5', payments: '1,x,y,900000000000000\n2,x,y,900000000000000' }).endpoints.map(({ openingBalance }) => openingBalance)
    expect(funds).toEqual([1_800_000_000_000_000n, 10n ** 15n])
  })

  test('the plan crosses to worker threads → the same', () => {
    expect(structuredClone(plan)).toEqual(plan)
  })
})

describe('a graph alone', () => {
  test("→ the scenario's traffic among all its endpoints, in quiet", () => {
    const plan = planned({ graph: 'x,y,5', scenario: 'which-account' })
    expect(plan.traffic.map(({ name }) => name)).toEqual(['forward', 'reverse'])
    expect(plan.traffic[0]).toMatchObject({ from: ['x', 'y'], to: ['x', 'y'], ratePerS: 30, fulfills: 1, expiryMs: 30_000, via: { kind: 'uniform' } })
    expect(plan).toMatchObject({ durationMs: 300_000, warmUpMs: 60_000, regime: 'which-account, failover 0', behaviours: [] })
  })
})

describe('payments alone', () => {
  test("names of connectors → the scenario's network, with an endpoint of unlimited funds at each", () => {
    const plan = planned({ payments: '1,a,users2,5', scenario: 'which-account' })
    expect(plan.connectors.map(({ name, threads }) => [name, threads])).toEqual([
      ['hub', 1],
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ])
    expect(plan.endpoints.find(({ name }) => name === 'a')).toMatchObject({ at: ['a'], openingBalance: 10n ** 15n, parallelism: 1 })
    expect(plan.endpoints.find(({ name }) => name === 'users2')).toMatchObject({ at: ['hub'], parallelism: 1 })
  })

  test('names of the endpoints at each connector → those', () => {
    expect(planned({ payments: '1,edge0,core1,5' }).endpoints).toHaveLength(5)
  })
})

describe('files that do not go together', () => {
  test.each<[string, Texts, string]>([
    [
      'a name that the graph lacks',
      { graph: 'north,south,5', payments: '1,north,sout,5' },
      "payments.csv:2: to: 'sout' is not in GRAPH; did you mean 'south'? allowed: north, south",
    ],
    [
      'a name that the scenario lacks',
      { payments: '1,edge0,edge9,5' },
      "payments.csv:2: to: 'edge9' is not in the scenario; did you mean 'edge0'? allowed: core0, core1, edge0, edge1, edge2",
    ],
    [
      'two pieces, no payments',
      { graph: 'a,b,5\nc,d,5\nc,e,1' },
      'graph.csv: is in 2 pieces that no line joins: {a, b} and {c, d, e}; join them with a line, or give --payments that stay within a piece',
    ],
    [
      'two pieces, a payment from one to the other',
      { graph: 'a,b,5\nc,d,5', payments: '1,a,b,5\n2,a,d,5' },
      "payments.csv:3: to: no lines lead from 'a' in {a, b} to 'd' in {c, d}; join them in GRAPH, or leave such payments out",
    ],
    [
      'payments above 2^61 in all',
      { graph: 'a,b,5', payments: '1,a,b,9223372036854775807' },
      "payments.csv: what 'a' sends and the credit it grants come to 9223372036854775809; all of a unit stays below 2^61 = 2305843009213693952 (R6): divide the amounts",
    ],
  ])('%s → says so, and where', (_, texts, message) => {
    expect(refusal(() => planned(texts))).toBe(message.replace('GRAPH', 'graph.csv'))
  })

  test('two pieces, payments within each → taken', () => {
    expect(planned({ graph: 'a,b,5\nc,d,5', payments: '1,a,b,5\n2,d,c,5' }).payments).toHaveLength(2)
  })
})
