/** `ilp-sim compare`: policies side by side, on the same seeds. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { policies as allPolicies } from '../src/core/routing/policies.ts'
import { UsageError } from '../src/files/usageError.ts'
import { commandLine, version } from '../src/terminal/product.ts'
import type { Terminal } from '../src/terminal/terminal.ts'
import { BROKEN, brokenText } from './broken.ts'
import { type Experiment, runAll } from './experiment/compare.ts'
import type { RunFigures } from './experiment/figures.ts'
import { progressOf } from './experiment/progress.ts'
import { resultsOf } from './experiment/results.ts'
import { type Asked, policiesIn, type Selection, select } from './experiment/selection.ts'
import { type ReportContext, reportHtml } from './report/page.ts'
import { terminalText } from './report/terminal.ts'
import type { Plan } from './workload/plan.ts'

export interface CompareOptions extends Omit<Asked, 'scenario'> {
  /** Names with commas between; left out: the scenario's. */
  readonly policy?: string
  readonly seeds: number
  readonly seed: number
  readonly jobs: number
  readonly out: string
  readonly json?: true
}

/** Returns the exit code. */
export async function compareCommand(asked: string, options: CompareOptions, { stdout, stderr }: Terminal): Promise<number> {
  const selection = select({ ...options, scenario: asked })
  const policies = options.policy === undefined ? selection.scenario.policies : policiesIn(options.policy)
  const seeds = Array.from({ length: options.seeds }, (_, i) => options.seed + i)
  const plans = selection.variations.flatMap((variation) => policies.map((policy) => ({ policy, plan: selection.planOf(variation, policy) })))
  const folder = folderOf(options.out, selection.scenario.name)
  const runs = await ran({ plans: plans.map(({ plan }) => plan), seeds, jobs: options.jobs }, stderr)

  const { scenario, topology, payments, variations } = selection
  const results = resultsOf({ scenario: scenario.name, topology, payments, seeds, policies, regimes: variations.map(({ name }) => name) }, runs)
  const json = `${JSON.stringify(results, null, 2)}\n`
  const context = contextOf({ asked, options, selection, plans: plans.map(({ plan }) => plan), firstSeed: runs.filter((run) => run.seed === seeds[0]) })
  writeFileSync(join(folder, 'results.json'), json)
  writeFileSync(join(folder, 'report.html'), reportHtml(results, context))
  stdout.write(options.json ? json : `${terminalText(results, { colours: stdout.isTTY === true })}\n\n`)
  stderr.write(`written: ${join(folder, 'report.html')} and results.json\n`)

  const index = runs.findIndex((run) => run.invariants.violation !== undefined)
  const [run, planned] = [runs[index], plans[index % plans.length]]
  if (run?.invariants.violation === undefined || planned === undefined) return 0
  const trace = join(folder, 'violation.ndjson')
  stderr.write(`\n${brokenText({ ...options, ...planned, seed: run.seed, violation: run.invariants.violation, scenario: asked, trace })}`)
  return BROKEN
}

async function ran(experiment: Experiment, stderr: Terminal['stderr']): Promise<RunFigures[]> {
  const progress = progressOf(experiment.plans.length * experiment.seeds.length, stderr)
  try {
    return await runAll(experiment, progress.ended)
  } finally {
    progress.stop()
  }
}

/** Made before the first run, so that it does not fail after the last. */
function folderOf(out: string, scenario: string): string {
  const folder = join(out, scenario)
  try {
    mkdirSync(folder, { recursive: true })
    return folder
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new UsageError({ key: '--out', what: `${folder} cannot be made (${reason})`, todo: 'give a folder that you may write to' })
  }
}

interface Told {
  readonly asked: string
  readonly options: CompareOptions
  readonly selection: Selection
  readonly plans: readonly Plan[]
  readonly firstSeed: readonly RunFigures[]
}

function contextOf({ asked, options, selection: { scenario, variations }, plans, firstSeed }: Told): ReportContext {
  const regimes = variations.map(({ name, regime }) => {
    const plan = plans.find((one) => one.regime === name)
    const changes = plan?.behaviours.map(({ fromMs }) => fromMs).filter((fromMs) => fromMs > 0) ?? []
    const about = scenario.regimes.find((one) => one.name === regime)?.about ?? ''
    return [name, { about, warmUpMs: plan?.warmUpMs ?? 0, ...(changes.length > 0 ? { changesMs: Math.min(...changes) } : {}) }] as const
  })
  return {
    question: scenario.question,
    about: scenario.about,
    command: commandOf(asked, options),
    product: `ilp-node ${version()}`,
    node: process.versions.node,
    scenarioText: scenario.text,
    policies: Object.fromEntries(allPolicies.map(({ name, summary }) => [name, summary])),
    regimes: Object.fromEntries(regimes),
    firstSeed,
  }
}

/** Without what changes no figure: --jobs, --out, --json. */
function commandOf(asked: string, { policy, seeds, seed, topology, payments }: CompareOptions): string {
  const given = Object.entries({ policy, seeds, seed, topology, payments }).flatMap(([key, value]) => (value === undefined ? [] : [`--${key}`, String(value)]))
  return commandLine(['ilp-sim', 'compare', asked, ...given])
}
