/** How a payment's money moves in the mirror and in the commit: charge, reroute, credit, refund, and the reject of none. */
import type { Change, Counted, Instead, Outcome, Pocket, RequestKey, Unresolved } from '../book/change.ts'
import { write } from '../book/commits.ts'
import { coolExcess, coolWhenIdle, givenIsDurable, takeIn } from '../book/cool.ts'
import { count, type Holding, pocketOf, receive, spend } from '../book/holding.ts'
import type { Converted } from '../input.ts'
import type { ThreadState } from '../threadState.ts'
import type { Unit } from '../values/account.ts'
import { type Amount, add, type Balance, minus, plus, subtract, ZERO } from '../values/amount.ts'
import type { Fulfill, Reply } from '../values/packet.ts'
import { EXPIRY_GRACE_MS, type UnixMs } from '../values/time.ts'
import type { Attempt, Payment, Unsure } from './payment.ts'
import { timedOut } from './rejects.ts'

/** Step 1's commit: the sender is charged and the payment recorded, in one write (R1, R3). */
export function charge(state: ThreadState, payment: Payment, attempt: Attempt, at: UnixMs): void {
  const { sender, prepare, request } = payment
  spend(sender, prepare.amount, at)
  payment.inBook = true
  offer(state, payment, attempt)
  payment.state = 'charging'
  write(
    state,
    {
      type: 'charge',
      record: {
        payment: payment.id,
        sender: sender.account.id,
        incomingUnit: sender.account.unit,
        incomingAmount: prepare.amount,
        incomingExpiry: prepare.expiresAt,
        condition: prepare.condition,
        destination: prepare.destination,
        route: attempt.route,
        receiver: attempt.receiver.account.id,
        outgoingUnit: attempt.receiver.account.unit,
        outgoingAmount: attempt.outgoingAmount,
        outgoingExpiry: attempt.outgoingExpiry,
        attempt: attempt.number,
        data: attempt.repeatable ? prepare.data : undefined,
        request,
      },
    },
    payment,
  )
  coolWhenIdle(state, sender, at)
}

/** S2: the next attempt is written before it is sent; the last one's end is counted with it. */
export function reroute(state: ThreadState, payment: Payment, attempt: Attempt, ended: Ended, at: UnixMs): void {
  const instead = insteadOf(state, payment, at)
  withdraw(state, payment)
  if (instead === undefined) tally(ended.counted, payment)
  else payment.unsure = unsureOf(payment, ended.counted)
  offer(state, payment, attempt)
  payment.state = 'rerouting'
  write(
    state,
    {
      type: 'reroute',
      payment: payment.id,
      route: attempt.route,
      receiver: attempt.receiver.account.id,
      outgoingUnit: attempt.receiver.account.unit,
      outgoingAmount: attempt.outgoingAmount,
      outgoingExpiry: attempt.outgoingExpiry,
      attempt: attempt.number,
      data: attempt.repeatable ? payment.prepare.data : undefined,
      counted: ended.counted,
      unresolved: ended.unresolved,
      instead,
    },
    payment,
  )
}

/** How an attempt ended, as the next change of its payment carries it. */
export interface Ended {
  readonly counted: Counted | undefined
  readonly unresolved: Unresolved | undefined
}

/** `answered`: the receiver told its end; otherwise it may have been charged (S2). F and R codes count as none. */
export function endOf(payment: Payment, outcome: Outcome | undefined, answered: boolean): Ended {
  const attempt = attemptOf(payment)
  const account = attempt.receiver.account.id
  const amount = attempt.outgoingAmount
  return {
    counted: outcome === undefined ? undefined : { route: attempt.route, account, outcome, amount },
    unresolved: answered ? undefined : { account, amount },
  }
}

