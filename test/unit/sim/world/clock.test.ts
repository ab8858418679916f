import { describe, expect, test } from 'vitest'
import { Clock } from '../../../../sim/world/clock.ts'
import { Events } from '../../../../sim/world/events.ts'
import { clockAt, live, ms, ofKind, type Told } from '../../../fixtures/faultyWorld.ts'

describe('a clock', () => {
  test('right → virtual time', () => {
    expect(new Clock().read(1_234)).toBe(1_234)
  })

  test('set wrong, and drifting → off by both, until it is set right', () => {
    const events = new Events(1_000_000)
    const clock = new Clock()
    clock.fail(events, { byUs: -500, driftPpm: 100, untilUs: 3_000_000 })
    clock.fail(events, { byUs: 2_000, driftPpm: 0, untilUs: 2_000_000 })
    expect(clock.read(1_000_000)).toBe(1_001_500)
    events.runUntil(2_000_000)
    expect([clock.read(2_000_000), clock.readMs(2_000_000)]).toEqual([1_999_600, 1_999])
    events.runUntil(3_000_000)
    expect(clock.read(3_000_000)).toBe(3_000_000)
  })
})

function expectFulfilled(told: Told): void {
  expect(told.violation).toBeUndefined()
  expect([told.outcome, told.balances]).toEqual(['fulfilled', { 'hub alice': 90, 'hub bob': 110 }])
}

/** Whether the clock is set forwards or backwards is drawn. */
const SEEDS = Array.from({ length: 8 }, (_, seed) => seed)

describe("a thread's clock (times: faultyWorld.ts)", () => {
  test.each([500, 1_012, 1_022, 1_035, 1_052])('is half a second off from %d on → paid', (at) => {
    for (const seed of SEEDS) expectFulfilled(live({ seed, faults: [clockAt(at, { by: ms(500) })] }))
  })

  test('what the thread sees is its clock, the line of the trace the time', () => {
    const seen = SEEDS.map((seed) => {
      const [received] = ofKind(live({ seed, faults: [clockAt(500, { by: ms(300) })] }).lines, 'input').filter(({ input }) => input.type === 'prepareReceived')
      return received === undefined ? 0 : received.input.at - received.at
    })
    expect(new Set(seen)).toEqual(new Set([300, -300]))
  })

  test('goes back while an attempt is out that nobody answers → refunded by its clock, and never early', () => {
    for (const seed of SEEDS) {
      const told = live({ seed, faults: [clockAt(1_035, { by: ms(400) }), { ...clockAt(0), name: 'down', ...SILENT }] })
      expect(told.violation).toBeUndefined()
      expect(told.outcome).toBe('R00')
    }
  })

  test('jumps far and back while an id is kept → charged once', () => {
    for (const seed of SEEDS) {
      const told = live({ seed, faults: [clockAt(1_100, { by: ms(50_000), lasts: ms(200) })], payment: { withId: true, repeatAfterMs: 500 } })
      expectFulfilled(told)
    }
  })
})

const SILENT = { kind: 'partition', who: 'bob hub', lasts: ms(60_000), ways: 'both', how: 'silent' } as const
