/** A whole book, as `claim` returns it to the thread that takes it over. */
import type { MoneyReply } from '../money/operation.ts'
import type { Tally } from '../routing/candidate.ts'
import type { BookReading } from '../routing/reading.ts'
import type { Tallies } from '../routing/snapshot.ts'
import type { AccountId, Unit } from '../values/account.ts'
import type { Balance } from '../values/amount.ts'
import type { Reply } from '../values/packet.ts'
import type { UnixMs } from '../values/time.ts'
import type { PaymentId, PaymentRecord, RequestKey, Unresolved } from './change.ts'

/** The reply as it was, or will be, told. */
export interface Tombstone {
  readonly sender: AccountId
  readonly request: RequestKey | undefined
  readonly reply: Reply | MoneyReply
  /** With an id: until when it is kept. */
  readonly keepUntil: UnixMs | undefined
}

export interface StoredPayment {
  readonly payment: PaymentId
  /** Undefined for a reject that moved nothing, and for an operation. */
  readonly record: PaymentRecord | undefined
  /** Attempts that ended without an answer (S2). */
  readonly unresolved: readonly Unresolved[]
  /** Undefined while it is under way. */
  readonly tombstone: Tombstone | undefined
}

export interface BookContents {
  /** Nobody ever had this book: the claim opened it. */
  readonly isNew: boolean
  /** How often it was closed before (B11); left out: never. */
  readonly term?: number | undefined
  /** Of the last commit. */
  readonly seq: number
  readonly accounts: readonly BookReading[]
  readonly payments: readonly StoredPayment[]
  readonly positions: ReadonlyMap<Unit, Balance>
  /** What entered through this book less what left, for each unit; left out: nothing ever did (R5, R6). */
  readonly entered?: ReadonlyMap<Unit, Balance> | undefined
  readonly tallies: Tallies<Tally>
}
