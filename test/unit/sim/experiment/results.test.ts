import { describe, expect, it } from 'vitest'
import { bucketOf, type DirectionFigures, type RunFigures } from '../../../../sim/experiment/figures.ts'
import { type Meta, resultsOf } from '../../../../sim/experiment/results.ts'
import { fixtureMeta, fixtureRuns } from '../../../fixtures/figures.ts'

const META: Meta = { scenario: 'hand-made', topology: 'star', payments: 'poisson', seeds: [7, 8], policies: ['a', 'b'], regimes: ['calm', 'storm'] }

/** 100 payments of 10 units each. */
function direction(fulfilled: number, more: Partial<DirectionFigures> = {}): DirectionFigures {
  const histogram = new Array<number>(bucketOf(100) + 1).fill(0)
  histogram[bucketOf(100)] = fulfilled
  return {
    name: 'forward',
    payments: 100,
    fulfilled,
    volume: '1000',
    volumeFulfilled: String(fulfilled * 10),
    rejects: { T04: 100 - fulfilled },
    attempts: 110,
    fulfilledLatency: histogram,
    allLatency: histogram,
    ...more,
  }
}

interface RunShape extends Partial<Omit<RunFigures, 'directions'>> {
  readonly regime: string
  readonly policy: string
  readonly seed: number
}

function run(fulfilled: number, shape: RunShape, directions = [direction(fulfilled)]): RunFigures {
  return {
    directions,
    accounts: [],
    storeCommands: { commit: 200, warm: 50 },
    invariants: { checked: { R3: 10, R5: 5 } },
    hops: 200,
    ...shape,
  }
}

const RUNS = [
  run(90, { regime: 'calm', policy: 'a', seed: 7 }),
  run(92, { regime: 'calm', policy: 'a', seed: 8 }),
  run(80, { regime: 'calm', policy: 'b', seed: 7 }),
  run(84, { regime: 'calm', policy: 'b', seed: 8 }),
  run(50, { regime: 'storm', policy: 'a', seed: 7, badShare: 0.2, recoveryMs: 5000 }),
  run(52, { regime: 'storm', policy: 'a', seed: 8, badShare: 0.4, recoveryMs: null }),
  run(60, { regime: 'storm', policy: 'b', seed: 7, badShare: 0, recoveryMs: null }),
  run(62, { regime: 'storm', policy: 'b', seed: 8, badShare: 0, recoveryMs: null }),
]

