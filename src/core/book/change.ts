/**
 * What a thread may do to its own book, as words: a `commit` is a list of these. The store applies
 * them in order and knows no others; the thread's mirror moves when the commit is emitted.
 */
import type { Direction, MoneyReply } from '../money/operation.ts'
import type { AccountId, Unit } from '../values/account.ts'
import type { Address } from '../values/address.ts'
import type { Amount } from '../values/amount.ts'
import type { Condition } from '../values/condition.ts'
import type { Reply } from '../values/packet.ts'
import type { UnixMs } from '../values/time.ts'

declare const paymentBrand: unique symbol
/** `epoch.number`: never used again, also as the id of the excentric prepare (B4). */
export type PaymentId = string & { readonly [paymentBrand]: true }

declare const writtenBrand: unique symbol
/** The changes of a commit as a world has written them for its store: opaque to the core. */
export type Written = string & { readonly [writtenBrand]: true }

/** The sender's own id of a prepare, and the hash of the content that came under it (B4). */
export interface RequestKey {
  readonly id: string
  readonly hash: string
}

/** One attempt: whom the payment is offered to, how much, until when. */
export interface Offer {
  readonly route: string
  readonly receiver: AccountId
  readonly outgoingUnit: Unit
  readonly outgoingAmount: Amount
  readonly outgoingExpiry: UnixMs
  readonly attempt: number
  /** The packet's data, where its receiver deduplicates: then it may have to be sent again (B5, S1). */
  readonly data?: Uint8Array | undefined
}

/** What a book holds of a payment under way (B5). */
export interface PaymentRecord extends Offer {
  readonly payment: PaymentId
  readonly sender: AccountId
  readonly incomingUnit: Unit
  readonly incomingAmount: Amount
  readonly incomingExpiry: UnixMs
  readonly condition: Condition
  readonly destination: Address
  /** The sender's id and the hash of the prepare's content, where it came with one (B4). */
  readonly request?: RequestKey | undefined
}

/** An attempt that ended without an answer: its receiver may have been charged (S2). */
export interface Unresolved {
  readonly account: AccountId
  readonly amount: Amount
}

/** How an attempt ended, counted under (route, account) in the settling commit (A2). */
export type Outcome = 'success' | 'fault' | 'noRoom'

export interface Counted {
  readonly route: string
  readonly account: AccountId
  readonly outcome: Outcome
  readonly amount: Amount
}

/** Hot, where this thread serves the account; otherwise straight to `given` (B7). */
export type Pocket = 'hot' | 'given'

/**
 * What is done instead of a refund or a reroute, should a fulfillment of the attempt that it ends have been left in the book
 * (B8): the receiver is credited. `late`: after the payment's own incoming expiry the sender is refunded all the same, and
 * position pays.
 */
export interface Instead {
  readonly pocket: Pocket
  readonly counted: Counted
  readonly late: boolean
  readonly keepUntil?: UnixMs | undefined
}

export type Change =
  | { readonly type: 'take'; readonly account: AccountId; readonly amount: Amount }
  | { readonly type: 'give'; readonly account: AccountId; readonly amount: Amount }
  | { readonly type: 'charge'; readonly record: PaymentRecord }
  | (Offer & {
      readonly type: 'reroute'
      readonly payment: PaymentId
      readonly counted?: Counted | undefined
      readonly unresolved?: Unresolved | undefined
      readonly instead?: Instead | undefined
    })
  | {
      readonly type: 'credit'
      readonly payment: PaymentId
      readonly pocket: Pocket
      readonly reply: Reply
      readonly counted: Counted
      /** Settled after the payment's own incoming expiry: where the sender's money goes back to, and position pays (B8). */
      readonly refunds?: Pocket | undefined
      readonly keepUntil?: UnixMs | undefined
    }
  | {
      readonly type: 'refund'
      readonly payment: PaymentId
      readonly pocket: Pocket
      readonly reply: Reply
      readonly counted?: Counted | undefined
      readonly unresolved?: Unresolved | undefined
      readonly instead?: Instead | undefined
      readonly keepUntil?: UnixMs | undefined
    }
  | {
      readonly type: 'reject'
      readonly payment: PaymentId
      readonly sender: AccountId
      readonly request: RequestKey
      readonly reply: Reply
      readonly keepUntil: UnixMs
    }
  /** Money comes in or goes out where `reply` says that it moved; the answer is kept either way. */
  | {
      readonly type: 'unconditional'
      readonly payment: PaymentId
      readonly account: AccountId
      readonly unit: Unit
      readonly direction: Direction
      readonly amount: Amount
      readonly pocket: Pocket
      readonly request: RequestKey
      readonly reply: MoneyReply
      readonly keepUntil: UnixMs
    }
  | { readonly type: 'consumed'; readonly message: string }
  | { readonly type: 'dropped'; readonly payment: PaymentId }

/** B5: without an id nobody can ask how it ended, so it leaves the book in the change that settles it; not where that may be converted (B8). */
export function isStruckOut(change: Extract<Change, { type: 'credit' | 'refund' }>): boolean {
  return change.keepUntil === undefined && (change.type === 'credit' || change.instead === undefined)
}
