/** A book and a shard as the simulated store has them, and what can be told from a book alone. */
import type { Change, PaymentId } from '../../src/core/book/change.ts'
import type { BookContents, StoredPayment } from '../../src/core/book/contents.ts'
import { askedIn, type Fulfilled, type LeftMessage, type Rejected } from '../../src/core/book/message.ts'
import type { Converted, LeaveReply, Owned } from '../../src/core/input.ts'
import type { Account, AccountId, ThreadId, Unit } from '../../src/core/values/account.ts'
import type { Amount, Balance } from '../../src/core/values/amount.ts'
import { EXPIRY_GRACE_MS } from '../../src/core/values/time.ts'
import { BookTallies } from './tallies.ts'

export interface Shard {
  readonly account: Account
  cold: Balance
  readonly granted: Map<ThreadId, Amount>
  readonly returned: Map<ThreadId, Amount>
  readonly owned: Map<string, Owned & { keepUntil: number }>
}

export interface BookEntry {
  readonly account: Account
  /** Never below zero, if the threads keep R3. */
  hot: Balance
  taken: Amount
  given: Amount
  underWay: Amount
}

/** Changed in place: a payment passes here twice. */
export type Kept = { -readonly [K in keyof StoredPayment]: StoredPayment[K] } & {
  /** Its refund or reroute met a left fulfillment (B8). */
  converted?: true
}

export interface Book {
  readonly thread: ThreadId
  /** Empty while it is closed. */
  epoch: string
  /** How often it was closed, and under which epoch last (B11). */
  term: number
  closedBy: string
  seq: number
  /** Of the last commit before its present epoch claimed it. */
  claimedAt: number
  readonly entries: Map<AccountId, BookEntry>
  readonly payments: Map<PaymentId, Kept>
  readonly positions: Map<Unit, Balance>
  readonly entered: Map<Unit, Balance>
  readonly tallies: BookTallies
  readonly left: Map<string, LeftMessage>
}

/** A question is answered from what is kept. */
export function closedReply({ term, payments }: Book, message: LeftMessage): LeaveReply {
  const asked = askedIn(message)
  if (asked === undefined) return 'closed'
  const { account, requestId } = asked
  const found = [...payments.values()].find(({ tombstone }) => tombstone?.sender === account && tombstone.request?.id === requestId)
  return found?.tombstone === undefined ? { closed: term - 1 } : { closed: term - 1, kept: found.tombstone.reply }
}

export function convertedBefore(book: Book, changes: readonly Change[]): Converted[] {
  return changes.flatMap((change) => {
    const kept = change.type === 'refund' || change.type === 'reroute' ? book.payments.get(change.payment) : undefined
    const reply = kept?.converted ? kept.tombstone?.reply : undefined
    return kept !== undefined && (reply?.type === 'fulfill' || reply?.type === 'reject') ? [{ payment: kept.payment, reply }] : []
  })
}

export function isInTime(book: Book, reply: Fulfilled | Rejected): boolean {
  const { record, tombstone } = book.payments.get(reply.payment) ?? {}
  if (record === undefined || tombstone !== undefined || record.attempt !== reply.attempt || record.receiver !== reply.from) return false
  return reply.type === 'rejected' || (record.condition === reply.condition && reply.at <= record.outgoingExpiry + EXPIRY_GRACE_MS)
}

export function contentsOf(book: Book, isNew: boolean): BookContents {
  return {
    isNew,
    ...(book.term === 0 ? {} : { term: book.term }),
    seq: book.seq,
    accounts: [...book.entries].map(([account, { hot, taken, given, underWay }]) => ({ account, hot, taken, given, underWay })),
    payments: [...book.payments.values()].map(({ payment, record, unresolved, tombstone }) => ({ payment, record, unresolved, tombstone })),
    positions: new Map(book.positions),
    entered: book.entered.size === 0 ? undefined : new Map(book.entered),
    tallies: book.tallies.read(),
  }
}

export function paymentOf(book: Book, change: Change): StoredPayment | undefined {
  switch (change.type) {
    case 'reroute':
    case 'credit':
    case 'refund':
    case 'dropped':
      return book.payments.get(change.payment)
    default:
      return undefined
  }
}

export function newBook(thread: ThreadId): Book {
  return {
    thread,
    // Not closed.
    epoch: 'none',
    term: 0,
    closedBy: '',
    seq: 0,
    claimedAt: 0,
    entries: new Map(),
    payments: new Map(),
    positions: new Map(),
    entered: new Map(),
    tallies: new BookTallies(),
    left: new Map(),
  }
}
