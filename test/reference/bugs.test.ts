/**
 * The reference model is shown to notice: each patch in `bugs` plants a bug that moves no money wrongly, so that the
 * checkers are silent, in a copy of the sources; of that copy and the model, some small world must be told otherwise.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { mutantOf, patched } from '../../sim/mutants/patch.ts'
import { runWorld } from '../../sim/world/world.ts'
import { ROOT } from '../processes.ts'
import { searchDifference } from './compare.ts'
import type { RunWorld } from './simulated.ts'

const BUGS = fileURLToPath(new URL('./bugs/', import.meta.url))
const COPIED = ['src', 'sim', 'package.json', 'tsconfig.json']
/** The same worlds every time: what is caught once stays caught. */
const SEED = 3
const WORLDS = 100

const bugs = readdirSync(BUGS).sort()

test('there are five bugs at least', () => {
  expect(bugs.length).toBeGreaterThanOrEqual(5)
})

test('no bug → told alike', { timeout: 60_000 }, async () => {
  const { difference } = await searchDifference(runWorld, { numRuns: WORLDS, seed: SEED, shrink: false })
  expect(difference).toBeUndefined()
})

test.for(bugs)('%s → told otherwise than by the model, or seen to break an invariant', { timeout: 60_000 }, async (name, { onTestFinished }) => {
  const copy = copyWith(name)
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
  const world = (await import(/* @vite-ignore */ pathToFileURL(join(copy, 'sim/world/world.ts')).href)) as { readonly runWorld: RunWorld }
  expect(world.runWorld).not.toBe(runWorld)
  const { difference } = await searchDifference(world.runWorld, { numRuns: WORLDS, seed: SEED, shrink: false })
  expect(difference).toMatch(/went otherwise|at the end|the simulator broke/)
})

/** The sources with one bug in them, in a folder of their own. */
function copyWith(name: string): string {
  const { files } = mutantOf(name, readFileSync(join(BUGS, name), 'utf8'))
  const copy = mkdtempSync(join(tmpdir(), 'ilp-bug-'))
  for (const path of COPIED) cpSync(join(ROOT, path), join(copy, path), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  for (const file of files) {
    const path = join(copy, file.path)
    writeFileSync(path, patched(name, readFileSync(path, 'utf8'), file))
  }
  return copy
}
