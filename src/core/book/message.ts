/** What one thread leaves in another's book: it must not be lost, so it is durable before it is hinted at. */
import type { AccountId, ThreadId } from '../values/account.ts'
import type { Prepare, Refusal, Reply } from '../values/packet.ts'

/** Who waits for an answer: a held request of this thread's own, or one that a colleague holds. */
export type Asker = { readonly type: 'request'; readonly request: number } | { readonly type: 'colleague'; readonly thread: ThreadId; readonly request: number }

export interface AskedAgain {
  readonly type: 'askedAgain'
  /** Unique among all messages ever left: epoch and number of the one who leaves it. */
  readonly message: string
  readonly from: ThreadId
  readonly request: number
  readonly account: AccountId
  readonly requestId: string
  readonly hash: string
  readonly prepare: Prepare
}

export interface Answered {
  readonly type: 'answered'
  readonly message: string
  readonly request: number
  readonly reply: Reply | Refusal
}

export type LeftMessage = AskedAgain | Answered
