/**
 * Judges copies of the sources, one after the other, by campaign or by exploration, and prints a line of JSON for each.
 * Its argument: a file with Judging.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface Judging {
  readonly method: 'fuzz' | 'explore'
  /** Each with the folder of its copy. */
  readonly mutants: readonly { readonly name: string; readonly folder: string }[]
  /** Of CPU, for each. */
  readonly seconds: number
}

export interface Judged {
  readonly name: string
  /** Undefined where nothing was found. */
  readonly invariant?: string
  /** Of the smallest history that was found. */
  readonly events?: number
  /** Worlds drawn, or states seen. */
  readonly looked: number
}

const MOST_SEEDS = 10_000
const SHRINK_SECONDS = 20
/** Of one small world; a broken rule shows long before. */
const MOST_STATES = 50_000

async function fuzz(folder: string, isOver: () => boolean): Promise<Omit<Judged, 'name'>> {
  const { planOf }: typeof import('../../sim/fuzz/generate.ts') = await from(folder, 'sim/fuzz/generate.ts')
  const { judge }: typeof import('../../sim/fuzz/judge.ts') = await from(folder, 'sim/fuzz/judge.ts')
  const { shrink }: typeof import('../../sim/fuzz/shrink.ts') = await from(folder, 'sim/fuzz/shrink.ts')
  const { retold }: typeof import('../../sim/fuzz/retelling.ts') = await from(folder, 'sim/fuzz/retelling.ts')
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const world = { plan: planOf(seed), seed }
    const { failure } = judge(world)
    if (failure !== undefined) {
      const { invariant } = failure
      return { invariant, events: retold(shrink(world, invariant, { seconds: SHRINK_SECONDS })).events.length, looked: seed }
    }
    if (isOver()) return { looked: seed }
  }
  return { looked: MOST_SEEDS }
}

async function exploreWorlds(folder: string, isOver: () => boolean): Promise<Omit<Judged, 'name'>> {
  const { explore }: typeof import('../../sim/explore/explore.ts') = await from(folder, 'sim/explore/explore.ts')
  const { listWorlds, loadWorld }: typeof import('../../sim/explore/scenario.ts') = await from(folder, 'sim/explore/scenario.ts')
  let looked = 0
  for (const { file } of listWorlds()) {
    const { states, violation, told } = explore(loadWorld(file), { maxStates: MOST_STATES })
    looked += states
    if (violation !== undefined) return { invariant: violation.invariant, events: told?.lines.length ?? 0, looked }
    if (isOver()) break
  }
  return { looked }
}

function from<T>(folder: string, path: string): Promise<T> {
  return import(pathToFileURL(join(folder, path)).href)
}

function over(seconds: number): () => boolean {
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return user + system > seconds * 1_000_000
  }
}

const [path = ''] = process.argv.slice(2)
const { method, mutants, seconds }: Judging = JSON.parse(readFileSync(path, 'utf8'))
const look = method === 'fuzz' ? fuzz : exploreWorlds
for (const { name, folder } of mutants) process.stdout.write(`${JSON.stringify({ name, ...(await look(folder, over(seconds))) })}\n`)
