/** Amounts as Redis holds them: decimal strings of signed 64-bit integers (R6). */
import { MAX_INT64 } from '../core/values/amount.ts'

const MIN_INT64 = -MAX_INT64 - 1n

/** Throws beyond int64: a bug, what comes from outside was judged before (F08). */
export function decimal(value: bigint): string {
  if (value > MAX_INT64 || value < MIN_INT64) throw new Error(`${value} does not fit a signed 64-bit integer`)
  return value.toString()
}
