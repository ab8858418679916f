import { expect, test } from 'vitest'
import { aheadMs } from '../../../../src/node/doctor/clock.ts'

test.each([
  ['the same', { at: 10_000, stepMs: 0, before: 10_000, after: 10_000 }, 0],
  ['ours is ahead', { at: 10_000, stepMs: 0, before: 15_000, after: 15_010 }, 5_000],
  ['ours is behind', { at: 10_000, stepMs: 0, before: 4_990, after: 5_000 }, -5_000],
  ['a Date header’s second began before', { at: 10_000, stepMs: 1_000, before: 10_900, after: 10_950 }, 0],
  ['a slow answer says nothing', { at: 10_000, stepMs: 0, before: 5_000, after: 15_000 }, 0],
])('%s → %j', (_, other, ahead) => {
  expect(aheadMs(other)).toBe(ahead)
})
