import { describe, expect, test } from 'vitest'
import type { Account } from '../../../../src/core/values/account.ts'
import { amount } from '../../../../src/core/values/amount.ts'
import { ratioOf } from '../../../../src/core/values/rate.ts'
import { account, changesIn, ofType, oneThread, only, type Setting, toldIn } from '../../../fixtures/oneThread.ts'

const alice = account('alice')
const bob = account('bob')
const carol = account('carol')
const dave = account('dave')
const euros = account('euros', { unit: 'EUR', scale: 9 })

function thread(receivers: readonly Account[], setting: Partial<Setting> = {}) {
  return oneThread({ accounts: [alice, ...receivers], routes: { 'test.far': receivers }, opening: { alice: 1_000_000n }, ...setting })
}

describe('R7: the outgoing amount', () => {
  function outgoing(sum: bigint, receiver: Account, rates: Setting['rates'] = new Map()) {
    return only(thread([receiver], { rates }).prepare({ from: alice, amount: sum }), 'sendPrepare').prepare.amount
  }

  test('the same unit → one to one, without a fee', () => {
    expect(outgoing(199n, bob)).toBe(199n)
  })

  test('the same unit with a configured rate → that rate and fee', () => {
    expect(outgoing(199n, bob, new Map([['USD/USD', ratioOf('1', 2, 2, 10_000)]]))).toBe(197n)
  })

  test('another unit → whole units at the rate, by the two scales', () => {
    expect(outgoing(100n, euros, new Map([['USD/EUR', ratioOf('0.9', 2, 9, 0)]]))).toBe(900_000_000n)
  })

  test('rate and fee → one floor, not two', () => {
    expect(outgoing(3n, bob, new Map([['USD/USD', ratioOf('0.5', 2, 2, 100_000)]]))).toBe(1n)
  })

  test('amount 0 → passes as it is, even without a rate', () => {
    expect(outgoing(0n, euros)).toBe(0n)
  })

  test('no rate → F02, and a rate in the other direction is none', () => {
    const rates = new Map([['EUR/USD', ratioOf('1', 9, 2, 0)]])
    expect(toldIn(thread([euros], { rates }).prepare({ from: alice, amount: 5n }))).toEqual(['F02'])
  })

  test('the floor leaves nothing → R01; the least that leaves something passes', () => {
    const rates = new Map([['USD/USD', ratioOf('0.25', 2, 2, 0)]])
    expect(toldIn(thread([bob], { rates }).prepare({ from: alice, amount: 3n }))).toEqual(['R01'])
    expect(outgoing(4n, bob, rates)).toBe(1n)
  })
})

describe('S3: the outgoing expiry', () => {
  function expiry(receivers: readonly Account[], expiresInMs: number, setting: Partial<Setting> = {}) {
    const t0 = thread(receivers, setting)
    return only(t0.prepare({ from: alice, amount: 1n, expiresInMs }), 'sendPrepare').prepare.expiresAt - t0.now
  }

  test('one candidate → a second before the incoming expiry', () => {
    expect(expiry([bob], 10_000)).toBe(9_000)
  })

  test('the incoming expiry is far ahead → 30 s from now', () => {
    expect(expiry([bob], 31_000)).toBe(30_000)
    expect(expiry([bob], 500_000)).toBe(30_000)
  })

  test('another candidate is left → half of what is left', () => {
    expect(expiry([bob, carol], 10_000)).toBe(4_500)
    expect(expiry([bob, carol], 500_000)).toBe(15_000)
  })

  test('another candidate is left, attemptTimeout is set → that', () => {
    expect(expiry([bob, carol], 10_000, { attemptTimeoutMs: 2_000 })).toBe(2_000)
  })

  test('attemptTimeout is longer than what is left → what is left', () => {
    expect(expiry([bob, carol], 10_000, { attemptTimeoutMs: 60_000 })).toBe(9_000)
  })

  test('a slice too short for an answer → what is left', () => {
    expect(expiry([bob, carol], 1_498)).toBe(498)
  })

  test('another candidate is left but failover is 0 → what is left', () => {
    expect(expiry([bob, carol], 10_000, { failover: 0 })).toBe(9_000)
  })

  test('the last attempt that failover allows → what is left', () => {
    const t0 = thread([bob, carol, dave])
    const first = only(t0.prepare({ from: alice, amount: 1n, expiresInMs: 10_000 }), 'sendPrepare')
    t0.pass(1_000)
    const second = only(t0.reject(first, 'T00'), 'sendPrepare')
    expect(second.prepare.expiresAt - t0.now).toBe(8_000)
  })

  test('the second of three attempts → half of what is left then', () => {
    const t0 = thread([bob, carol, dave], { failover: 2 })
    const first = only(t0.prepare({ from: alice, amount: 1n, expiresInMs: 10_000 }), 'sendPrepare')
    t0.pass(1_000)
    const second = only(t0.reject(first, 'T00'), 'sendPrepare')
    expect(second.prepare.expiresAt - t0.now).toBe(4_000)
  })

  test('250 ms would be left → sent; 249 → R02', () => {
    expect(expiry([bob], 1_250)).toBe(250)
    expect(toldIn(thread([bob]).prepare({ from: alice, amount: 1n, expiresInMs: 1_249 }))).toEqual(['R02'])
  })
})