/** Step 3's commit: the receiver is credited, position moves, the reply is kept (R5, B5). */
export function credit(state: ThreadState, payment: Payment, fulfill: Fulfill, at: UnixMs): void {
  const attempt = attemptOf(payment)
  const { receiver, outgoingAmount } = attempt
  const { sender, prepare } = payment
  withdraw(state, payment)
  takeIn(state, receiver, outgoingAmount)
  const late = isLate(payment, at)
  if (late) takeIn(state, sender, prepare.amount)
  else movePosition(state, sender.account.unit, prepare.amount)
  movePosition(state, receiver.account.unit, minus(ZERO, outgoingAmount))
  const counted = successOf(attempt)
  count(receiver, counted)
  const reply = late ? (payment.receiverReject ?? timedOut(state)) : fulfill
  settle(payment, 'crediting', reply)
  const refunds = late ? pocketOf(sender) : undefined
  // Nobody can ask again without an id: the book strikes it out in the same commit (B5).
  payment.inBook = payment.request !== undefined
  write(state, { type: 'credit', payment: payment.id, pocket: pocketOf(receiver), reply, counted, refunds, keepUntil: keptUntil(state, payment) }, payment)
  coolExcess(state, receiver, at)
  if (late) coolExcess(state, sender, at)
}

function successOf({ route, receiver, outgoingAmount }: Attempt): Counted {
  return { route, account: receiver.account.id, outcome: 'success', amount: outgoingAmount }
}

/** B8: its own incoming expiry is over: the sender is told that it failed, whatever the receiver did. */
function isLate(payment: Payment, at: UnixMs): boolean {
  return at > payment.prepare.expiresAt
}

/** The charge is undone: the sender has its money back, in the commit that keeps the reply. */
export function refund(state: ThreadState, payment: Payment, reply: Reply, ended: Ended, at: UnixMs): void {
  const { sender, prepare } = payment
  const { counted, unresolved } = ended
  const instead = insteadOf(state, payment, at)
  withdraw(state, payment)
  settle(payment, 'refunding', reply)
  payment.inBook = payment.request !== undefined || instead !== undefined
  const keepUntil = keptUntil(state, payment)
  write(state, { type: 'refund', payment: payment.id, pocket: pocketOf(sender), reply, counted, unresolved, instead, keepUntil }, payment)
  if (instead !== undefined) {
    payment.unsure = unsureOf(payment, counted)
    return
  }
  tally(counted, payment)
  takeIn(state, sender, prepare.amount)
  coolExcess(state, sender, at)
}

/** Only where a fulfillment may lie in the book that this life has not heard of (B8). */
function insteadOf(state: ThreadState, payment: Payment, at: UnixMs): Instead | undefined {
  const attempt = attemptOf(payment)
  if (!payment.recovered && !attempt.receiver.account.callsBack) return undefined
  return { pocket: pocketOf(attempt.receiver), counted: successOf(attempt), late: isLate(payment, at), keepUntil: keptUntil(state, payment) }
}

function unsureOf(payment: Payment, counted: Counted | undefined): Unsure {
  const attempt = attemptOf(payment)
  return { attempt, counted, senderPocket: pocketOf(payment.sender), receiverPocket: pocketOf(attempt.receiver) }
}

/** B8: the store has said whether a refund or a reroute stands; `converted` is what the sender is told instead. */
export function becomeSure(state: ThreadState, payment: Payment, converted: Reply | undefined, at: UnixMs): void {
  const { unsure } = payment
  if (unsure === undefined) return
  payment.unsure = undefined
  if (converted !== undefined) return convert(state, payment, unsure, converted, at)
  if (unsure.counted !== undefined) count(unsure.attempt.receiver, unsure.counted)
  if (payment.state === 'refunding') receiveDurable(state, payment.sender, unsure.senderPocket, payment.prepare.amount, at)
}

/** What is kept of a commit, and sent again should the store lose it (B12), is what it came to. */
export function noteConverted(state: ThreadState, seq: number, converted: readonly Converted[]): void {
  const told = new Map(converted.map(({ payment, reply }) => [payment, reply]))
  for (const emitted of state.unacknowledged) {
    if (emitted.seq > seq) return
    emitted.changes = emitted.changes.map((change) => {
      if (change.type !== 'refund' && change.type !== 'reroute') return change
      const reply = told.get(change.payment)
      return reply === undefined || change.instead === undefined ? change : creditOf(change, change.instead, reply)
    })
  }
}

