/**
 * `make mutants`: each mutant judged by campaign, by exploration and by the properties, whatever the suite catches it by.
 * Writes test/mutants/MATRIX.md and HISTORIES.md. What was found is kept in out/mutants/, and looked for again only when that
 * is removed. Arguments: names of mutants (all); `--only METHOD` fills one column; `--seconds S` of CPU are spent on each cell
 * where nothing is found; `--again` looks once more for what
 * was not found.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { mutate } from '../../../sim/mutants/copy.ts'
import { mutantNamed, mutantNames } from '../../../sim/mutants/mutants.ts'
import { ROOT } from '../../processes.ts'
import type { Judging } from './judgeCopies.ts'
import { historiesText, matrixText } from './pages.ts'
import { PROPERTIES, propertiesOf } from './properties.ts'
import { isNoticed, type Judged, keep, keptResults, METHODS, type Method, type Results, type Tested } from './results.ts'

const PAGES = join(ROOT, 'test', 'mutants')
/** Whoever says nothing for so long is stopped, and counts as found by nobody. */
const SILENCE_MS = 600_000
/** Copies in one vitest. */
const AT_ONCE = 6
const TEST_FOLDERS = ['test/fixtures', 'test/arbitraries', 'test/reference', 'test/processes.ts']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, again: { type: 'boolean', default: false }, seconds: { type: 'string', default: '15' } },
})
const names = positionals.length > 0 ? positionals : mutantNames()
const results = keptResults()
/** What is not looked for. */
const known: Readonly<Record<Method, Set<string>>> = { fuzz: knownNow('fuzz'), explore: knownNow('explore'), property: knownNow('property') }
const root = mkdtempSync(join(tmpdir(), 'ilp-matrix-'))
symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
try {
  for (const method of METHODS.filter((each) => values.only === undefined || values.only === each)) {
    if (method === 'property') await tested()
    else await judged(method)
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}
write(keptResults())

async function judged(method: 'fuzz' | 'explore'): Promise<void> {
  for (let left = missing(method); left.length > 0; left = missing(method)) {
    const file = join(root, 'judging.json')
    const judging: Judging = { method, seconds: Number(values.seconds), mutants: left.map((name) => ({ name, folder: copyOf(name) })) }
    writeFileSync(file, JSON.stringify(judging))
    await judgeUntilSilence(method, file)
    const [silent] = missing(method)
    if (silent !== undefined) keepJudged(method, { name: silent, looked: 0, seconds: 0 })
  }
}

async function judgeUntilSilence(method: 'fuzz' | 'explore', file: string): Promise<void> {
  const args = ['--import', 'tsx', 'test/mutants/matrix/judgeCopies.ts', file]
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  const stop = (): boolean => child.kill('SIGKILL')
  let silence = setTimeout(stop, SILENCE_MS)
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(silence)
    silence = setTimeout(stop, SILENCE_MS)
    keepJudged(method, JSON.parse(line))
  }
  clearTimeout(silence)
}

/** A mutant that takes too long is tried alone, so that it takes nothing with it. */
async function tested(): Promise<void> {
  for (let left = missing('property'); left.length > 0; left = missing('property')) {
    const together = left.slice(0, AT_ONCE)
    const answers = await propertiesOf(root, together.map(copied))
    for (const each of answers) keepTested(each)
    if (answers.length > 0) continue
    for (const name of together) for (const each of await propertiesOf(root, [copied(name)])) keepTested(each)
    for (const name of together) if (!known.property.has(name)) keepTested({ name, failed: ['never ends'] })
  }
}

function knownNow(method: Method): Set<string> {
  return new Set(names.filter((name) => results[method][name] !== undefined && !(values.again && !isNoticed(method, results, name))))
}

function missing(method: Method): string[] {
  return names.filter((name) => !known[method].has(name))
}

function copied(name: string): string {
  copyOf(name)
  return name
}

function copyOf(name: string): string {
  const folder = join(root, name)
  if (!existsSync(folder)) mutate(folder, name, mutantNamed(name), ['scenarios', ...TEST_FOLDERS, ...PROPERTIES])
  return folder
}

function keepJudged(method: 'fuzz' | 'explore', found: Judged): void {
  results[method][found.name] = found
  known[method].add(found.name)
  const { invariant, where, events, looked, seconds } = found
  progress(method, found.name, invariant === undefined ? `not found in ${looked}` : `${invariant}, ${where}, ${events} events`, `, ${seconds} s`)
}

function keepTested(found: Tested): void {
  results.property[found.name] = found
  known.property.add(found.name)
  progress('property', found.name, found.failed.join(', ') || 'all hold')
}

function progress(method: Method, name: string, what: string, more = ''): void {
  keep(method, results)
  process.stderr.write(`${method} ${names.length - missing(method).length}/${names.length} ${name}: ${what}${more}\n`)
}

/** With what was found at the same time elsewhere. */
function write(all: Results): void {
  const rows = mutantNames().map((name) => ({ name, ...mutantNamed(name) }))
  writeFileSync(join(PAGES, 'MATRIX.md'), matrixText(rows, all))
  writeFileSync(join(PAGES, 'HISTORIES.md'), historiesText(rows, all))
}
