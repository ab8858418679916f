/** `ilp-sim explore`: small worlds seen whole. A broken rule is told as the shortest history that breaks it. */
import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { commandLine } from '../src/terminal/product.ts'
import { plainTable } from '../src/terminal/table.ts'
import type { Output, Terminal } from '../src/terminal/terminal.ts'
import { BROKEN, program } from './broken.ts'
import { type Explored, explore } from './explore/explore.ts'
import { replay } from './explore/history.ts'
import { type History, writeHistory } from './explore/historyFile.ts'
import { listWorlds, loadWorld } from './explore/scenario.ts'
import type { Progress } from './explore/search.ts'
import { settingOf } from './explore/setting.ts'
import type { SmallWorld } from './explore/smallWorld.ts'
import { WorldSpace } from './explore/space.ts'
import { mutatedCommand } from './mutatedCommand.ts'
import { count } from './report/format.ts'

/** About 100 bytes each. */
const MAX_STATES = 20_000_000
const PROGRESS_EVERY_MS = 2_000

export interface ExploreOptions {
  readonly json?: true
  readonly out: string
  /** The mutant that these sources are: the first world that notices is enough. */
  readonly mutated?: string
}

interface Seen extends Explored {
  readonly world: SmallWorld
  readonly seconds: number
  /** Where a broken rule's history is written. */
  readonly file: string
}

/** `ilp-sim replay` of a history that explore has saved. Returns the exit code. */
export function replayHistory({ scenario, choices, violation: expected }: History, { json }: { readonly json?: true }, { stdout, stderr }: Terminal): number {
  const { lines, missing, violation } = replay(new WorldSpace(settingOf(loadWorld(scenario)), false), choices)
  stdout.write(json ? `${JSON.stringify({ scenario, history: lines, violation }, null, 2)}\n` : numbered(lines))
  if (violation !== undefined) {
    stderr.write(`\nbroken invariant: ${violation.invariant}, in ${scenario}\n  ${violation.what}\n`)
    return BROKEN
  }
  const why = missing === undefined ? 'no rule is broken at its end' : `what comes next can happen no more: ${missing}`
  stderr.write(`\nThe history that broke ${expected.invariant} no longer does: ${why}\n`)
  return 0
}

/** `scenario`: undefined for all. Returns the exit code. */
export function exploreCommand(scenario: string | undefined, options: ExploreOptions, { stdout, stderr }: Terminal): number {
  const { json, mutated } = options
  const worlds = scenario === undefined ? listWorlds().map(({ file }) => loadWorld(file)) : [loadWorld(scenario)]
  const explored: Seen[] = []
  for (const world of worlds) {
    explored.push(see(world, options, stderr))
    if (mutated !== undefined && explored.at(-1)?.violation !== undefined) break
  }
  stdout.write(json ? `${JSON.stringify(explored.map(plain), null, 2)}\n` : `${table(explored)}\n`)
  for (const each of explored) if (each.violation !== undefined) stderr.write(`\n${story(each)}`)
  return explored.some(({ violation }) => violation !== undefined) ? BROKEN : 0
}

/** The same, of sources with a rule broken. */
export function exploreMutant(name: string, scenario: string | undefined, { json, out }: ExploreOptions, terminal: Terminal): Promise<number> {
  const which = scenario === undefined ? [] : [existsSync(scenario) ? resolve(scenario) : scenario]
  return mutatedCommand(name, ['explore', ...which, '--out', resolve(out), ...(json === undefined ? [] : ['--json'])], terminal)
}

function see(world: SmallWorld, { out, mutated }: ExploreOptions, stderr: Output): Seen {
  const startedAt = performance.now()
  const seconds = (): number => (performance.now() - startedAt) / 1000
  const explored = explore(world, { maxStates: MAX_STATES, progress: progressTo(stderr, world.name, seconds) })
  const { violation, told } = explored
  const file = join(out, 'explore', `${world.name}.json`)
  if (violation !== undefined && told !== undefined)
    writeHistory(file, { scenario: world.name, choices: told.choices, violation, ...(mutated === undefined ? {} : { mutant: mutated }) })
  return { world, ...explored, seconds: seconds(), file }
}

function progressTo(stderr: Output, name: string, seconds: () => number): (progress: Progress) => void {
  let next = PROGRESS_EVERY_MS / 1000
  return ({ states, depth, frontier }) => {
    const now = seconds()
    if (now < next) return
    next = now + PROGRESS_EVERY_MS / 1000
    stderr.write(`${name}: ${count(states)} states, ${count(Math.round(states / now))} a second, depth ${depth}, ${count(frontier)} still to look at\n`)
  }
}

/** As INTERFACES.md has it. */
function plain({ world, states, depth, exhausted, violation, file, told: history }: Seen) {
  const told = violation === undefined ? {} : { violation: { invariant: violation.invariant, what: violation.what, file, history: history?.lines } }
  return { scenario: world.name, states, depth, exhausted, ...told }
}

function table(explored: readonly Seen[]): string {
  const rows = explored.map(({ world, states, depth, exhausted, seconds, violation }) => [
    world.name,
    count(states),
    String(depth),
    exhausted ? 'yes' : 'no',
    count(Math.round(states / seconds)),
    violation === undefined ? (exhausted ? 'holds' : `holds so far: more than ${count(MAX_STATES)} states`) : `broken: ${violation.invariant}`,
  ])
  return plainTable({ head: ['world', 'states', 'depth', 'exhausted', 'states/s', 'rules'], rows, right: [1, 2, 4] })
}

function story({ world, violation, told, file }: Seen): string {
  const lines = told?.lines ?? []
  return [
    `broken invariant: ${violation?.invariant}, in ${world.name}`,
    `  ${violation?.what}`,
    '',
    `The shortest history, ${lines.length} events:`,
    numbered(lines),
    `Saved: ${relative('', file)}`,
    `To run it again: ${commandLine([...program(), 'replay', file])}`,
    '',
  ].join('\n')
}

function numbered(lines: readonly string[]): string {
  return lines.map((line, i) => `${String(i + 1).padStart(4)}  ${line}\n`).join('')
}