function creditOf(change: Extract<Change, { type: 'refund' | 'reroute' }>, { pocket, counted, keepUntil }: Instead, reply: Reply): Change {
  const refunds = change.type === 'refund' && reply.type === 'reject' ? change.pocket : undefined
  return { type: 'credit', payment: change.payment, pocket, reply, counted, refunds, keepUntil }
}

function convert(state: ThreadState, payment: Payment, { attempt, senderPocket, receiverPocket }: Unsure, reply: Reply, at: UnixMs): void {
  const { sender, prepare } = payment
  const { receiver, outgoingAmount } = attempt
  if (payment.state === 'rerouting') withdraw(state, payment)
  payment.attempt = attempt
  receiveDurable(state, receiver, receiverPocket, outgoingAmount, at)
  if (reply.type === 'fulfill') movePosition(state, sender.account.unit, prepare.amount)
  else receiveDurable(state, sender, senderPocket, prepare.amount, at)
  movePosition(state, receiver.account.unit, minus(ZERO, outgoingAmount))
  count(receiver, successOf(attempt))
  settle(payment, 'crediting', reply)
}

/** Money that the store has booked already. */
function receiveDurable(state: ThreadState, holding: Holding, pocket: Pocket, amount: Amount, at: UnixMs): void {
  receive(holding, pocket, amount)
  if (pocket === 'hot') coolExcess(state, holding, at)
  else givenIsDurable(state, [{ holding, amount }], at)
}

/** B4: with an id, even a reject that moved nothing is durable before it is told. */
export function recordReject(state: ThreadState, payment: Payment, request: RequestKey, reply: Reply): void {
  settle(payment, 'rejecting', reply)
  payment.inBook = true
  const keepUntil = payment.prepare.expiresAt + state.config.answerRetentionMs
  write(state, { type: 'reject', payment: payment.id, sender: payment.sender.account.id, request, reply, keepUntil }, payment)
}

function settle(payment: Payment, state: 'crediting' | 'refunding' | 'rejecting', reply: Reply): void {
  payment.state = state
  payment.reply = reply
}

function keptUntil(state: ThreadState, payment: Payment): UnixMs | undefined {
  return payment.request === undefined ? undefined : payment.prepare.expiresAt + state.config.answerRetentionMs
}

function offer(state: ThreadState, payment: Payment, attempt: Attempt): void {
  payment.attempt = attempt
  payment.unknown = false
  payment.sendings = 0
  payment.tried.push(attempt.receiver)
  attempt.receiver.underWay = add(attempt.receiver.underWay, attempt.outgoingAmount)
  moveOutgoing(state, attempt.receiver, attempt.outgoingAmount)
  state.timers.arm(attempt.outgoingExpiry + EXPIRY_GRACE_MS, { type: 'attempt', payment: payment.id, attempt: attempt.number })
}

/** The attempt that a recovered payment was in: unknown, and never repeated elsewhere (B9). */
export function takeUpOffer(state: ThreadState, payment: Payment, attempt: Attempt): void {
  offer(state, payment, attempt)
  payment.unknown = true
}

function withdraw(state: ThreadState, payment: Payment): void {
  const { receiver, outgoingAmount } = attemptOf(payment)
  receiver.underWay = subtract(receiver.underWay, outgoingAmount)
  moveOutgoing(state, receiver, minus(ZERO, outgoingAmount))
}

function moveOutgoing(state: ThreadState, receiver: Holding, amount: Balance): void {
  const { unit } = receiver.account
  if (state.config.positionLimits.has(unit)) state.outgoing.set(unit, plus(state.outgoing.get(unit) ?? ZERO, amount))
}

function movePosition(state: ThreadState, unit: Unit, amount: Balance): void {
  state.positions.set(unit, plus(state.positions.get(unit) ?? ZERO, amount))
}

function tally(counted: Counted | undefined, payment: Payment): void {
  if (counted !== undefined) count(attemptOf(payment).receiver, counted)
}

export function attemptOf(payment: Payment): Attempt {
  if (payment.attempt === undefined) throw new Error(`payment ${payment.id} has no attempt in state ${payment.state}`)
  return payment.attempt
}
