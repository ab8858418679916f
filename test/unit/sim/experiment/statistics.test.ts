import { describe, expect, it } from 'vitest'
import { bucketMiddle, bucketOf } from '../../../../sim/experiment/figures.ts'
import { holm, incompleteBeta, intervalOf, mergeHistograms, pairedDifference, quantile, tCdf, tQuantile } from '../../../../sim/experiment/statistics.ts'

/** Two-sided 5% of Student's t, from the printed tables. */
const TABLE_975: readonly [number, number][] = [
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [7, 2.365],
  [10, 2.228],
  [29, 2.045],
  [120, 1.98],
]

describe('Student t', () => {
  it.each(TABLE_975)('%i degrees of freedom → the 97.5%% quantile of the tables, %f', (degrees, t) => {
    expect(tQuantile(0.975, degrees)).toBeCloseTo(t, 3)
    expect(tCdf(t, degrees)).toBeCloseTo(0.975, 4)
  })

  it('other quantiles of the tables → the same', () => {
    expect(tQuantile(0.95, 5)).toBeCloseTo(2.015, 3)
    expect(tQuantile(0.995, 9)).toBeCloseTo(3.25, 3)
    expect(tQuantile(0.9995, 3)).toBeCloseTo(12.924, 3)
  })

  it('one degree of freedom → the Cauchy distribution, far into the tail', () => {
    expect(tCdf(1, 1)).toBeCloseTo(0.75, 12)
    expect(tCdf(-1, 1)).toBeCloseTo(0.25, 12)
    expect(tCdf(-1e6, 1) / (1 / (Math.PI * 1e6))).toBeCloseTo(1, 6)
  })

  it('the incomplete beta function → its closed forms, and its symmetry', () => {
    expect(incompleteBeta(0.3, 1, 1)).toBeCloseTo(0.3, 12)
    expect(incompleteBeta(0.3, 2, 3)).toBeCloseTo(0.3483, 10)
    expect(incompleteBeta(0.2, 4.5, 0.5) + incompleteBeta(0.8, 0.5, 4.5)).toBeCloseTo(1, 12)
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1])
  })
})

describe('intervals and differences', () => {
  it('three values → mean and t x standard error', () => {
    const { mean, low, high } = intervalOf([1, 2, 3])
    expect(mean).toBe(2)
    expect(high - 2).toBeCloseTo(4.3027 / Math.sqrt(3), 4)
    expect(2 - low).toBeCloseTo(high - 2, 12)
  })

  it('one value → no width', () => {
    expect(intervalOf([0.5])).toEqual({ mean: 0.5, low: 0.5, high: 0.5 })
  })

  it('a paired sample → the t-test worked out by hand', () => {
    // Differences 1, 2, 3, 4: mean 2.5, standard error 0.6455, t = 3.873 on 3 degrees: p = 0.0305.
    const { difference, p, low, high } = pairedDifference([2, 4, 6, 8], [1, 2, 3, 4])
    expect(difference).toBe(2.5)
    expect(p).toBeCloseTo(0.0305, 4)
    expect([low, high]).toEqual([expect.closeTo(0.446, 3), expect.closeTo(4.554, 3)])
  })

  it('the two swapped → the opposite difference, the same p', () => {
    const [a, b] = [
      [0.91, 0.93, 0.9],
      [0.88, 0.92, 0.91],
    ]
    const there = pairedDifference(a ?? [], b ?? [])
    const back = pairedDifference(b ?? [], a ?? [])
    expect(back).toEqual({ difference: -there.difference, low: -there.high, high: -there.low, p: there.p })
  })

  it('one pair → p 1', () => {
    expect(pairedDifference([0.9], [0.4])).toEqual({ difference: 0.5, low: 0.5, high: 0.5, p: 1 })
  })

  it('equal in every pair → difference 0, p 1', () => {
    expect(pairedDifference([0.9, 0.8], [0.9, 0.8])).toEqual({ difference: 0, low: 0, high: 0, p: 1 })
  })

  it('the same difference in every pair → p 0', () => {
    expect(pairedDifference([3, 4, 5], [1, 2, 3])).toEqual({ difference: 2, low: 2, high: 2, p: 0 })
  })
})

describe('Holm', () => {
  it('four tests → the smallest times four, then three, never falling, in the order given', () => {
    expect(holm([0.04, 0.01, 0.03, 0.005])).toEqual([expect.closeTo(0.06, 12), expect.closeTo(0.03, 12), expect.closeTo(0.06, 12), expect.closeTo(0.02, 12)])
  })

  it('large ones → 1, and none → none', () => {
    expect(holm([0.9, 0.8])).toEqual([1, 1])
    expect(holm([])).toEqual([])
  })
})

describe('histograms', () => {
  it('a latency → a bucket within 1% of it', () => {
    for (const ms of [0.02, 1, 53.7, 1000, 10_000]) {
      const histogram = new Array<number>(bucketOf(ms) + 1).fill(0)
      histogram[bucketOf(ms)] = 1
      expect(Math.abs((quantile(histogram, 0.5) ?? 0) / ms - 1)).toBeLessThan(0.0101)
    }
  })

  it('nothing and next to nothing → the first bucket', () => {
    expect([bucketOf(0), bucketOf(0.001), bucketOf(0.01), bucketOf(0.0103)]).toEqual([0, 0, 0, 1])
  })

  it('quantiles → the bucket that holds the nearest rank; of nothing null', () => {
    const histogram = [50, 0, 45, 5]
    expect([0, 0.5, 0.51, 0.95, 0.96, 1].map((q) => quantile(histogram, q))).toEqual([0, 0, 2, 2, 3, 3].map(bucketMiddle))
    expect(quantile([0, 0], 0.5)).toBeNull()
    expect(quantile([], 0.5)).toBeNull()
  })

  it('merged → sums, as long as the longest', () => {
    expect(mergeHistograms([[1, 2], [], [0, 1, 5]])).toEqual([1, 3, 5])
  })
})
