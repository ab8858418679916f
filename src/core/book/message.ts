/** What one thread leaves in another's book: it must not be lost, so it is durable before it is hinted at. */
import { type MoneyReply, type Operation, ownedId } from '../money/operation.ts'
import type { AccountId, ThreadId } from '../values/account.ts'
import type { Condition } from '../values/condition.ts'
import type { Fulfill, Prepare, Refusal, Reject, Reply } from '../values/packet.ts'
import type { UnixMs } from '../values/time.ts'
import type { PaymentId } from './change.ts'

/** Who waits for an answer: a held request of this thread's own, or a colleague who left `message` here. */
export type Asker = { readonly type: 'request'; readonly request: number } | { readonly type: 'colleague'; readonly thread: ThreadId; readonly message: string }

export interface AskedAgain {
  readonly type: 'askedAgain'
  /** Unique among all messages ever left: epoch and number of the one who leaves it. */
  readonly message: string
  readonly from: ThreadId
  readonly account: AccountId
  readonly requestId: string
  readonly hash: string
  readonly prepare: Prepare
}

export interface Answered {
  readonly type: 'answered'
  readonly message: string
  /** The message that asked. Whoever does not know it has crashed since, and nobody waits any more. */
  readonly answers: string
  readonly reply: Reply | Refusal
}

/** B10: give back all that you hold of this account. */
export interface Recall {
  readonly type: 'recall'
  readonly message: string
  readonly account: AccountId
}

/** An operation whose id the other owns. */
export interface OperationAsked {
  readonly type: 'operationAsked'
  readonly message: string
  readonly from: ThreadId
  readonly operation: Operation
}

export interface OperationAnswered {
  readonly type: 'operationAnswered'
  readonly message: string
  readonly answers: string
  readonly reply: MoneyReply | Refusal
}

/** Under which a question is asked, as its owner keeps the answer; undefined for what asks nothing. */
export interface AskedId {
  readonly account: AccountId
  readonly requestId: string
}

export function askedIn(message: LeftMessage): AskedId | undefined {
  if (message.type === 'askedAgain') return message
  if (message.type === 'operationAsked') return { account: message.operation.account, requestId: ownedId(message.operation) }
  return undefined
}

/** A reply that reached another thread than its payment's owner (B8). Of one attempt there is one of each, the first. */
interface ReplyThere {
  readonly message: string
  readonly payment: PaymentId
  readonly attempt: number
  /** Who replied: only the attempt's receiver counts. */
  readonly from: AccountId
  /** When it was received, by the clock of the thread that leaves it. */
  readonly at: UnixMs
}

export interface Fulfilled extends ReplyThere {
  readonly type: 'fulfilled'
  /** What it fulfills: the book compares, and hashes nothing. */
  readonly condition: Condition
  readonly fulfill: Fulfill
}

export interface Rejected extends ReplyThere {
  readonly type: 'rejected'
  readonly reject: Reject
}

export type LeftMessage = AskedAgain | Answered | Recall | OperationAsked | OperationAnswered | Fulfilled | Rejected
