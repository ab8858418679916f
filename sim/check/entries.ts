/** What a witness knows of each payment of its connector. */
import type { PaymentId, PaymentRecord } from '../../src/core/book/change.ts'
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import type { Amount } from '../../src/core/values/amount.ts'
import type { Condition } from '../../src/core/values/condition.ts'
import type { Prepare } from '../../src/core/values/packet.ts'

/** An attempt that a life takes to be over. */
export interface Closed {
  readonly epoch: string
  readonly attempt: number
}

export interface Entry {
  readonly sender: AccountId
  readonly thread: ThreadId
  readonly requestId: string | undefined
  /** Undefined: rejected without a charge. */
  readonly record: PaymentRecord | undefined
  /** The life of the thread that charged it. */
  readonly epoch: string
  phase: 'underWay' | 'credited' | 'refunded' | 'rejected'
  attempt: number
  /** The commit that made it so. */
  seq: number
  /** The excentric prepare that left last. */
  sent: { attempt: number; amount: Amount; expiresAt: number; to: AccountId } | undefined
  /** The attempt whose receiver has rejected it, was not reached or came with a wrong preimage: nothing more is heard of it. */
  closed: number
  /** The same as each life knows it that heard so, whether it has its book or not: of the attempt that was heard of last. */
  closedTo: readonly Closed[]
  /** The attempt whose reject was left in the owner's book: it outlives the life that was to hear it (B8). */
  rejectLies: number
  /** The attempt of which nobody knows whether it was taken. */
  unknown: number
  /** Attempts whose receiver was heard to fulfill in time, by any thread. */
  presented: readonly number[]
  /** It came in the very instant in which the timer fires: either may be first. */
  atTheEdge: boolean
  /** Its receiver was heard to fulfill in time. */
  fulfilled: boolean
  /** It was, and the life that waited for it had ended, or ended before it was credited. */
  missed: boolean
  /** The life that a fulfillment for the present attempt reached. */
  heardBy: string | undefined
  /** Its receiver called a fulfillment back in time, for the present attempt. */
  calledBack: boolean
  /** It was left in the owner's book. */
  lies: boolean
  /** It lay there, or was booked, and the store has lost it (B12): whoever was told so may be thanked yet. */
  hasLain: boolean
  /** Its receiver was thanked for it. */
  thanked: boolean
  /** Its receiver was credited after the payment's own incoming expiry: the sender is told that it failed. */
  paidLate: boolean
  told: boolean
  /** Of a reject without a charge, once it was told: the condition of what was asked. */
  toldOf: string | undefined
  /** It was fulfilled in time, and counts among what the store has lost. */
  isLostByStore: boolean
  /** The store lost how it ended, after its sender was told: it may end another way. */
  excused: boolean
  /** Another payment with its condition, which came by another way. */
  older: Entry | undefined
}

/** An entry of which nothing was heard yet. */
export const FRESH = {
  sent: undefined,
  closed: 0,
  closedTo: [],
  rejectLies: 0,
  unknown: 0,
  presented: [],
  atTheEdge: false,
  fulfilled: false,
  missed: false,
  heardBy: undefined,
  calledBack: false,
  lies: false,
  hasLain: false,
  thanked: false,
  paidLate: false,
  told: false,
  toldOf: undefined,
  isLostByStore: false,
  excused: false,
  older: undefined,
} as const

/** Payments by their condition, rejects that moved nothing by sender and id. */
export class Entries {
  /** The youngest of each key. */
  readonly #byKey = new Map<string, Entry>()
  /** Whose charge the store has lost for good, or so it seemed: only where it may lose any (B12). */
  readonly lost = new Map<PaymentId, Entry>()

  add(condition: string, entry: Entry): void {
    entry.older = this.#byKey.get(condition)
    this.#byKey.set(condition, entry)
  }

  find(condition: string, payment: PaymentId): Entry | undefined {
    let entry = this.#byKey.get(condition)
    while (entry !== undefined && entry.record?.payment !== payment) entry = entry.older
    return entry
  }

  /** It is known again, where it was forgotten. */
  restore(condition: string, entry: Entry): void {
    if (entry.record === undefined || this.find(condition, entry.record.payment) === undefined) this.add(condition, entry)
  }

  /** Those that this sender sent, as this prepare: youngest first. More than one only where it sent the same again. */
  ofSender(sender: AccountId, { condition, amount, expiresAt }: Prepare): Entry[] {
    const entries: Entry[] = []
    for (let entry = this.#byKey.get(condition); entry !== undefined; entry = entry.older) {
      const { record } = entry
      if (entry.sender === sender && record?.incomingAmount === amount && record.incomingExpiry === expiresAt) entries.push(entry)
    }
    return entries
  }

  /** By its id alone: looked for everywhere. */
  conditionOf(payment: PaymentId): Condition | undefined {
    for (const [, { record }] of this.all()) if (record?.payment === payment) return record.condition
    return undefined
  }

  rejected(key: string): Entry | undefined {
    return this.#byKey.get(key)
  }

  setRejected(key: string, entry: Entry): void {
    this.#byKey.set(key, entry)
  }

  forgetRejected(key: string): void {
    this.#byKey.delete(key)
  }

  remove(condition: string, entry: Entry): void {
    let younger = this.#byKey.get(condition)
    if (younger === entry) {
      if (entry.older === undefined) this.#byKey.delete(condition)
      else this.#byKey.set(condition, entry.older)
      return
    }
    while (younger !== undefined && younger.older !== entry) younger = younger.older
    if (younger !== undefined) younger.older = entry.older
  }

  *all(): Iterable<readonly [key: string, entry: Entry]> {
    for (const [key, youngest] of this.#byKey) {
      for (let entry: Entry | undefined = youngest; entry !== undefined; entry = entry.older) yield [key, entry]
    }
  }
}
