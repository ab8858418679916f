/** The payments that users have under way: what only sender and receiver know of each. Ended ones are forgotten. */

import type { Amount } from '../../src/core/values/amount.ts'
import { type Condition, conditionOf, type Fulfillment, fulfillmentOf } from '../../src/core/values/condition.ts'
import type { RejectCode } from '../../src/core/values/packet.ts'

export interface Payment {
  readonly number: number
  /** Name of its traffic. */
  readonly traffic: number
  readonly sender: string
  readonly receiver: string
  /** The sender's connector: where attempts are counted. */
  readonly first: string
  readonly amount: Amount
  readonly startedUs: number
  readonly condition: Condition
  readonly fulfillment: Fulfillment
  /** What the receiver will do: settled at birth, so that no policy can change it. */
  readonly willFulfill: boolean
  readonly rejectCode: RejectCode
  /** Times it is asked and not yet answered. */
  openAsks: number
  outcome: string | undefined
}

/** Filled anew for each payment: the number is all that differs. */
const PREIMAGE = Buffer.alloc(32)

export class Payments {
  readonly #byCondition = new Map<string, Payment>()
  #last = 0

  get open(): number {
    return this.#byCondition.size
  }

  begin(facts: Omit<Payment, 'number' | 'condition' | 'fulfillment' | 'outcome'>): Payment {
    const number = ++this.#last
    PREIMAGE.writeUInt32BE(number, 28)
    const fulfillment = fulfillmentOf(PREIMAGE)
    const payment: Payment = { ...facts, number, fulfillment, condition: conditionOf(fulfillment), outcome: undefined }
    this.#byCondition.set(payment.condition, payment)
    return payment
  }

  find(condition: string): Payment | undefined {
    return this.#byCondition.get(condition)
  }

  end(payment: Payment): void {
    this.#byCondition.delete(payment.condition)
  }
}
