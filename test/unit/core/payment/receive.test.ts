import { describe, expect, test } from 'vitest'
import { amount, MAX_INT64 } from '../../../../src/core/values/amount.ts'
import { account, ofType, oneThread, only, toldIn, typesOf } from '../../../fixtures/oneThread.ts'

const alice = account('alice', { parallelism: 4 })
const bob = account('bob')
const TEN_MINUTES = 600_000

function thread(setting: Partial<Parameters<typeof oneThread>[0]> = {}) {
  return oneThread({ accounts: [alice, bob], routes: { 'test.far': [bob] }, opening: { alice: 10_000n }, ...setting })
}

/** `received` and `maximum` of an F08, two u64 big-endian. */
function f08(effects: ReturnType<ReturnType<typeof thread>['prepare']>): bigint[] {
  const { reply } = only(effects, 'answer')
  if (reply.type !== 'reject' || reply.code !== 'F08') throw new Error(`not an F08: ${JSON.stringify(toldIn(effects))}`)
  expect(reply.data).toHaveLength(16)
  const data = Buffer.from(reply.data)
  return [data.readBigUInt64BE(0), data.readBigUInt64BE(8)]
}

describe('who may ask', () => {
  test('an account that the directory does not know → 404', () => {
    expect(toldIn(thread().prepare({ from: account('mallory'), amount: 1n }))).toEqual([404])
  })

  test('the book is not claimed yet → 503', () => {
    const t0 = thread({ unstarted: true })
    expect(toldIn(t0.prepare({ from: alice, amount: 1n }))).toEqual([503])
    t0.start()
    expect(toldIn(t0.prepare({ from: alice, amount: 1n, to: 'test.nowhere' }))).toEqual(['F02'])
  })
})

describe('B5: an expiry far ahead', () => {
  test('ten minutes → taken', () => {
    expect(toldIn(thread().prepare({ from: alice, amount: 1n, expiresInMs: TEN_MINUTES }))).toEqual([])
  })

  test.each([undefined, 'x'])('a millisecond more, id %s → 400, and nothing else happens', (id) => {
    const effects = thread().prepare({ from: alice, amount: 1n, expiresInMs: TEN_MINUTES + 1, ...(id === undefined ? {} : { id }) })
    expect(typesOf(effects)).toEqual(['answer'])
    expect(toldIn(effects)).toEqual([400])
  })
})

describe('R6: an amount that is too large', () => {
  test('maxPacketAmount → taken', () => {
    expect(toldIn(thread({ maxPacketAmount: amount(50n) }).prepare({ from: alice, amount: 50n }))).toEqual([])
  })

  test.each([undefined, 'x'])('one above maxPacketAmount, id %s → F08 with received and maximum, before any effect', (id) => {
    const effects = thread({ maxPacketAmount: amount(50n) }).prepare({ from: alice, amount: 51n, ...(id === undefined ? {} : { id }) })
    expect(typesOf(effects)).toEqual(['answer'])
    expect(f08(effects)).toEqual([51n, 50n])
  })

  const largest = MAX_INT64 / 4n
  const unbounded = { maxPacketAmount: amount(MAX_INT64) }

  test('parallelism * amount just fits int64 → judged by balance', () => {
    expect(toldIn(thread(unbounded).prepare({ from: alice, amount: largest }))).toEqual(['T04'])
  })

  test('parallelism * amount does not fit int64 → F08 with the largest that does', () => {
    const effects = thread(unbounded).prepare({ from: alice, amount: largest + 1n })
    expect(typesOf(effects)).toEqual(['answer'])
    expect(f08(effects)).toEqual([largest + 1n, largest])
  })

  test('the largest u64 → F08 that tells it exactly', () => {
    expect(f08(thread(unbounded).prepare({ from: bob, amount: 2n ** 64n - 1n }))).toEqual([2n ** 64n - 1n, MAX_INT64])
  })
})

describe('B4, B5: bounds of an account', () => {
  test.each([undefined, 'x'])('maxOpen payments are open, id %s → 429 before any effect', (id) => {
    const t0 = thread({ maxOpen: 1 })
    t0.prepare({ from: alice, amount: 1n })
    const effects = t0.prepare({ from: alice, amount: 1n, ...(id === undefined ? {} : { id }) })
    expect(typesOf(effects)).toEqual(['answer'])
    expect(toldIn(effects)).toEqual([429])
  })

  test('one of them ends → there is room again', () => {
    const t0 = thread({ maxOpen: 1 })
    t0.fulfill(only(t0.prepare({ from: alice, amount: 1n }), 'sendPrepare'))
    expect(toldIn(t0.prepare({ from: alice, amount: 1n }))).toEqual([])
  })

  test('another account has as many open → taken', () => {
    const t0 = thread({ maxOpen: 1, opening: { alice: 100n, bob: 100n } })
    t0.prepare({ from: bob, amount: 1n })
    expect(toldIn(t0.prepare({ from: alice, amount: 1n }))).toEqual([])
  })

  test('maxKeptIds answers are kept → a new id is 429 before own, a prepare without an id is taken', () => {
    const t0 = thread({ maxKeptIds: 1 })
    t0.fulfill(only(t0.prepare({ from: alice, amount: 1n, id: 'x' }), 'sendPrepare'))
    const effects = t0.prepare({ from: alice, amount: 1n, id: 'y' })
    expect(ofType(effects, 'own')).toEqual([])
    expect(toldIn(effects)).toEqual([429])
    expect(toldIn(t0.prepare({ from: alice, amount: 1n }))).toEqual([])
  })

  test('every bound is reached, but the id is known → the kept answer', () => {
    const t0 = thread({ maxKeptIds: 1, maxOpen: 1 })
    const expiresAt = t0.now + 30_000
    t0.fulfill(only(t0.prepare({ from: alice, amount: 1n, id: 'x' }), 'sendPrepare'))
    t0.prepare({ from: alice, amount: 1n })
    expect(toldIn(t0.prepare({ from: alice, amount: 1n, id: 'x', expiresInMs: expiresAt - t0.now }))).toEqual(['fulfill'])
  })
})

describe('B4: a prepare with an id', () => {
  test('new → owned first, before balance and time are judged', () => {
    const t0 = thread({ holds: ['own'] })
    const effects = t0.prepare({ from: alice, amount: 1n, id: 'x', expiresInMs: 100 })
    expect(only(effects, 'own')).toMatchObject({ account: alice.id, requestId: 'x', keepUntil: t0.now + 100 + 60_000 })
    expect(typesOf(effects)).toEqual(['own'])
  })

  test('its answer is no longer kept → 410, before own', () => {
    const effects = thread().prepare({ from: alice, amount: 1n, id: 'x', expiresInMs: -60_001 })
    expect(typesOf(effects)).toEqual(['answer'])
    expect(toldIn(effects)).toEqual([410])
  })
})
