/** An operation's one commit: the money and the answer that is kept; it is told when that is durable (B1, R1). */
import type { PaymentId } from '../book/change.ts'
import { write } from '../book/commits.ts'
import type { StoredPayment } from '../book/contents.ts'
import { coolExcess, takeIn } from '../book/cool.ts'
import { type Holding, pocketOf } from '../book/holding.ts'
import { recallOthers } from '../book/recall.ts'
import { askForWarm } from '../book/warm.ts'
import type { ThreadState } from '../threadState.ts'
import { minus, plus, subtract, ZERO } from '../values/amount.ts'
import type { UnixMs } from '../values/time.ts'
import { answerMoney } from './answerMoney.ts'
import { roomToEnter } from './entered.ts'
import { type Booking, type MoneyReply, ownedId } from './operation.ts'

/** A withdrawal waits so long for what other threads hold; they give it back at their next look (B10). */
const GATHER_MS = 5_000
/** Between two looks at the cold meanwhile. */
const GATHER_POLL_MS = 100

/** The id is ours, and new. */
export function book(state: ThreadState, booking: Booking, at: UnixMs): void {
  const { operation, holding } = booking
  if (at >= operation.expiresAt) return decline(state, booking, 'expired', at)
  if (operation.direction === 'withdrawal') return gather(state, booking, at)
  if (holding.full || operation.amount > roomToEnter(state, holding.account.unit)) return decline(state, booking, 'tooMuch', at)
  takeIn(state, holding, operation.amount)
  commit(state, booking, { type: 'moved' })
  coolExcess(state, holding, at)
}

/** R2: no factor; what other threads hold is recalled, and gathered here. */
function gather(state: ThreadState, booking: Booking, at: UnixMs): void {
  const { holding, operation } = booking
  booking.state = 'gathering'
  booking.gatherUntil = Math.min(at + GATHER_MS, operation.expiresAt)
  holding.withdrawals = [...(holding.withdrawals ?? []), booking]
  payGathered(state, holding, at)
  if (booking.state !== 'gathering') return coolExcess(state, holding, at)
  recallOthers(state, holding)
  askForWarm(state, holding, at)
  lookAgain(state, holding, at)
}

/** Those that hot suffices for, in order of arrival; a larger one does not hold up a smaller one behind it. */
export function payGathered(state: ThreadState, holding: Holding, at: UnixMs): void {
  for (const booking of holding.withdrawals ?? []) {
    const { amount } = booking.operation
    if (holding.hot < amount) continue
    leaveLine(booking)
    holding.hot = subtract(holding.hot, amount)
    holding.usedAt = at
    commit(state, booking, { type: 'moved' })
  }
}

/** The look: whose time is over is told so, the others ask for the cold again. */
export function gatherOn(state: ThreadState, holding: Holding, at: UnixMs): void {
  holding.gatherArmed = false
  payGathered(state, holding, at)
  for (const booking of holding.withdrawals ?? []) {
    if (at < booking.gatherUntil) continue
    leaveLine(booking)
    decline(state, booking, 'insufficient', at)
  }
  if (holding.withdrawals === undefined) {
    coolExcess(state, holding, at)
    return
  }
  askForWarm(state, holding, at)
  lookAgain(state, holding, at)
}

function lookAgain(state: ThreadState, holding: Holding, at: UnixMs): void {
  if (holding.gatherArmed) return
  holding.gatherArmed = true
  state.timers.arm(at + GATHER_POLL_MS, { type: 'gather', holding })
}

function leaveLine(booking: Booking): void {
  const { holding } = booking
  const others = holding.withdrawals?.filter((each) => each !== booking) ?? []
  holding.withdrawals = others.length === 0 ? undefined : others
}

function decline(state: ThreadState, booking: Booking, why: Extract<MoneyReply, { type: 'declined' }>['why'], at: UnixMs): void {
  commit(state, booking, { type: 'declined', why })
  coolExcess(state, booking.holding, at)
}

function commit(state: ThreadState, booking: Booking, reply: MoneyReply): void {
  const { key, holding, operation, hash } = booking
  const { account } = holding
  const { amount, direction } = operation
  booking.state = 'committing'
  booking.reply = reply
  state.committingMoney.set(key, booking)
  if (reply.type === 'moved') {
    const before = state.entered.get(account.unit) ?? ZERO
    state.entered.set(account.unit, direction === 'deposit' ? plus(before, amount) : minus(before, amount))
  }
  write(state, {
    type: 'unconditional',
    payment: key,
    account: account.id,
    unit: account.unit,
    direction,
    amount,
    pocket: direction === 'deposit' ? pocketOf(holding) : 'hot',
    request: { id: ownedId(operation), hash },
    reply,
    keepUntil: operation.expiresAt + state.config.answerRetentionMs,
  })
}

/** Its commit is durable: whoever asked is told. */
export function bookingIsDurable(state: ThreadState, key: PaymentId): void {
  const booking = state.committingMoney.get(key)
  if (booking?.reply === undefined) return
  state.committingMoney.delete(key)
  booking.state = 'done'
  for (const asker of booking.askers) answerMoney(state, asker, booking.reply)
  booking.askers = []
  state.timers.arm(booking.operation.expiresAt + state.config.answerRetentionMs, { type: 'forgetMoney', booking })
}

export function forgetBooking(state: ThreadState, { key, holding, operation }: Booking): void {
  holding.bookings?.delete(operation.id)
  state.drops.push({ type: 'dropped', payment: key })
}

/** An answer that an earlier life kept (B9). Of its operation only the id and the hash are known, and that suffices. */
export function takeUpBooking(state: ThreadState, stored: StoredPayment, holding: Holding, reply: MoneyReply, at: UnixMs): void {
  const request = stored.tombstone?.request
  const keepUntil = stored.tombstone?.keepUntil
  if (request === undefined || keepUntil === undefined) throw new Error(`the answer of operation ${stored.payment} has no id`)
  const id = request.id.slice(request.id.indexOf(' ') + 1)
  const operation = { id, account: holding.account.id, direction: 'deposit', amount: ZERO, expiresAt: keepUntil - state.config.answerRetentionMs } as const
  const booking: Booking = {
    key: stored.payment,
    holding,
    operation,
    hash: request.hash,
    askers: [],
    state: 'done',
    reply,
    gatherUntil: Number.NEGATIVE_INFINITY,
    rivals: [],
  }
  holding.bookings ??= new Map()
  holding.bookings.set(id, booking)
  state.timers.arm(Math.max(at, keepUntil), { type: 'forgetMoney', booking })
}
