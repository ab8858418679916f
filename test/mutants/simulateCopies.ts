/**
 * Runs one scenario after the other, each in its copy of the sources, and prints a line of JSON for each: what noticed.
 * One process for all: Node takes longer to start than most of these worlds take to break.
 * Its argument: a file with Simulation[].
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { select } from '../../sim/experiment/selection.ts'

/** As for `ilp-sim run`, in the scenario's first regime. */
export interface Simulation {
  readonly name: string
  readonly folder: string
  readonly scenario: string
  readonly seed: number
}

export interface Simulated {
  readonly name: string
  /** Undefined where every checker was content; `assert`: the core or its world stopped. */
  readonly invariant?: string
  readonly what?: string
  readonly cpuMs: number
}

const POLICY = 'trusted-room'

async function simulate({ name, folder, scenario, seed }: Simulation): Promise<Simulated> {
  const before = process.cpuUsage()
  // The world is data: what it means is for the copy to say.
  const selection = select({ scenario })
  const [first] = selection.variations
  if (first === undefined) throw new Error(`${scenario} has no regime`)
  const { judge }: typeof import('../../sim/fuzz/judge.ts') = await import(pathToFileURL(join(folder, 'sim/fuzz/judge.ts')).href)
  const { failure } = judge({ plan: selection.planOf(first, POLICY), seed })
  const { user, system } = process.cpuUsage(before)
  return { name, ...(failure === undefined ? {} : { invariant: failure.invariant, what: failure.what }), cpuMs: Math.round((user + system) / 1000) }
}

const [file = ''] = process.argv.slice(2)
const simulations: Simulation[] = JSON.parse(readFileSync(file, 'utf8'))
for (const simulation of simulations) process.stdout.write(`${JSON.stringify(await simulate(simulation))}\n`)
