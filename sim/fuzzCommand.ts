/** `ilp-sim fuzz`: worlds drawn from seeds until one breaks, or time is up. */
import { join, resolve } from 'node:path'
import { commandLine } from '../src/terminal/product.ts'
import type { Terminal } from '../src/terminal/terminal.ts'
import { exitCodeOf, program } from './broken.ts'
import { runCampaign } from './fuzz/campaign.ts'
import { coverageOf } from './fuzz/coverage.ts'
import { planOf } from './fuzz/generate.ts'
import type { Failure, World } from './fuzz/judge.ts'
import { writeReplay } from './fuzz/replayFile.ts'
import { retold } from './fuzz/retelling.ts'
import { screenOf, wrapped } from './fuzz/screen.ts'
import { shrink } from './fuzz/shrink.ts'
import type { Tally } from './fuzz/tally.ts'
import { fuzzProgress } from './fuzzProgress.ts'
import { fuzzSummary } from './fuzzSummary.ts'
import { mutatedCommand } from './mutatedCommand.ts'

export interface FuzzOptions {
  readonly runs?: number
  readonly seconds?: number
  readonly seed: number
  readonly jobs: number
  readonly out: string
  readonly json?: true
  /** The mutant that these sources are. */
  readonly mutated?: string
}

const DEFAULT_SECONDS = 10
/** Of looking for a smaller history. */
const SHRINK_SECONDS = 30

/** Returns the exit code. */
export async function fuzzCommand(options: FuzzOptions, { stdout, stderr }: Terminal): Promise<number> {
  const { runs, seconds = DEFAULT_SECONDS, seed, jobs } = options
  const limit = runs === undefined ? { seconds } : { runs }
  const progress = fuzzProgress(stderr)
  const result = await runCampaign({ seed, limit, jobs }, progress.judged)
  progress.stop()
  const { tally, failure } = result
  const told = failure === undefined ? undefined : tellFailure(failure.seed, failure.failure, options, { stdout, stderr })
  stdout.write(options.json ? `${JSON.stringify(jsonOf(tally, result.seconds, told), null, 2)}\n` : fuzzSummary(tally, result.seconds))
  if (told === undefined) return 0
  if (options.json === undefined) stdout.write(`\n${told.screen}`)
  return exitCodeOf(told.invariant)
}

/** The same, of sources with a rule broken. */
export function fuzzMutant(name: string, { runs, seconds, seed, jobs, out, json }: FuzzOptions, terminal: Terminal): Promise<number> {
  const limit = [...(runs === undefined ? [] : ['--runs', `${runs}`]), ...(seconds === undefined ? [] : ['--seconds', `${seconds}`])]
  const rest = ['--seed', `${seed}`, '--jobs', `${jobs}`, '--out', resolve(out), ...(json === undefined ? [] : ['--json'])]
  return mutatedCommand(name, ['fuzz', ...limit, ...rest], terminal)
}

interface Told {
  readonly invariant: string
  readonly seed: number
  readonly file: string
  readonly story: readonly string[]
  readonly events: number
  readonly screen: string
}

function tellFailure(seed: number, { invariant, what }: Failure, options: FuzzOptions, { stderr }: Terminal): Told {
  stderr.write(`seed ${seed} breaks ${invariant}: ${what}\n`)
  const found: World = { plan: planOf(seed), seed }
  const shrinking = fuzzProgress(stderr)
  const small = shrink(found, invariant, { seconds: SHRINK_SECONDS, progress: shrinking.shrunk })
  shrinking.stop()
  const { failure = { what }, traceHash, events } = retold(small)
  const file = join(options.out, 'fuzz', `${seed}.json`)
  const { mutated } = options
  writeReplay(file, { ...small, invariant, what: failure.what, traceHash, ...(mutated === undefined ? {} : { mutant: mutated }) })
  const story = screenOf(events)
  const again = commandLine([...program(), 'replay', file])
  return {
    invariant,
    seed,
    file,
    story,
    events: events.length,
    screen: screenText({ ...small, invariant, what: failure.what, story, events: events.length, again }),
  }
}

interface Screen extends World {
  readonly invariant: string
  readonly what: string
  readonly story: readonly string[]
  readonly events: number
  readonly again: string
}

function screenText({ plan, invariant, what, story, events, again }: Screen): string {
  const { payments, faults, connectors } = plan
  return [
    `broken invariant: ${invariant}`,
    ...wrapped(what, '  '),
    `the smallest history found: ${payments.length} payments, ${faults.length} faults, ${connectors.length} connectors, ${events} events`,
    ...story,
    `to replay it: ${again}`,
    '',
  ].join('\n')
}

function jsonOf(tally: Tally, seconds: number, told: Told | undefined) {
  const { reached, unreached, unreachable } = coverageOf(tally.rows)
  return {
    seeds: tally.seeds,
    payments: tally.payments,
    seconds,
    faults: tally.faults,
    behaviours: tally.behaviours,
    transitions: { reached, unreached, unreachable },
    invariants: { checked: tally.checked, broken: told === undefined ? 0 : 1 },
    ...(told === undefined
      ? {}
      : { failure: { invariant: told.invariant, seed: told.seed, file: told.file, events: told.events, story: told.story.join('\n') } }),
  }
}
