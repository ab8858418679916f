/**
 * Everything a thread can ask of the world. Closed: both worlds perform every one of them, or do not compile
 * (`Performers` in pump.ts). What is awaited names itself, and its outcome comes back as an input.
 */
import type { Change, PaymentId, Written } from './book/change.ts'
import type { LeftMessage } from './book/message.ts'
import type { MoneyReply } from './money/operation.ts'
import type { AccountId, ThreadId } from './values/account.ts'
import type { Amount } from './values/amount.ts'
import type { Prepare, Refusal, Reply } from './values/packet.ts'
import type { UnixMs } from './values/time.ts'

export type Thanks = 'taken' | 'late'

export type Effect =
  /** Take over one's own book → `claimed`. */
  | { readonly type: 'claim'; readonly epoch: string }
  /** → `committed` under the same seq. */
  | { readonly type: 'commit'; readonly epoch: string; readonly seq: number; readonly changes: readonly Change[] }
  /** The same again, where the store has lost what it acknowledged (B12): only what was `written` comes back so. */
  | { readonly type: 'recommit'; readonly epoch: string; readonly seq: number; readonly written: Written }
  /** → `warmed`. Carries the total taken so far, and what is wanted beyond it. */
  | { readonly type: 'warm'; readonly account: AccountId; readonly taken: Amount; readonly wanted: Amount }
  /** → `cooled`. Carries the total given so far, acknowledged commits only (B7). */
  | { readonly type: 'cool'; readonly account: AccountId; readonly given: Amount }
  /** → `owned`. The first writer of (account, requestId) wins. `term`: of this thread's book; left out: 0. */
  | {
      readonly type: 'own'
      readonly account: AccountId
      readonly requestId: string
      readonly hash: string
      readonly keepUntil: UnixMs
      readonly term?: number
      /** That one's book was closed in this term, and lacks the id: it is owned anew, if nobody else has done so (B4). */
      readonly instead?: { readonly owner: ThreadId; readonly term: number }
    }
  /** → `left`. Puts a message into another thread's book. */
  | { readonly type: 'leave'; readonly to: ThreadId; readonly message: LeftMessage }
  /** A lossy hint; nothing comes back. */
  | { readonly type: 'wake'; readonly to: ThreadId }
  /** → `leftRead`. One's own book; it also asks whether it still is (B3). */
  | { readonly type: 'readLeft'; readonly epoch: string }
  /** → `closed`. One's own book, in which nothing is hot and nothing under way any more (B11). */
  | { readonly type: 'close'; readonly epoch: string }
  /** → `fulfillReceived`, `rejectReceived`, `sendFailed`, or nothing. */
  | {
      readonly type: 'sendPrepare'
      readonly to: AccountId
      readonly payment: PaymentId
      readonly attempt: number
      /** To a receiver that deduplicates: it may be sent again under the same one (S1). */
      readonly requestId?: string
      readonly prepare: Prepare
    }
  /** Ends a held request. */
  | { readonly type: 'answer'; readonly request: number; readonly reply: Reply | Refusal }
  /** Ends a request for an operation. */
  | { readonly type: 'answerMoney'; readonly request: number; readonly reply: MoneyReply | Refusal }
  /** Ends a reply that came by a callback: it is repeated no more. `taken`: its end is durable. `late`: it counts for nothing (B8). */
  | { readonly type: 'thank'; readonly request: number; readonly how: Thanks }
  /**
   * Connections are closed without an answer, and nothing is heard from here any more. `fenced`: another has claimed the book
   * (B3). `lostWrites`: the store no longer has what it acknowledged; whoever claims next begins with what it has. `closed`: this
   * thread has left, and its book is closed (B11).
   */
  | { readonly type: 'stop'; readonly why: 'fenced' | 'lostWrites' | 'closed' }
  /** One deadline a thread; a later effect replaces it. → `woke`, never before. */
  | { readonly type: 'sleepUntil'; readonly at: UnixMs }
