/** What a sender sends instead of, or beside, an ordinary payment. */
import { type Amount, amount, MAX_INT64 } from '../../../src/core/values/amount.ts'
import { NO_DATA } from '../../../src/core/values/packet.ts'
import type { BehaviourPlan } from '../../workload/plan.ts'
import type { Context } from '../context.ts'
import { MAX_PACKET } from '../threadConfig.ts'
import { Behaviours } from './behaviours.ts'

/** The largest that a packet can say. */
const MAX_UINT64 = amount((1n << 64n) - 1n)
/** As the wire allows. */
const MAX_DATA_BYTES = 32_768
/** B5: what is further ahead is refused. */
const MAX_EXPIRY_MS = 600_000

/** How a payment differs from what was ordered. */
export interface Oddity {
  readonly amount?: Amount
  readonly expiryMs?: number
  readonly data?: Uint8Array
  /** Of the last payment to this receiver. */
  readonly sameCondition?: true
  /** Asked under the same id, so long after: for something else, or again. */
  readonly afterwards?: { readonly isOther: boolean; readonly delayUs: number }
}

const NOTHING: Oddity = {}

export class OddPayments {
  readonly #behaviours: Behaviours

  constructor(context: Context, who: string) {
    this.#behaviours = new Behaviours(context, who, 'payment')
  }

  /** Of the next payment, to `receiver` from an account of this parallelism. */
  next(receiver: string, parallelism: number): Oddity {
    const plan = this.#behaviours.none ? undefined : this.#behaviours.fall(receiver)
    return plan === undefined ? NOTHING : this.#oddity(plan, parallelism)
  }

  #oddity(plan: BehaviourPlan, parallelism: number): Oddity {
    switch (plan.kind) {
      case 'extreme-amount':
        return { amount: this.#pick(extremeAmounts(parallelism)) }
      case 'extreme-expiry':
        return { expiryMs: this.#pick(EXTREME_EXPIRIES_MS) }
      case 'extreme-data':
        return { data: this.#pick(EXTREME_DATA) }
      case 'same-condition':
        return { sameCondition: true }
      case 'same-id':
        return { afterwards: { isOther: true, delayUs: this.#behaviours.delayUs(plan) } }
      case 'asks-again':
        return { afterwards: { isOther: false, delayUs: this.#behaviours.delayUs(plan) } }
      default:
        throw new Error(`${plan.kind} is nothing that a sender does`)
    }
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#behaviours.stream.below(values.length)] as T
  }
}

const EXTREME_DATA: readonly Uint8Array[] = [NO_DATA, new Uint8Array(1), new Uint8Array(MAX_DATA_BYTES)]

/** R6: about each bound. */
function extremeAmounts(parallelism: number): readonly Amount[] {
  const fits = MAX_INT64 / BigInt(parallelism)
  return [0n, 1n, MAX_PACKET, MAX_PACKET + 1n, fits, fits + 1n, MAX_INT64, MAX_INT64 + 1n, MAX_UINT64].map(amount)
}

/** From now: past, at once, about the least window (S1, S3), about the longest hold, about the furthest (B5). */
const EXTREME_EXPIRIES_MS = [
  -60_000,
  0,
  1,
  249,
  1_000,
  1_249,
  1_250,
  1_400,
  30_000,
  31_000,
  31_001,
  MAX_EXPIRY_MS - 1,
  MAX_EXPIRY_MS,
  MAX_EXPIRY_MS + 1,
  10 * MAX_EXPIRY_MS,
]
