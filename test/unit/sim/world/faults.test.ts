import { describe, expect, test } from 'vitest'
import { amount } from '../../../../src/core/values/amount.ts'
import { appliedBy, crashAt, live, ms, ofKind, restartAt, stallAt, type Told } from '../../../fixtures/faultyWorld.ts'

const REFUNDED = { 'hub alice': 100, 'hub bob': 100 }
const PAID = { 'hub alice': 90, 'hub bob': 110 }
const ALL = { arrives: 1 }

/** Every checker was content, and it ended so. */
function expectEnd(told: Told, outcome: string, balances: Readonly<Record<string, number>>, lost: Readonly<Record<string, string>> = {}): void {
  expect(told.violation).toBeUndefined()
  expect({ outcome: told.outcome, balances: told.balances, lost: told.lostInCrash }).toEqual({ outcome, balances, lost })
}

describe('a thread crashes, and the receiver deduplicates (S1, B9)', () => {
  test.each([
    ['charged, not yet sent', 1_027, 1],
    ['sent', 1_035, 2],
    ['fulfillment heard, credit lost', 1_052, 2],
  ])('%s → the next life asks again under the same id, and the receiver is paid once', (_, atMs, times) => {
    const told = live({ faults: [crashAt(atMs)], answers: 'deduplicating' })
    expectEnd(told, 'lost', PAID)
    const ids = ofKind(told.lines, 'message').flatMap(({ to, message }) => (to === 'bob' && message.type === 'prepare' ? [message.requestId] : []))
    expect(ids).toEqual(Array.from({ length: times }, () => 't0-1.1.1'))
  })

  test('the peer’s thread dies with the request → the peer is asked again, one charge, no drift', () => {
    const told = live({ faults: [{ ...crashAt(1_065, ALL), who: 'far' }], far: true, answers: 'deduplicating' })
    expectEnd(told, 'fulfilled', { 'hub alice': 90, 'hub far': 10, 'far hub': -10, 'far bob': 110 })
    expect(told.drift).toEqual({ 'hub-far': '0' })
  })
})

