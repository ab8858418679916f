import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CurvePoint, destinationAmount, type LiquidityCurve, makeCurve, sourceAmount } from '../../src/core/routing/liquidityCurve.ts'
import { amount, ZERO } from '../../src/core/values/amount.ts'
import { anyAmount, liquidityCurve } from '../arbitraries/curve.ts'

test('for every curve, more sent never brings less', () => {
  fc.assert(
    fc.property(liquidityCurve, anyAmount(), anyAmount(), (curve, a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a]
      expect(destinationAmount(curve, less) <= destinationAmount(curve, more)).toBe(true)
    }),
  )
})

test('for every curve and amount between two points, what arrives is the floor of the straight line', () => {
  fc.assert(
    fc.property(segmentAndAmount(), ({ curve, start, end, source }) => {
      const run = end.source - start.source
      const exact = start.destination * run + (source - start.source) * (end.destination - start.destination)
      const arrives = destinationAmount(curve, source)
      expect(arrives * run <= exact && exact < (arrives + 1n) * run).toBe(true)
    }),
  )
})

test('for every curve with points, all that is sent beyond the last brings no more', () => {
  fc.assert(
    fc.property(withPoints(), anyAmount(), (curve, beyond) => {
      const last = curve.at(-1) as CurvePoint
      expect(destinationAmount(curve, amount(last.source + beyond))).toBe(last.destination)
    }),
  )
})

test('for every curve and destination, the round trip finds the least source that brings it', () => {
  fc.assert(
    fc.property(liquidityCurve, anyAmount(), anyAmount(), (curve, seed, other) => {
      const wanted = other % 2n === 0n ? seed : destinationAmount(curve, seed)
      const source = sourceAmount(curve, wanted)
      if (source === undefined) {
        expect(wanted > (curve.at(-1)?.destination ?? wanted)).toBe(true)
        return
      }
      expect(destinationAmount(curve, source) >= wanted).toBe(true)
      if (source > 0n) expect(destinationAmount(curve, amount(source - 1n)) < wanted).toBe(true)
    }),
  )
})

test('for every curve and source, the least source for what it brings is not above it', () => {
  fc.assert(
    fc.property(liquidityCurve, anyAmount(), (curve, source) => {
      const least = sourceAmount(curve, destinationAmount(curve, source))
      expect(least !== undefined && least <= source).toBe(true)
    }),
  )
})

test('for every curve, its points made again are the same curve', () => {
  fc.assert(
    fc.property(liquidityCurve, (curve) => {
      expect(makeCurve(curve)).toEqual(curve)
    }),
  )
})

test('for every list of pairs, a made curve rises and anything else is invalid', () => {
  const pair = fc.record({ source: fc.bigInt({ min: -2n, max: 12n }), destination: fc.bigInt({ min: -2n, max: 12n }) })
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 4 }), (pairs) => {
      const rises = pairs.every((point, index) => {
        const before = pairs[index - 1] ?? { source: -1n, destination: 0n }
        return point.source > before.source && point.destination >= before.destination && (point.source > 0n || point.destination === 0n)
      })
      expect('invalid' in makeCurve(pairs)).toBe(!rises)
    }),
  )
})

function withPoints(): fc.Arbitrary<LiquidityCurve> {
  return liquidityCurve.filter((curve) => curve.length > 0)
}

function segmentAndAmount() {
  return withPoints().chain((curve) =>
    fc.nat({ max: curve.length - 1 }).chain((index) => {
      const start = curve[index - 1] ?? { source: ZERO, destination: ZERO }
      const end = curve[index] as CurvePoint
      return fc.bigInt({ min: start.source, max: end.source }).map((source) => ({ curve, start, end, source: amount(source) }))
    }),
  )
}
