/** What the actions of the transition table do. Every event of a payment comes through `happen`. */

import { refuse } from '../book/holding.ts'
import { levelOf, onward } from '../routing/choose.ts'
import { echoOf } from '../routing/echo.ts'
import type { ThreadState } from '../threadState.ts'
import { minus } from '../values/amount.ts'
import { matches } from '../values/condition.ts'
import type { Fulfill, Reject } from '../values/packet.ts'
import { EXPIRY_GRACE_MS, MIN_MESSAGE_WINDOW_MS, type UnixMs } from '../values/time.ts'
import { unreachable } from '../values/unreachable.ts'
import { admit } from './admission.ts'
import { tell } from './answer.ts'
import { nextAttempt, windowIsOpen } from './attempt.ts'
import { type Attempt, attemptIdOf, type Payment } from './payment.ts'
import { badEcho, noBalance, notTaken, timedOut, tooManyWaiting, windowClosed, wrongPreimage } from './rejects.ts'
import { thank } from './replies.ts'
import { attemptOf, charge, credit, type Ended, endOf, recordReject, refund, reroute } from './settle.ts'
import { type PaymentEvent, transitions } from './table.ts'

export interface Happening {
  readonly event: PaymentEvent
  readonly at: UnixMs
  readonly judgement?: 'pass' | 'fail'
  readonly fulfill?: Fulfill
  /** When it was received, where that was by another thread (B8). */
  readonly receivedAt?: UnixMs
  readonly reject?: Reject
}

export function happen(state: ThreadState, payment: Payment, happening: Happening): void {
  const { at } = happening
  state.config.observe?.(payment.state, happening.event)
  const action = transitions[payment.state][happening.event]
  switch (action) {
    case 'admit':
      return begin(state, payment, at)
    case 'charge':
      return happening.judgement === 'pass' ? chargeNow(state, payment, at) : rejectNow(state, payment, noBalance(state))
    case 'send':
      thank(state, payment)
      return send(state, payment, at)
    case 'credit':
      return fulfilled(state, payment, happening, at)
    case 'receiverRejected':
      return rejected(state, payment, given(happening.reject), at)
    case 'notTaken':
      return unsent(state, payment, at)
    case 'keepUnknown':
      payment.unknown = true
      return repeatLater(state, payment, at)
    case 'sendAgain':
      return sendAgain(state, payment, at)
    case 'timedOut':
      // A recovered attempt's answer may have reached the process that died: no fault of the receiver's.
      return goOn(state, payment, timedOut(state), endOf(payment, payment.recovered ? undefined : 'fault', false), at)
    case 'answer':
      thank(state, payment)
      return tell(state, payment)
    case 'ignoredLate':
    case 'ignoredEarly':
    case 'ignoredSpurious':
      return
    case 'bug':
      throw new Error(`payment ${payment.id}: '${happening.event}' cannot happen in state '${payment.state}'`)
    default:
      return unreachable(action)
  }
}

/** The prepare is ours to judge: in line for balance, or charged at once. */
export function begin(state: ThreadState, payment: Payment, at: UnixMs): void {
  const early = refuseEarly(state, payment, at)
  if (early !== undefined) return rejectNow(state, payment, early)
  switch (admit(state, payment, at)) {
    case 'pass':
      return chargeNow(state, payment, at)
    case 'waits':
      payment.state = 'waiting'
      return
    case 'tooMany':
      return rejectNow(state, payment, tooManyWaiting(state))
    case 'full':
      return rejectNow(state, payment, noBalance(state))
  }
}

function refuseEarly(state: ThreadState, payment: Payment, at: UnixMs): Reject | undefined {
  if (echoOf(state.directory.address, payment.prepare) === 'malformed') return badEcho(state)
  return windowIsOpen(payment, at) ? undefined : windowClosed(state)
}

function chargeNow(state: ThreadState, payment: Payment, at: UnixMs): void {
  const attempt = nextAttempt(state, payment, at)
  if ('code' in attempt) return rejectNow(state, payment, attempt)
  charge(state, payment, attempt, at)
}

/** A reject before any charge leaves at once, unless the prepare carries an id (B1, B4). */
function rejectNow(state: ThreadState, payment: Payment, reply: Reject): void {
  if (payment.request !== undefined) return recordReject(state, payment, payment.request, reply)
  payment.reply = reply
  tell(state, payment)
}