describe('a thread crashes (times: faultyWorld.ts)', () => {
  test('warm on its way, and lost → nothing was granted', () => {
    const told = live({ faults: [crashAt(1_012)] })
    expectEnd(told, 'lost', REFUNDED)
    expect(ofKind(told.lines, 'cut')).toMatchObject([{ who: 't0', arriving: 0 }])
  })

  test('granted, never heard → the next life finds the grant in its sweep', () => {
    const told = live({ faults: [crashAt(1_017)] })
    expectEnd(told, 'lost', REFUNDED)
    const takes = ofKind(told.lines, 'store').flatMap(({ command }) => (command.type === 'commit' ? [[command.epoch, ...command.changes]] : []))
    expect(takes).toMatchObject([['t0-2', { type: 'take' }]])
  })

  test('charge on its way, and lost → never charged', () => {
    const told = live({ faults: [crashAt(1_022)] })
    expectEnd(told, 'lost', REFUNDED)
    expect(ofKind(told.lines, 'effect').filter(({ effect }) => effect.type === 'sendPrepare')).toEqual([])
  })

  test('charge on its way, and applied before the next claim → recovered, never sent, refunded', () => {
    const told = live({ faults: [crashAt(1_022, ALL)] })
    expectEnd(told, 'lost', REFUNDED)
    expect(ofKind(told.lines, 'effect').filter(({ effect }) => effect.type === 'sendPrepare')).toEqual([])
    expect(appliedBy(told.lines, 't0').filter((word) => word.startsWith('commit'))).toEqual(['commit ok', 'commit ok'])
  })

  test('charge on its way, and in after the next claim → fenced', () => {
    const told = live({ faults: [crashAt(1_022, { ...ALL, lateBy: ms(60) })] })
    expectEnd(told, 'lost', REFUNDED)
    expect(appliedBy(told.lines, 't0')).toContain('commit fenced')
  })

  test('charged, not yet sent → never sent, refunded when it expires', () => {
    const told = live({ faults: [crashAt(1_027)] })
    expectEnd(told, 'lost', REFUNDED)
    expect(ofKind(told.lines, 'message').filter(({ to }) => to === 'bob')).toEqual([])
  })

  test('sent → its answer is heard by nobody, the sender is refunded, the receiver has lost it', () => {
    expectEnd(live({ faults: [crashAt(1_035)] }), 'lost', REFUNDED, { 'hub bob': '10' })
  })

  test('fulfillment heard, credit lost → as if it was never heard', () => {
    expectEnd(live({ faults: [crashAt(1_052)] }), 'lost', REFUNDED, { 'hub bob': '10' })
  })

  test('fulfillment heard, credit in before the next claim → paid, though nobody is told', () => {
    expectEnd(live({ faults: [crashAt(1_052, ALL)] }), 'lost', PAID)
  })

  test('fulfillment heard, credit in after the next claim → fenced, and lost', () => {
    const told = live({ faults: [crashAt(1_052, { ...ALL, lateBy: ms(60) })] })
    expectEnd(told, 'lost', REFUNDED, { 'hub bob': '10' })
    expect(appliedBy(told.lines, 't0')).toContain('commit fenced')
  })

  test('credited, not yet answered → paid, though nobody is told', () => {
    expectEnd(live({ faults: [crashAt(1_057)] }), 'lost', PAID)
  })

  test('answered → told', () => {
    expectEnd(live({ faults: [crashAt(1_062)] }), 'fulfilled', PAID)
  })

  test('between two effects of a step → sometimes before the commit is sent, sometimes after', () => {
    const outcomes = Array.from({ length: 12 }, (_, seed) => live({ seed, faults: [crashAt(1_045, { ...ALL, midStep: 1 })] }))
    expect(outcomes.map(({ violation }) => violation)).toEqual(outcomes.map(() => undefined))
    const balances = new Set(outcomes.map((told) => JSON.stringify(told.balances)))
    expect(balances).toEqual(new Set([JSON.stringify(PAID), JSON.stringify(REFUNDED)]))
    for (const told of outcomes) expect(ofKind(told.lines, 'ended')).toMatchObject([{ at: 1_050, why: 'crash', epoch: 't0-1' }])
  })

  test('again while its claim travels, and that comes in after the next claim → the living one is fenced, and starts again', () => {
    // t0-2 claims at 1032, dies at 1034; t0-3 starts at 1035 and has claimed when the claim of t0-2 comes in, at 1084.
    const late = crashAt(1_034, { ...ALL, lateBy: ms(50), restartAfter: ms(1) })
    const told = live({ faults: [crashAt(1_012), late], payment: { atMs: 1_090 } })
    expectEnd(told, 'lost', REFUNDED)
    expect(ofKind(told.lines, 'ended').map(({ epoch, why }) => [epoch, why])).toEqual([
      ['t0-1', 'crash'],
      ['t0-2', 'crash'],
      ['t0-3', 'fenced'],
    ])
  })

  test('down when a prepare comes → the sender tries again', () => {
    const told = live({ faults: [crashAt(980, { restartAfter: ms(200) })] })
    expectEnd(told, 'fulfilled', PAID)
    expect(ofKind(told.lines, 'message').filter(({ message }) => message.type === 'failure')[0]?.message).toMatchObject({ how: 'notTaken' })
  })

  test('down until the prepare has expired → it was never taken', () => {
    expectEnd(live({ faults: [crashAt(980, { restartAfter: ms(5_000) })], payment: { expiryMs: 2_000 } }), 'unreachable', REFUNDED)
  })
})

