import { describe, expect, test } from 'vitest'
import { explore } from '../../../../sim/explore/explore.ts'
import { replay, tell } from '../../../../sim/explore/history.ts'
import { search } from '../../../../sim/explore/search.ts'
import { settingOf } from '../../../../sim/explore/setting.ts'
import { WorldSpace } from '../../../../sim/explore/space.ts'
import { type AboutSmallWorld, smallAccount, smallPayment, smallWorld } from '../../../fixtures/smallWorld.ts'

const LIMITS = { maxStates: 200_000 }

describe('explore', () => {
  test('one payment, nothing goes wrong → a line of states', () => {
    const { states, depth, exhausted } = explore(smallWorld({ payments: [smallPayment('p1')] }), LIMITS)
    expect(exhausted).toBe(true)
    expect(states).toBe(depth + 1)
  })

  test.each<[string, AboutSmallWorld]>([
    ['two payments and a crash', { budgets: { crashes: 1 } }],
    ['two payments and a zombie', { budgets: { zombies: 1 } }],
    ['two payments and a broken connection', { budgets: { cuts: 1 } }],
    ['an id asked at both threads', { payments: [smallPayment('p1', { asks: ['t0', 't1'], withId: true })] }],
    [
      'a receiver that may do anything',
      {
        accounts: [
          smallAccount('alice', { balance: 12 }),
          smallAccount('bob', { does: [{ kind: 'fulfill' }, { kind: 'hold' }, { kind: 'reject', code: 'T00' }, { kind: 'unknown' }] }),
        ],
        payments: [smallPayment('p1')],
        budgets: { delays: 1 },
      },
    ],
  ])('%s → exhausted, no rule broken', (_, about) => {
    const { exhausted, violation } = explore(smallWorld(about), LIMITS)
    expect(violation).toBeUndefined()
    expect(exhausted).toBe(true)
  })

  test('without the orders that commute → fewer states, the same depth', () => {
    const setting = settingOf(smallWorld({ budgets: { cuts: 1 } }))
    const whole = search(new WorldSpace(setting, false), LIMITS)
    const reduced = search(new WorldSpace(setting), LIMITS)
    expect(whole.exhausted && reduced.exhausted).toBe(true)
    expect(reduced.states).toBeLessThan(whole.states / 1.5)
    expect(reduced.depth).toBe(whole.depth)
  })
})

/** The world has not come to rest by its horizon: the one rule that a setting alone can break. */
const RESTLESS = smallWorld({
  payments: [smallPayment('p1')],
  accounts: [smallAccount('alice', { balance: 12 }), smallAccount('bob', { does: [{ kind: 'hold' }] })],
  horizonMs: 1_000,
})

describe('a history', () => {
  test('a rule is broken → told from the first event, and replayed from its words', () => {
    const { violation, told } = explore(RESTLESS, LIMITS)
    expect(violation).toMatchObject({ invariant: 'quiet' })
    expect(told?.lines[0]).toContain('alice asks t0-1 to pay 4 to test.hub.bob: p1')
    expect(told?.choices).toHaveLength(violation?.choices.length ?? 0)
    const again = replay(new WorldSpace(settingOf(RESTLESS), false), told?.choices ?? [])
    expect(again).toMatchObject({ missing: undefined, violation: { invariant: 'quiet' } })
    expect(again.lines).toEqual(told?.lines)
  })

  test('a choice that is there no more → named', () => {
    const space = new WorldSpace(settingOf(RESTLESS), false)
    const first = space.choices(space.starts[0] ?? new Int32Array()).slice(0, 1)
    const { choices } = tell(space, first)
    expect(replay(space, [...choices, 'the sky falls']).missing).toBe('the sky falls')
  })
})
