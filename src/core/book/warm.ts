/** B6: one warm of an account under way; what it asks for is for all who wait. */
import type { ThreadState } from '../threadState.ts'
import { ZERO } from '../values/amount.ts'
import type { UnixMs } from '../values/time.ts'
import { type Holding, isAwaited, warmingViewOf } from './holding.ts'
import { wanted } from './warming.ts'

/** Where nobody waits it wants nothing, and tells what was granted. */
export function askForWarm(state: ThreadState, holding: Holding, at: UnixMs): void {
  if (holding.warmingSince !== undefined) return
  holding.warmingSince = at
  const amount = isAwaited(holding) ? wanted(state.config.warming, warmingViewOf(holding, at)) : ZERO
  state.effects.push({ type: 'warm', account: holding.account.id, taken: holding.taken, wanted: amount })
  if (amount > 0n) mayComeTwice(state, holding, at)
}

/** A command that was sent may be applied once more so much later. */
export const LATE_MS = 10_000

/** A warm that comes twice grants twice. The next one tells of it; where none follows, the shard is asked when no more can come. */
function mayComeTwice(state: ThreadState, holding: Holding, at: UnixMs): void {
  holding.wantedAt = at
  if (state.warmed.size === 0) state.timers.arm(at + LATE_MS, { type: 'sweepWarmed' })
  state.warmed.add(holding)
}

/** The answer to the one that is under way will never come. */
export function askForWarmAgain(state: ThreadState, holding: Holding, at: UnixMs): void {
  if (holding.warmingSince === undefined) return
  holding.warmingSince = undefined
  askForWarm(state, holding, at)
}
