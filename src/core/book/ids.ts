/**
 * B4: a prepare with an id has one owner among the threads, and is charged once. Whoever comes second leaves the prepare
 * with the owner and waits for the answer to be left here.
 */
import { hash } from 'node:crypto'
import type { Effect } from '../effect.ts'
import type { Owned } from '../input.ts'
import { heardOperationAnswered, heardOperationAsked } from '../money/ask.ts'
import { answer } from '../payment/answer.ts'
import { begin, happen } from '../payment/lifecycle.ts'
import { makePayment, type Payment, type Rival } from '../payment/payment.ts'
import { heardLeftReply } from '../payment/replies.ts'
import { findAccount, holdingOf, type ThreadState } from '../threadState.ts'
import type { Prepare, Refusal } from '../values/packet.ts'
import type { UnixMs } from '../values/time.ts'
import { unreachable } from '../values/unreachable.ts'
import { write } from './commits.ts'
import type { Holding } from './holding.ts'
import { leave } from './leave.ts'
import type { Answered, AskedAgain, Asker, LeftMessage } from './message.ts'
import { heardRecall } from './recall.ts'

const conflict: Refusal = { type: 'refusal', status: 409, message: 'this Request-Id was used with other content' }
export const tooManyOpen: Refusal = { type: 'refusal', status: 429, message: 'too many payments or kept answers are open for this account' }
export const tooOld: Refusal = { type: 'refusal', status: 410, message: 'the answer under this Request-Id is no longer kept' }

export function contentHash(prepare: Prepare): string {
  const head = `${prepare.amount} ${prepare.expiresAt} ${prepare.condition} ${prepare.destination} `
  return hash('sha256', prepare.data.length === 0 ? head : Buffer.concat([Buffer.from(head), prepare.data]), 'base64url')
}

export function isTooOld(state: ThreadState, prepare: Prepare, at: UnixMs): boolean {
  return at >= prepare.expiresAt + state.config.answerRetentionMs
}

/** A prepare under an id that this thread has: whoever asks is told now, or when the payment is. */
export function askKnown(state: ThreadState, known: Payment, rival: Rival): void {
  const { asker, hash: contents } = rival
  if (known.request?.hash !== contents) {
    // Whose content came first, only the store can say.
    if (known.state === 'owning') known.rivals = [...(known.rivals ?? []), rival]
    else answer(state, asker, conflict)
  } else if (known.state === 'done' && known.reply !== undefined) answer(state, asker, known.reply)
  else known.askers.push(asker)
}

/** The store says who owns the id. A reply counts once: what is no longer `owning` has heard it. Returns who waited for the verdict. */
export function heardOwned(state: ThreadState, holding: Holding, requestId: string, reply: Owned, at: UnixMs): readonly Rival[] {
  const payment = holding.ids?.get(requestId)
  if (payment === undefined || payment.state !== 'owning') return []
  const rivals = payment.rivals ?? []
  payment.rivals = undefined
  // By then the store may have forgotten who owned it, and what was answered (B4).
  const old = isTooOld(state, payment.prepare, at)
  if (!old && reply.hash === payment.request?.hash && reply.owner === state.config.thread) {
    if (isOfEarlierTerm(state, reply)) {
      payment.rivals = rivals
      askToOwn(state, payment, { owner: reply.owner, term: reply.term ?? 0 })
      return []
    }
    state.owning.delete(payment)
    happen(state, payment, { event: 'owned', at })
    return rivals
  }
  state.owning.delete(payment)
  holding.ids?.delete(requestId)
  state.payments.delete(payment.id)
  holding.open--
  for (const asker of payment.askers) {
    if (old) answer(state, asker, tooOld)
    else if (reply.hash !== payment.request?.hash) answer(state, asker, conflict)
    else askOwner(state, reply, payment, requestId, asker)
  }
  return rivals
}

