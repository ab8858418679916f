/**
 * What must reach another thread is left in its book; the hint to look comes after (`left` → wake). What was asked of us is
 * struck out only when its answer has been left: whoever takes over this book finds it again (B9).
 */
import type { Effect } from '../effect.ts'
import type { Input } from '../input.ts'
import type { ThreadState } from '../threadState.ts'
import type { ThreadId } from '../values/account.ts'
import { write } from './commits.ts'
import type { Fulfilled, LeftMessage, Rejected } from './message.ts'

/** A message on its way, and the one in our own book that it answers. */
export interface Leaving {
  readonly effect: Extract<Effect, { type: 'leave' }>
  readonly consumes: string | undefined
  /** Callbacks that are thanked when it lies there (B8). */
  readonly requests: number[]
}

/** Returns the id of what is left. */
export function leave(state: ThreadState, to: ThreadId, make: (message: string) => LeftMessage, consumes?: string): string {
  state.lastMessage++
  const id = `${state.epoch}.${state.lastMessage}`
  const effect = { type: 'leave', to, message: make(id) } as const
  state.leaving.set(id, { effect, consumes, requests: [] })
  state.effects.push(effect)
  return id
}

/** A reply, for its payment's owner. What comes for the same attempt meanwhile waits with it: the first counts. */
export function leaveReply(state: ThreadState, to: ThreadId, message: Fulfilled | Rejected, request: number): void {
  const known = state.leaving.get(message.message)
  if (known !== undefined) {
    known.requests.push(request)
    return
  }
  const effect = { type: 'leave', to, message } as const
  state.leaving.set(message.message, { effect, consumes: undefined, requests: [request] })
  state.effects.push(effect)
}

/**
 * Each second too, hint or no hint: a thread that writes nothing is told by it that another has its book, and with it the
 * answers that are awaited here (B3).
 */
export function readLeft(state: ThreadState): void {
  state.effects.push({ type: 'readLeft', epoch: state.epoch })
}

/** It lies in the other's book, or came too late for that. A recall finds nothing in a book that nobody has (B10), an answer nobody in one that is closed (B11). */
export function heardLeftThere(state: ThreadState, { to, message, reply }: Extract<Input, { type: 'left' }>): void {
  const leaving = state.leaving.get(message)
  if (leaving === undefined) return
  state.leaving.delete(message)
  for (const request of leaving.requests) state.effects.push({ type: 'thank', request, how: reply === 'ok' ? 'taken' : 'late' })
  // One's own is read at the claim, or by now.
  if (to === state.config.thread) {
    if (state.serving) readLeft(state)
  } else if (reply === 'ok') state.effects.push({ type: 'wake', to })
  if (leaving.consumes !== undefined) write(state, { type: 'consumed', message: leaving.consumes })
}
