/**
 * Every checker is shown to check: each patch beside this file breaks one rule of DESIGN.md in a copy of the sources,
 * and what it names must notice. To add a mutant is to add a file; sim/mutants/patch.ts says how one looks.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, type ExpectStatic, expect, test } from 'vitest'
import { mutantCopy } from '../../sim/mutants/copy.ts'
import { type Mutant, mutantOf, patched } from '../../sim/mutants/patch.ts'
import { type Ended, ilpSim, node, ROOT } from '../processes.ts'

const HERE = fileURLToPath(new URL('./', import.meta.url))
const SMALL = ['test/mutants/small.yaml', '--seed', '1']
const CRASH = ['test/mutants/crash.yaml', '--seed', '1']
const CALLBACK = ['test/mutants/callback.yaml', '--seed', '1']
const RUN_MS = 120_000
const BROKEN = 3

function simulate(args: readonly string[], cwd = ROOT): Promise<Ended> {
  return ilpSim(['run', ...args], { cwd, timeoutMs: RUN_MS })
}

async function isCaught(copy: string, { caughtBy, run }: Mutant, expect: ExpectStatic): Promise<void> {
  if (caughtBy.startsWith('test/')) {
    const { code, stdout, stderr } = await node(['node_modules/vitest/vitest.mjs', 'run', caughtBy], { cwd: copy, timeoutMs: RUN_MS })
    expect(code, stdout + stderr).toBe(1)
    expect(stdout).toMatch(/Tests +\d+ failed/)
    return
  }
  const { code, stdout, stderr } = await simulate(run ?? SMALL, copy)
  expect(code, stdout + stderr).toBe(BROKEN)
  expect(stderr).toContain(`broken invariant: ${caughtBy}`)
}

const mutants = readdirSync(HERE)
  .filter((name) => name.endsWith('.patch'))
  .sort()

describe('mutants', { timeout: RUN_MS + 10_000 }, () => {
  test.concurrent.for([SMALL, CRASH, CALLBACK])('no patch, %s → every invariant holds', async (run, { expect }) => {
    const { code, stderr } = await simulate(run)
    expect(stderr).not.toContain('broken invariant')
    expect(code).toBe(0)
  })

  test.concurrent.for(mutants)('%s → caught', async (name, { expect, onTestFinished }) => {
    const mutant = mutantOf(name, readFileSync(join(HERE, name), 'utf8'))
    const copy = mutantCopy(name, mutant)
    onTestFinished(copy.remove)
    await isCaught(copy.folder, mutant, expect)
  })
})

describe('a patch that cannot be used → says why', () => {
  const header = 'Rule: B1\nCaught by: B1\n\n'
  const diff = '--- a/src/pump.ts\n+++ b/src/pump.ts\n@@ -1,2 +1,1 @@\n a\n-b\n'

  test('moved lines → it still applies', () => {
    const [file] = mutantOf('m.patch', header + diff).files
    expect(file && patched('m.patch', 'x\ny\na\nb\nz', file)).toBe('x\ny\na\nz')
  })

  test('context that changed → it applies where the rest is, if that is in one place only', () => {
    const [file] = mutantOf('m.patch', `${header}--- a/src/pump.ts\n+++ b/src/pump.ts\n@@ -1,4 +1,4 @@\n a\n b\n-c\n+C\n d\n`).files
    expect(file && patched('m.patch', 'new\nb\nc\nd', file)).toBe('new\nb\nC\nd')
    expect(() => file && patched('m.patch', 'new\nb\nc\nd\nb\nc\nd', file)).toThrow('does not apply')
  })

  test('the sources changed → the file, and what was looked for', () => {
    const [file] = mutantOf('m.patch', header + diff).files
    expect(() => file && patched('m.patch', 'a\nc', file)).toThrow(/m\.patch does not apply: src\/pump\.ts has no such lines near line 1[\s\S]*a\nb/)
  })

  test.each([
    ['no rule', diff, "no line 'Rule: …'"],
    ['no invariant', `Rule: B1\n${diff}`, "no line 'Caught by: …'"],
    ['no diff', header, 'has no diff'],
    ['no hunk', `${header}--- a/src/pump.ts\n+++ b/src/pump.ts\n`, 'changes nothing in src/pump.ts'],
  ])('%s', (_, text, message) => {
    expect(() => mutantOf('m.patch', text)).toThrow(message)
  })
})
