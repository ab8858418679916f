/**
 * B2, one order: each step writes at most one commit, numbered one after the other, and what was emitted is kept until
 * the store acknowledges it, and for a while after (B12). The mirror has moved by then; what others are told waits for the acknowledgement (B1).
 */
import type { Payment } from '../payment/payment.ts'
import type { Emitted, ThreadState } from '../threadState.ts'
import type { Amount } from '../values/amount.ts'
import type { UnixMs } from '../values/time.ts'
import type { Change, Written } from './change.ts'
import type { Holding } from './holding.ts'

/** Adds a change to the commit of this step; `payment` goes on when it is durable. */
export function write(state: ThreadState, change: Change, payment?: Payment): void {
  // Most commits have one change of one payment: a literal is smaller than what push makes room for.
  if (state.changes.length === 0) state.changes = [change]
  else state.changes.push(change)
  if (payment === undefined) return
  if (state.changedPayments.length === 0) state.changedPayments = [payment]
  else state.changedPayments.push(payment)
}

/** Notes that this step's commit gives money back: when it is durable, it may be sent (B7). */
export function noteGiven(state: ThreadState, holding: Holding, amount: Amount): void {
  state.changedGiven.push({ holding, amount })
}

const NONE: Emitted['given'] = []

/** At the end of a step: what was written becomes one commit. Tombstones without an id ride along (B5). */
export function flush(state: ThreadState): void {
  if (state.changes.length === 0) return
  const changes = state.drops.length === 0 ? state.changes : state.changes.concat(state.drops)
  const given = state.changedGiven.length === 0 ? NONE : state.changedGiven
  const emitted: Emitted = { seq: ++state.seq, changes, payments: state.changedPayments, given }
  state.unacknowledged.push(emitted)
  state.effects.push({ type: 'commit', epoch: state.epoch, seq: emitted.seq, changes })
  state.changes = []
  state.changedPayments = []
  if (state.changedGiven.length > 0) state.changedGiven = []
  if (state.drops.length > 0) state.drops = []
}

/** Commits up to `seq` are durable: returns them, oldest first. One that is known already returns nothing. */
export function acknowledge(state: ThreadState, seq: number, written: Written | undefined, at: UnixMs): readonly Emitted[] {
  const durable = takeUpTo(state, seq)
  for (const emitted of durable) state.recent.keep(againOf(emitted, emitted.seq === seq ? written : undefined), at)
  return durable
}

/**
 * What goes again, should the store lose it (B12). A refund or a reroute that stood has been told: it may meet no fulfillment
 * any more that is left after the loss (B8).
 */
function againOf({ changes }: Emitted, written: Written | undefined): readonly Change[] | Written {
  if (!changes.some(mayBeConverted)) return written ?? changes
  return changes.map((change) => (mayBeConverted(change) ? { ...change, instead: undefined } : change))
}

function mayBeConverted(change: Change): change is Extract<Change, { type: 'refund' | 'reroute' }> {
  return (change.type === 'refund' || change.type === 'reroute') && change.instead !== undefined
}

function takeUpTo(state: ThreadState, seq: number): readonly Emitted[] {
  const queue = state.unacknowledged
  const first = queue[0]
  if (first === undefined || first.seq > seq) return []
  if (first.seq === seq) {
    queue.shift()
    return [first]
  }
  return queue.splice(0, seq - first.seq + 1)
}

/**
 * The store has `last` and missed a commit between it and `seq`: what it has lost goes again (B12) and everything
 * unacknowledged, in order. Those behind it answer `gap` too, with rising numbers; a number that does not rise, or is beyond
 * what went again, speaks of another loss. False: it lost more than is kept here.
 */
export function resend(state: ThreadState, seq: number, last: number, at: UnixMs): boolean {
  const sameLoss = seq > state.lastGap && seq <= state.resentUpTo
  state.lastGap = seq
  if (sameLoss) return true
  const lost = state.recent.after(last, at)
  if (lost === undefined) return false
  const { epoch } = state
  for (const { seq: number, changes } of lost) {
    if (typeof changes === 'string') state.effects.push({ type: 'recommit', epoch, seq: number, written: changes })
    else state.effects.push({ type: 'commit', epoch, seq: number, changes })
  }
  resendAll(state)
  return true
}

/**
 * After a broken connection: whatever gap is told of from now on is another loss. A commit must go, be it an empty one:
 * a store that came back without what it acknowledged says so (B12).
 */
export function resendLost(state: ThreadState): void {
  if (state.unacknowledged.length === 0) emitNothing(state)
  resendAll(state)
  state.lastGap = state.resentUpTo
}

function emitNothing(state: ThreadState): Emitted {
  const emitted: Emitted = { seq: ++state.seq, changes: [], payments: [], given: NONE }
  state.unacknowledged.push(emitted)
  return emitted
}

/** Everything that is not acknowledged, in order. */
function resendAll(state: ThreadState): void {
  for (const emitted of state.unacknowledged) {
    state.effects.push({ type: 'commit', epoch: state.epoch, seq: emitted.seq, changes: emitted.changes })
    state.resentUpTo = emitted.seq
  }
}
