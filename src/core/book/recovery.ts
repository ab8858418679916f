/**
 * B9: a new incarnation takes up the book that it claimed. What was under way may or may not have been sent: it is never
 * sent elsewhere, nor again but to a receiver that deduplicates, and ends by an answer or its timer. Kept answers can be
 * asked for again. Totals that were given are sent again, and every shard is asked for grants that this book does not name.
 */

import { takeUpBooking } from '../money/booking.ts'
import { isOfMoney } from '../money/operation.ts'
import { repeatLater } from '../payment/lifecycle.ts'
import { type Payment, takeUp } from '../payment/payment.ts'
import { takeUpOffer } from '../payment/settle.ts'
import { copyTally } from '../routing/reading.ts'
import { findAccount, holdingOf, type ThreadState } from '../threadState.ts'
import type { AccountId } from '../values/account.ts'
import { amount } from '../values/amount.ts'
import type { UnixMs } from '../values/time.ts'
import type { BookContents, StoredPayment } from './contents.ts'
import { coolUnserved, coolWhenIdle, sweepCool } from './cool.ts'
import type { Holding } from './holding.ts'
import { askForWarm, LATE_MS } from './warm.ts'

/** Shards asked in one slot of the timers: 100,000 accounts take 10 s, and the store has other work too. */
const SWEPT_AT_ONCE = 100
const SWEEP_INTERVAL_MS = 10

export function takeUpBook(state: ThreadState, book: BookContents, at: UnixMs): void {
  state.seq = book.seq
  state.term = book.term ?? 0
  state.recent.beginAfter(book.seq)
  for (const [unit, entered] of book.entered ?? []) state.entered.set(unit, entered)
  for (const [unit, position] of book.positions) state.positions.set(unit, position)
  for (const { account, hot, taken, given } of book.accounts) {
    const holding = mustHold(state, account, hot !== 0n)
    if (holding === undefined) continue
    holding.hot = amount(hot)
    holding.taken = taken
    holding.given = given
    holding.givenDurable = given
  }
  for (const [route, ofRoute] of book.tallies) {
    for (const [account, tally] of ofRoute) {
      const holding = mustHold(state, account, false)
      if (holding === undefined) continue
      holding.tallies ??= new Map()
      holding.tallies.set(route, copyTally(tally))
    }
  }
  for (const stored of book.payments) takeUpPayment(state, stored, at)
  for (const holding of state.holdings.values()) {
    if (holding.served) coolWhenIdle(state, holding, at)
    else coolUnserved(state, holding)
  }
  if (book.isNew) return
  beginSweep(state, at)
  expectLate(state, at)
}

/** Undefined for an account that is gone and has nothing left here. */
function mustHold(state: ThreadState, id: AccountId, needed: boolean): Holding | undefined {
  const account = findAccount(state, id)
  if (account !== undefined) return holdingOf(state, account)
  if (needed) throw new Error(`the book of ${state.config.thread} holds money of account ${id}, which is not known any more`)
  return undefined
}

function takeUpPayment(state: ThreadState, stored: StoredPayment, at: UnixMs): void {
  const { payment: id, record, tombstone } = stored
  const sender = mustHold(state, record?.sender ?? (tombstone?.sender as AccountId), record !== undefined && tombstone === undefined)
  const request = tombstone === undefined ? record?.request : tombstone.request
  // Whoever would be told without an id hung up with the process that held its request.
  if (sender === undefined || (tombstone !== undefined && (request === undefined || tombstone.keepUntil === undefined))) {
    state.drops.push({ type: 'dropped', payment: id })
    return
  }
  const reply = tombstone?.reply
  if (reply !== undefined && isOfMoney(reply)) return takeUpBooking(state, stored, sender, reply, at)
  const payment: Payment = takeUp(state, { id, sender, record, request, reply })
  if (tombstone?.keepUntil !== undefined) {
    state.timers.arm(Math.max(at, tombstone.keepUntil), { type: 'forget', payment })
  } else if (record !== undefined) {
    const receiver = mustHold(state, record.receiver, true) as Holding
    const { attempt: number, route, outgoingAmount, outgoingExpiry, data } = record
    takeUpOffer(state, payment, { number, route, receiver, outgoingAmount, outgoingExpiry, repeatable: data !== undefined })
    repeatLater(state, payment, at)
  }
}

/** A warm that comes in late grants what nobody waits for: when none can come any more, the shards are asked again. */
export function expectLate(state: ThreadState, at: UnixMs): void {
  state.lateUntil = at + LATE_MS
  state.timers.arm(state.lateUntil, { type: 'sweepLate' })
}

/** Whose last warm can come in no more. */
export function sweepWarmed(state: ThreadState, at: UnixMs): void {
  const over = [...state.warmed].filter(({ wantedAt }) => at - wantedAt >= LATE_MS)
  for (const holding of over) state.warmed.delete(holding)
  if (state.warmed.size > 0) state.timers.arm(at + LATE_MS, { type: 'sweepWarmed' })
  const isSweeping = state.unswept.length > 0
  state.unswept = [...state.unswept, ...over]
  if (!isSweeping) sweep(state, at)
}

export function sweepLate(state: ThreadState, at: UnixMs): void {
  if (at < state.lateUntil) return
  state.lateUntil = Number.NEGATIVE_INFINITY
  beginSweep(state, at)
}

function beginSweep(state: ThreadState, at: UnixMs): void {
  const swept = new Set(state.holdings.values())
  const { directory } = state
  // An earlier life may have served others: farms are dealt anew (B11).
  for (const account of directory.accounts.values()) swept.add(holdingOf(state, account))
  state.unswept = [...swept]
  sweep(state, at)
}

/** A grant that the book does not name is taken like any other. */
export function sweep(state: ThreadState, at: UnixMs): void {
  const now = state.unswept.slice(0, SWEPT_AT_ONCE)
  state.unswept = state.unswept.slice(SWEPT_AT_ONCE)
  for (const holding of now) {
    sweepCool(state, holding, at)
    askForWarm(state, holding, at)
  }
  if (state.unswept.length > 0) state.timers.arm(at + SWEEP_INTERVAL_MS, { type: 'sweep' })
}
