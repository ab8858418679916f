/** What the checkers see of a store: its writes as they happen, and what it holds at the end. Any store can show itself so. */

import type { Change, PaymentId, PaymentRecord } from '../../src/core/book/change.ts'
import type { StoredPayment } from '../../src/core/book/contents.ts'
import type { LeftMessage } from '../../src/core/book/message.ts'
import type { Account, AccountId, ThreadId, Unit } from '../../src/core/values/account.ts'
import type { Amount, Balance } from '../../src/core/values/amount.ts'

export type Place = 'cold' | 'granted' | 'returned' | 'hot' | 'taken' | 'given' | 'underWay' | 'position'

export interface StoreWatch {
  /** Money from outside: an opening balance, a deposit, a withdrawal (negative). */
  readonly entered: (unit: Unit, amount: Balance) => void
  readonly wrote: (place: Place, unit: Unit, account: Account | undefined, before: Balance, after: Balance) => void
  /** A book is taken over, as it stands after commit `seq`. */
  readonly claimed: (thread: ThreadId, epoch: string, seq: number) => void
  /** A book is again as it was after commit `seq`: what came later never was. */
  readonly wentBack: (thread: ThreadId, epoch: string, seq: number) => void
  /** A book is closed, as it is now, by the life that had it (B11). */
  readonly closed: (book: BookAtRest, epoch: string) => void
  /** That it was closed is lost: it is in its `term` again. */
  readonly reopened: (thread: ThreadId, term: number) => void
  /** A commit is about to be applied. */
  readonly commits: (thread: ThreadId, epoch: string, seq: number) => void
  /** A change is applied; `payment` is what the book had of its payment before. */
  readonly changed: (thread: ThreadId, seq: number, change: Change, payment: StoredPayment | undefined) => void
  /** `term`: of the owner's book. */
  readonly owned: (account: AccountId, requestId: string, owner: ThreadId, term: number) => void
  /** Who owned it was lost. */
  readonly disowned: (account: AccountId, requestId: string) => void
  /** A message lies in this thread's book now. */
  readonly left: (message: LeftMessage) => void
  /** The store came back without it. */
  readonly leftNoMore: (message: LeftMessage) => void
  /** The command is whole. */
  readonly applied: () => void
}

export interface ShardAtRest {
  readonly account: Account
  readonly cold: Balance
  readonly granted: ReadonlyMap<ThreadId, Amount>
  readonly returned: ReadonlyMap<ThreadId, Amount>
}

export interface StoreAtRest {
  readonly shards: ReadonlyMap<AccountId, ShardAtRest>
  readonly books: ReadonlyMap<ThreadId, BookAtRest>
  readonly balanceOf: (account: AccountId) => Balance
}

export interface BookAtRest {
  readonly thread: ThreadId
  /** Empty while it is closed. */
  readonly epoch: string
  readonly payments: ReadonlyMap<PaymentId, { readonly record: PaymentRecord | undefined; readonly tombstone: unknown }>
  readonly left: ReadonlyMap<string, unknown>
  readonly entries: ReadonlyMap<
    AccountId,
    { readonly account: Account; readonly hot: Balance; readonly taken: Amount; readonly given: Amount; readonly underWay: Amount }
  >
}
