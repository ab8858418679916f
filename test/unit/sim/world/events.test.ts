import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { Events } from '../../../../sim/world/events.ts'

const START_US = -10_000_000

/** Across windows, at their edges, in the past, and far beyond. */
const delays = fc.oneof(fc.integer({ min: -5_000, max: 20_000 }), fc.constantFrom(0, 8_191, 8_192, 8_193, 16_384), fc.integer({ min: 0, max: 6_000_000_000 }))

property.prop([fc.array(fc.tuple(delays, fc.array(delays, { maxLength: 3 })), { maxLength: 60 }), fc.array(delays, { maxLength: 4 })])(
  'for every plan, also one that grows while it runs, things happen by time, then in the order of planning',
  (plan, stops) => {
    const events = new Events(START_US)
    const planned: { readonly time: number; readonly order: number }[] = []
    const happened: (typeof planned)[number][] = []
    const add = (delay: number, next: readonly number[]): void => {
      const one = { time: Math.max(events.nowUs, events.nowUs + delay), order: planned.length }
      planned.push(one)
      events.after(delay, () => {
        expect(events.nowUs).toBe(one.time)
        happened.push(one)
        for (const each of next) add(each, [])
      })
    }
    for (const [delay, next] of plan) add(delay, next)
    for (const stop of stops) {
      const endUs = Math.max(events.nowUs, START_US + stop)
      events.runUntil(endUs)
      expect(events.nowUs).toBe(endUs)
      expect(happened.length).toBe(planned.filter(({ time }) => time <= endUs).length)
      add(stop, [])
    }
    events.runUntil(Number.MAX_SAFE_INTEGER)
    expect(happened).toEqual([...planned].sort((a, b) => a.time - b.time || a.order - b.order))
  },
)

test('what is planned at the very end → happens, and nothing after it', () => {
  const events = new Events(0)
  const happened: number[] = []
  for (const us of [10_001, 10_000, 9_999]) events.at(us, () => happened.push(us))
  events.runUntil(10_000)
  expect(happened).toEqual([9_999, 10_000])
})
