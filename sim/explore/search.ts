/**
 * Breadth first through all states of a space, so that the first broken rule is found by a shortest history. A state is a
 * few whole numbers; each is kept once, with the choice that first led to it.
 */
import { InvariantBroken } from '../check/violation.ts'
import { States } from './states.ts'

export interface Space {
  /** How many numbers a state has. */
  readonly width: number
  /** At least one. */
  readonly starts: readonly Int32Array[]
  /** Tells `found` all that may come next. The state that it is given is not kept. */
  readonly expand: (state: Int32Array, found: Found) => void
}

export interface Found {
  /** `next` is copied. */
  readonly next: (choice: number, next: Int32Array) => void
  /** `choice`: undefined where the state itself is wrong. */
  readonly broken: (choice: number | undefined, error: unknown) => void
}

export interface Violation {
  /** A rule of DESIGN.md, `ends`, `quiet`; `bug`: the program threw. */
  readonly invariant: string
  readonly what: string
}

export interface Searched {
  readonly states: number
  /** Of the longest shortest history. */
  readonly depth: number
  /** Whether all states were seen, and all that may come next. */
  readonly exhausted: boolean
  readonly violation?: Violation & { readonly choices: readonly number[] }
}

export interface Progress {
  readonly states: number
  readonly depth: number
  /** States whose successors are not yet known. */
  readonly frontier: number
}

export interface Limits {
  readonly maxStates: number
  /** Heard from every few thousand states. */
  readonly progress?: (progress: Progress) => void
}

const PROGRESS_EVERY = 4_096

export function search(space: Space, { maxStates, progress }: Limits): Searched {
  const states = new States(space.width)
  const broken: { at: number; choice: number | undefined; error: unknown }[] = []
  let at = 0
  const found: Found = {
    next: (choice, next) => states.add(next, at, choice),
    broken: (choice, error) => broken.push({ at, choice, error }),
  }
  for (const start of space.starts) states.add(start, -1, 0)
  let depth = 0
  let layerEnd = states.size
  const state = new Int32Array(space.width)
  for (; at < states.size && states.size <= maxStates; at++) {
    if (at === layerEnd) {
      depth++
      layerEnd = states.size
    }
    states.read(at, state)
    space.expand(state, found)
    const [first] = broken
    if (first !== undefined) {
      const choices = states.choicesTo(first.at)
      if (first.choice !== undefined) choices.push(first.choice)
      return { states: states.size, depth: choices.length, exhausted: false, violation: { ...violationOf(first.error), choices } }
    }
    if (progress !== undefined && at % PROGRESS_EVERY === 0) progress({ states: states.size, depth, frontier: states.size - at })
  }
  return { states: states.size, depth, exhausted: at === states.size }
}

export function violationOf(error: unknown): Violation {
  if (error instanceof InvariantBroken) return { invariant: error.invariant, what: error.what }
  return { invariant: 'bug', what: error instanceof Error ? error.message : String(error) }
}
