/** The suite's share of the campaigns: some drawn worlds, with all that can go wrong in them. */
import { expect, test } from 'vitest'
import { faultKinds } from '../../sim/fuzz/faults.ts'
import { judgeStretch } from '../../sim/fuzz/stretch.ts'

const SEEDS = 60

test('for every drawn world, all invariants hold, and every kind of fault falls', { timeout: 120_000 }, () => {
  const { tally, failure } = judgeStretch({ first: 1, count: SEEDS })
  expect(failure).toBeUndefined()
  expect(tally.seeds).toBe(SEEDS)
  expect(faultKinds.filter((kind) => tally.faults[kind] === 0)).toEqual([])
  expect(tally.checked['progress']).toBeGreaterThan(SEEDS)
})
