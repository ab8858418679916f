import { describe, expect, test } from 'vitest'
import { share } from '../../../../src/core/book/warming/share.ts'
import { amount, balance } from '../../../../src/core/values/amount.ts'
import { account, changesIn, inOrder, type OneThread, ofType, oneThread, only, toldIn, typesOf } from '../../../fixtures/oneThread.ts'

const alice = account('alice', { parallelism: 4 })
const bob = account('bob')
const routes = { 'test.far': [bob], 'test.hub.alice': [alice] }

/** The store's word on what alice's warm brought. */
function warmed(thread: OneThread, { granted, grant = granted, coldBefore }: { granted: bigint; grant?: bigint; coldBefore: bigint }) {
  return thread.hear({ type: 'warmed', account: alice.id, reply: { granted: amount(granted), grant: amount(grant), coldBefore: balance(coldBefore) } })
}

describe('R2: cold + hot + creditLimit against parallelism * amount', () => {
  test.each([
    ['equal → passes', 100n, 0n, 25n, 'charge'],
    ['one more than needed → passes', 101n, 0n, 25n, 'charge'],
    ['one below → T04', 99n, 0n, 25n, 'T04'],
    ['amount above a thread’s share, though cold holds it → T04', 100n, 0n, 26n, 'T04'],
    ['equal with the credit limit → passes', 30n, 70n, 25n, 'charge'],
    ['one below with the credit limit → T04', 29n, 70n, 25n, 'T04'],
  ])('%s', (_, opening, creditLimit, sum, outcome) => {
    const sender = account('alice', { parallelism: 4, creditLimit: amount(creditLimit) })
    const thread = oneThread({ accounts: [sender, bob], routes, opening: { alice: opening } })
    const effects = thread.prepare({ from: sender, amount: sum })
    if (outcome === 'charge') expect(typesOf(changesIn(effects))).toEqual(['take', 'charge'])
    else expect(toldIn(effects)).toEqual([outcome])
  })

  test('cold below zero, within the credit limit → the limit less the debt counts', () => {
    const sender = account('alice', { parallelism: 4, creditLimit: amount(110n) })
    const thread = oneThread({ accounts: [sender, bob], routes, holds: ['warm'] })
    thread.prepare({ from: sender, amount: 25n })
    expect(typesOf(changesIn(warmed(thread, { granted: 25n, coldBefore: -10n })))).toEqual(['take', 'charge'])
    thread.prepare({ from: sender, amount: 25n })
    expect(toldIn(warmed(thread, { granted: 25n, grant: 0n, coldBefore: -35n }))).toEqual(['T04'])
  })

  test('parallelism 1 → the whole balance may go in one payment', () => {
    const thread = oneThread({ accounts: [bob, alice], routes, opening: { bob: 70n } })
    expect(typesOf(changesIn(thread.prepare({ from: bob, amount: 70n, to: 'test.hub.alice.x' })))).toEqual(['take', 'charge'])
  })

  test('amount 0 and an empty account → passes without asking', () => {
    const thread = oneThread({ accounts: [alice, bob], routes })
    expect(typesOf(thread.prepare({ from: alice, amount: 0n })).slice(0, 1)).toEqual(['commit'])
  })
})

describe('R2: asking, and passing without', () => {
  /** Alice's cold was told 800 when 10 were granted; 90 of the 100 that she holds hot were never warmed. */
  function told(): OneThread {
    const thread = oneThread({ accounts: [alice, bob], routes, warming: share, coolAfterMs: 60_000, opening: { alice: 800n } })
    thread.prepare({ from: alice, amount: 10n }) // tells the cold: 790
    thread.prepare({ from: alice, amount: 10n }) // warms a share of 197, holds 187
    return thread
  }

  test('cold told within the second, hot enough → charged without asking', () => {
    const thread = told()
    thread.pass(1_000)
    const effects = thread.prepare({ from: alice, amount: 100n })
    expect(ofType(effects, 'warm')).toEqual([])
    expect(typesOf(changesIn(effects))).toEqual(['charge'])
  })

  test('cold told more than a second ago → asks', () => {
    const thread = told()
    thread.pass(1_001)
    expect(ofType(thread.prepare({ from: alice, amount: 100n }), 'warm')).toHaveLength(1)
  })

  test('word on the cold is old, but hot alone is parallelism * amount → charged without asking', () => {
    const thread = told()
    thread.pass(5_000)
    expect(ofType(thread.prepare({ from: alice, amount: 46n }), 'warm')).toEqual([])
  })

  test('word on the cold is old, hot is one below parallelism * amount → asks', () => {
    const thread = told()
    thread.pass(5_000)
    expect(ofType(thread.prepare({ from: alice, amount: 47n }), 'warm')).toHaveLength(1)
  })

  test('money credited to a thread that never asked → spent without asking', () => {
    const thread = oneThread({ accounts: [alice, bob], routes, opening: { alice: 400n } })
    thread.fulfill(only(thread.prepare({ from: alice, amount: 50n }), 'sendPrepare'))
    const effects = thread.prepare({ from: bob, amount: 50n, to: 'test.hub.alice.x' })
    expect(ofType(effects, 'warm')).toEqual([])
    expect(typesOf(changesIn(effects))).toContain('charge')
  })

  test('what was told says no → asks, and is refused only on the fresh word', () => {
    const thread = oneThread({ accounts: [alice, bob], routes, opening: { alice: 100n }, holds: ['warm'] })
    thread.prepare({ from: alice, amount: 30n })
    expect(toldIn(warmed(thread, { granted: 0n, coldBefore: 0n }))).toEqual(['T04'])
    const asked = thread.prepare({ from: alice, amount: 25n })
    expect(toldIn(asked)).toEqual([])
    expect(ofType(asked, 'warm')).toHaveLength(1)
    expect(typesOf(changesIn(warmed(thread, { granted: 25n, coldBefore: 100n })))).toEqual(['take', 'charge'])
  })
})

