/**
 * A LiquidityCurve says what arrives at a route's far end for what is sent into it: straight lines from (0, 0)
 * through its points, flat after the last. It serves quotes and policies and is never applied to a packet (R7).
 * Amounts come from the curve's points or its argument, so they stay within int64 (R6); only products are larger.
 */
import { type Amount, amount, divideFloor, type Invalid, MAX_INT64, ZERO } from '../values/amount.ts'

export interface CurvePoint {
  readonly source: Amount
  readonly destination: Amount
}

/** Points by rising source, destination never falling. Empty: the identity. */
export type LiquidityCurve = readonly CurvePoint[]

export const IDENTITY: LiquidityCurve = []

/** A peer chooses how many it announces, and every quote walks them: 4 KiB of the JSON RPC's `points`. */
export const MAX_CURVE_POINTS = 256

const ORIGIN: CurvePoint = { source: ZERO, destination: ZERO }

export function makeCurve(points: readonly { readonly source: bigint; readonly destination: bigint }[]): LiquidityCurve | Invalid {
  if (points.length > MAX_CURVE_POINTS) return { invalid: `a LiquidityCurve has at most ${MAX_CURVE_POINTS} points, not ${points.length}` }
  const curve: CurvePoint[] = []
  for (const [index, { source, destination }] of points.entries()) {
    const last = curve.at(-1)
    const flaw = flawOf(source, destination, last)
    if (flaw !== undefined) return { invalid: `point ${index + 1} of the LiquidityCurve: ${flaw}` }
    curve.push({ source: amount(source), destination: amount(destination) })
  }
  return curve
}

function flawOf(source: bigint, destination: bigint, last: CurvePoint | undefined): string | undefined {
  if (source < 0n || source > MAX_INT64) return `source ${source} is not in 0..${MAX_INT64}`
  if (destination < 0n || destination > MAX_INT64) return `destination ${destination} is not in 0..${MAX_INT64}`
  if (source === 0n && destination > 0n) return `nothing sent cannot bring ${destination}`
  if (last !== undefined && source <= last.source) return `source ${source} is not above the one before, ${last.source}`
  if (last !== undefined && destination < last.destination) return `destination ${destination} is below the one before, ${last.destination}`
  return undefined
}

/** What arrives for `source`, rounded down. */
export function destinationAmount(curve: LiquidityCurve, source: Amount): Amount {
  if (curve.length === 0) return source
  let start = ORIGIN
  for (const end of curve) {
    if (source === end.source) return end.destination
    if (source < end.source) {
      const rise = (source - start.source) * (end.destination - start.destination)
      return amount(start.destination + divideFloor(rise, end.source - start.source))
    }
    start = end
  }
  return start.destination
}

/** The least that must be sent for `destination` to arrive; undefined where no amount brings so much. */
export function sourceAmount(curve: LiquidityCurve, destination: Amount): Amount | undefined {
  if (curve.length === 0 || destination === 0n) return destination
  let start = ORIGIN
  for (const end of curve) {
    if (destination <= end.destination) {
      const run = (destination - start.destination) * (end.source - start.source)
      return amount(start.source + divideCeiling(run, end.destination - start.destination))
    }
    start = end
  }
  return undefined
}

function divideCeiling(a: bigint, n: bigint): bigint {
  return -divideFloor(-a, n)
}
