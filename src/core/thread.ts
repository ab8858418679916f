/**
 * The one door of a thread: an input goes in, effects come out, at once and to the end. It knows no clock, no network
 * and no store; whatever it awaits comes back as an input (input.ts).
 */

import type { PaymentId } from './book/change.ts'
import { heardOwnerIsClosed } from './book/closedOwner.ts'
import { acknowledge, flush, resend } from './book/commits.ts'
import type { BookContents } from './book/contents.ts'
import { coolIdle, coolIsDue, givenIsDurable, heardCool, resendCools } from './book/cool.ts'
import type { Holding } from './book/holding.ts'
import { heardLeft, heardOwned } from './book/ids.ts'
import { heardLeftThere, readLeft } from './book/leave.ts'
import { askAgain, askDoubtedAgain } from './book/reconnect.ts'
import { sweep, sweepLate, sweepWarmed, takeUpBook } from './book/recovery.ts'
import { replaceDirectory } from './book/redeal.ts'
import { closeWhenDone, heardClosed, retire } from './book/retire.ts'
import type { Effect } from './effect.ts'
import type { Input } from './input.ts'
import { heardOperationOwned, receiveOperation } from './money/ask.ts'
import { bookingIsDurable, forgetBooking, gatherOn } from './money/booking.ts'
import { isOperationId } from './money/operation.ts'
import { heardWarm } from './payment/admission.ts'
import { forget } from './payment/answer.ts'
import { type Happening, happen } from './payment/lifecycle.ts'
import { receivePrepare, receiveRival } from './payment/receive.ts'
import { heardReply } from './payment/replies.ts'
import { becomeSure, noteConverted } from './payment/settle.ts'
import { type Emitted, findAccount, holdingOf, type Job, makeThreadState, type ThreadConfig, type ThreadState } from './threadState.ts'
import type { AccountId } from './values/account.ts'
import type { Draw } from './values/draw.ts'
import type { Reply } from './values/packet.ts'
import type { UnixMs } from './values/time.ts'
import { unreachable } from './values/unreachable.ts'

/** Left messages are read at least this often, hint or no hint. */
const POLL_MS = 1_000

export interface Thread {
  readonly step: (input: Input) => readonly Effect[]
}

export function makeThread(config: ThreadConfig): Thread {
  const state = makeThreadState(config)
  return { step: (input) => step(state, input) }
}

/** The same, for whoever holds the state and looks at it between two steps. */
export function step(state: ThreadState, input: Input): readonly Effect[] {
  state.effects = []
  if (state.ended !== undefined) return state.effects
  take(state, input)
  if (hasEnded(state)) return [{ type: 'stop', why: state.ended }]
  flush(state)
  sleep(state)
  return state.effects
}

function hasEnded(state: ThreadState): state is ThreadState & { ended: NonNullable<ThreadState['ended']> } {
  return state.ended !== undefined
}

function take(state: ThreadState, input: Input): void {
  const { at } = input
  state.draw = (input as { readonly draw?: Draw }).draw ?? 0
  switch (input.type) {
    case 'started':
      state.epoch = input.epoch
      state.effects.push({ type: 'claim', epoch: input.epoch })
      return
    case 'claimed':
      return claimed(state, input.book, at)
    case 'prepareReceived':
      return receivePrepare(state, input)
    case 'moneyAsked':
      return receiveOperation(state, input)
    case 'fulfillReceived':
    case 'rejectReceived':
      return heardReply(state, input)
    case 'sendFailed':
      return ofAttempt(state, input, { event: input.how, at })
    case 'committed':
      return heardCommit(state, input, at)
    case 'warmed':
      return heardWarm(state, known(state, input.account), input.reply, at, (payment, judgement) => happen(state, payment, { event: 'judged', at, judgement }))
    case 'cooled':
      return heardCool(state, known(state, input.account), input.reply, at)
    case 'owned':
      return owned(state, input)
    case 'left':
      heardLeftThere(state, input)
      if (typeof input.reply === 'object') heardOwnerIsClosed(state, input, input.reply)
      return
    case 'closed':
      return heardClosed(state, input.reply)
    case 'wakeHeard':
      // What was left is read at the claim; before it nothing can be struck out.
      if (state.serving) readLeft(state)
      return
    case 'leftRead':
      if (input.messages === 'fenced') state.ended = 'fenced'
      else heardLeft(state, input.messages, at)
      return
    case 'snapshotTaken':
      if (state.snapshot === undefined || input.snapshot.version >= state.snapshot.version) state.snapshot = input.snapshot
      return
    case 'deduplicationHeard':
      known(state, input.account).deduplicates = input.deduplicates
      return
    case 'directoryReplaced':
      return replaceDirectory(state, input.directory, at)
    case 'woke':
      return wake(state, at)
    case 'reconnected':
      return askAgain(state, at)
    default:
      return unreachable(input)
  }
}

