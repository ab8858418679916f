/** How a payment's money moves in the mirror and in the commit: charge, reroute, credit, refund, and the reject of none. */
import type { Counted, Outcome, RequestKey, Unresolved } from '../book/change.ts'
import { write } from '../book/commits.ts'
import { coolExcess, coolWhenIdle } from '../book/cool.ts'
import { count, type Holding, pocketOf, receive, spend } from '../book/holding.ts'
import type { ThreadState } from '../threadState.ts'
import type { Unit } from '../values/account.ts'
import { add, type Balance, minus, plus, subtract, ZERO } from '../values/amount.ts'
import type { Fulfill, Reply } from '../values/packet.ts'
import { EXPIRY_GRACE_MS, type UnixMs } from '../values/time.ts'
import type { Attempt, Payment } from './payment.ts'

/** Step 1's commit: the sender is charged and the payment recorded, in one write (R1, R3). */
export function charge(state: ThreadState, payment: Payment, attempt: Attempt, at: UnixMs): void {
  const { sender, prepare, request } = payment
  spend(sender, prepare.amount, at)
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
export function reroute(state: ThreadState, payment: Payment, attempt: Attempt, ended: Ended): void {
  withdraw(state, payment)
  tally(ended.counted, payment)
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
  withdraw(state, payment)
  receive(receiver, outgoingAmount)
  movePosition(state, payment.sender.account.unit, payment.prepare.amount)
  movePosition(state, receiver.account.unit, minus(ZERO, outgoingAmount))
  const counted: Counted = { route: attempt.route, account: receiver.account.id, outcome: 'success', amount: outgoingAmount }
  count(receiver, counted)
  settle(payment, 'crediting', fulfill)
  write(state, { type: 'credit', payment: payment.id, pocket: pocketOf(receiver), reply: fulfill, counted, keepUntil: keptUntil(state, payment) }, payment)
  coolExcess(state, receiver, at)
}

/** The charge is undone: the sender has its money back, in the commit that keeps the reply. */
export function refund(state: ThreadState, payment: Payment, reply: Reply, ended: Ended, at: UnixMs): void {
  const { sender, prepare } = payment
  withdraw(state, payment)
  tally(ended.counted, payment)
  receive(sender, prepare.amount)
  settle(payment, 'refunding', reply)
  const { counted, unresolved } = ended
  write(state, { type: 'refund', payment: payment.id, pocket: pocketOf(sender), reply, counted, unresolved, keepUntil: keptUntil(state, payment) }, payment)
  coolExcess(state, sender, at)
}

/** B4: with an id, even a reject that moved nothing is durable before it is told. */
export function recordReject(state: ThreadState, payment: Payment, request: RequestKey, reply: Reply): void {
  settle(payment, 'rejecting', reply)
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
