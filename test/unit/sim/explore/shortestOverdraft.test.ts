import { expect, test } from 'vitest'
import { SMALLEST, shortestOverdraft } from '../../../../sim/explore/shortestOverdraft.ts'

test('9 units, two threads, amounts 4 and 2 → overdrawn in 6 steps', () => {
  const found = shortestOverdraft(SMALLEST)
  expect(found?.steps).toHaveLength(6)
  expect(found?.balance).toBe(-1)
  expect(found?.steps.at(-1)).toMatch(/= -1$/)
})

test('one thread → never overdrawn', () => {
  expect(shortestOverdraft({ ...SMALLEST, parallelism: 1 })).toBeUndefined()
})
