/**
 * Every checker is shown to check: each patch beside this file breaks one rule of DESIGN.md in a copy of the sources,
 * and what it names must notice. To add a mutant is to add a file; sim/mutants/patch.ts says how one looks.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { mutantNamed, mutantNames } from '../../sim/mutants/mutants.ts'
import { mutantOf, patched } from '../../sim/mutants/patch.ts'
import { kill, type Verdict } from './kill.ts'

const RUN_MS = 600_000
const FEWEST = 40
const RULES = [
  ...['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7'],
  ...['B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7', 'B8', 'B9', 'B10', 'B11', 'B12'],
  ...['S1', 'S2', 'S3', 'S4'],
  ...['A1', 'A2', 'A3'],
]

const mutants = mutantNames().map((name) => ({ name, mutant: mutantNamed(name) }))
const scenarios = [...new Set(mutants.flatMap(({ mutant: { caughtBy, run } }) => (caughtBy.startsWith('test/') ? [] : [run.join(' ')])))]

test('every rule has a mutant, and they are forty at least', () => {
  expect(RULES.filter((rule) => !mutants.some(({ mutant }) => mutant.rule === rule))).toEqual([])
  expect(mutants.length).toBeGreaterThanOrEqual(FEWEST)
})

test('a mutant is named for its rule', () => {
  expect(mutants.filter(({ name, mutant }) => !name.startsWith(`${mutant.rule}-`)).map(({ name }) => name)).toEqual([])
})

describe('mutants', () => {
  let verdicts: ReadonlyMap<string, Verdict> = new Map()
  beforeAll(async () => {
    verdicts = await kill(mutants, new Map(scenarios.map((run) => [run, run.split(' ')])))
  }, RUN_MS)

  test.each(scenarios)('no patch, %s → every invariant holds', (run) => {
    expect(verdicts.get(run)).toMatchObject({ caughtBy: undefined, what: 'every checker was content' })
  })

  test.each(mutants.map(({ name, mutant }) => [name, mutant.caughtBy]))('%s → caught by %s', (name, caughtBy) => {
    expect(verdicts.get(name), verdicts.get(name)?.what).toMatchObject({ caughtBy })
  })
})

describe('a patch that cannot be used → says why', () => {
  const header = 'Rule: B1\nCaught by: B1\n\nNothing much.\n\n'
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
    ['no sentence', `Rule: B1\nCaught by: B1\n\n${diff}`, 'does not say what is broken'],
    ['no diff', header, 'has no diff'],
    ['no hunk', `${header}--- a/src/pump.ts\n+++ b/src/pump.ts\n`, 'changes nothing in src/pump.ts'],
  ])('%s', (_, text, message) => {
    expect(() => mutantOf('m.patch', text)).toThrow(message)
  })
})