/** Before this thread's book was closed and opened again: what it lacks may have been owned anew meanwhile (B11). */
export function isOfEarlierTerm({ term }: ThreadState, owned: Owned): boolean {
  return (owned.term ?? 0) < term
}

/** → `owned`; also again, where the answer will never come. `instead`: of a closed book that lacks it. */
export function askToOwn(state: ThreadState, payment: Payment, instead?: Instead): void {
  const { sender, prepare, request } = payment
  if (request === undefined) throw new Error('only an id is owned')
  state.owning.add(payment)
  const keepUntil = prepare.expiresAt + state.config.answerRetentionMs
  own(state, { type: 'own', account: sender.account.id, requestId: request.id, hash: request.hash, keepUntil }, instead)
}

export type Instead = NonNullable<Own['instead']>
type Own = Extract<Effect, { type: 'own' }>

export function own(state: ThreadState, effect: Own, instead: Instead | undefined): void {
  const asked = state.term === 0 ? effect : { ...effect, term: state.term }
  state.effects.push(instead === undefined ? asked : { ...asked, instead })
}

/**
 * Whoever asked waits here until the owner's answer is left: a held request, or a colleague whom the store told that this
 * thread owns the id before it lost that (B12).
 */
function askOwner(state: ThreadState, owned: Owned, { sender, prepare }: Payment, requestId: string, asker: Asker): void {
  const { owner, hash } = owned
  const { thread } = state.config
  const message = leave(state, owner, (id) => ({ type: 'askedAgain', message: id, from: thread, account: sender.account.id, requestId, hash, prepare }))
  state.asked.set(message, { asker, sender, question: state.leaving.get(message)?.effect })
  sender.open++
}

/** Messages that colleagues left: each is taken up once. */
export function heardLeft(state: ThreadState, messages: readonly LeftMessage[], at: UnixMs): void {
  for (const message of messages) {
    if (state.consumed.has(message.message)) continue
    state.consumed.add(message.message)
    heardMessage(state, message, at)
  }
}

function heardMessage(state: ThreadState, message: LeftMessage, at: UnixMs): void {
  switch (message.type) {
    case 'askedAgain':
      return heardAskedAgain(state, message, at)
    case 'answered':
      return heardAnswered(state, message)
    case 'recall':
      return heardRecall(state, message)
    case 'operationAsked':
      return heardOperationAsked(state, message, at)
    case 'operationAnswered':
      return heardOperationAnswered(state, message)
    case 'fulfilled':
    case 'rejected':
      return heardLeftReply(state, message, at)
    default:
      return unreachable(message)
  }
}

function heardAnswered(state: ThreadState, { message, answers, reply }: Answered): void {
  write(state, { type: 'consumed', message })
  const asked = state.asked.get(answers)
  if (asked === undefined) return
  state.asked.delete(answers)
  asked.sender.open--
  answer(state, asked.asker, reply)
}

function heardAskedAgain(state: ThreadState, { from, message, account: id, requestId, hash: contents, prepare }: AskedAgain, at: UnixMs): void {
  const asker: Asker = { type: 'colleague', thread: from, message }
  const account = findAccount(state, id)
  if (account === undefined || isTooOld(state, prepare, at)) answer(state, asker, tooOld)
  else askAsOwner(state, holdingOf(state, account), { asker, prepare, hash: contents }, requestId, at)
}

/** This thread owns the id: what it does not know is new, unless its book was closed before. */
export function askAsOwner(state: ThreadState, holding: Holding, rival: Rival, requestId: string, at: UnixMs): void {
  const known = holding.ids?.get(requestId)
  if (known !== undefined) askKnown(state, known, rival)
  else if (holding.open >= state.config.maxOpen || (holding.ids?.size ?? 0) >= state.config.maxKeptIds) answer(state, rival.asker, tooManyOpen)
  else {
    const payment = makePayment(state, holding, rival.prepare, rival.asker, { id: requestId, hash: rival.hash })
    if (state.term === 0) begin(state, payment, at)
    else askToOwn(state, payment)
  }
}