/** With an id `own` comes first, and all after it 10 ms later. */
describe('a thread crashes, and the prepare had an id: its sender asks again', () => {
  const withId = { withId: true }

  test.each([
    ['warm', 1_027],
    ['charge lost', 1_032],
  ])('%s → a new payment under the same id', (_, at) => {
    expectEnd(live({ faults: [crashAt(at)], payment: withId }), 'fulfilled', PAID)
  })

  test.each([
    ['charged', 1_037, {}],
    ['sent', 1_045, { 'hub bob': '10' }],
    ['credit lost', 1_062, { 'hub bob': '10' }],
  ])('%s → told how the recovered payment ends', (_, at, lost) => {
    expectEnd(live({ faults: [crashAt(at)], payment: withId }), 'R00', REFUNDED, lost)
  })

  test.each([
    ['credit in before the next claim', crashAt(1_062, ALL)],
    ['credited', crashAt(1_067)],
  ])('%s → told the fulfillment, from the tombstone', (_, fault) => {
    expectEnd(live({ faults: [fault], payment: withId }), 'fulfilled', PAID)
  })

  test('credited; asked again at another thread → told the fulfillment by its owner', () => {
    const told = live({ faults: [crashAt(1_067)], payment: withId, parallelism: 2 })
    expectEnd(told, 'fulfilled', PAID)
    expect(ofKind(told.lines, 'effect').flatMap(({ who, effect }) => (effect.type === 'leave' ? [`${who} ${effect.message.type}`] : []))).toEqual([
      't1 askedAgain',
      't0 answered',
    ])
  })
})

describe('two threads', () => {
  // The second asking, at t1, is left for t0 at 1040, read there at 1056, and answered at 1070.
  const asked = { withId: true, repeatAfterMs: 15 }

  test.each([
    ['taken up, the payment under way', 1_058, 'R00', REFUNDED, { 'hub bob': '10' }],
    ['answered, and that is lost', 1_072, 'fulfilled', PAID, {}],
  ])('the owner crashes with the asking of a colleague, %s → its next life answers', (_, at, outcome, balances, lost) => {
    const told = live({ faults: [crashAt(at)], payment: asked, parallelism: 2 })
    expectEnd(told, outcome, balances, lost)
    const answers = ofKind(told.lines, 'store').flatMap(({ who, command }) => (command.type === 'leave' ? [`${who} ${command.message.type}`] : []))
    expect(answers).toContain('t0 answered')
    const [answered] = ofKind(told.lines, 'effect')
      .filter(({ effect }) => effect.type === 'leave' && effect.message.type === 'answered')
      .slice(-1)
    expect(answered).toMatchObject({ effect: { message: { message: expect.stringMatching(/^t0-2\./) } } })
  })

  test('the one that asked a colleague crashes → the answer is left for nobody, and struck out', () => {
    const told = live({ faults: [crashAt(1_050, { thread: 't1' })], payment: asked, parallelism: 2 })
    expectEnd(told, 'fulfilled', PAID)
  })

  test('given back, the cool lost → the next life sends the total again', () => {
    const told = live({ faults: [crashAt(1_062)], parallelism: 2 })
    expectEnd(told, 'fulfilled', PAID)
    const cools = ofKind(told.lines, 'store').filter(({ who, command }) => who === 't0' && command.type === 'cool')
    expect(cools.map(({ at }) => at > 1_082)).toContain(true)
    expect(cools.map(({ at }) => at < 1_082)).not.toContain(true)
  })
})

