/**
 * B4: a prepare with an id has one owner among the threads, and is charged once. Whoever comes second leaves the prepare
 * with the owner and waits for the answer to be left here.
 */
import { hash } from 'node:crypto'
import type { Owned } from '../input.ts'
import { answer } from '../payment/answer.ts'
import { begin, happen } from '../payment/lifecycle.ts'
import { makePayment, type Payment } from '../payment/payment.ts'
import { findAccount, holdingOf, type ThreadState } from '../threadState.ts'
import type { Prepare, Refusal } from '../values/packet.ts'
import type { UnixMs } from '../values/time.ts'
import { write } from './commits.ts'
import type { Holding } from './holding.ts'
import { leave } from './leave.ts'
import type { AskedAgain, Asker, LeftMessage } from './message.ts'

const conflict: Refusal = { type: 'refusal', status: 409, message: 'this Request-Id was used with other content' }
export const tooManyOpen: Refusal = { type: 'refusal', status: 429, message: 'too many payments or kept answers are open for this account' }
export const tooOld: Refusal = { type: 'refusal', status: 410, message: 'the answer under this Request-Id is no longer kept' }

export function contentHash(prepare: Prepare): string {
  const head = `${prepare.amount} ${prepare.expiresAt} ${prepare.condition} ${prepare.destination} `
  return hash('sha256', Buffer.concat([Buffer.from(head), prepare.data]), 'base64url')
}

export function isTooOld(state: ThreadState, prepare: Prepare, at: UnixMs): boolean {
  return at >= prepare.expiresAt + state.config.answerRetentionMs
}

/** A prepare under an id that this thread has: whoever asks is told now, or when the payment is. */
export function askKnown(state: ThreadState, known: Payment, contents: string, asker: Asker): void {
  if (known.request?.hash !== contents) answer(state, asker, conflict)
  else if (known.state === 'done' && known.reply !== undefined) answer(state, asker, known.reply)
  else known.askers.push(asker)
}

/** The store says who owns the id. A reply counts once: what is no longer `owning` has heard it. */
export function heardOwned(state: ThreadState, holding: Holding, requestId: string, reply: Owned, at: UnixMs): void {
  const payment = holding.ids?.get(requestId)
  if (payment === undefined || payment.state !== 'owning') return
  if (reply.hash === payment.request?.hash && reply.owner === state.config.thread) {
    happen(state, payment, { event: 'owned', at })
    return
  }
  holding.ids?.delete(requestId)
  state.payments.delete(payment.id)
  holding.open--
  for (const asker of payment.askers) {
    if (reply.hash !== payment.request?.hash) answer(state, asker, conflict)
    else if (asker.type === 'request') askOwner(state, reply, holding, payment, requestId, asker.request)
    else throw new Error('a colleague asked a thread that does not own the id')
  }
}

function askOwner(state: ThreadState, owned: Owned, holding: Holding, payment: Payment, requestId: string, request: number): void {
  leave(state, owned.owner, (message) => ({
    type: 'askedAgain',
    message,
    from: state.config.thread,
    request,
    account: holding.account.id,
    requestId,
    hash: owned.hash,
    prepare: payment.prepare,
  }))
}

/** Messages that colleagues left: each is handled once and struck out in the same commit. */
export function heardLeft(state: ThreadState, messages: readonly LeftMessage[], at: UnixMs): void {
  for (const message of messages) {
    if (state.consumed.has(message.message)) continue
    state.consumed.add(message.message)
    write(state, { type: 'consumed', message: message.message })
    if (message.type === 'answered') state.effects.push({ type: 'answer', request: message.request, reply: message.reply })
    else heardAskedAgain(state, message, at)
  }
}

function heardAskedAgain(state: ThreadState, asked: AskedAgain, at: UnixMs): void {
  const asker: Asker = { type: 'colleague', thread: asked.from, request: asked.request }
  const account = findAccount(state, asked.account)
  if (account === undefined || isTooOld(state, asked.prepare, at)) {
    answer(state, asker, tooOld)
    return
  }
  const holding = holdingOf(state, account)
  const known = holding.ids?.get(asked.requestId)
  if (known !== undefined) askKnown(state, known, asked.hash, asker)
  else if (holding.open >= state.config.maxOpen || (holding.ids?.size ?? 0) >= state.config.maxKeptIds) answer(state, asker, tooManyOpen)
  else begin(state, makePayment(state, holding, asked.prepare, asker, { id: asked.requestId, hash: asked.hash }), at)
}
