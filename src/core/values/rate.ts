/** Rates between units, as exact ratios of integers (R7). */
import type { Unit } from './account.ts'
import { type Amount, amount, divideFloor } from './amount.ts'

/** One base unit of the incoming side is numerator/denominator base units of the outgoing side, fee taken off. */
export interface Ratio {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** By `incoming/outgoing`. The same unit is 1:1 without a fee unless it stands here. */
export type Rates = ReadonlyMap<string, Ratio>

export const ONE: Ratio = { numerator: 1n, denominator: 1n }

/**
 * `rate` is a decimal string: outgoing whole units for one incoming whole unit. feePpm is taken off the outgoing side.
 * Throws when it is not a positive decimal: the configuration checks it first.
 */
export function ratioOf(rate: string, incomingScale: number, outgoingScale: number, feePpm: number): Ratio {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(rate)
  if (match === null) throw new Error(`rate '${rate}' is not a positive decimal number`)
  const decimals = match[2] ?? ''
  const whole = BigInt(`${match[1]}${decimals}`)
  if (whole === 0n) throw new Error(`rate '${rate}' is zero`)
  return {
    numerator: whole * powerOfTen(outgoingScale) * BigInt(1_000_000 - feePpm),
    denominator: powerOfTen(decimals.length) * powerOfTen(incomingScale) * 1_000_000n,
  }
}

/** What a configuration says of two units: `rate` whole units of `outgoing` for one of `incoming`. */
export interface UnitRate {
  readonly incoming: Unit
  readonly outgoing: Unit
  readonly rate: string
}

/** Both ways of each; the way back is 1/rate, exactly. A rate of a unit with itself, where one is given, has the fee too. */
export function ratesOf(given: readonly UnitRate[], { scales, feePpm }: { readonly scales: ReadonlyMap<Unit, number>; readonly feePpm: number }): Rates {
  const rates = new Map<string, Ratio>()
  for (const { incoming, outgoing, rate } of given) {
    const [incomingScale, outgoingScale] = [scaleOf(incoming, scales), scaleOf(outgoing, scales)]
    const there = ratioOf(rate, incomingScale, outgoingScale, feePpm)
    const free = ratioOf(rate, incomingScale, outgoingScale, 0)
    rates.set(`${outgoing}/${incoming}`, { numerator: free.denominator * BigInt(1_000_000 - feePpm), denominator: free.numerator * 1_000_000n })
    rates.set(`${incoming}/${outgoing}`, there)
  }
  return rates
}

function scaleOf(unit: Unit, scales: ReadonlyMap<Unit, number>): number {
  const scale = scales.get(unit)
  if (scale === undefined) throw new Error(`unit '${unit}' has no scale`)
  return scale
}

function powerOfTen(exponent: number): bigint {
  return BigInt(`1${'0'.repeat(exponent)}`)
}

export function findRatio(rates: Rates, incoming: Unit, outgoing: Unit): Ratio | undefined {
  return rates.get(`${incoming}/${outgoing}`) ?? (incoming === outgoing ? ONE : undefined)
}

/** One floor of incoming x ratio. */
export function convert(incoming: Amount, ratio: Ratio): Amount {
  if (ratio === ONE) return incoming
  return amount(divideFloor(incoming * ratio.numerator, ratio.denominator))
}
