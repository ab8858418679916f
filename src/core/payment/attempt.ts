/**
 * One attempt: which candidate, how much, until when. R7 for the amount, S3 for the expiry, S2 for going on to the next.
 */
import type { Holding } from '../book/holding.ts'
import { choose } from '../routing/choose.ts'
import type { ThreadState } from '../threadState.ts'
import { type Amount, MAX_INT64 } from '../values/amount.ts'
import type { Reject } from '../values/packet.ts'
import { MAX_HOLD_MS, MIN_EXPIRY_DIFFERENCE_MS, MIN_MESSAGE_WINDOW_MS, type UnixMs } from '../values/time.ts'
import type { Attempt, Payment } from './payment.ts'
import { beyondPosition, noRate, noRoute, nothingLeft, tooLarge, windowClosed } from './rejects.ts'

/** The latest that the next hop may answer, were it the only one (S3). */
function latestExpiry(payment: Payment, at: UnixMs): UnixMs {
  return Math.min(payment.prepare.expiresAt - MIN_EXPIRY_DIFFERENCE_MS, at + MAX_HOLD_MS)
}

export function windowIsOpen(payment: Payment, at: UnixMs): boolean {
  return latestExpiry(payment, at) - at >= MIN_MESSAGE_WINDOW_MS
}

/** The first or next attempt; a reject says why there is none. */
export function nextAttempt(state: ThreadState, payment: Payment, at: UnixMs): Attempt | Reject {
  if (!windowIsOpen(payment, at)) return windowClosed(state)
  const chosen = choose(state, payment, at)
  if (chosen === 'noRoute') return noRoute(state)
  if (chosen === 'noRate') return noRate(state)
  const { route, receiver, outgoingAmount, othersLeft } = chosen
  if (outgoingAmount === 0n && payment.prepare.amount > 0n) return nothingLeft(state)
  if (outgoingAmount > MAX_INT64) return tooLarge(state, outgoingAmount, MAX_INT64)
  if (!positionAllows(state, payment, receiver, outgoingAmount)) return beyondPosition(state)
  const number = (payment.attempt?.number ?? 0) + 1
  const mayFailOver = othersLeft && number <= state.config.failover
  return { number, route, receiver, outgoingAmount, outgoingExpiry: outgoingExpiryOf(state, payment, at, mayFailOver), repeatable: receiver.deduplicates }
}

/** While another candidate is left, an attempt gets only a slice of the time, so that a holder cannot eat it all. */
function outgoingExpiryOf(state: ThreadState, payment: Payment, at: UnixMs, mayFailOver: boolean): UnixMs {
  const latest = latestExpiry(payment, at)
  if (!mayFailOver) return latest
  const slice = state.config.attemptTimeoutMs ?? Math.floor((latest - at) / 2)
  return slice < MIN_MESSAGE_WINDOW_MS ? latest : Math.min(latest, at + slice)
}

/** R5: the position less what is under way, this book's part of the limit; what a reroute takes back counts as back. */
function positionAllows(state: ThreadState, payment: Payment, receiver: Holding, outgoingAmount: Amount): boolean {
  const { unit } = receiver.account
  const limit = state.config.positionLimits.get(unit)
  if (limit === undefined) return true
  const freed = payment.attempt?.receiver.account.unit === unit ? payment.attempt.outgoingAmount : 0n
  const left = (state.positions.get(unit) ?? 0n) - (state.outgoing.get(unit) ?? 0n) + freed - outgoingAmount
  return left >= -(limit / BigInt(state.directory.threads))
}
