import { describe, expect, test } from 'vitest'
import { destinationAmount, IDENTITY, type LiquidityCurve, MAX_CURVE_POINTS, makeCurve, sourceAmount } from '../../../../src/core/routing/liquidityCurve.ts'
import { amount, MAX_INT64 } from '../../../../src/core/values/amount.ts'

type Pair = readonly [source: bigint, destination: bigint]

describe('curve through (10, 3), (20, 3), (30, 8)', () => {
  const curve = made([10n, 3n], [20n, 3n], [30n, 8n])

  test.each<Pair>([
    [0n, 0n],
    [3n, 0n],
    [4n, 1n],
    [10n, 3n],
    [15n, 3n],
    [21n, 3n],
    [22n, 4n],
    [30n, 8n],
    [31n, 8n],
    [MAX_INT64, 8n],
  ])('%i sent → %i arrives', (source, destination) => {
    expect(destinationAmount(curve, amount(source))).toBe(destination)
  })

  test.each<Pair>([
    [0n, 0n],
    [4n, 1n],
    [10n, 3n],
    [22n, 4n],
    [30n, 8n],
  ])('at least %i to be sent → for %i to arrive', (source, destination) => {
    expect(sourceAmount(curve, amount(destination))).toBe(source)
  })

  test('more wanted than the last point gives → undefined', () => {
    expect(sourceAmount(curve, amount(9n))).toBeUndefined()
  })
})

test('no points → what is sent arrives', () => {
  expect(destinationAmount(IDENTITY, amount(7n))).toBe(7n)
  expect(sourceAmount(IDENTITY, amount(7n))).toBe(7n)
})

test('a single point at the origin → nothing ever arrives', () => {
  const curve = made([0n, 0n])
  expect(destinationAmount(curve, amount(7n))).toBe(0n)
  expect(sourceAmount(curve, amount(1n))).toBeUndefined()
})

test('one below the largest amounts → exact to the last unit', () => {
  const curve = made([MAX_INT64, MAX_INT64 - 1n])
  expect(destinationAmount(curve, amount(MAX_INT64 - 1n))).toBe(MAX_INT64 - 2n)
})

test.each<[string, string, readonly Pair[]]>([
  [
    'source does not rise',
    'point 2 of the LiquidityCurve: source 5 is not above the one before, 5',
    [
      [5n, 1n],
      [5n, 2n],
    ],
  ],
  [
    'destination falls',
    'point 2 of the LiquidityCurve: destination 1 is below the one before, 2',
    [
      [5n, 2n],
      [6n, 1n],
    ],
  ],
  ['source is negative', `point 1 of the LiquidityCurve: source -1 is not in 0..${MAX_INT64}`, [[-1n, 0n]]],
  ['destination is beyond int64', `point 1 of the LiquidityCurve: destination ${MAX_INT64 + 1n} is not in 0..${MAX_INT64}`, [[1n, MAX_INT64 + 1n]]],
  ['something comes from nothing', 'point 1 of the LiquidityCurve: nothing sent cannot bring 3', [[0n, 3n]]],
])('%s → %s', (_, invalid, points) => {
  expect(makeCurve(points.map(([source, destination]) => ({ source, destination })))).toEqual({ invalid })
})

test('more points than the bound → invalid', () => {
  const points = Array.from({ length: MAX_CURVE_POINTS + 1 }, (_, i) => ({ source: BigInt(i), destination: 0n }))
  expect(makeCurve(points)).toEqual({ invalid: 'a LiquidityCurve has at most 256 points, not 257' })
  expect(makeCurve(points.slice(1))).toHaveLength(MAX_CURVE_POINTS)
})

function made(...pairs: readonly Pair[]): LiquidityCurve {
  const curve = makeCurve(pairs.map(([source, destination]) => ({ source, destination })))
  if ('invalid' in curve) throw new Error(curve.invalid)
  return curve
}
