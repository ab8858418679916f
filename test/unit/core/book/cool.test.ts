import { describe, expect, test } from 'vitest'
import { share } from '../../../../src/core/book/warming/share.ts'
import type { Effect } from '../../../../src/core/effect.ts'
import { amount, balance } from '../../../../src/core/values/amount.ts'
import { account, changesIn, type OneThread, ofType, oneThread, only, type Setting, typesOf } from '../../../fixtures/oneThread.ts'

const alice = account('alice')
const pair = account('pair', { parallelism: 4 })
/** Of five threads, t0 is the farm of one and t1 to t4 are the farm of four. */
const elsewhere = { threads: 5 }

function thread(setting: Partial<Setting> = {}) {
  const routes = { 'test.far': [pair], 'test.hub.alice': [alice] }
  return oneThread({ accounts: [alice, pair], routes, opening: { alice: 1_000n, pair: 1_000n }, ...setting })
}

function credited(t0: OneThread, sum = 50n): readonly Effect[] {
  return t0.fulfill(only(t0.prepare({ from: alice, amount: sum }), 'sendPrepare'))
}

const gives = (effects: readonly Effect[]) => changesIn(effects).filter(({ type }) => type === 'give')
const cools = (effects: readonly Effect[]) => ofType(effects, 'cool').map(({ given }) => given)
const cold = (t0: OneThread) => t0.store.shards.get(pair.id)?.cold
const entry = (t0: OneThread) => t0.store.books.get('t0')?.entries.get(pair.id)

describe('B7: a credit', () => {
  test('to an account that this thread does not serve → booked as given, never hot, and cooled once durable', () => {
    const t0 = thread(elsewhere)
    const effects = credited(t0)
    expect(changesIn(effects)).toMatchObject([{ type: 'credit', pocket: 'given' }])
    expect(entry(t0)).toMatchObject({ hot: 0n, given: 50n })
    expect(cools(effects)).toEqual([50n])
    expect(cold(t0)).toBe(1_050n)
  })

  test('to an account that it serves → hot, and what is beyond the warming policy’s measure is given in the same commit', () => {
    const t0 = thread()
    const effects = credited(t0)
    expect(typesOf(changesIn(effects))).toEqual(['credit', 'give'])
    expect(ofType(effects, 'commit')).toHaveLength(1)
    expect(cold(t0)).toBe(1_050n)
  })

  test('within the warming policy’s measure → kept hot', () => {
    const t0 = thread({ warming: share })
    t0.fulfill(only(t0.prepare({ from: pair, amount: 1n, to: 'test.hub.alice.x' }), 'sendPrepare')) // tells the cold: 999
    expect(gives(credited(t0))).toEqual([])
    expect(entry(t0)?.hot).toBe(50n)
  })

  test('to an account of a farm of one → stays hot, however long', () => {
    const t0 = thread()
    const sent = only(t0.prepare({ from: pair, amount: 50n, to: 'test.hub.alice.x' }), 'sendPrepare')
    expect(gives([...t0.fulfill(sent), ...t0.pass(60_000)])).toEqual([])
    expect(t0.store.books.get('t0')?.entries.get(alice.id)?.hot).toBe(50n)
  })

  test('while prepares of that account wait → kept hot for them', () => {
    const t0 = thread()
    t0.world.held.add('warm')
    const sent = t0.prepare({ from: alice, amount: 50n })
    const aliceSent = t0.release(only(sent, 'warm'))
    t0.prepare({ from: pair, amount: 40n, to: 'test.hub.alice.x' })
    expect(gives(t0.fulfill(only(aliceSent, 'sendPrepare')))).toEqual([])
  })

  test('a refund → hot again, and given back like any other money', () => {
    const t0 = thread()
    const sent = only(t0.prepare({ from: pair, amount: 50n, to: 'test.hub.alice.x' }), 'sendPrepare')
    expect(changesIn(t0.reject(sent, 'F99'))).toMatchObject([
      { type: 'refund', pocket: 'hot' },
      { type: 'give', amount: 50n },
    ])
    expect(cold(t0)).toBe(1_000n)
  })
})

describe('B7: unused for coolAfter', () => {
  /** Holds 249 of pair's money hot after a second warm of its share. */
  function holding(setting: Partial<Setting> = {}): OneThread {
    const t0 = thread({ warming: share, ...setting })
    for (const sum of [1n, 1n]) t0.prepare({ from: pair, amount: sum, to: 'test.hub.alice.x' })
    expect(entry(t0)?.hot).toBe(248n)
    return t0
  }

  test('hot is not used for 100 ms → given back whole, and cooled', () => {
    const t0 = holding()
    expect(gives(t0.pass(99))).toEqual([])
    const effects = t0.pass(1)
    expect(gives(effects)).toEqual([{ type: 'give', account: pair.id, amount: 248n }])
    expect(cold(t0)).toBe(998n)
  })

  test('hot is used meanwhile → 100 ms from that use', () => {
    const t0 = holding()
    t0.pass(60)
    t0.prepare({ from: pair, amount: 1n, to: 'test.hub.alice.x' })
    expect(gives(t0.pass(99))).toEqual([])
    expect(gives(t0.pass(1))).toMatchObject([{ amount: 247n }])
  })

  test('another coolAfter is configured → that', () => {
    const t0 = holding({ coolAfterMs: 1_000 })
    expect(gives(t0.pass(999))).toEqual([])
    expect(gives(t0.pass(1))).toHaveLength(1)
  })

  test('a farm of one → keeps everything hot, and its warm asks for everything', () => {
    const t0 = thread()
    const effects = t0.prepare({ from: alice, amount: 1n })
    expect(only(effects, 'warm').wanted).toBe(2n ** 61n)
    expect(gives(t0.pass(60_000))).toEqual([])
    expect(t0.store.books.get('t0')?.entries.get(alice.id)?.hot).toBe(1_000n)
  })

  test('a grant came but its prepare was refused → given back after coolAfter', () => {
    const t0 = thread()
    t0.prepare({ from: pair, amount: 5n, to: 'test.nowhere' })
    expect(entry(t0)?.hot).toBe(5n)
    expect(gives(t0.pass(100))).toMatchObject([{ amount: 5n }])
  })
})

