/**
 * The payments that users have under way: what only sender and receiver know of each. Ended ones are forgotten. (Literals,
 * no spreads: a spread that is added to costs ten microseconds.)
 */
import type { Amount } from '../../src/core/values/amount.ts'
import { type Condition, conditionOf, type Fulfillment, fulfillmentOf } from '../../src/core/values/condition.ts'
import type { RejectCode } from '../../src/core/values/packet.ts'

/** What is settled at a payment's birth. */
export interface Facts {
  /** Index of its traffic. */
  readonly traffic: number
  readonly sender: string
  readonly receiver: string
  /** The sender's connector: where attempts are counted. */
  readonly first: string
  readonly amount: Amount
  readonly startedUs: number
  readonly expiryMs: number
  /** What the receiver will do: settled at birth, so that no policy can change it. */
  readonly willFulfill: boolean
  readonly rejectCode: RejectCode
  readonly asks: number
  /** A packet out of the ordinary, which the figures leave out. */
  readonly isExtreme: boolean
  readonly mustSucceed: boolean
}

export interface Payment {
  readonly number: number
  readonly facts: Facts
  readonly condition: Condition
  readonly fulfillment: Fulfillment
  expiresAt: number
  /** Times it was asked, or will be, and not yet answered. */
  openAsks: number
  outcome: string | undefined
  /** Of an asking that was never answered: it may have been taken (lost), or was not. */
  unheard: 'lost' | 'unreachable' | undefined
  /** The one before with the same condition. */
  older: Payment | undefined
}

/** Filled anew for each payment: the number is all that differs. */
const PREIMAGE = Buffer.alloc(32)

export class Payments {
  readonly #byCondition = new Map<string, Payment>()
  #last = 0

  all(): Payment[] {
    const all: Payment[] = []
    for (const youngest of this.#byCondition.values()) {
      for (let payment: Payment | undefined = youngest; payment !== undefined; payment = payment.older) all.push(payment)
    }
    return all
  }

  /** With the condition of another, should its sender use that again. */
  begin(facts: Facts, like?: Payment): Payment {
    const number = ++this.#last
    PREIMAGE.writeUInt32BE(number, 28)
    const fulfillment = like?.fulfillment ?? fulfillmentOf(PREIMAGE)
    const condition = like?.condition ?? conditionOf(fulfillment)
    const older = this.#byCondition.get(condition)
    const payment: Payment = { number, facts, condition, fulfillment, expiresAt: 0, openAsks: facts.asks, outcome: undefined, unheard: undefined, older }
    this.#byCondition.set(condition, payment)
    return payment
  }

  /** The youngest. */
  find(condition: string): Payment | undefined {
    return this.#byCondition.get(condition)
  }

  end(payment: Payment): void {
    let younger = this.#byCondition.get(payment.condition)
    if (younger === payment) {
      if (payment.older === undefined) this.#byCondition.delete(payment.condition)
      else this.#byCondition.set(payment.condition, payment.older)
      return
    }
    while (younger !== undefined && younger.older !== payment) younger = younger.older
    if (younger !== undefined) younger.older = payment.older
  }
}