/** S1, B1: the charge is durable; once, and only with time enough for an answer. */
function send(state: ThreadState, payment: Payment, at: UnixMs): void {
  const attempt = attemptOf(payment)
  if (attempt.outgoingExpiry - at < MIN_MESSAGE_WINDOW_MS) {
    // The commit took too long for this slice; the next candidate may have more.
    return goOn(state, payment, windowClosed(state), endOf(payment, undefined, true), at)
  }
  payment.state = 'sent'
  emit(state, payment, attempt)
}

function emit(state: ThreadState, payment: Payment, attempt: Attempt): void {
  const { condition } = payment.prepare
  const { destination, data } = onward(state, payment.prepare)
  const to = attempt.receiver.account.id
  const prepare = { amount: attempt.outgoingAmount, expiresAt: attempt.outgoingExpiry, condition, destination, data }
  payment.sendings++
  if (attempt.repeatable) {
    const requestId = attemptIdOf(payment.id, attempt.number)
    state.effects.push({ type: 'sendPrepare', to, payment: payment.id, attempt: attempt.number, requestId, prepare })
  } else state.effects.push({ type: 'sendPrepare', to, payment: payment.id, attempt: attempt.number, prepare })
}

/** Between two sendings under one id, doubled each time. */
const FIRST_REPEAT_MS = 50
const LONGEST_REPEAT_MS = 2_000
const MOST_DOUBLINGS = 10

/** S1: its end is unknown; a receiver that deduplicates is asked again under the same id while there is time for an answer. */
export function repeatLater(state: ThreadState, payment: Payment, at: UnixMs): void {
  const attempt = attemptOf(payment)
  if (!attempt.repeatable) return
  const pauseMs = payment.sendings === 0 ? 0 : Math.min(LONGEST_REPEAT_MS, FIRST_REPEAT_MS << Math.min(payment.sendings - 1, MOST_DOUBLINGS))
  if (at + pauseMs + MIN_MESSAGE_WINDOW_MS > attempt.outgoingExpiry) return
  state.timers.arm(at + pauseMs, { type: 'repeat', payment: payment.id, attempt: attempt.number })
}

function sendAgain(state: ThreadState, payment: Payment, at: UnixMs): void {
  const attempt = attemptOf(payment)
  if (payment.unknown && at + MIN_MESSAGE_WINDOW_MS <= attempt.outgoingExpiry) emit(state, payment, attempt)
}

function fulfilled(state: ThreadState, payment: Payment, happening: Happening, at: UnixMs): void {
  const { receivedAt = at } = happening
  const fulfill = given(happening.fulfill)
  if (receivedAt > attemptOf(payment).outgoingExpiry + EXPIRY_GRACE_MS) return
  if (matches(payment.prepare.condition, fulfill.fulfillment)) credit(state, payment, fulfill, at)
  else refund(state, payment, payment.receiverReject ?? wrongPreimage(state), endOf(payment, 'fault', true), at)
}

/** A receiver's own reject: temporary ones let the next candidate try, the others are final. */
function rejected(state: ThreadState, payment: Payment, reject: Reject, at: UnixMs): void {
  payment.receiverReject = reject
  if (!reject.code.startsWith('T')) return refund(state, payment, reject, endOf(payment, undefined, true), at)
  if (reject.code === 'T04') noteRefusal(state, attemptOf(payment), at)
  goOn(state, payment, reject, endOf(payment, reject.code === 'T04' ? 'noRoom' : 'fault', true), at)
}

/** What it refused came on top of all else that was owed or under way to it. */
function noteRefusal(state: ThreadState, attempt: Attempt, at: UnixMs): void {
  const { receiver, outgoingAmount } = attempt
  refuse(receiver, outgoingAmount, minus(levelOf(state, receiver), outgoingAmount), at)
}

function unsent(state: ThreadState, payment: Payment, at: UnixMs): void {
  // Once unknown, an attempt stays so, whatever a later `not taken` says (S1).
  if (payment.unknown) return repeatLater(state, payment, at)
  goOn(state, payment, notTaken(state), endOf(payment, 'noRoom', true), at)
}

/** The next candidate, if one and time enough is left; otherwise the sender is refunded and told the last reject. */
function goOn(state: ThreadState, payment: Payment, reject: Reject, ended: Ended, at: UnixMs): void {
  if (!payment.recovered && attemptOf(payment).number <= state.config.failover) {
    const next = nextAttempt(state, payment, at)
    if (!('code' in next)) return reroute(state, payment, next, ended, at)
  }
  refund(state, payment, payment.receiverReject ?? reject, ended, at)
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the input lacks its packet')
  return value
}
