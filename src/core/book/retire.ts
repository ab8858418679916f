/**
 * B11: a thread that the directory does not name any more retires. It takes nothing new, answers what colleagues ask, lets its
 * payments end and gives back all that is hot. When nothing can come in late any more and nothing is left, its book is closed;
 * what it keeps for whoever asks again stays readable there.
 */
import { isAmong } from '../directory.ts'
import type { CloseReply } from '../input.ts'
import type { ThreadState } from '../threadState.ts'
import type { Refusal } from '../values/packet.ts'
import type { UnixMs } from '../values/time.ts'
import type { Holding } from './holding.ts'
import { readLeft } from './leave.ts'
import { expectLate } from './recovery.ts'

export const leaving: Refusal = { type: 'refusal', status: 503, message: 'this thread leaves; try another connection' }

export function isRetiring(state: ThreadState): boolean {
  return !isAmong(state.directory, state.config.thread)
}

/** What an earlier life or connection asked for may still come in. */
export function retire(state: ThreadState, at: UnixMs): void {
  if (state.serving && isRetiring(state)) expectLate(state, at)
}

/** Each second. */
export function closeWhenDone(state: ThreadState): void {
  if (!isRetiring(state) || state.isClosing || !isDone(state)) return
  state.isClosing = true
  askToClose(state)
}

/** → `closed`; also again, where the answer will never come. */
export function askToClose(state: ThreadState): void {
  state.effects.push({ type: 'close', epoch: state.epoch })
}

function isDone(state: ThreadState): boolean {
  const { lateUntil, unswept, warmed, unacknowledged, changes, consumed, leaving, asked, askedMoney } = state
  if (lateUntil !== Number.NEGATIVE_INFINITY || unswept.length > 0 || warmed.size > 0) return false
  if (unacknowledged.length + changes.length + consumed.size + leaving.size + asked.size + askedMoney.size > 0) return false
  for (const payment of state.payments.values()) if (payment.state !== 'done') return false
  for (const holding of state.holdings.values()) if (!isCold(holding)) return false
  return true
}

function isCold(holding: Holding): boolean {
  const { hot, given, returned, warmingSince, bookings } = holding
  if (hot !== 0n || given > returned || warmingSince !== undefined) return false
  for (const booking of bookings?.values() ?? []) if (booking.state !== 'done') return false
  return true
}

export function heardClosed(state: ThreadState, reply: CloseReply): void {
  state.isClosing = false
  if (reply === 'left') readLeft(state)
  else state.ended = reply === 'ok' ? 'closed' : 'fenced'
}
