/** B4 for operations: the first thread that owns the id books it; the others leave it there and wait for the answer. */
import type { PaymentId } from '../book/change.ts'
import { write } from '../book/commits.ts'
import type { Holding } from '../book/holding.ts'
import { type Instead, isOfEarlierTerm, own } from '../book/ids.ts'
import { leave } from '../book/leave.ts'
import type { Asker, OperationAnswered, OperationAsked } from '../book/message.ts'
import { isRetiring, leaving } from '../book/retire.ts'
import type { Input, Owned } from '../input.ts'
import { type AskedOperation, findAccount, holdingOf, type ThreadState } from '../threadState.ts'
import { MAX_INT64 } from '../values/amount.ts'
import type { Refusal } from '../values/packet.ts'
import type { UnixMs } from '../values/time.ts'
import { answerMoney } from './answerMoney.ts'
import { book } from './booking.ts'
import { type Ask, type Booking, type Operation, operationHash, ownedId } from './operation.ts'

/** The answer has to be kept until then: longer than any ledger takes, and bounded. */
const MAX_OPERATION_AHEAD_MS = 7 * 86_400_000

const conflict: Refusal = { type: 'refusal', status: 409, message: 'this operation id was used with other content' }
const tooOld: Refusal = { type: 'refusal', status: 410, message: 'the answer under this operation id is no longer kept' }
const tooMany: Refusal = { type: 'refusal', status: 429, message: 'too many operations are open or kept for this account' }
const notServing: Refusal = { type: 'refusal', status: 503, message: 'not serving' }
const unknownAccount: Refusal = { type: 'refusal', status: 404, message: 'no such account' }
const unreadable: Refusal = { type: 'refusal', status: 400, message: 'the amount is not in 1..2^63-1, or the expiry is more than 7 days ahead' }

export function receiveOperation(state: ThreadState, { at, operation, request }: Extract<Input, { type: 'moneyAsked' }>): void {
  const asker: Asker = { type: 'request', request }
  const account = findAccount(state, operation.account)
  if (!state.serving) return answerMoney(state, asker, notServing)
  if (isRetiring(state)) return answerMoney(state, asker, leaving)
  if (account === undefined) return answerMoney(state, asker, unknownAccount)
  const { amount, expiresAt } = operation
  if (amount === 0n || amount > MAX_INT64 || expiresAt - at > MAX_OPERATION_AHEAD_MS) return answerMoney(state, asker, unreadable)
  receive(state, holdingOf(state, account), { asker, operation }, at)
}

/** The owner of its id has left, and its closed book lacks it (B11). */
export function askInstead(state: ThreadState, { asker, operation }: AskedOperation, instead: Instead, at: UnixMs): void {
  const account = findAccount(state, operation.account)
  if (account === undefined) return answerMoney(state, asker, unknownAccount)
  receive(state, holdingOf(state, account), { asker, operation }, at, instead)
}

function receive(state: ThreadState, holding: Holding, ask: Ask, at: UnixMs, instead?: Instead): void {
  const { asker, operation } = ask
  if (isTooOld(state, operation, at)) return answerMoney(state, asker, tooOld)
  const known = holding.bookings?.get(operation.id)
  if (known !== undefined) return askKnown(state, known, ask)
  if (isFull(state, holding)) return answerMoney(state, asker, tooMany)
  askToOwn(state, makeBooking(state, holding, ask), instead)
}

function isFull(state: ThreadState, holding: Holding): boolean {
  return (holding.bookings?.size ?? 0) >= state.config.maxKeptIds || state.askedMoney.size >= state.config.maxOpen
}

function isTooOld(state: ThreadState, { expiresAt }: Operation, at: UnixMs): boolean {
  return at >= expiresAt + state.config.answerRetentionMs
}

function askKnown(state: ThreadState, known: Booking, ask: Ask): void {
  if (known.hash !== operationHash(ask.operation)) {
    if (known.state === 'owning') known.rivals.push(ask)
    else answerMoney(state, ask.asker, conflict)
  } else if (known.state === 'done' && known.reply !== undefined) answerMoney(state, ask.asker, known.reply)
  else known.askers.push(ask.asker)
}

