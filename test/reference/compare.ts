/** The property itself: the model and a simulator tell the same story of a world. */
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { referenceWorld } from '../arbitraries/referenceWorld.ts'
import { runModel, type Seen, type World } from './model.ts'
import { differenceOf, lastsUs, type RunWorld, simulate } from './simulated.ts'

/** The first difference in words; undefined where there is none. */
export function compare(world: World, runWorld: RunWorld): { readonly difference: string | undefined; readonly seen: Seen } {
  const { story, seen } = runModel(world, lastsUs(world))
  return { difference: differenceOf(story, simulate(world, runWorld)), seen }
}

export interface Search {
  readonly numRuns: number
  readonly seed?: number
  readonly path?: string
  /** Whether a world that differs is made smaller. */
  readonly shrink: boolean
}

export interface Found {
  /** The first difference, and what replays it; undefined where all worlds are told alike. */
  readonly difference: string | undefined
  /** In how many worlds each thing happened. */
  readonly worlds: Record<keyof Seen, number>
  /** Worlds that differ, and in which two threads reached one shard in the same instant: they say nothing. */
  readonly undecided: number
}

/** Compares random worlds until one differs. */
export async function searchDifference(runWorld: RunWorld, { shrink, ...search }: Search): Promise<Found> {
  const worlds: Found['worlds'] = { warms: 0, parallel: 0, noBalance: 0, reroutes: 0, expiries: 0, repeats: 0, ties: 0 }
  let undecided = 0
  const property = fc.asyncProperty(referenceWorld, async (world) => {
    await setImmediate() // the test runner wants to be heard now and then
    const { difference, seen } = compare(world, runWorld)
    if (difference !== undefined && seen.ties > 0) undecided++
    fc.pre(difference === undefined || seen.ties === 0)
    if (difference !== undefined) throw new Error(difference)
    for (const what of Object.keys(worlds) as (keyof Seen)[]) worlds[what] += seen[what] > 0 ? 1 : 0
  })
  const { failed, counterexample, seed, counterexamplePath, errorInstance } = await fc.check(property, { ...search, endOnFailure: !shrink })
  if (!failed) return { difference: undefined, worlds, undecided }
  const what = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  const difference = `${what}\n\nREPLAY='${seed} ${counterexamplePath}' replays it. The world:\n${fc.stringify(counterexample?.[0])}`
  return { difference, worlds, undecided }
}
