import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, test } from 'vitest'
import { mutantCopy } from '../../../../sim/mutants/copy.ts'

const SCRIPT = 'test/fixtures/bothSearches.ts'
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))

interface Verdict {
  readonly broken: boolean
  readonly exhausted: boolean
  readonly states: number
}

async function bothSearches(folder: string): Promise<{ readonly whole: Verdict; readonly reduced: Verdict }[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', SCRIPT], { cwd: folder })
  return JSON.parse(stdout)
}

/** The reduction leaves out orders of what commutes: nothing that can be found may be lost with them. */
describe('with and without the reduction → the same verdict', { timeout: 60_000 }, () => {
  test('no rule is broken → both exhausted, with fewer states', async ({ expect }) => {
    for (const { whole, reduced } of await bothSearches(ROOT)) {
      expect(whole).toMatchObject({ broken: false, exhausted: true })
      expect(reduced).toMatchObject({ broken: false, exhausted: true })
      expect(reduced.states).toBeLessThanOrEqual(whole.states)
    }
  })

  test.for(['B1-send-before-durable', 'B2-gap-taken-for-already', 'B3-fenced-ignored', 'B3-epoch-not-checked', 'R3-spend-before-warm'])(
    '%s',
    async (name, { expect, onTestFinished }) => {
      const copy = mutantCopy(name)
      onTestFinished(copy.remove)
      const found = await bothSearches(copy.folder)
      for (const { whole, reduced } of found) expect(reduced.broken).toBe(whole.broken)
      expect(found.some(({ whole }) => whole.broken)).toBe(true)
    },
  )
})
