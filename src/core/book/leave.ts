/** What must reach another thread is left in its book; the hint to look comes after (`left` → wake). */
import type { ThreadState } from '../threadState.ts'
import type { ThreadId } from '../values/account.ts'
import type { LeftMessage } from './message.ts'

export function leave(state: ThreadState, to: ThreadId, make: (message: string) => LeftMessage): void {
  state.lastMessage++
  state.effects.push({ type: 'leave', to, message: make(`${state.epoch}.${state.lastMessage}`) })
}
