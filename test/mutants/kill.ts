/**
 * What notices each mutant. All copies are made at once; then one process runs the scenarios of those that a checker must
 * catch, and one vitest the files of those that a test must catch, each file in its own copy.
 */
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mutate } from '../../sim/mutants/copy.ts'
import type { Mutant } from '../../sim/mutants/patch.ts'
import { node, ROOT } from '../processes.ts'
import { failuresIn } from './report.ts'
import type { Simulated, Simulation } from './simulateCopies.ts'

export interface Verdict {
  /** As a patch's `Caught by` says it: an invariant, or a test file. Undefined where it lives. */
  readonly caughtBy: string | undefined
  /** What the checker or the first failing expectation said, or what went wrong otherwise. */
  readonly what: string
}

export interface Named {
  readonly name: string
  readonly mutant: Mutant
}

const RUN_MS = 590_000
/** What a unit test may import besides src and sim. */
const TEST_FOLDERS = ['test/fixtures', 'test/arbitraries', 'test/conformance', 'test/processes.ts', 'vitest.config.ts']

/** By name. `sound`: scenarios to run in the sources as they are, under the name they are given here. */
export async function kill(mutants: readonly Named[], sound: ReadonlyMap<string, readonly string[]>): Promise<ReadonlyMap<string, Verdict>> {
  const root = mkdtempSync(join(tmpdir(), 'ilp-mutants-'))
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  try {
    const [broken, unfit] = copies(root, mutants)
    const tested = broken.filter(({ mutant }) => isTest(mutant.caughtBy))
    const simulated = broken.filter(({ mutant }) => !isTest(mutant.caughtBy))
    const simulations = simulated.map(({ name, mutant }) => simulationOf(name, join(root, name), mutant.run))
    const sounds = [...sound].map(([name, run]) => simulationOf(name, ROOT, run))
    const [byCheckers, byTests] = await Promise.all([bySimulator(root, [...sounds, ...simulations]), byVitest(root, tested)])
    return new Map([...unfit, ...byCheckers, ...byTests])
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** Those that have a copy now, and what keeps the others from having one. */
function copies(root: string, mutants: readonly Named[]): [Named[], [string, Verdict][]] {
  const unfit: [string, Verdict][] = []
  const broken = mutants.filter(({ name, mutant }) => {
    try {
      mutate(join(root, name), name, mutant, isTest(mutant.caughtBy) ? [...TEST_FOLDERS, mutant.caughtBy] : [])
      return true
    } catch (error) {
      unfit.push([name, { caughtBy: undefined, what: error instanceof Error ? error.message : String(error) }])
      return false
    }
  })
  return [broken, unfit]
}

function isTest(caughtBy: string): boolean {
  return caughtBy.startsWith('test/')
}

function simulationOf(name: string, folder: string, [scenario = '', , seed = '1']: readonly string[]): Simulation {
  return { name, folder, scenario: scenario.endsWith('.yaml') ? join(ROOT, scenario) : scenario, seed: Number(seed) }
}

async function bySimulator(root: string, simulations: readonly Simulation[]): Promise<[string, Verdict][]> {
  const file = join(root, 'simulations.json')
  writeFileSync(file, JSON.stringify(simulations))
  const { code, stdout, stderr } = await node(['--import', 'tsx', 'test/mutants/simulateCopies.ts', file], { timeoutMs: RUN_MS })
  const told: Simulated[] = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  if (code !== 0 && told.length === 0) throw new Error(`the simulator ended with ${code}\n${stderr}`)
  const verdicts = new Map(told.map(({ name, invariant, what }) => [name, { caughtBy: invariant, what: what ?? 'every checker was content' }]))
  return simulations.map(({ name }) => [name, verdicts.get(name) ?? { caughtBy: undefined, what: `no word of it, exit ${code}\n${stderr}` }])
}

/** What a test throws that expected something else, a property with its counterexample too. */
const EXPECTATION = /^(AssertionError|Error: Property failed after)/

async function byVitest(root: string, tested: readonly Named[]): Promise<[string, Verdict][]> {
  const report = join(root, 'report.json')
  // One thread for all files: what they share is loaded once, and it dies with its process.
  const pool = [
    '--pool',
    'threads',
    '--poolOptions.threads.singleThread',
    '--no-isolate',
    '--no-file-parallelism',
    '--testTimeout',
    '60000',
    '--hookTimeout',
    '60000',
  ]
  const paths = tested.map(({ name, mutant }) => join(root, name, mutant.caughtBy))
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...paths, '--root', root, ...pool, '--reporter', 'json', '--outputFile', report]
  const { stdout, stderr } = await node(args, { timeoutMs: RUN_MS })
  if (!existsSync(report)) throw new Error(`vitest left no report\n${stdout}${stderr}`)
  const files = failuresIn(report)
  return tested.map(({ name, mutant: { caughtBy } }) => {
    const result = files.find(({ file }) => file === join(root, name, caughtBy))
    if (result === undefined) return [name, { caughtBy: undefined, what: `${caughtBy} was not run\n${stderr}` }]
    const { failures, message } = result
    // Anything else that is thrown is a mutant that does not run, and proves nothing.
    const expectation = failures.find((failure) => EXPECTATION.test(failure))
    return [name, { caughtBy: expectation === undefined ? undefined : caughtBy, what: expectation ?? failures[0] ?? (message || 'no test failed') }]
  })
}
