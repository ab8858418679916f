import { describe, expect, test } from 'vitest'
import type { OddsPlan } from '../../../../sim/workload/faultPlan.ts'
import { live, ofKind, type Told, wakeFaults } from '../../../fixtures/faultyWorld.ts'

const [LOST, LATE, REPEAT] = wakeFaults('hub', { odds: 1 }) as [OddsPlan, OddsPlan, OddsPlan]

/** The second asking, at t1, is left for t0, which answers into the book of t1: a hint each way. */
const asked = { withId: true, repeatAfterMs: 15 }

function wakesOf({ lines }: Told): string[] {
  return ofKind(lines, 'input').flatMap(({ at, who, input }) => (input.type === 'wakeHeard' ? [`${at} ${who}`] : []))
}

function liveWith(...faults: readonly OddsPlan[]): Told {
  const told = live({ faults, payment: asked, parallelism: 2 })
  expect(told.violation).toBeUndefined()
  expect(told.outcome).toBe('fulfilled')
  return told
}

describe('a hint between two threads', () => {
  const quiet = wakesOf(liveWith())

  test('none goes wrong → one each way', () => {
    expect(quiet.map((each) => each.split(' ')[1])).toEqual(['t0', 't1'])
  })

  test('lost → nobody hears it, and what was left is read in the next second', () => {
    const told = liveWith(LOST)
    expect(wakesOf(told)).toEqual([])
    expect(ofKind(told.lines, 'slip')).toMatchObject([
      { name: 'wakeLost', who: 'hub', on: 't0', slip: { type: 'wake-lost' } },
      { on: 't1', slip: { type: 'wake-lost' } },
    ])
  })

  test('late → it is heard later', () => {
    const [first = ''] = wakesOf(liveWith(LATE))
    expect(Number(first.split(' ')[0])).toBe(Number(quiet[0]?.split(' ')[0]) + 300)
  })

  test('repeated → it is heard twice', () => {
    expect(wakesOf(liveWith(REPEAT)).map((each) => each.split(' ')[1])).toEqual(['t0', 't1', 't0', 't1'])
  })
})

describe('odds', () => {
  test('before since, from until, and with odds 0 → never', () => {
    const never = [{ fromMs: 5_000 }, { untilMs: 1_000 }, { odds: 0 }]
    for (const about of never) expect(ofKind(liveWith({ ...LOST, ...about }).lines, 'slip')).toEqual([])
  })

  test('two entries that would fall → the first does', () => {
    const told = liveWith(LOST, { ...LOST, name: 'other' })
    expect(ofKind(told.lines, 'slip').map(({ name }) => name)).toEqual(['wakeLost', 'wakeLost'])
  })

  test('another entry beside it → the first falls as it did', () => {
    const half: OddsPlan = { ...LOST, odds: 0.5 }
    const fallen = (...faults: readonly OddsPlan[]) => ofKind(liveWith(...faults).lines, 'slip').filter(({ name }) => name === 'wakeLost')
    expect(fallen(half, { ...LATE, odds: 0 }, { ...REPEAT, odds: 0 })).toEqual(fallen(half))
  })
})
