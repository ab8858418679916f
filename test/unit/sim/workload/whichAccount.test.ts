import { describe, expect, test } from 'vitest'
import type { Plan } from '../../../../sim/workload/plan.ts'
import { loadScenario, planOf, variationsOf } from '../../../../sim/workload/scenario.ts'

const scenario = loadScenario('which-account')
const REGIMES = ['balanced', 'one-way', 'unequal', 'unreliable', 'holder', 'betrayal', 'refuser']
const SIZES = { kind: 'logNormal', median: 25.7, sigma: Math.sqrt(2 * Math.log(88 / 25.7)), cap: 3930n }

function plan(regime: string, failover: number): Plan {
  return planOf(scenario, { regime, failover, name: `${regime}, failover ${failover}` }, 'trusted-room')
}

const capacities = ({ lines }: Plan): [string, bigint, bigint][] => lines.map(({ name, fromGrants, toGrants }) => [name, fromGrants, toGrants])

test('variations → each regime with failover 0 and 1, all eight policies', () => {
  expect(variationsOf(scenario).map(({ name }) => name)).toEqual(REGIMES.flatMap((regime) => [`${regime}, failover 0`, `${regime}, failover 1`]))
  expect(scenario.policies).toEqual([
    'highest-balance',
    'lowest-balance',
    'success-rate',
    'random',
    'lowest-account-id',
    'incumbent',
    'most-room',
    'trusted-room',
  ])
  expect(scenario.regimes.every(({ about }) => about !== '')).toBe(true)
})

describe.each(REGIMES)('%s', (regime) => {
  test.each([0, 1])('failover %i → the hub, compared, with four threads, and a, b, c', (failover) => {
    const { connectors, subjects, regime: name } = plan(regime, failover)
    expect(name).toBe(`${regime}, failover ${failover}`)
    expect(subjects).toEqual(['hub'])
    expect(connectors.map((connector) => connector.name)).toEqual(['hub', 'a', 'b', 'c'])
    expect(connectors[0]).toMatchObject({ threads: 4, parallelism: 4, policy: 'trusted-room', failover, snapshotIntervalMs: 1_000, limitsKnown: true })
  })

  test('→ four users of parallelism 4 at the hub, dest behind a, b and c with unlimited credit, 25 ms each way', () => {
    const { endpoints, lines, durationMs } = plan(regime, 0)
    const latency = { kind: 'constant', ms: 25 }
    expect(endpoints).toHaveLength(5)
    for (const user of endpoints.slice(0, 4)) {
      expect(user).toMatchObject({ group: 'users', at: ['hub'], parallelism: 4, openingBalance: 10n ** 15n, announced: false, latency })
    }
    expect(endpoints[4]).toMatchObject({ name: 'dest', at: ['a', 'b', 'c'], openingBalance: 0n, creditLimit: 10n ** 15n, announced: true, latency })
    expect(lines.every((line) => line.from === 'hub' && line.latency.kind === 'constant' && line.latency.ms === 25)).toBe(true)
    expect(durationMs).toBe(300_000)
  })

  test('→ forward traffic from users to dest, 98% fulfilled, expiry 10 s', () => {
    const [forward] = plan(regime, 0).traffic
    const rate = regime === 'one-way' ? 2 : 30
    expect(forward).toMatchObject({
      name: 'forward',
      from: ['users0', 'users1', 'users2', 'users3'],
      to: ['dest'],
      ratePerS: rate,
      amounts: SIZES,
      fulfills: 0.98,
      expiryMs: 10_000,
    })
  })
})

describe('what sets the regimes apart', () => {
  test.each(REGIMES.filter((regime) => regime !== 'one-way'))('%s → the first minute left out, as much traffic back', (regime) => {
    expect(plan(regime, 0).warmUpMs).toBe(60_000)
    const kind = regime === 'unequal' ? 'inProportion' : 'uniform'
    expect(plan(regime, 0).traffic[1]).toMatchObject({
      name: 'reverse',
      from: ['dest'],
      via: { kind },
      ratePerS: 30,
      amounts: SIZES,
      fulfills: 0.98,
      expiryMs: 10_000,
    })
  })

  test('one-way → 2/s, lines of 34,000, nothing back, no warm-up', () => {
    const { traffic, warmUpMs, ...rest } = plan('one-way', 0)
    expect(traffic).toHaveLength(1)
    expect(warmUpMs).toBe(0)
    expect(capacities({ traffic, warmUpMs, ...rest })).toEqual([
      ['hub-a', 17_000n, 17_000n],
      ['hub-b', 17_000n, 17_000n],
      ['hub-c', 17_000n, 17_000n],
    ])
  })

  test('unequal → lines of 1,500, 3,000 and 7,500', () => {
    expect(capacities(plan('unequal', 0))).toEqual([
      ['hub-a', 750n, 750n],
      ['hub-b', 1_500n, 1_500n],
      ['hub-c', 3_750n, 3_750n],
    ])
  })

  test.each(REGIMES.filter((regime) => regime !== 'one-way' && regime !== 'unequal'))('%s → lines of 4,000, 2,000 granted by each side', (regime) => {
    expect(capacities(plan(regime, 0))).toEqual([
      ['hub-a', 2_000n, 2_000n],
      ['hub-b', 2_000n, 2_000n],
      ['hub-c', 2_000n, 2_000n],
    ])
  })

  test.each([
    ['balanced', []],
    ['one-way', []],
    ['unequal', []],
    ['unreliable', [{ who: 'a', towards: 'hub', kind: 'reject', odds: 0.3, code: 'T00', fromMs: 0 }]],
    ['holder', [{ who: 'a', towards: 'hub', kind: 'hold', odds: 1, fromMs: 0 }]],
    ['betrayal', [{ who: 'a', towards: 'hub', kind: 'hold', odds: 1, fromMs: 120_000 }]],
    ['refuser', [{ who: 'a', towards: 'hub', kind: 'refuse', odds: 1, code: 'T04', fromMs: 0 }]],
  ])('%s → these behaviours', (regime, behaviours) => {
    expect(plan(regime, 1).behaviours).toMatchObject(behaviours)
    expect(plan(regime, 1).behaviours).toHaveLength(behaviours.length)
  })
})
