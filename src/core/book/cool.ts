/**
 * B7: hot beyond what the warming policy keeps, or unused for `coolAfter`, goes back to cold. First the book says so (give),
 * and once that is durable the running total is sent; only totals travel, so a lost or repeated cool does no harm.
 */
import type { Cooled } from '../input.ts'
import type { Given, ThreadState } from '../threadState.ts'
import { type Amount, add, excess } from '../values/amount.ts'
import type { UnixMs } from '../values/time.ts'
import { noteGiven, write } from './commits.ts'
import { give, type Holding, hearCold, isAwaited, pocketOf, receive, warmingViewOf } from './holding.ts'
import { keep } from './warming.ts'

/** At most one cool of an account in this time, and one under way. */
const COOL_INTERVAL_MS = 10
/** A cool without a reply is sent again after this time. */
const COOL_REPLY_MS = 1_000

/** Arms the look at `coolAfter`; a farm of one keeps everything hot. */
export function coolWhenIdle(state: ThreadState, holding: Holding, at: UnixMs): void {
  if (holding.idleArmed || holding.hot === 0n || holding.account.parallelism === 1 || !holding.served) return
  holding.idleArmed = true
  state.timers.arm(Math.max(at, holding.usedAt) + state.config.coolAfterMs, { type: 'idle', holding })
}

/** The look: hot that was not used for `coolAfter` goes back. */
export function coolIdle(state: ThreadState, holding: Holding, at: UnixMs): void {
  holding.idleArmed = false
  if (holding.hot === 0n || isAwaited(holding)) return
  const due = holding.usedAt + state.config.coolAfterMs
  if (at >= due) giveBack(state, holding, holding.hot)
  else {
    holding.idleArmed = true
    state.timers.arm(due, { type: 'idle', holding })
  }
}

/** Money comes in with this step's commit. */
export function takeIn(state: ThreadState, holding: Holding, amount: Amount): void {
  receive(holding, pocketOf(holding), amount)
  if (!holding.served) noteGiven(state, holding, amount)
}

/** After money came in: what is beyond the warming policy's measure goes back in the same commit. */
export function coolExcess(state: ThreadState, holding: Holding, at: UnixMs): void {
  if (!holding.served) {
    coolUnserved(state, holding)
    return
  }
  if (holding.account.parallelism === 1) return
  if (!isAwaited(holding)) {
    const beyond = excess(holding.hot, keep(state.config.warming, warmingViewOf(holding, at)))
    if (beyond > 0n) giveBack(state, holding, beyond)
  }
  coolWhenIdle(state, holding, at)
}

function giveBack(state: ThreadState, holding: Holding, amount: Amount): void {
  give(holding, amount)
  write(state, { type: 'give', account: holding.account.id, amount })
  noteGiven(state, holding, amount)
}

/** What a commit gave is durable: it may be sent, now or when the interval is over. */
export function givenIsDurable(state: ThreadState, given: readonly Given[], at: UnixMs): void {
  for (const { holding, amount } of given) holding.givenDurable = add(holding.givenDurable, amount)
  for (const { holding } of given) sendCool(state, holding, at)
}

export function coolIsDue(state: ThreadState, holding: Holding, at: UnixMs): void {
  holding.coolArmed = false
  sendCool(state, holding, at)
}

function sendCool(state: ThreadState, holding: Holding, at: UnixMs): void {
  if (holding.coolArmed || holding.coolingSince !== undefined || holding.full || holding.givenDurable <= holding.givenSent) return
  if (at - holding.cooledAt < COOL_INTERVAL_MS) {
    holding.coolArmed = true
    state.timers.arm(holding.cooledAt + COOL_INTERVAL_MS, { type: 'cool', holding })
    return
  }
  emitCool(state, holding, at)
}

function emitCool(state: ThreadState, holding: Holding, at: UnixMs): void {
  holding.givenSent = holding.givenDurable
  holding.cooledAt = at
  holding.coolingSince ??= at
  state.cooling.add(holding)
  state.effects.push({ type: 'cool', account: holding.account.id, given: holding.givenDurable })
}

export function heardCool(state: ThreadState, holding: Holding, reply: Cooled | 'full', at: UnixMs): void {
  if (reply === 'full') {
    holding.full = true
    state.cooling.delete(holding)
    return
  }
  // Which of several askings this answers is not known: the cold is taken to be as old as the oldest.
  if (holding.coolingSince !== undefined) hearCold(holding, reply.cold, holding.coolingSince)
  if (reply.returned > holding.returned) holding.returned = reply.returned
  if (holding.returned < holding.givenSent) return
  holding.coolingSince = undefined
  state.cooling.delete(holding)
  sendCool(state, holding, at)
}

/** This thread is not in the account's farm: what it holds, and no withdrawal gathers, goes back (B7). */
export function coolUnserved(state: ThreadState, holding: Holding): void {
  if (holding.withdrawals === undefined) coolAll(state, holding)
}

export function coolAll(state: ThreadState, holding: Holding): void {
  if (holding.hot > 0n) giveBack(state, holding, holding.hot)
}

/** After a claim: whether the last totals arrived is not known (B9). */
export function sweepCool(state: ThreadState, holding: Holding, at: UnixMs): void {
  if (holding.givenDurable > 0n && holding.coolingSince === undefined) emitCool(state, holding, at)
}

/** The answer will never come. */
export function resendCool(state: ThreadState, holding: Holding, at: UnixMs): void {
  emitCool(state, holding, at)
}

/** Each second: totals whose reply is missing are sent again. */
export function resendCools(state: ThreadState, at: UnixMs): void {
  for (const holding of state.cooling) {
    if (at - holding.cooledAt >= COOL_REPLY_MS) emitCool(state, holding, at)
  }
}
