/** input → step → performers → input: the one loop that both worlds turn. */
import type { Effect } from './core/effect.ts'
import type { Input } from './core/input.ts'

/** One performer for every effect; a new effect fails to compile until each world has it. */
export type Performers = { readonly [T in Effect['type']]: (effect: Extract<Effect, { type: T }>) => void }

/** Runs one input to completion: all its effects are performed, in order, before this returns. */
export function pump(step: (input: Input) => readonly Effect[], performers: Performers): (input: Input) => void {
  const perform = performers as Record<Effect['type'], (effect: Effect) => void>
  return (input) => {
    for (const effect of step(input)) perform[effect.type](effect)
  }
}
