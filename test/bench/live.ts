/**
 * How many packets a second go through a connector: ilp-connector, a bare forwarder and this node, with the same sender and
 * receiver, all on this machine, in turn. Nothing is asserted; the ratios that are wanted are shown beside those measured.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { progressOf } from '../../sim/experiment/progress.ts'
import { startField } from './live/field.ts'
import { measure, type Window } from './live/measure.ts'
import { type LiveResults, othersBusyOf, ratiosOf, subjectResults } from './live/results.ts'
import type { SubjectName } from './live/subject.ts'
import { tableOf } from './live/table.ts'
import { makeUndoing, type Undoing } from './live/undoing.ts'

/** Before the first round of each, until what is compiled at run time is compiled. */
const FIRST_WARM_UP_MS = 3_000
const WARM_UP_MS = 300

const { values } = parseArgs({
  options: {
    // Many short ones: what else the machine does then falls on all alike.
    rounds: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '2' },
    'at-once': { type: 'string', default: '64' },
    cli: { type: 'string', default: 'dist/src/node/cli.js' },
    json: { type: 'boolean', default: false },
  },
})

function positive(name: 'rounds' | 'seconds' | 'at-once'): number {
  const value = Number(values[name])
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1, not ${values[name]}`)
  return value
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

async function bench(undoing: Undoing): Promise<LiveResults> {
  const [rounds, secondsEach, atOnce] = [positive('rounds'), positive('seconds'), positive('at-once')]
  const { load, subjects, skipped } = await startField({ cli: values.cli, say, undoing })
  const windows = new Map<SubjectName, Window[]>(subjects.map(({ name }) => [name, []]))
  const progress = progressOf(subjects.length * (rounds + 1), process.stderr)
  undoing.add(async () => progress.stop())
  for (const subject of subjects) {
    await measure(subject, load, { atOnce, warmUpMs: FIRST_WARM_UP_MS, measureMs: 1_000 })
    progress.ended()
  }
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) {
      windows.get(subject.name)?.push(await measure(subject, load, { atOnce, warmUpMs: WARM_UP_MS, measureMs: secondsEach * 1000 }))
      progress.ended()
    }
  }
  const othersBusy = othersBusyOf(windows)
  return {
    atOnce,
    rounds,
    secondsEach,
    cores: availableParallelism(),
    ...(othersBusy === undefined ? {} : { othersBusy }),
    subjects: subjectResults(windows),
    ratios: ratiosOf(windows),
    skipped,
  }
}

function interruption(): Promise<number> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve(130))
    process.once('SIGTERM', () => resolve(143))
  })
}

async function run(): Promise<number> {
  const undoing = makeUndoing()
  try {
    const ended = await Promise.race([bench(undoing), interruption()])
    await undoing.all()
    if (typeof ended === 'number') return ended
    process.stdout.write(`${values.json ? JSON.stringify(ended) : tableOf(ended)}\n`)
    return 0
  } catch (error) {
    await undoing.all()
    say(`error: ${error instanceof Error ? error.message : error}`)
    return 1
  }
}

process.exit(await run())
