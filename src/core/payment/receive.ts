/** Step 1, the concentric prepare: what is refused before it is a payment, and whether its id is known. */

import type { Holding } from '../book/holding.ts'
import { askAsOwner, askKnown, askToOwn, contentHash, type Instead, isTooOld, tooManyOpen, tooOld } from '../book/ids.ts'
import type { Asker } from '../book/message.ts'
import { isRetiring, leaving } from '../book/retire.ts'
import type { Input } from '../input.ts'
import { type Asked, findAccount, holdingOf, type ThreadState } from '../threadState.ts'
import { amount, MAX_INT64 } from '../values/amount.ts'
import type { Prepare, Refusal, Reject } from '../values/packet.ts'
import { MAX_EXPIRY_AHEAD_MS, type UnixMs } from '../values/time.ts'
import { answer } from './answer.ts'
import { begin } from './lifecycle.ts'
import { makePayment, type Rival } from './payment.ts'
import { tooLarge } from './rejects.ts'

export function receivePrepare(state: ThreadState, input: Extract<Input, { type: 'prepareReceived' }>): void {
  const { at, prepare, requestId } = input
  const asker: Asker = { type: 'request', request: input.request }
  const account = findAccount(state, input.from)
  if (account === undefined) return end(state, input.request, refusal(404, 'no such account'))
  const holding = holdingOf(state, account)
  if (isRetiring(state)) return end(state, input.request, leaving)
  const bad = state.serving ? refuseUnread(state, holding, prepare, at) : refusal(503, 'not serving yet')
  if (bad !== undefined) return end(state, input.request, bad)
  if (requestId === undefined) {
    if (holding.open >= state.config.maxOpen) return end(state, input.request, tooManyOpen)
    return begin(state, makePayment(state, holding, prepare, asker), at)
  }
  receiveWithId(state, holding, prepare, asker, requestId, at)
}

/** Bounds are judged before the id is owned: a refusal leaves no record (B4). */
function receiveWithId(state: ThreadState, holding: Holding, prepare: Prepare, asker: Asker, requestId: string, at: UnixMs, instead?: Instead): void {
  if (isTooOld(state, prepare, at)) return answer(state, asker, tooOld)
  const contents = contentHash(prepare)
  const known = holding.ids?.get(requestId)
  if (known !== undefined) return askKnown(state, known, { asker, prepare, hash: contents })
  const { maxOpen, maxKeptIds, maxWaiting } = state.config
  if (holding.open >= maxOpen || (holding.ids?.size ?? 0) >= maxKeptIds || holding.waiting.length >= maxWaiting) return answer(state, asker, tooManyOpen)
  askToOwn(state, makePayment(state, holding, prepare, asker, { id: requestId, hash: contents }), instead)
}

/** The owner of its id has left, and its closed book lacks it (B11). */
export function receiveInstead(state: ThreadState, { asker, sender, question }: Asked, instead: Instead, at: UnixMs): void {
  if (question?.message.type !== 'askedAgain') throw new Error('a request without a question was answered')
  const { prepare, requestId } = question.message
  receiveWithId(state, sender, prepare, asker, requestId, at, instead)
}

/** Another content came under the same id while the store was asked; now it has said whose is the first (B4). */
export function receiveRival(state: ThreadState, holding: Holding, requestId: string, rival: Rival, at: UnixMs): void {
  if (rival.asker.type === 'request') receiveWithId(state, holding, rival.prepare, rival.asker, requestId, at)
  else askAsOwner(state, holding, rival, requestId, at)
}

/** R6, B5: before any effect. */
function refuseUnread(state: ThreadState, holding: Holding, prepare: Prepare, at: UnixMs): Refusal | Reject | undefined {
  if (prepare.expiresAt - at > MAX_EXPIRY_AHEAD_MS) return refusal(400, 'the expiry is more than 10 minutes ahead')
  const fits = amount(MAX_INT64 / BigInt(holding.account.parallelism))
  const maximum = state.config.maxPacketAmount < fits ? state.config.maxPacketAmount : fits
  return prepare.amount > maximum ? tooLarge(state, prepare.amount, maximum) : undefined
}

function end(state: ThreadState, request: number, reply: Refusal | Reject): void {
  state.effects.push({ type: 'answer', request, reply })
}

function refusal(status: Refusal['status'], message: string): Refusal {
  return { type: 'refusal', status, message }
}
