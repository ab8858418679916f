/**
 * Money in and out without a condition (R1): an operation comes with an id of whoever keeps the ledger, and is booked once
 * under it, whatever crashes (B4). It is one commit, so that nothing of it is ever half done.
 */
import { hash } from 'node:crypto'
import type { PaymentId } from '../book/change.ts'
import type { Holding } from '../book/holding.ts'
import type { Asker } from '../book/message.ts'
import type { AccountId } from '../values/account.ts'
import type { Amount } from '../values/amount.ts'
import type { Reply } from '../values/packet.ts'
import type { UnixMs } from '../values/time.ts'

export type Direction = 'deposit' | 'withdrawal'

export interface Operation {
  readonly id: string
  readonly account: AccountId
  readonly direction: Direction
  /** In the account's unit. */
  readonly amount: Amount
  /** It is not begun from then on; its answer is kept for `answerRetention` more. */
  readonly expiresAt: UnixMs
}

/**
 * Why no money moved. `insufficient`: what could be gathered and the credit limit are less, though all threads were asked for
 * what they hold; the balance is too small, or payments use it. `expired`: it came too late. `tooMuch`: no more may enter (R6).
 */
export type Declined = 'insufficient' | 'expired' | 'tooMuch'

/** The answer that is kept, and told again to whoever asks under the same id. */
export type MoneyReply = { readonly type: 'moved' } | { readonly type: 'declined'; readonly why: Declined }

export function isOfMoney(reply: Reply | MoneyReply): reply is MoneyReply {
  return reply.type === 'moved' || reply.type === 'declined'
}

/** An operation at the thread that owns its id. */
export interface Booking {
  /** Under which the book keeps its answer. */
  readonly key: PaymentId
  readonly holding: Holding
  readonly operation: Operation
  readonly hash: string
  /** Who is told the answer. */
  askers: Asker[]
  state: 'owning' | 'gathering' | 'committing' | 'done'
  reply: MoneyReply | undefined
  /** A withdrawal gathers hot until then. */
  gatherUntil: UnixMs
  /** Came under its id with other content before the store said whose is the first. */
  rivals: Ask[]
}

export interface Ask {
  readonly asker: Asker
  readonly operation: Operation
}

/** As it is owned (B4): a Request-Id has no space in it, so that the two never meet. */
export function ownedId(operation: Operation): string {
  return `${PREFIX}${operation.id}`
}

const PREFIX = 'money '

export function isOperationId(requestId: string): boolean {
  return requestId.startsWith(PREFIX)
}

export function operationHash({ direction, amount, expiresAt }: Operation): string {
  return hash('sha256', `${direction} ${amount} ${expiresAt}`, 'base64url')
}
