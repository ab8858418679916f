/**
 * What must reach another thread is left in its book; the hint to look comes after (`left` → wake). What was asked of us is
 * struck out only when its answer has been left: whoever takes over this book finds it again (B9).
 */
import type { Effect } from '../effect.ts'
import type { Input } from '../input.ts'
import type { ThreadState } from '../threadState.ts'
import type { ThreadId } from '../values/account.ts'
import { write } from './commits.ts'
import type { LeftMessage } from './message.ts'

/** A message on its way, and the one in our own book that it answers. */
export interface Leaving {
  readonly effect: Extract<Effect, { type: 'leave' }>
  readonly consumes: string | undefined
}

/** Returns the id of what is left. */
export function leave(state: ThreadState, to: ThreadId, make: (message: string) => LeftMessage, consumes?: string): string {
  state.lastMessage++
  const id = `${state.epoch}.${state.lastMessage}`
  const effect = { type: 'leave', to, message: make(id) } as const
  state.leaving.set(id, { effect, consumes })
  state.effects.push(effect)
  return id
}

/** It lies in the other's book. A recall finds nothing in a book that nobody has (B10), an answer nobody who waits in one that is closed (B11). */
export function heardLeftThere(state: ThreadState, { to, message, reply }: Extract<Input, { type: 'left' }>): void {
  const leaving = state.leaving.get(message)
  if (leaving === undefined) return
  state.leaving.delete(message)
  if (reply === 'ok') state.effects.push({ type: 'wake', to })
  if (leaving.consumes !== undefined) write(state, { type: 'consumed', message: leaving.consumes })
}
