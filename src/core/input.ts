/**
 * Everything that can happen to a thread. Closed: a thread hears of the world only through these. Every input
 * carries `at`; one that may lead to a choice of route carries a draw.
 */

import type { PaymentId, Written } from './book/change.ts'
import type { BookContents } from './book/contents.ts'
import type { LeftMessage } from './book/message.ts'
import type { Directory } from './directory.ts'
import type { MoneyReply, Operation } from './money/operation.ts'
import type { Snapshot } from './routing/snapshot.ts'
import type { AccountId, ThreadId } from './values/account.ts'
import type { Amount, Balance } from './values/amount.ts'
import type { Draw } from './values/draw.ts'
import type { Fulfill, Prepare, Reject, Reply } from './values/packet.ts'
import type { UnixMs } from './values/time.ts'

export type Input =
  | { readonly type: 'started'; readonly at: UnixMs; readonly epoch: string }
  | { readonly type: 'claimed'; readonly at: UnixMs; readonly draw: Draw; readonly book: BookContents }
  | {
      readonly type: 'prepareReceived'
      readonly at: UnixMs
      readonly draw: Draw
      readonly from: AccountId
      readonly request: number
      readonly requestId?: string
      readonly prepare: Prepare
    }
  /** Money comes in or goes out without a condition → `answerMoney`. */
  | { readonly type: 'moneyAsked'; readonly at: UnixMs; readonly request: number; readonly operation: Operation }
  | {
      readonly type: 'fulfillReceived'
      readonly at: UnixMs
      readonly from: AccountId
      readonly payment: PaymentId
      readonly attempt: number
      readonly fulfill: Fulfill
      /** It came by a callback, to whichever thread, and waits for its `thank`. */
      readonly request?: number
    }
  | {
      readonly type: 'rejectReceived'
      readonly at: UnixMs
      readonly draw: Draw
      readonly from: AccountId
      readonly payment: PaymentId
      readonly attempt: number
      readonly reject: Reject
      readonly request?: number
    }
  | {
      readonly type: 'sendFailed'
      readonly at: UnixMs
      readonly draw: Draw
      readonly payment: PaymentId
      readonly attempt: number
      readonly how: 'notTaken' | 'unknown'
    }
  | {
      readonly type: 'committed'
      readonly at: UnixMs
      readonly draw: Draw
      readonly seq: number
      readonly reply: CommitReply
      /** What would be kept of it as changes is kept as this instead (B12), and handed back by `recommit`. */
      readonly written?: Written | undefined
    }
  | { readonly type: 'warmed'; readonly at: UnixMs; readonly draw: Draw; readonly account: AccountId; readonly reply: Warmed | 'full' }
  | { readonly type: 'cooled'; readonly at: UnixMs; readonly account: AccountId; readonly reply: Cooled | 'full' }
  | { readonly type: 'owned'; readonly at: UnixMs; readonly draw: Draw; readonly account: AccountId; readonly requestId: string; readonly reply: Owned }
  | { readonly type: 'left'; readonly at: UnixMs; readonly to: ThreadId; readonly message: string; readonly reply: LeaveReply }
  | { readonly type: 'wakeHeard'; readonly at: UnixMs }
  | { readonly type: 'leftRead'; readonly at: UnixMs; readonly draw: Draw; readonly messages: readonly LeftMessage[] | 'fenced' }
  | { readonly type: 'snapshotTaken'; readonly at: UnixMs; readonly snapshot: Snapshot }
  /** A peer's answers begin or cease to say that it deduplicates (S1). */
  | { readonly type: 'deduplicationHeard'; readonly at: UnixMs; readonly account: AccountId; readonly deduplicates: boolean }
  | { readonly type: 'closed'; readonly at: UnixMs; readonly reply: CloseReply }
  /** Accounts came or changed, farms are dealt anew, or threads come and go (B11). */
  | { readonly type: 'directoryReplaced'; readonly at: UnixMs; readonly directory: Directory }
  | { readonly type: 'woke'; readonly at: UnixMs; readonly draw: Draw }
  /**
   * The way to the store was lost and is there again. Nothing that was asked before will be answered any more; each command
   * may have been applied, may yet be, or may be lost.
   */
  | { readonly type: 'reconnected'; readonly at: UnixMs }

/** `fenced`: another has claimed the book; this thread moves nothing more (B3). */
export type CommitReply = 'ok' | 'already' | 'fenced' | Gap | ConvertedReply

/** A commit before this one is missing: the last number that the store has. */
export interface Gap {
  readonly gap: number
}

/** It is applied, now or before; but some of its refunds and reroutes met a left fulfillment, and credited (B8). */
export interface ConvertedReply {
  readonly converted: readonly Converted[]
}

/** `reply`: what its sender is to be told. */
export interface Converted {
  readonly payment: PaymentId
  readonly reply: Reply
}

/** The store's total of grants to this thread, what this call added to it, and the cold before that. */
export interface Warmed {
  readonly granted: Amount
  readonly grant: Amount
  readonly coldBefore: Balance
}

/** The store's total of what this thread gave back, and the cold after. */
export interface Cooled {
  readonly returned: Amount
  readonly cold: Balance
}

/**
 * `closed`: nobody has that book, or will read it any more; nothing was left. To a question: `Closed`. `late`: a reply whose
 * attempt is over, was not the sender's to answer, or is not fulfilled by it (B8).
 */
export type LeaveReply = 'ok' | 'closed' | 'late' | Closed

/** The book that was asked is closed: the term that has ended so, and the answer that is kept there under the id. */
export interface Closed {
  readonly closed: number
  readonly kept?: Reply | MoneyReply | undefined
}

/** `ok`: also where it was closed before, under the same epoch. `left`: there are messages to be read first. */
export type CloseReply = 'ok' | 'left' | 'fenced'

/** The thread that owns the id, and the hash of the content that it was first seen with. `term`: of the owner's book then; left out: 0. */
export interface Owned {
  readonly owner: ThreadId
  readonly hash: string
  readonly term?: number
}