describe('R3: only hot is spent', () => {
  test('much cold, little hot → the charge waits for the grant', () => {
    const thread = oneThread({ accounts: [alice, bob], routes, opening: { alice: 1_000n }, holds: ['warm'] })
    expect(changesIn(thread.prepare({ from: alice, amount: 10n }))).toEqual([])
    expect(typesOf(changesIn(warmed(thread, { granted: 10n, coldBefore: 1_000n })))).toEqual(['take', 'charge'])
  })

  test('the grant is smaller than the amount and cold says yes → asks again', () => {
    const thread = oneThread({ accounts: [alice, bob], routes, holds: ['warm'] })
    thread.prepare({ from: alice, amount: 10n })
    const effects = warmed(thread, { granted: 4n, coldBefore: 1_000n })
    expect(typesOf(changesIn(effects))).toEqual(['take'])
    expect(only(effects, 'warm')).toMatchObject({ taken: 4n, wanted: 6n })
  })
})

describe('B6: one warm, and those who wait for it', () => {
  const waiting = (amounts: readonly bigint[], setting: { maxWaiting?: number } = {}) => {
    const thread = oneThread({ accounts: [alice, bob], routes, holds: ['warm', 'own', 'commit'], ...setting })
    const effects = amounts.flatMap((sum) => thread.prepare({ from: alice, amount: sum }))
    return { thread, effects }
  }
  const chargedAmounts = (effects: ReturnType<OneThread['hear']>) =>
    changesIn(effects).flatMap((change) => (change.type === 'charge' ? [change.record.incomingAmount] : []))

  test('three prepares without hot → one warm, for what the first lacks', () => {
    expect(only(waiting([10n, 20n, 30n]).effects, 'warm')).toMatchObject({ account: alice.id, taken: 0n, wanted: 10n })
  })

  test('the grant is enough for all → charged in order of arrival, in the event that takes the grant', () => {
    const effects = warmed(waiting([10n, 20n, 30n]).thread, { granted: 60n, coldBefore: 1_000n })
    expect(typesOf(changesIn(effects))).toEqual(['take', 'charge', 'charge', 'charge'])
    expect(chargedAmounts(effects)).toEqual([10n, 20n, 30n])
    expect(ofType(effects, 'commit')).toHaveLength(1)
  })

  test('the grant is enough for the first → charged, and one more warm for what the others lack', () => {
    const effects = warmed(waiting([10n, 20n, 30n]).thread, { granted: 10n, coldBefore: 1_000n })
    expect(chargedAmounts(effects)).toEqual([10n])
    expect(only(effects, 'warm')).toMatchObject({ taken: 10n, wanted: 50n })
  })

  test('a cheaper prepare comes while a dearer one waits → it does not overtake', () => {
    const { thread } = waiting([50n])
    expect(chargedAmounts(warmed(thread, { granted: 49n, coldBefore: 1_000n }))).toEqual([])
    expect(changesIn(thread.prepare({ from: alice, amount: 1n }))).toEqual([])
    expect(chargedAmounts(warmed(thread, { granted: 51n, grant: 2n, coldBefore: 900n }))).toEqual([50n, 1n])
  })

  test('the first cannot pass, the second can → T04 and a charge, both on the one reply', () => {
    const effects = warmed(waiting([30n, 20n]).thread, { granted: 50n, coldBefore: 100n })
    expect(toldIn(effects)).toEqual(['T04'])
    expect(chargedAmounts(effects)).toEqual([20n])
  })

  test('a reject on the fresh word → what was granted is committed in the same event', () => {
    const effects = warmed(waiting([30n]).thread, { granted: 30n, coldBefore: 100n })
    expect(toldIn(effects)).toEqual(['T04'])
    expect(changesIn(effects)).toEqual([{ type: 'take', account: alice.id, amount: 30n }])
  })

  test('a reject for another reason → what was granted is committed in the same event', () => {
    const thread = oneThread({ accounts: [alice, bob], routes, opening: { alice: 100n }, holds: ['warm'] })
    thread.prepare({ from: alice, amount: 10n, to: 'test.nowhere' })
    const effects = warmed(thread, { granted: 10n, coldBefore: 100n })
    expect(toldIn(effects)).toEqual(['F02'])
    expect(changesIn(effects)).toEqual([{ type: 'take', account: alice.id, amount: 10n }])
  })

  test('no warm is under way → a late reply is ignored, its grant is seen by the next', () => {
    const { thread } = waiting([10n])
    warmed(thread, { granted: 10n, coldBefore: 1_000n })
    expect(warmed(thread, { granted: 15n, grant: 5n, coldBefore: 990n })).toEqual([])
    thread.prepare({ from: alice, amount: 10n })
    const effects = warmed(thread, { granted: 15n, grant: 0n, coldBefore: 985n })
    expect(changesIn(effects)).toMatchObject([{ type: 'take', amount: 5n }])
  })

  test('as many wait as may → the next without an id T03 at once', () => {
    const { thread } = waiting([10n, 10n], { maxWaiting: 2 })
    const effects = thread.prepare({ from: alice, amount: 10n })
    expect(effects).toHaveLength(1)
    expect(toldIn(effects)).toEqual(['T03'])
  })

  test('as many wait as may → the next with an id 429, before own', () => {
    const { thread } = waiting([10n, 10n], { maxWaiting: 2 })
    const effects = thread.prepare({ from: alice, amount: 10n, id: 'x' })
    expect(effects).toHaveLength(1)
    expect(toldIn(effects)).toEqual([429])
  })

  test('an id that was owned before the line filled → waits all the same', () => {
    const { thread } = waiting([10n], { maxWaiting: 2 })
    thread.prepare({ from: alice, amount: 10n, id: 'x' })
    thread.prepare({ from: alice, amount: 10n })
    const owned = thread.release(only(thread.news(), 'own'))
    expect(toldIn(owned)).toEqual([])
    expect(chargedAmounts(warmed(thread, { granted: 30n, coldBefore: 1_000n }))).toHaveLength(3)
  })

  test('what waits has expired when the reply comes → R02, not charged', () => {
    const { thread } = waiting([10n])
    thread.pass(29_000)
    const effects = warmed(thread, { granted: 10n, coldBefore: 1_000n })
    expect(toldIn(effects)).toEqual(['R02'])
    expect(typesOf(changesIn(effects))).toEqual(['take'])
  })
})

