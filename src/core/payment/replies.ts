/**
 * B8: a reply that comes by a callback may reach any thread. The owner hears it as any other, and thanks for it when what
 * came of it is durable. Another thread, or one that does not serve yet, leaves it in the owner's book, and thanks when it
 * lies there.
 */

import { write } from '../book/commits.ts'
import { leaveReply } from '../book/leave.ts'
import type { Fulfilled, Rejected } from '../book/message.ts'
import type { Thanks } from '../effect.ts'
import type { Input } from '../input.ts'
import type { ThreadState } from '../threadState.ts'
import { conditionOf } from '../values/condition.ts'
import type { UnixMs } from '../values/time.ts'
import { type Happening, happen } from './lifecycle.ts'
import { ownerOf, type Payment } from './payment.ts'

type ReplyInput = Extract<Input, { type: 'fulfillReceived' | 'rejectReceived' }>

export function heardReply(state: ThreadState, input: ReplyInput): void {
  const { request } = input
  if (request === undefined) {
    const payment = ofReceiver(state, input)
    if (payment !== undefined) happen(state, payment, happeningOf(input))
  } else if (!state.serving || ownerOf(input.payment) !== state.config.thread) leaveThere(state, input, request)
  else heardCallback(state, input, request)
}

/** A message about one attempt counts only while that attempt is the present one, and only from its receiver (S1, S2). */
function ofReceiver(state: ThreadState, { payment: id, attempt, from }: Pick<ReplyInput, 'payment' | 'attempt' | 'from'>): Payment | undefined {
  const payment = state.payments.get(id)
  return payment?.attempt?.number === attempt && payment.attempt.receiver.account.id === from ? payment : undefined
}

function happeningOf(input: ReplyInput): Happening {
  const { at } = input
  return input.type === 'fulfillReceived' ? { event: 'fulfill', at, fulfill: input.fulfill } : { event: 'reject', at, reject: input.reject }
}

function heardCallback(state: ThreadState, input: ReplyInput, request: number): void {
  const payment = ofReceiver(state, input)
  const before = payment?.state
  if (payment !== undefined) happen(state, payment, happeningOf(input))
  if (payment === undefined || payment.state === 'done' || payment.state === 'charging' || payment.state === 'sent') {
    state.effects.push({ type: 'thank', request, how: 'late' })
    return
  }
  // Repeated while its credit is not durable, it must not be thanked before that either.
  const again = payment.state === 'crediting' && input.type === 'fulfillReceived'
  const how: Thanks = before === 'sent' || again ? 'taken' : 'late'
  payment.thanks = [...(payment.thanks ?? []), { request, how }]
}

/** What its callbacks brought is durable. */
export function thank(state: ThreadState, payment: Payment): void {
  if (payment.thanks === undefined) return
  for (const { request, how } of payment.thanks) state.effects.push({ type: 'thank', request, how })
  payment.thanks = undefined
}

function leaveThere(state: ThreadState, input: ReplyInput, request: number): void {
  const { payment, attempt, from, at } = input
  const to = ownerOf(payment)
  if (to === undefined) {
    state.effects.push({ type: 'thank', request, how: 'late' })
    return
  }
  const about = { payment, attempt, from, at }
  if (input.type === 'rejectReceived') {
    leaveReply(state, to, { type: 'rejected', message: `rejected.${payment}.${attempt}`, ...about, reject: input.reject }, request)
    return
  }
  const { fulfill } = input
  const condition = conditionOf(fulfill.fulfillment)
  leaveReply(state, to, { type: 'fulfilled', message: `fulfilled.${payment}.${attempt}`, ...about, condition, fulfill }, request)
}

/** A colleague has left it here: struck out in the commit that does what it says. */
export function heardLeftReply(state: ThreadState, left: Fulfilled | Rejected, at: UnixMs): void {
  const payment = ofReceiver(state, left)
  if (payment !== undefined) {
    if (left.type === 'rejected') happen(state, payment, { event: 'reject', at, reject: left.reject })
    else happen(state, payment, { event: 'fulfill', at, receivedAt: left.at, fulfill: left.fulfill })
  }
  write(state, { type: 'consumed', message: left.message })
}
