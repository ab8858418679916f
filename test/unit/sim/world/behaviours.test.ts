import { describe, expect, test } from 'vitest'
import { type BehaviourKind, defaultDelay } from '../../../../sim/workload/behaviourKinds.ts'
import type { BehaviourPlan } from '../../../../sim/workload/plan.ts'
import { loadScenario, planOf } from '../../../../sim/workload/scenario.ts'
import { runWorld } from '../../../../sim/world/world.ts'
import { amount } from '../../../../src/core/values/amount.ts'
import { live, ms, ofKind, type Setting, type Told } from '../../../fixtures/faultyWorld.ts'

function does(who: string, kind: BehaviourKind, about: Partial<BehaviourPlan> = {}): BehaviourPlan {
  return { name: kind, who, kind, odds: 1, code: 'T00', delay: defaultDelay(kind), fromMs: -10_000, untilMs: 10_000, ...about }
}

function lived(behaviour: BehaviourPlan, setting: Partial<Setting> = {}): Told {
  const told = live({ faults: [], behaviours: [behaviour], ...setting })
  expect(told.violation).toBeUndefined()
  expect(ofKind(told.lines, 'behaviour')[0]).toMatchObject({ who: behaviour.who, behaviour: behaviour.kind })
  return told
}

const PAID = { 'hub alice': 90, 'hub bob': 110 }
const REFUNDED = { 'hub alice': 100, 'hub bob': 100 }

describe('a receiver (its prepare expires at 10 s)', () => {
  test.each([
    ['wrong-fulfillment', {}, 'F05', REFUNDED],
    ['late-fulfillment', { delay: ms(400) }, 'fulfilled', PAID],
    ['late-fulfillment', { delay: ms(600) }, 'R00', REFUNDED],
    ['last-moment', { delay: ms(1) }, 'fulfilled', PAID],
    ['early-fulfillment', {}, 'fulfilled', PAID],
    ['repeated-fulfillment', {}, 'fulfilled', PAID],
    ['fulfill-then-reject', { delay: ms(1) }, 'fulfilled', PAID],
    ['reject-then-fulfill', { delay: ms(1) }, 'T00', REFUNDED],
    ['reject-then-fulfill', { code: 'F99' }, 'F99', REFUNDED],
    ['claim-other', {}, 'fulfilled', PAID],
    ['reject-other', {}, 'fulfilled', PAID],
    ['known-fulfillment', {}, 'fulfilled', PAID],
  ] as const)('%s %o → %s', (kind, about, outcome, balances) => {
    const told = lived(does('bob', kind, about))
    expect({ outcome: told.outcome, balances: told.balances }).toEqual({ outcome, balances })
  })
})

describe('a sender', () => {
  test('extreme amounts and expiries → each is answered', () => {
    for (const kind of ['extreme-amount', 'extreme-expiry', 'extreme-data'] as const) {
      for (let seed = 1; seed <= 12; seed++) lived(does('alice', kind), { seed })
    }
  })

  test('the same condition twice → each payment is judged by itself', () => {
    const told = lived(does('alice', 'same-condition'), { more: [{ atMs: 1_000 }, { atMs: 1_200, amount: amount(20n) }] })
    expect(told.balances).toEqual({ 'hub alice': 60, 'hub bob': 140 })
  })

  test('another payment under the same id → refused', () => {
    const told = lived(does('alice', 'same-id'), { payment: { withId: true } })
    expect(told.balances).toEqual(PAID)
    expect(ofKind(told.lines, 'message').map(({ message }) => message)).toContainEqual(expect.objectContaining({ type: 'refusal', status: 409 }))
  })

  test('asked again after the answer is no longer kept → too old', () => {
    const told = lived(does('alice', 'asks-again', { delay: ms(80_000) }), { payment: { withId: true } })
    expect(ofKind(told.lines, 'message').map(({ message }) => message)).toContainEqual(expect.objectContaining({ type: 'refusal', status: 410 }))
  })
})

describe('an announcer', () => {
  const FAR = { far: true } as const

  test.each(['routes-silent', 'routes-long', 'routes-through-you'] as const)('%s → nothing leads through it', (kind) => {
    expect(lived(does('far', kind), FAR).outcome).toBe('F02')
  })

  test.each(['routes-near', 'routes-curve', 'routes-of-others', 'routes-loop', 'routes-replayed', 'routes-flap'] as const)('%s → paid all the same', (kind) => {
    expect(lived(does('far', kind), FAR).outcome).toBe('fulfilled')
  })
})

test('a liar beside honest connectors → what is sent through them gets through', () => {
  const plan = planOf(loadScenario('liars'), { regime: 'liars', failover: 2, name: 'liars' }, 'trusted-room')
  const { directions, invariants } = runWorld({ ...plan, durationMs: 10_000 }, 1)
  expect(invariants.violation).toBeUndefined()
  const good = directions.find(({ name }) => name === 'good')
  expect((good?.fulfilled ?? 0) / (good?.payments ?? 1)).toBeGreaterThan(0.9)
})
