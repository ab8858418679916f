/** LiquidityCurves as they may be announced: from none to eight points, small or up to int64. */
import fc from 'fast-check'
import { type LiquidityCurve, makeCurve } from '../../src/core/routing/liquidityCurve.ts'
import { type Amount, amount, MAX_INT64 } from '../../src/core/values/amount.ts'

export function anyAmount(max: bigint = MAX_INT64): fc.Arbitrary<Amount> {
  return fc.oneof(fc.bigInt({ min: 0n, max: max < 50n ? max : 50n }), fc.bigInt({ min: 0n, max })).map(amount)
}

export const liquidityCurve: fc.Arbitrary<LiquidityCurve> = fc
  .constantFrom(50n, MAX_INT64)
  .chain((max) =>
    fc
      .tuple(fc.uniqueArray(fc.bigInt({ min: 1n, max }), { maxLength: 8 }), fc.array(fc.bigInt({ min: 0n, max }), { minLength: 8, maxLength: 8 }))
      .map(([sources, destinations]) => curveThrough(sources.sort(ascending), destinations.slice(0, sources.length).sort(ascending))),
  )

function curveThrough(sources: readonly bigint[], destinations: readonly bigint[]): LiquidityCurve {
  const curve = makeCurve(sources.map((source, index) => ({ source, destination: destinations[index] ?? 0n })))
  if ('invalid' in curve) throw new Error(curve.invalid)
  return curve
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