describe('resultsOf', () => {
  const results = resultsOf(META, RUNS)
  const of = (policy: string, regime?: string) => {
    const scope = regime === undefined ? results : results.regimes.find((one) => one.name === regime)
    return scope?.policies.find((one) => one.policy === policy)
  }

  it('the names → as given', () => {
    expect(results).toMatchObject({ scenario: 'hand-made', seeds: [7, 8], topology: 'star', payments: 'poisson' })
    expect(results.regimes.map((regime) => regime.name)).toEqual(['calm', 'storm'])
    expect(results.policies.map((policy) => policy.policy)).toEqual(['a', 'b'])
  })

  it('a regime → mean over seeds with the t interval, counts over all seeds', () => {
    const calm = of('a', 'calm')
    expect(calm?.successRatio.mean).toBeCloseTo(0.91, 12)
    // Two seeds: 12.706 x 0.01.
    expect(calm?.successRatio.low).toBeCloseTo(0.91 - 0.12706, 4)
    expect(calm?.successRatio.high).toBe(1)
    expect(calm).toMatchObject({ payments: 200, rejects: { T04: 18 }, attemptsPerPayment: 1.1, storeCommandsPerPayment: 2.5, badShare: null, recoveryMs: null })
    expect(calm?.latencyMs.p95 ?? 0).toBeCloseTo(100, -1)
    expect(calm?.perSeed.map((one) => one.successRatio)).toEqual([0.9, 0.92])
  })

  it('the top level → for each seed the mean over regimes', () => {
    expect(of('a')?.perSeed.map((one) => one.successRatio)).toEqual([0.7, 0.72])
    expect(of('b')?.successRatio.mean).toBeCloseTo(0.715, 12)
    expect(of('a')).toMatchObject({ payments: 400, badShare: expect.closeTo(0.3, 12), recoveryMs: { median: 5000, recovered: 1, runs: 2 } })
    expect(of('b')?.recoveryMs).toEqual({ median: null, recovered: 0, runs: 2 })
  })

  it('comparisons → paired by seed, better first, corrected for all twelve', () => {
    const calm = results.regimes[0]?.comparisons.find((one) => one.metric === 'successRatio')
    expect(calm).toMatchObject({ better: 'a', worse: 'b', difference: expect.closeTo(0.09, 12) })
    // Differences 0.10 and 0.08: t = 9 on 1 degree, p = 0.0704; times at least 2 of the six comparisons.
    expect(calm?.p).toBeGreaterThan(0.14)
    expect(results.regimes[1]?.comparisons[0]).toMatchObject({ better: 'b', worse: 'a', difference: expect.closeTo(0.1, 12) })
    expect([results.comparisons, ...results.regimes.map((regime) => regime.comparisons)].map((family) => family.length)).toEqual([2, 2, 2])
  })

  it('runs in another order → the same bytes', () => {
    expect(JSON.stringify(resultsOf(META, [...RUNS].reverse()))).toBe(JSON.stringify(results))
    const meta = fixtureMeta({ regimes: fixtureMeta().regimes.slice(0, 4) })
    const runs = fixtureRuns(meta)
    expect(JSON.stringify(resultsOf(meta, [...runs].reverse()))).toBe(JSON.stringify(resultsOf(meta, runs)))
  })

  it('one regime → the top level is that regime, its comparisons made once', () => {
    const calm = resultsOf({ ...META, regimes: ['calm'] }, RUNS)
    expect(calm.policies).toEqual(calm.regimes[0]?.policies)
    expect(calm.comparisons).toEqual(calm.regimes[0]?.comparisons)
    // Success: p = 0.0704; volume is the same sample; two comparisons in all.
    expect(calm.comparisons[0]?.p).toBeCloseTo(0.1409, 3)
  })

  it('two directions → each for itself, and all traffic together by payments and by volume', () => {
    const both = [direction(90), direction(10, { name: 'reverse', payments: 300, volume: '200', volumeFulfilled: '20' })]
    const [policy] = resultsOf({ ...META, regimes: ['calm'], seeds: [7] }, [run(0, { regime: 'calm', policy: 'a', seed: 7 }, both)]).policies
    expect(policy?.successRatio).toEqual({ mean: 0.25, low: 0.25, high: 0.25 })
    expect(policy?.volumeRatio.mean).toBeCloseTo(920 / 1200, 11)
    expect(policy?.directions.map((one) => [one.name, one.payments, one.successRatio.mean])).toEqual([
      ['forward', 100, 0.9],
      ['reverse', 300, expect.closeTo(10 / 300, 12)],
    ])
  })

  it('amounts beyond 2^53 → their exact share', () => {
    const volume = { volume: '9007199254740993000', volumeFulfilled: '3002399751580331000' }
    const [policy] = resultsOf({ ...META, regimes: ['calm'], seeds: [7] }, [run(0, { regime: 'calm', policy: 'a', seed: 7 }, [direction(50, volume)])]).policies
    expect(policy?.volumeRatio.mean).toBeCloseTo(1 / 3, 12)
  })

  it('no payments → null, and no comparison', () => {
    const none = direction(0, { payments: 0, volume: '0', volumeFulfilled: '0', attempts: 0, rejects: {}, fulfilledLatency: [], allLatency: [] })
    const quiet = resultsOf({ ...META, regimes: ['calm'] }, [
      run(0, { regime: 'calm', policy: 'a', seed: 7 }, [none]),
      ...RUNS.filter((one) => one.policy === 'b' && one.regime === 'calm'),
    ])
    expect(quiet.policies[0]).toMatchObject({
      payments: 0,
      successRatio: { mean: null, low: null, high: null },
      latencyMs: { p50: null, p95: null, p99: null },
      attemptsPerPayment: null,
    })
    expect(quiet.comparisons).toEqual([])
  })

  it('invariants → counts added up, and what broke', () => {
    expect(results.invariants).toEqual({ checked: { R3: 80, R5: 40 }, broken: 0, violations: [] })
    const violation = { invariant: 'R3', at: 1234, what: 'hot -5' }
    const broken = resultsOf(META, [...RUNS.slice(1), run(90, { regime: 'calm', policy: 'a', seed: 7, invariants: { checked: {}, violation } })])
    expect(broken.invariants).toMatchObject({ broken: 1, violations: [{ regime: 'calm', policy: 'a', seed: 7, ...violation }] })
  })
})
