import { expect, test } from 'vitest'
import { progressOf, timesOf } from '../../../../sim/experiment/progress.ts'

test.each([
  [0, 0, 10, '0 s gone'],
  [4_000, 1, 5, '4 s gone, about 16 s left'],
  [90_000, 1, 4, '90 s gone, about 4 min 30 s left'],
  [605_000, 4, 4, '10 min 05 s gone'],
])('%d ms gone, %d of %d runs → %s', (goneMs, done, total, text) => {
  expect(timesOf(goneMs, done, total)).toBe(text)
})

test('no terminal → lines; the last one when it stops', () => {
  const written: string[] = []
  const progress = progressOf(2, { write: (text) => written.push(text) })
  progress.ended()
  progress.ended()
  progress.stop()
  expect(written).toEqual(['2 of 2 runs, 0 s gone\n'])
})