function claimed(state: ThreadState, book: BookContents, at: UnixMs): void {
  takeUpBook(state, book, at)
  state.serving = true
  retire(state, at)
  readLeft(state)
  state.timers.arm(at + POLL_MS, { type: 'poll' })
}

function owned(state: ThreadState, { account, requestId, reply, at }: Extract<Input, { type: 'owned' }>): void {
  const holding = known(state, account)
  if (isOperationId(requestId)) return heardOperationOwned(state, holding, requestId, reply, at)
  for (const rival of heardOwned(state, holding, requestId, reply, at)) receiveRival(state, holding, requestId, rival, at)
}

/** What is said of one attempt counts only while that is the present one (S2). */
function ofAttempt(state: ThreadState, message: { payment: PaymentId; attempt: number }, happening: Happening): void {
  const payment = state.payments.get(message.payment)
  if (payment?.attempt?.number === message.attempt) happen(state, payment, happening)
}

function heardCommit(state: ThreadState, { seq, reply, written }: Extract<Input, { type: 'committed' }>, at: UnixMs): void {
  if (reply === 'fenced') {
    // It says nothing of earlier sendings: nobody is told anything (B3).
    state.ended = 'fenced'
    return
  }
  if (typeof reply === 'object' && 'gap' in reply) {
    if (!resend(state, seq, reply.gap, at)) state.ended = 'lostWrites'
    return
  }
  const converted = typeof reply === 'object' ? reply.converted : undefined
  if (converted !== undefined) noteConverted(state, seq, converted)
  const told = converted === undefined ? undefined : new Map(converted.map((each) => [each.payment, each.reply]))
  // What it became is not what was written.
  const again = converted === undefined ? written : undefined
  for (const emitted of acknowledge(state, seq, again, at)) isDurable(state, emitted, told, at)
}

function isDurable(state: ThreadState, emitted: Emitted, converted: ReadonlyMap<PaymentId, Reply> | undefined, at: UnixMs): void {
  for (const payment of emitted.payments) {
    becomeSure(state, payment, converted?.get(payment.id), at)
    happen(state, payment, { event: 'committed', at })
  }
  givenIsDurable(state, emitted.given, at)
  if (state.committingMoney.size > 0) for (const change of emitted.changes) if (change.type === 'unconditional') bookingIsDurable(state, change.payment)
  if (state.consumed.size === 0) return
  for (const change of emitted.changes) if (change.type === 'consumed') state.consumed.delete(change.message)
}

function wake(state: ThreadState, at: UnixMs): void {
  state.sleepingUntil = undefined
  for (let jobs = state.timers.take(at); jobs !== undefined; jobs = state.timers.take(at)) {
    for (const job of jobs) run(state, job, at)
  }
}

function run(state: ThreadState, job: Job, at: UnixMs): void {
  switch (job.type) {
    case 'attempt':
      return ofAttempt(state, job, { event: 'timer', at })
    case 'repeat':
      return ofAttempt(state, job, { event: 'repeat', at })
    case 'idle':
      return coolIdle(state, job.holding, at)
    case 'cool':
      return coolIsDue(state, job.holding, at)
    case 'forget':
      return forget(state, job.payment)
    case 'sweep':
      return sweep(state, at)
    case 'sweepWarmed':
      return sweepWarmed(state, at)
    case 'sweepLate':
      return sweepLate(state, at)
    case 'gather':
      return gatherOn(state, job.holding, at)
    case 'forgetMoney':
      return forgetBooking(state, job.booking)
    case 'poll':
      readLeft(state)
      resendCools(state, at)
      askDoubtedAgain(state)
      closeWhenDone(state)
      state.timers.arm(at + POLL_MS, job)
      return
    default:
      return unreachable(job)
  }
}

/** One deadline a thread: told again only when it is earlier than what was told. */
function sleep(state: ThreadState): void {
  if (state.sleepingUntil !== undefined && !state.timers.anyBefore(state.sleepingUntil)) return
  const next = state.timers.next()
  if (next === undefined || (state.sleepingUntil !== undefined && state.sleepingUntil <= next)) return
  state.sleepingUntil = next
  state.effects.push({ type: 'sleepUntil', at: next })
}

function known(state: ThreadState, id: AccountId): Holding {
  const account = findAccount(state, id)
  const holding = account === undefined ? state.holdings.get(id) : holdingOf(state, account)
  if (holding === undefined) throw new Error(`the store answered for an unknown account ${id}`)
  return holding
}
