/** The excentric answer: everyone who asked is told, and the payment becomes a tombstone or is forgotten (B5). */

import { leave } from '../book/leave.ts'
import type { Asker } from '../book/message.ts'
import type { ThreadState } from '../threadState.ts'
import type { Refusal, Reply } from '../values/packet.ts'
import type { Payment } from './payment.ts'

/** Its final reply may be told now: what it rests on is durable (B1). */
export function tell(state: ThreadState, payment: Payment): void {
  const { reply, sender } = payment
  if (reply === undefined) throw new Error(`payment ${payment.id} has no reply to tell`)
  for (const asker of payment.askers) answer(state, asker, reply)
  payment.state = 'done'
  sender.open--
  if (payment.request === undefined) forget(state, payment)
  else state.timers.arm(payment.prepare.expiresAt + state.config.answerRetentionMs, { type: 'forget', payment })
}

export function answer(state: ThreadState, asker: Asker, reply: Reply | Refusal): void {
  if (asker.type === 'request') state.effects.push({ type: 'answer', request: asker.request, reply })
  else leave(state, asker.thread, (message) => ({ type: 'answered', message, answers: asker.message, reply }), asker.message)
}

/** The tombstone, where the book has one, goes with the next commit. */
export function forget(state: ThreadState, payment: Payment): void {
  state.payments.delete(payment.id)
  if (payment.request !== undefined) payment.sender.ids?.delete(payment.request.id)
  if (payment.inBook) state.drops.push({ type: 'dropped', payment: payment.id })
}
