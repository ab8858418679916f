import fc from 'fast-check'
import { expect, test } from 'vitest'
import { amount } from '../../src/core/values/amount.ts'
import { convert, ratioOf } from '../../src/core/values/rate.ts'
import { anyAmount } from '../arbitraries/curve.ts'
import { repeatable } from '../arbitraries/repeatable.ts'

/** A positive decimal with its digits as a whole number, and how many of them stand behind the point. */
const decimal = fc
  .record({ digits: fc.oneof(fc.bigInt({ min: 1n, max: 99n }), fc.bigInt({ min: 1n, max: 10n ** 15n })), decimals: fc.nat({ max: 12 }) })
  .map(({ digits, decimals }) => {
    const text = String(digits).padStart(decimals + 1, '0')
    return { digits, decimals, text: decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}` }
  })

const rate = fc.record({ decimal, incomingScale: fc.nat({ max: 18 }), outgoingScale: fc.nat({ max: 18 }), feePpm: fc.nat({ max: 1_000_000 }) })

function ten(exponent: number): bigint {
  return exponent === 0 ? 1n : 10n * ten(exponent - 1)
}

test('for every rate, scales, fee and amount, the outgoing amount is the floor of the exact one, never above it', () => {
  fc.assert(
    fc.property(rate, anyAmount(), ({ decimal: { digits, decimals, text }, incomingScale, outgoingScale, feePpm }, incoming) => {
      const outgoing = convert(incoming, ratioOf(text, incomingScale, outgoingScale, feePpm))
      // exact = incoming / 10^incomingScale * rate * (1 - fee) * 10^outgoingScale, as one fraction
      const above = incoming * digits * BigInt(1_000_000 - feePpm) * ten(outgoingScale)
      const below = ten(incomingScale) * ten(decimals) * 1_000_000n
      expect(outgoing * below <= above && above < (outgoing + 1n) * below).toBe(true)
    }),
    repeatable(1_000),
  )
})

test('for every rate and two amounts, sending both at once brings at least what they bring apart', () => {
  fc.assert(
    fc.property(rate, anyAmount(2n ** 61n), anyAmount(2n ** 61n), ({ decimal: { text }, incomingScale, outgoingScale, feePpm }, a, b) => {
      const ratio = ratioOf(text, incomingScale, outgoingScale, feePpm)
      const together = convert(amount(a + b), ratio)
      const apart = convert(a, ratio) + convert(b, ratio)
      expect(together === apart || together === apart + 1n).toBe(true)
    }),
    repeatable(500),
  )
})