describe('B7: the totals that are sent', () => {
  test('given, but not yet acknowledged → not sent', () => {
    const t0 = thread(elsewhere)
    t0.prepare({ from: alice, amount: 0n })
    const sent = only(t0.prepare({ from: alice, amount: 50n }), 'sendPrepare')
    t0.world.held.add('commit')
    const effects = t0.fulfill(sent)
    expect(cools(effects)).toEqual([])
    expect(cools(t0.release(only(effects, 'commit')))).toEqual([50n])
  })

  test('two are given, only the first is acknowledged → only its total is sent', () => {
    const t0 = thread(elsewhere)
    const sent = [50n, 7n].map((sum) => only(t0.prepare({ from: alice, amount: sum }), 'sendPrepare'))
    t0.world.held.add('commit')
    const [first, second] = sent.map((one) => only(t0.fulfill(one), 'commit'))
    expect(cools(t0.release(first as Effect))).toEqual([50n])
    t0.pass(10)
    expect(cools([...t0.release(second as Effect)])).toEqual([57n])
  })

  test('three in 10 ms → the first at once, the last total after 10 ms', () => {
    const t0 = thread(elsewhere)
    expect([...cools(credited(t0, 1n)), ...cools(credited(t0, 2n)), ...cools(credited(t0, 3n))]).toEqual([1n])
    expect(cools(t0.pass(9))).toEqual([])
    expect(cools(t0.pass(1))).toEqual([6n])
    expect(cold(t0)).toBe(1_006n)
  })

  test('10 ms after the last → at once', () => {
    const t0 = thread(elsewhere)
    credited(t0, 1n)
    t0.pass(10)
    expect(cools(credited(t0, 2n))).toEqual([3n])
  })

  test('no reply → sent again after a second, and again, until there is one', () => {
    const t0 = thread({ ...elsewhere, holds: ['cool'] })
    credited(t0)
    expect(cools(t0.pass(999))).toEqual([])
    expect(cools(t0.pass(1))).toEqual([50n])
    expect(cools(t0.pass(1_000))).toEqual([50n])
    t0.hear({ type: 'cooled', account: pair.id, reply: { returned: amount(50n), cold: balance(1_050n) } })
    expect(cools(t0.pass(5_000))).toEqual([])
  })

  test('the reply is to an earlier total → the later one is still missing', () => {
    const t0 = thread({ ...elsewhere, holds: ['cool'] })
    credited(t0)
    t0.pass(10)
    credited(t0, 7n)
    t0.hear({ type: 'cooled', account: pair.id, reply: { returned: amount(50n), cold: balance(1_050n) } })
    expect(cools(t0.pass(2_000))).toContain(57n)
  })

  test('the same total reaches the store twice → cold has it once', () => {
    const t0 = thread({ ...elsewhere, holds: ['cool'] })
    const cool = only(credited(t0), 'cool')
    t0.release(cool)
    t0.release(cool)
    expect(cold(t0)).toBe(1_050n)
  })

  test('money comes in while a cool is under way → its total goes when that is answered', () => {
    const t0 = thread({ ...elsewhere, holds: ['cool'] })
    const first = only(credited(t0), 'cool')
    credited(t0, 7n)
    expect(cools(t0.pass(500))).toEqual([])
    expect(cools(t0.release(first))).toEqual([57n])
  })

  test('an earlier total reaches the store after a later one → nothing is taken back', () => {
    const t0 = thread({ ...elsewhere, holds: ['cool'] })
    const earlier = only(credited(t0), 'cool')
    credited(t0, 7n)
    const later = only(t0.pass(1_010), 'cool')
    t0.release(later)
    t0.release(earlier)
    expect(cold(t0)).toBe(1_057n)
    expect(cools(t0.pass(3_000))).toEqual([])
  })

  test('the answer is late → the cold that it tells is as old as its question (R2)', () => {
    const t0 = thread({ warming: share, coolAfterMs: 60_000, opening: { alice: 1_000n, pair: 400n } })
    const payBy = (sum: bigint) => t0.prepare({ from: pair, amount: sum, to: 'test.hub.alice.x' })
    payBy(10n)
    payBy(10n) // holds 87 of its share hot
    t0.world.held.add('cool')
    const cool = only(credited(t0, 100n), 'cool')
    const reply = t0.store.cool('t0', cool)
    t0.pass(990)
    credited(t0, 100n)
    t0.pass(910)
    t0.hear({ type: 'cooled', account: pair.id, reply })
    expect(ofType(payBy(100n), 'warm')).toHaveLength(1)
  })
})
