import { expect, test } from 'vitest'
import { coverageOf } from '../../../../sim/fuzz/coverage.ts'

test('nothing ran → no row is reached, and some are out of reach for a reason', () => {
  const { reached, unreached, unreachable } = coverageOf({})
  expect(reached).toBe(0)
  expect(unreached).toContain('sent fulfill')
  expect(unreachable).toContainEqual({ row: 'owning fulfill', reason: expect.stringContaining('none has been made') })
})

test('a row that a liar can reach → not out of reach', () => {
  expect(coverageOf({}).unreached).toEqual(expect.arrayContaining(['charging fulfill', 'rerouting reject']))
})

test('a row that is said to be out of reach is reached → refuted', () => {
  expect(coverageOf({ 'rerouting repeat': 1, 'sent fulfill': 2 }).refuted).toEqual(['rerouting repeat'])
})
