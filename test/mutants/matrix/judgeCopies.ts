/**
 * Judges copies of the sources, one after the other, by campaign or by exploration, and prints a line of JSON for each, as
 * soon as it knows. Its argument: a file with Judging.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Judged } from './results.ts'

export interface Judging {
  readonly method: 'fuzz' | 'explore'
  /** Each with the folder of its copy. */
  readonly mutants: readonly { readonly name: string; readonly folder: string }[]
  /** Of CPU, for each. */
  readonly seconds: number
}

type Found = Omit<Judged, 'name' | 'seconds'>

const MOST_SEEDS = 10_000
/** Of the clock. */
const SHRINK_SECONDS = 60
/** Of a history that could not be made short. */
const MOST_LINES = 40
/** Of one small world. A broken rule shows early; where none does, all but the largest are seen whole. */
const MOST_STATES = [50_000, 320_000]

async function fuzz(folder: string, isOver: () => boolean): Promise<Found> {
  const { planOf }: typeof import('../../../sim/fuzz/generate.ts') = await from(folder, 'sim/fuzz/generate.ts')
  const { judge }: typeof import('../../../sim/fuzz/judge.ts') = await from(folder, 'sim/fuzz/judge.ts')
  const { shrink }: typeof import('../../../sim/fuzz/shrink.ts') = await from(folder, 'sim/fuzz/shrink.ts')
  const { retold }: typeof import('../../../sim/fuzz/retelling.ts') = await from(folder, 'sim/fuzz/retelling.ts')
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const world = { plan: planOf(seed), seed }
    const { failure } = judge(world)
    if (failure !== undefined) {
      const { invariant } = failure
      const small = retold(shrink(world, invariant, { seconds: SHRINK_SECONDS }))
      const history = small.events.map(({ atMs, words }) => `${atMs.toFixed(3)}  ${words}`)
      return { invariant, what: small.failure?.what ?? failure.what, where: `seed ${seed}`, ...told(history), looked: seed }
    }
    if (isOver()) return { looked: seed }
  }
  return { looked: MOST_SEEDS }
}

async function exploreWorlds(folder: string, isOver: () => boolean): Promise<Found> {
  const { explore }: typeof import('../../../sim/explore/explore.ts') = await from(folder, 'sim/explore/explore.ts')
  const { listWorlds, loadWorld }: typeof import('../../../sim/explore/scenario.ts') = await from(folder, 'sim/explore/scenario.ts')
  const shown: Shown[] = []
  let looked = 0
  let left = listWorlds()
  for (const maxStates of MOST_STATES) {
    const unseen: typeof left = []
    for (const world of isOver() ? [] : left) {
      const { states, exhausted, violation, told } = explore(loadWorld(world.file), { maxStates })
      looked += states
      if (violation !== undefined) shown.push({ world: world.name, ...violation, history: told?.lines ?? [] })
      else if (!exhausted) unseen.push(world)
    }
    left = unseen
    if (shown.length > 0) break
  }
  return { ...shortestOf(shown), looked }
}

interface Shown extends Pick<Required<Judged>, 'invariant' | 'what' | 'history'> {
  readonly world: string
}

function shortestOf(shown: readonly Shown[]): Omit<Found, 'looked'> {
  const [shortest, ...others] = shown.toSorted((a, b) => a.history.length - b.history.length)
  if (shortest === undefined) return {}
  const { world, invariant, what, history } = shortest
  return { invariant, what, where: [world, ...others.map((other) => other.world)].join(', '), ...told(history) }
}

function told(history: readonly string[]): Pick<Found, 'events' | 'history'> {
  return { events: history.length, history: history.slice(-MOST_LINES) }
}

function from<T>(folder: string, path: string): Promise<T> {
  return import(pathToFileURL(join(folder, path)).href)
}

/** Seconds of CPU since. */
function stopwatch(): () => number {
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000_000
  }
}

const [path = ''] = process.argv.slice(2)
const { method, mutants, seconds }: Judging = JSON.parse(readFileSync(path, 'utf8'))
const look = method === 'fuzz' ? fuzz : exploreWorlds
for (const { name, folder } of mutants) {
  const spent = stopwatch()
  const found = await look(folder, () => spent() > seconds)
  process.stdout.write(`${JSON.stringify({ name, ...found, seconds: Math.round(spent() * 10) / 10 })}\n`)
}
