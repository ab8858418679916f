/** What campaigns found and was fixed: each history once more, and every invariant holds. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { judge } from '../../sim/fuzz/judge.ts'
import { readReplay } from '../../sim/fuzz/replayFile.ts'

const FOLDER = fileURLToPath(new URL('../../scenarios/regressions/', import.meta.url))

test('for every history in scenarios/regressions, all invariants hold', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
  expect(files.filter((name) => judge(readReplay(`${FOLDER}${name}`)).failure !== undefined)).toEqual([])
})
