/**
 * `make mutants`: each mutant judged by campaign, by exploration and by the properties, whatever the suite catches it by.
 * Writes test/mutants/MATRIX.md. What was found is kept in out/mutants/, and looked for again only when that is removed;
 * `--only METHOD` fills one column; `--seconds S` of CPU are spent on each cell (default 10) where nothing is found.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { mutate } from '../../sim/mutants/copy.ts'
import { mutantNamed, mutantNames } from '../../sim/mutants/mutants.ts'
import { node, ROOT } from '../processes.ts'
import type { Judged, Judging } from './judgeCopies.ts'
import { matrixText, type Results } from './matrixText.ts'
import { failuresIn } from './report.ts'

const KEPT = join(ROOT, 'out', 'mutants', 'results.json')
const PAGE = join(ROOT, 'test', 'mutants', 'MATRIX.md')
const METHODS = ['fuzz', 'explore', 'property'] as const
/** Whoever says nothing for so long is stopped, and counts as found by nobody. */
const SILENCE_MS = 180_000
/** The properties that a mutant of the core can break, and that are cheap; the campaign's own is the first column. */
const PROPERTIES = ['addressMapper', 'admission', 'downhill', 'rates', 'recovery', 'warmAndCool'].map((name) => `test/property/${name}.test.ts`)
const TEST_FOLDERS = ['test/fixtures', 'test/arbitraries', 'test/reference', 'test/processes.ts', 'vitest.config.ts']

const { values } = parseArgs({ options: { only: { type: 'string' }, seconds: { type: 'string', default: '10' } } })
const asked = METHODS.filter((method) => values.only === undefined || values.only === method)
const results: Results = existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, 'utf8')) : { fuzz: {}, explore: {}, property: {} }
const root = mkdtempSync(join(tmpdir(), 'ilp-matrix-'))
symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
try {
  for (const method of asked) {
    if (method === 'property') await properties()
    else await judged(method)
  }
} finally {
  rmSync(root, { recursive: true, force: true })
}

async function judged(method: 'fuzz' | 'explore'): Promise<void> {
  for (let left = missing(method); left.length > 0; left = missing(method)) {
    const file = join(root, 'judging.json')
    const judging: Judging = { method, seconds: Number(values.seconds), mutants: left.map((name) => ({ name, folder: copyOf(name) })) }
    writeFileSync(file, JSON.stringify(judging))
    await judgeUntilSilence(method, file)
    const [silent] = missing(method)
    if (silent !== undefined) keep(method, { name: silent, looked: 0 })
  }
}

async function judgeUntilSilence(method: 'fuzz' | 'explore', file: string): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/mutants/judgeCopies.ts', file], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  const stop = (): boolean => child.kill('SIGKILL')
  let silence = setTimeout(stop, SILENCE_MS)
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(silence)
    silence = setTimeout(stop, SILENCE_MS)
    keep(method, JSON.parse(line))
  }
  clearTimeout(silence)
}

/** A mutant at a time: one that never ends takes nothing with it. */
async function properties(): Promise<void> {
  for (const name of missing('property')) {
    const folder = copyOf(name)
    const report = join(folder, 'report.json')
    const pool = ['--pool', 'threads', '--poolOptions.threads.singleThread', '--no-isolate', '--no-file-parallelism']
    const args = ['node_modules/vitest/vitest.mjs', 'run', ...PROPERTIES, '--root', folder, ...pool, '--reporter', 'json', '--outputFile', report]
    await node(args, { timeoutMs: SILENCE_MS })
    const files = existsSync(report) ? failuresIn(report).flatMap(({ file, failures }) => (failures.length > 0 ? [file] : [])) : []
    results.property[name] = { name, failed: files.map((file) => file.slice(folder.length + 1)) }
    write()
  }
}

function missing(method: (typeof METHODS)[number]): string[] {
  return mutantNames().filter((name) => results[method][name] === undefined)
}

function copyOf(name: string): string {
  const folder = join(root, name)
  if (!existsSync(folder)) mutate(folder, name, mutantNamed(name), ['scenarios', ...TEST_FOLDERS, ...PROPERTIES])
  return folder
}

function keep(method: 'fuzz' | 'explore', found: Judged): void {
  results[method][found.name] = found
  process.stderr.write(`${method} ${found.name}: ${found.invariant ?? 'not found'}\n`)
  write()
}

function write(): void {
  mkdirSync(join(ROOT, 'out', 'mutants'), { recursive: true })
  writeFileSync(KEPT, JSON.stringify(results))
  writeFileSync(
    PAGE,
    matrixText(
      mutantNames().map((name) => ({ name, ...mutantNamed(name) })),
      results,
    ),
  )
}
