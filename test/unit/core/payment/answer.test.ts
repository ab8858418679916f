import { describe, expect, test } from 'vitest'
import type { Effect } from '../../../../src/core/effect.ts'
import { account, changesIn, type OneThread, oneThread, only, toldIn, typesOf } from '../../../fixtures/oneThread.ts'

const alice = account('alice')
const bob = account('bob')
const EXPIRY_MS = 10_000
const RETENTION_MS = 60_000
const pay = { from: alice, amount: 10n, expiresInMs: EXPIRY_MS }

function thread(): OneThread {
  return oneThread({ accounts: [alice, bob], routes: { 'test.far': [bob] }, opening: { alice: 1_000n }, coolAfterMs: 600_000 })
}

function fulfilled(t0: OneThread, id?: string): readonly Effect[] {
  return t0.fulfill(only(t0.prepare(id === undefined ? pay : { ...pay, id }), 'sendPrepare'))
}

const dropped = (effects: readonly Effect[]) => changesIn(effects).filter(({ type }) => type === 'dropped')
const kept = (t0: OneThread) => [...(t0.store.books.get('t0')?.payments.keys() ?? [])]

describe('B5: a payment without an id', () => {
  test('settled → it leaves the book in that commit, and nothing is dropped later', () => {
    const t0 = thread()
    expect(typesOf(changesIn(fulfilled(t0)))).not.toContain('dropped')
    expect(kept(t0)).toEqual([])
    expect(dropped(t0.prepare(pay))).toEqual([])
    expect(kept(t0)).toEqual(['t0-1.2'])
  })

  test('it was never charged → the book never hears of it', () => {
    const t0 = thread()
    t0.prepare({ ...pay, to: 'test.nowhere' })
    expect(dropped(t0.prepare(pay))).toEqual([])
  })
})

describe('B4, B5: a tombstone with an id', () => {
  test('settled → kept with its reply until the incoming expiry and the retention', () => {
    const t0 = thread()
    const settling = fulfilled(t0, 'x')
    expect(changesIn(settling)).toMatchObject([{ type: 'credit', reply: { type: 'fulfill' }, keepUntil: t0.now + EXPIRY_MS + RETENTION_MS }])
    t0.pass(EXPIRY_MS + RETENTION_MS - 1)
    t0.prepare(pay)
    expect(kept(t0)).toContain('t0-1.1')
  })

  test('the retention is over → dropped with the next commit', () => {
    const t0 = thread()
    fulfilled(t0, 'x')
    t0.pass(EXPIRY_MS + RETENTION_MS)
    expect(dropped(t0.prepare(pay))).toMatchObject([{ payment: 't0-1.1' }])
  })

  test.each([
    ['a fulfill', (t0: OneThread) => fulfilled(t0, 'x'), 'fulfill'],
    ['a refund', (t0: OneThread) => t0.reject(only(t0.prepare({ ...pay, id: 'x' }), 'sendPrepare'), 'F99'), 'F99'],
    ['a reject without a charge', (t0: OneThread) => t0.prepare({ ...pay, id: 'x', amount: 10n, to: 'test.nowhere' }), 'F02'],
  ] as const)('%s, asked again while it is kept → the same answer, nothing written', (what, settle, reply) => {
    const t0 = thread()
    expect(toldIn(settle(t0))).toEqual([reply])
    t0.pass(EXPIRY_MS + RETENTION_MS - 10)
    const to = what === 'a reject without a charge' ? { to: 'test.nowhere' } : {}
    const again = t0.prepare({ ...pay, ...to, id: 'x', expiresInMs: 10 - RETENTION_MS })
    expect(toldIn(again)).toEqual([reply])
    expect(typesOf(again)).toEqual(['answer'])
  })

  test('asked again after the retention → 410', () => {
    const t0 = thread()
    fulfilled(t0, 'x')
    t0.pass(EXPIRY_MS + RETENTION_MS + 1)
    expect(toldIn(t0.prepare({ ...pay, id: 'x', expiresInMs: -RETENTION_MS - 1 }))).toEqual([410])
  })
})