function makeBooking(state: ThreadState, holding: Holding, { asker, operation }: Ask): Booking {
  state.lastPayment++
  const key = `${state.epoch}.${state.lastPayment}` as PaymentId
  const booking: Booking = {
    key,
    holding,
    operation,
    hash: operationHash(operation),
    askers: [asker],
    state: 'owning',
    reply: undefined,
    gatherUntil: Number.NEGATIVE_INFINITY,
    rivals: [],
  }
  holding.bookings ??= new Map()
  holding.bookings.set(operation.id, booking)
  state.owningMoney.add(booking)
  return booking
}

/** → `owned`; also again, where the answer will never come. */
export function askToOwn(state: ThreadState, { operation, hash }: Booking, instead?: Instead): void {
  const keepUntil = operation.expiresAt + state.config.answerRetentionMs
  own(state, { type: 'own', account: operation.account, requestId: ownedId(operation), hash, keepUntil }, instead)
}

/** The store says who owns the id. A reply counts once. */
export function heardOperationOwned(state: ThreadState, holding: Holding, requestId: string, reply: Owned, at: UnixMs): void {
  const booking = [...state.owningMoney].find((each) => each.holding === holding && ownedId(each.operation) === requestId)
  if (booking === undefined) return
  const isOwn = isOurs(state, booking, reply, at)
  if (isOwn && isOfEarlierTerm(state, reply)) return askToOwn(state, booking, { owner: reply.owner, term: reply.term ?? 0 })
  state.owningMoney.delete(booking)
  const { rivals } = booking
  booking.rivals = []
  if (isOwn) book(state, booking, at)
  else notOurs(state, booking, reply, at)
  for (const rival of rivals) {
    if (rival.asker.type === 'request') receive(state, holding, rival, at)
    else receiveAsOwner(state, holding, rival, at)
  }
}

/** By then the store may have forgotten who owned it (B4). */
function isOurs(state: ThreadState, { operation, hash }: Booking, reply: Owned, at: UnixMs): boolean {
  return !isTooOld(state, operation, at) && reply.hash === hash && reply.owner === state.config.thread
}

function notOurs(state: ThreadState, { holding, operation, hash, askers }: Booking, reply: Owned, at: UnixMs): void {
  holding.bookings?.delete(operation.id)
  for (const asker of askers) {
    if (isTooOld(state, operation, at)) answerMoney(state, asker, tooOld)
    else if (reply.hash !== hash) answerMoney(state, asker, conflict)
    else askOwner(state, { owner: reply.owner, operation, asker })
  }
}

/** Whoever asked waits here until the owner's answer is left: a colleague too, whom the store told so before it lost it (B12). */
function askOwner(state: ThreadState, asked: AskedOperation): void {
  const { thread } = state.config
  const message = leave(state, asked.owner, (id) => ({ type: 'operationAsked', message: id, from: thread, operation: asked.operation }))
  state.askedMoney.set(message, asked)
}

/** Under a new number: the last question and its answer may be lost (B12). */
export function askOwnerOfOperationAgain(state: ThreadState, message: string): void {
  const asked = state.askedMoney.get(message)
  if (asked === undefined) return
  state.askedMoney.delete(message)
  askOwner(state, asked)
}

export function heardOperationAnswered(state: ThreadState, { message, answers, reply }: OperationAnswered): void {
  write(state, { type: 'consumed', message })
  const asked = state.askedMoney.get(answers)
  if (asked === undefined) return
  state.askedMoney.delete(answers)
  answerMoney(state, asked.asker, reply)
}

export function heardOperationAsked(state: ThreadState, { message, from, operation }: OperationAsked, at: UnixMs): void {
  const asker: Asker = { type: 'colleague', thread: from, message }
  const account = findAccount(state, operation.account)
  if (account === undefined || isTooOld(state, operation, at)) answerMoney(state, asker, tooOld)
  else receiveAsOwner(state, holdingOf(state, account), { asker, operation }, at)
}

/** This thread owns the id: what it does not know is new, unless its book was closed before. */
function receiveAsOwner(state: ThreadState, holding: Holding, ask: Ask, at: UnixMs): void {
  const known = holding.bookings?.get(ask.operation.id)
  if (known !== undefined) return askKnown(state, known, ask)
  if (isFull(state, holding)) return answerMoney(state, ask.asker, tooMany)
  const booking = makeBooking(state, holding, ask)
  if (state.term > 0) return askToOwn(state, booking)
  state.owningMoney.delete(booking)
  book(state, booking, at)
}
