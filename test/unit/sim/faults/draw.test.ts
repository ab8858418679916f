import { describe, expect, test } from 'vitest'
import { arriving } from '../../../../sim/faults/cut.ts'
import { drawStrike } from '../../../../sim/faults/draw.ts'
import type { Chance } from '../../../../sim/faults/fault.ts'
import { lastMs, longestOutageMs, nextFaultUs } from '../../../../sim/faults/times.ts'
import type { CrashPlan } from '../../../../sim/workload/faultPlan.ts'
import { latencyUs, Stream } from '../../../../sim/world/random.ts'
import { crashAt, restartAt, stallAt } from '../../../fixtures/faultyWorld.ts'

function chance(seed: number): Chance {
  const stream = new Stream(seed, 'test')
  return { unit: () => stream.unit(), exponential: (mean) => stream.exponential(mean), latencyUs: (latency) => latencyUs(stream, latency) }
}

function timesOf(plan: CrashPlan): number[] {
  const draws = chance(1)
  const times: number[] = []
  for (let at = nextFaultUs(plan, -1, draws); at !== undefined; at = nextFaultUs(plan, at, draws)) times.push(at)
  return times
}

describe('when', () => {
  const crash = crashAt(0) as CrashPlan

  test('at given times → those from since and before until', () => {
    expect(timesOf({ ...crash, times: { kind: 'at', atMs: [0, 10, 20.5, 30] }, fromMs: 10, untilMs: 30 })).toEqual([10_000, 20_500])
  })

  test('every so often → as often as the mean says, from since and before until', () => {
    const times = timesOf({ ...crash, times: { kind: 'every', meanMs: 10 }, fromMs: 1_000, untilMs: 11_000 })
    expect(Math.abs(times.length - 1_000)).toBeLessThan(100)
    expect(Math.min(...times)).toBeGreaterThan(1_000_000)
    expect(Math.max(...times)).toBeLessThan(11_000_000)
  })

  test('several plans → over when the last is', () => {
    const every: CrashPlan = { ...crash, times: { kind: 'every', meanMs: 10 }, untilMs: 500 }
    expect([lastMs([every]), lastMs([every, stallAt(700, 1)]), lastMs([])]).toEqual([500, 700, 0])
    expect(longestOutageMs([crash, restartAt(0, 0), stallAt(0, 3_000)])).toBe(3_000)
  })
})

describe('what', () => {
  test('a crash of any thread → each at times, between inputs and in the midst of a step', () => {
    const { thread: _, ...any } = crashAt(0, { midStep: 0.5 }) as CrashPlan
    const crashes = Array.from({ length: 100 }, (_, seed) => drawStrike(any, 3, chance(seed)))
    expect(new Set(crashes.map((fault) => fault.type === 'crash' && fault.thread))).toEqual(new Set(['t0', 't1', 't2']))
    const midStep = crashes.filter((fault) => fault.type === 'crash' && fault.midStep !== undefined)
    expect(Math.abs(midStep.length - 50)).toBeLessThan(20)
  })

  test('what a plan fixes → does not shift what else is drawn', () => {
    const plan = crashAt(0, { restartAfter: { kind: 'uniform', lowMs: 0, highMs: 1_000 } }) as CrashPlan
    const { arrives: _, thread: __, ...free } = plan
    expect(drawStrike({ ...free, midStep: 1 }, 3, chance(7))).toMatchObject({ restartUs: (drawStrike(plan, 3, chance(7)) as { restartUs: number }).restartUs })
  })

  test('a store that dies or stands still → a cut for each thread', () => {
    expect(drawStrike(restartAt(0, 1), 3, chance(1))).toMatchObject({
      type: 'store-restart',
      restartUs: 50_000,
      cuts: [{ arrives: 1 }, { arrives: 1 }, { arrives: 1 }],
    })
    expect(drawStrike(stallAt(0, 9, 0, 2), 2, chance(1))).toEqual({
      type: 'store-stall',
      lastsUs: 9_000,
      cuts: [
        { arrives: 0, lateUs: 2_000 },
        { arrives: 0, lateUs: 2_000 },
      ],
    })
  })

  test('share of what is on its way → none, all, and each number between', () => {
    const numbers = [0, 0.2, 0.3, 0.5, 0.7, 0.9, 1].map((arrives) => arriving({ arrives, lateUs: 0 }, 3))
    expect(numbers).toEqual([0, 0, 1, 2, 2, 3, 3])
    expect(arriving({ arrives: 1, lateUs: 0 }, 0)).toBe(0)
  })
})
