/** A history as a file: the world and its choices in words. Run again, each choice is looked for among those that there are. */

import { type Violation, violationOf } from './search.ts'
import type { WorldSpace } from './space.ts'
import { choiceWords, opWords } from './tell.ts'

export interface Told {
  /** Each choice, as it is saved. */
  readonly choices: readonly string[]
  /** For people: the choices, with what came of each. */
  readonly lines: readonly string[]
}

/** In words; the last choice may be the one that breaks a rule. */
export function tell(space: WorldSpace, numbers: readonly number[]): Told {
  const choices: string[] = []
  const lines: string[] = []
  let state = space.starts[0] as Int32Array
  for (const number of numbers) {
    const words = choiceWords(state, number, space.parts)
    const { next, ops } = space.follow(state, number)
    choices.push(words)
    lines.push(ops.length === 0 ? words : `${words} → ${ops.map((op) => opWords(op, space.parts)).join('; ')}`)
    if (next === undefined) break
    state = next
  }
  return { choices, lines }
}

export interface Replayed {
  readonly violation: Violation | undefined
  /** The first choice that there is no more; undefined where all could be taken. */
  readonly missing: string | undefined
  readonly lines: readonly string[]
}

/** Takes the choices again, from the first start that allows for all of them. */
export function replay(space: WorldSpace, choices: readonly string[]): Replayed {
  let last: Replayed | undefined
  for (const start of space.starts) {
    last = replayFrom(space, start, choices)
    if (last.missing === undefined) return last
  }
  if (last === undefined) throw new Error('a space without a start')
  return last
}

function replayFrom(space: WorldSpace, start: Int32Array, choices: readonly string[]): Replayed {
  const taken: number[] = []
  let state = start
  let violation: Violation | undefined
  for (const wanted of choices) {
    const number = space.choices(state).find((each) => choiceWords(state, each, space.parts) === wanted)
    if (number === undefined) return { violation: undefined, missing: wanted, lines: tell(space, taken).lines }
    taken.push(number)
    const { next, error } = space.follow(state, number)
    if (next === undefined) {
      violation = violationOf(error)
      break
    }
    state = next
  }
  return { violation: violation ?? wrongAt(space, state), missing: undefined, lines: tell(space, taken).lines }
}

/** Where the last state itself is wrong. */
function wrongAt(space: WorldSpace, state: Int32Array): Violation | undefined {
  let violation: Violation | undefined
  space.expand(state, {
    next: () => {},
    broken: (choice, error) => {
      if (choice === undefined) violation = violationOf(error)
    },
  })
  return violation
}