describe('R6: running totals near the end of their range', () => {
  test('a warm is answered `full` → all that wait are told T04, and later ones without a warm', () => {
    const thread = oneThread({ accounts: [alice, bob], routes, holds: ['warm'] })
    thread.prepare({ from: alice, amount: 10n })
    thread.prepare({ from: alice, amount: 20n })
    expect(toldIn(thread.hear({ type: 'warmed', account: alice.id, reply: 'full' }))).toEqual(['T04', 'T04'])
    const later = thread.prepare({ from: alice, amount: 1n })
    expect(toldIn(later)).toEqual(['T04'])
    expect(ofType(later, 'warm')).toEqual([])
  })

  test('a cool is answered `full` → the account is served no more, and nothing more is cooled', () => {
    const thread = oneThread({ accounts: [alice, bob], routes, opening: { alice: 100n }, holds: ['cool'] })
    thread.reject(only(thread.prepare({ from: alice, amount: 10n }), 'sendPrepare'), 'F99')
    thread.hear({ type: 'cooled', account: alice.id, reply: 'full' })
    expect(toldIn(thread.prepare({ from: alice, amount: 1n }))).toEqual(['T04'])
    expect(ofType(thread.pass(5_000), 'cool')).toEqual([])
  })

  test('another account of the thread → is served as before', () => {
    const thread = oneThread({ accounts: [alice, bob], routes, opening: { bob: 5n }, policy: inOrder([bob, alice]), holds: [] })
    thread.hear({ type: 'cooled', account: alice.id, reply: 'full' })
    expect(typesOf(changesIn(thread.prepare({ from: bob, amount: 5n, to: 'test.hub.alice.x' })))).toEqual(['take', 'charge'])
  })
})
