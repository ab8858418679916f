/**
 * B11: accounts come and change, and farms are dealt anew, while payments are under way. What this thread serves no more it
 * gives back; what waits for a warm of it is judged all the same, and a payment under way ends where it began.
 */
import { type Directory, serves } from '../directory.ts'
import type { ThreadState } from '../threadState.ts'
import type { UnixMs } from '../values/time.ts'
import { coolUnserved, coolWhenIdle } from './cool.ts'
import { retire } from './retire.ts'

export function replaceDirectory(state: ThreadState, directory: Directory, at: UnixMs): void {
  state.directory = directory
  for (const holding of state.holdings.values()) {
    const account = directory.accounts.get(holding.account.id)
    // One that is gone keeps what it was: its payments may still be under way.
    if (account !== undefined) holding.account = account
    holding.served = account !== undefined && serves(directory, state.config.thread, account)
    if (!state.serving || holding.waiting.length > 0 || holding.warmingSince !== undefined) continue
    if (holding.served) coolWhenIdle(state, holding, at)
    else coolUnserved(state, holding)
  }
  retire(state, at)
}