describe('R5: the connector’s own position, where it is limited', () => {
  const limited = (limit: bigint, unit = 'USD') => ({ positionLimits: new Map([[unit, amount(limit)]]) })
  const pay = (sum: bigint) => ({ from: alice, amount: sum })

  test('under way as much as this book’s part of the limit → the next unit more T04', () => {
    const t0 = thread([bob], limited(100n))
    expect(toldIn(t0.prepare(pay(25n)))).toEqual([])
    expect(toldIn(t0.prepare(pay(1n)))).toEqual(['T04'])
  })

  test('more than this book’s part at once → T04, not charged', () => {
    const effects = thread([bob], limited(100n)).prepare(pay(26n))
    expect(toldIn(effects)).toEqual(['T04'])
    expect(changesIn(effects).some(({ type }) => type === 'charge')).toBe(false)
  })

  test('a payment in one unit is settled → the position is back, and the next passes', () => {
    const t0 = thread([bob], limited(100n))
    t0.fulfill(only(t0.prepare(pay(25n)), 'sendPrepare'))
    expect(toldIn(t0.prepare(pay(25n)))).toEqual([])
  })

  test('a payment into another unit is settled → what was paid out stays gone', () => {
    const rates = new Map([['USD/EUR', ratioOf('1', 0, 0, 0)]])
    const t0 = thread([euros], { ...limited(100n, 'EUR'), rates })
    t0.fulfill(only(t0.prepare(pay(20n)), 'sendPrepare'))
    expect(toldIn(t0.prepare(pay(6n)))).toEqual(['T04'])
    expect(toldIn(t0.prepare(pay(5n)))).toEqual([])
  })

  test('a payment is refunded → its part of the limit is free again', () => {
    const t0 = thread([bob], limited(100n))
    t0.reject(only(t0.prepare(pay(25n)), 'sendPrepare'), 'F99')
    expect(toldIn(t0.prepare(pay(25n)))).toEqual([])
  })

  test('a reroute → what the last attempt held counts as back', () => {
    const t0 = thread([bob, carol], limited(100n))
    const rerouted = t0.reject(only(t0.prepare(pay(25n)), 'sendPrepare'), 'T00')
    expect(only(rerouted, 'sendPrepare').to).toBe(carol.id)
  })

  test('a reroute that would go beyond → refunded with the receiver’s own reject', () => {
    const rates = new Map([['USD/EUR', ratioOf('1', 0, 0, 0)]])
    const t0 = thread([bob, euros], { ...limited(100n, 'EUR'), rates })
    const effects = t0.reject(only(t0.prepare(pay(26n)), 'sendPrepare'), 'T00')
    expect(ofType(effects, 'sendPrepare')).toEqual([])
    expect(toldIn(effects)).toEqual(['T00'])
  })

  test('no limit for that unit → never judged', () => {
    expect(toldIn(thread([bob], limited(0n, 'EUR')).prepare(pay(1_000n)))).toEqual([])
  })

  test('settled → both units’ positions have moved in the book', () => {
    const rates = new Map([['USD/EUR', ratioOf('3', 0, 0, 0)]])
    const t0 = thread([euros], { rates })
    const sent = only(t0.prepare(pay(20n)), 'sendPrepare')
    expect(t0.store.books.get('t0')?.positions.size).toBe(0)
    t0.fulfill(sent)
    expect([...(t0.store.books.get('t0')?.positions ?? [])]).toEqual([
      ['USD', 20n],
      ['EUR', -60n],
    ])
  })
})
