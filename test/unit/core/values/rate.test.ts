import { describe, expect, test } from 'vitest'
import { amount, MAX_INT64 } from '../../../../src/core/values/amount.ts'
import { convert, findRatio, ONE, ratesOf, ratioOf } from '../../../../src/core/values/rate.ts'

describe('R7: ratios', () => {
  test.each<[string, string, number, number, number, bigint, bigint]>([
    ['the same scale', '1', 2, 2, 0, 123n, 123n],
    ['to a finer scale', '1', 2, 9, 0, 123n, 1_230_000_000n],
    ['to a coarser scale → rounded down', '1', 9, 2, 0, 19_999_999n, 1n],
    ['a rate with decimals', '0.9137', 2, 2, 0, 10_000n, 9_137n],
    ['a fee of 250 ppm → taken off the outgoing side', '1', 0, 0, 250, 10_000n, 9_997n],
    ['a fee of everything → nothing', '1', 0, 0, 1_000_000, 10_000n, 0n],
    ['int64 at its end → exact', '1.000000000000000001', 0, 0, 0, MAX_INT64, MAX_INT64 + 9n],
  ])('%s', (_, rate, incomingScale, outgoingScale, feePpm, incoming, outgoing) => {
    expect(convert(amount(incoming), ratioOf(rate, incomingScale, outgoingScale, feePpm))).toBe(outgoing)
  })

  test.each(['', '-1', '1,5', '.5', '1.', '1e3', 'x', '0', '0.000'])('rate %j → throws', (rate) => {
    expect(() => ratioOf(rate, 0, 0, 0)).toThrow(/rate/)
  })

  test('none is configured → one to one for the same unit, undefined for another', () => {
    expect(findRatio(new Map(), 'USD', 'USD')).toBe(ONE)
    expect(findRatio(new Map(), 'USD', 'EUR')).toBeUndefined()
  })

  test('one is configured for the same unit → that', () => {
    const half = ratioOf('0.5', 0, 0, 0)
    expect(findRatio(new Map([['USD/USD', half]]), 'USD', 'USD')).toBe(half)
  })
})

describe('R7: rates of a configuration', () => {
  const scales = new Map([
    ['usd', 2],
    ['eth', 9],
    ['x', 0],
  ])
  const converted = (rate: string, feePpm: number, pair: readonly [string, string], incoming: bigint): bigint | undefined => {
    const ratio = findRatio(ratesOf([{ incoming: 'usd', outgoing: pair.includes('x') ? 'x' : 'eth', rate }], { scales, feePpm }), ...pair)
    return ratio === undefined ? undefined : convert(amount(incoming), ratio)
  }

  test.each<[string, string, number, readonly [string, string], bigint, bigint]>([
    ['there', '0.0004', 0, ['usd', 'eth'], 1n, 4_000n],
    ['back', '0.0004', 0, ['eth', 'usd'], 4_000n, 1n],
    ['back, of a rate without an inverse in decimals → exact', '3', 0, ['x', 'usd'], 3n, 100n],
    ['back → rounded down', '3', 0, ['x', 'usd'], 1n, 33n],
    ['there with a fee', '0.0004', 10_000, ['usd', 'eth'], 1n, 3_960n],
    ['back with a fee', '0.0004', 10_000, ['eth', 'usd'], 400_000n, 99n],
    ['the same unit → without a fee', '0.0004', 10_000, ['eth', 'eth'], 100n, 100n],
  ])('%s', (_, rate, feePpm, pair, incoming, outgoing) => {
    expect(converted(rate, feePpm, pair, incoming)).toBe(outgoing)
  })

  test('a unit with itself → with the fee', () => {
    const rates = ratesOf([{ incoming: 'usd', outgoing: 'usd', rate: '0.5' }], { scales, feePpm: 500_000 })
    expect(convert(amount(100n), findRatio(rates, 'usd', 'usd') ?? ONE)).toBe(25n)
  })

  test('a unit without a scale → throws', () => {
    expect(() => ratesOf([{ incoming: 'usd', outgoing: 'eur', rate: '1' }], { scales, feePpm: 0 })).toThrow("unit 'eur' has no scale")
  })
})
