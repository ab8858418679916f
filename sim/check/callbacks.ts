/** B8: a fulfillment that is called back lies in the owner's book before its receiver is thanked, and is honoured from then on. */
import type { PaymentRecord } from '../../src/core/book/change.ts'
import type { LeftMessage } from '../../src/core/book/message.ts'
import type { ThreadId } from '../../src/core/values/account.ts'
import type { Ground } from './ground.ts'
import type { Heard, Sending } from './sending.ts'

export class Callbacks {
  readonly #ground: Ground
  readonly #sending: Sending

  constructor(ground: Ground, sending: Sending) {
    this.#ground = ground
    this.#sending = sending
  }

  left(message: LeftMessage): void {
    this.#rejectLies(message, true)
    const entry = message.type === 'fulfilled' ? this.#ground.entries.find(message.condition, message.payment) : undefined
    if (entry === undefined) return
    entry.lies = true
  }

  #rejectLies(message: LeftMessage, lies: boolean): void {
    if (message.type !== 'rejected') return
    const { entries } = this.#ground
    const condition = entries.conditionOf(message.payment)
    const entry = condition === undefined ? undefined : entries.find(condition, message.payment)
    if (entry !== undefined) entry.rejectLies = lies ? message.attempt : 0
  }

  /** The store has lost it (B12). */
  leftNoMore(message: LeftMessage): void {
    this.#rejectLies(message, false)
    const entry = message.type === 'fulfilled' ? this.#ground.entries.find(message.condition, message.payment) : undefined
    if (entry === undefined) return
    entry.lies = false
    entry.hasLain = true
    entry.thanked = false
  }

  /** Only what lies in the owner's book, or is credited, is thanked for; then it is not repeated, and must be honoured. */
  thanked({ condition, payment, right }: Heard, how: 'taken' | 'late'): void {
    if (how === 'late' || !right) return
    this.#ground.checked.B8++
    const entry = this.#ground.entries.find(condition, payment)
    // It was told, and is forgotten.
    if (entry === undefined) return
    const isSafe = entry.phase === 'credited' ? entry.lies || this.#ground.commits.isDurable(entry) : entry.phase === 'underWay' && entry.lies
    if (!isSafe && entry.hasLain) return
    if (!isSafe) throw this.#ground.broken('B8', `a fulfillment was thanked for that does not lie in the book: the payment is ${entry.phase}`, condition)
    entry.thanked = true
  }

  /** No attempt ends otherwise once its receiver was thanked for a fulfillment. Not thanked, it has lost it. */
  passOver(thread: ThreadId, record: PaymentRecord | undefined): void {
    const entry = record === undefined ? undefined : this.#ground.entries.find(record.condition, record.payment)
    if (entry === undefined) return
    entry.heardBy = undefined
    if (entry.thanked) throw this.#ground.broken('B8', 'its receiver was thanked for a fulfillment, and is not credited', record?.condition ?? '')
    if (!entry.calledBack) return
    this.#sending.miss(entry)
    const { lies } = entry
    entry.calledBack = false
    entry.lies = false
    this.#ground.undoing?.note(thread, () => {
      entry.calledBack = true
      entry.lies = lies
    })
  }
}
