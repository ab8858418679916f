/** One small world, seen whole; where a rule is broken, with a shortest history that breaks it. */
import { tell } from './history.ts'
import { type Limits, type Searched, search } from './search.ts'
import { settingOf } from './setting.ts'
import type { SmallWorld } from './smallWorld.ts'
import { WorldSpace } from './space.ts'

export interface Explored extends Searched {
  /** Of a broken rule: the choices as they are saved, and for people with what came of each. */
  readonly told?: { readonly choices: readonly string[]; readonly lines: readonly string[] }
}

/**
 * All states are seen without the orders of things that commute; the shortest history may be among these, so it is looked
 * for in all orders, as far as the same number of states goes.
 */
export function explore(world: SmallWorld, limits: Limits): Explored {
  const setting = settingOf(world)
  const reduced = new WorldSpace(setting)
  const searched = search(reduced, limits)
  if (searched.violation === undefined) return searched
  const whole = new WorldSpace(setting, false)
  const shortest = search(whole, limits)
  if (shortest.violation === undefined) return { ...searched, told: tell(reduced, searched.violation.choices) }
  return { ...shortest, states: searched.states, told: tell(whole, shortest.violation.choices) }
}