describe('two connectors', () => {
  test('the thread of the next one is down → not taken, and nobody else is left', () => {
    const told = live({ far: true, faults: [{ ...crashAt(1_005, { restartAfter: ms(500) }), who: 'far' }] })
    expectEnd(told, 'T01', { 'hub alice': 100, 'hub far': 0, 'far hub': 0, 'far bob': 100 })
  })

  test('the next one crashes with the request → unknown, until the timer', () => {
    const told = live({ far: true, faults: [{ ...crashAt(1_045), who: 'far' }] })
    expectEnd(told, 'R00', { 'hub alice': 100, 'hub far': 0, 'far hub': 0, 'far bob': 100 })
    expect(ofKind(told.lines, 'input').map(({ input }) => input)).toContainEqual(expect.objectContaining({ type: 'sendFailed', how: 'unknown' }))
  })

  test('ours crashes with the attempt out → the next one is credited, we refund, and the books have drifted apart', () => {
    const told = live({ far: true, faults: [crashAt(1_035)] })
    expectEnd(told, 'lost', { 'hub alice': 100, 'hub far': 0, 'far hub': -10, 'far bob': 110 }, { 'hub far': '10' })
    expect(told.drift).toEqual({ 'hub-far': '10' })
  })
})

describe('the store dies and comes back', () => {
  test.each([
    ['warm', 1_012],
    ['charge', 1_022],
    ['credit', 1_052],
  ])('%s on its way → it is asked again, and the payment goes on', (_, at) => {
    expectEnd(live({ faults: [restartAt(at, 0)] }), 'fulfilled', PAID)
    expectEnd(live({ faults: [restartAt(at, 1)] }), 'fulfilled', PAID)
  })

  test('what was on its way had arrived → the same commit again is known', () => {
    expect(appliedBy(live({ faults: [restartAt(1_022, 1)] }).lines, 't0')).toContain('commit already')
  })

  test('a thread that starts meanwhile → claims when it is back', () => {
    const told = live({ faults: [restartAt(1_011, 0), crashAt(1_013)], payment: { withId: true } })
    expectEnd(told, 'fulfilled', PAID)
    expect(ofKind(told.lines, 'effect').filter(({ effect }) => effect.type === 'claim')).toHaveLength(3)
  })
})

describe('the store stands still', () => {
  test('shorter than the time-out → the connection stays, and the payment waits', () => {
    const told = live({ faults: [stallAt(1_022, 1_900)] })
    expectEnd(told, 'fulfilled', PAID)
    expect(ofKind(told.lines, 'cut')).toEqual([])
  })

  test('longer → the connection is given up, and all is asked again when it goes on', () => {
    const told = live({ faults: [stallAt(1_022, 2_500)] })
    expectEnd(told, 'fulfilled', PAID)
    expect(ofKind(told.lines, 'cut')).toMatchObject([{ at: 3_022, arriving: 0 }])
    expect(ofKind(told.lines, 'input').filter(({ input }) => input.type === 'reconnected')).toMatchObject([{ at: 3_527 }])
  })

  test('longer, and the old command comes in after the new one → it is known', () => {
    const told = live({ faults: [stallAt(1_022, 2_500, 1, 100)] })
    expectEnd(told, 'fulfilled', PAID)
    expect(appliedBy(told.lines, 't0')).toContain('commit already')
  })

  test('a warm that comes in after the one that was asked again, and then gets more → the grant is found in a later sweep', () => {
    // t0 asks first again, and takes 90 of the 100: t1 gets 10, and when t0 has given back what it could not use, its old warm 30.
    const [forT0, forT1] = [{ amount: amount(45n) }, { atMs: 1_001, amount: amount(40n) }]
    const told = live({ faults: [stallAt(1_012.5, 2_500, 1, 300)], parallelism: 2, payment: forT0, more: [forT1, { ...forT0, atMs: 1_002 }] })
    expect(told.violation).toBeUndefined()
    const warms = ofKind(told.lines, 'store').filter(({ who, command }) => who === 't1' && command.type === 'warm')
    expect(warms.slice(0, 2).map(({ reply }) => reply)).toMatchObject([{ grant: '10' }, { grant: '30' }])
    const [late] = warms.slice(1)
    const takes = ofKind(told.lines, 'effect').filter(({ who, effect }) => who === 't1' && effect.type === 'commit' && effect.changes[0]?.type === 'take')
    expect(takes.map(({ at }) => Math.floor((at - (late?.at ?? 0)) / 1_000))).toEqual([-1, 9])
  })
})
