import { describe, expect, test } from 'vitest'
import type { Effect } from '../../../../src/core/effect.ts'
import type { AccountId } from '../../../../src/core/values/account.ts'
import { account, changesIn, type EffectOf, type OneThread, ofType, only, type Setting, severalThreads, toldIn } from '../../../fixtures/oneThread.ts'

const alice = account('alice', { parallelism: 2 })
const bob = account('bob', { parallelism: 2, deduplicates: true, callsBack: true })
const carol = account('carol', { parallelism: 2 })
const accounts = [alice, bob, carol]
const opening = { alice: 1_000n }
const pay = { from: alice, amount: 10n, expiresInMs: 10_000 }

/** A payment of t0's to bob is on its way, and t1 is another thread. */
function sent(setting: Partial<Setting> = {}): { t0: OneThread; t1: OneThread; first: EffectOf<'sendPrepare'> } {
  const [t0, t1] = severalThreads(2, { accounts, threads: 2, routes: { 'test.far': [bob, carol] }, opening, ...setting }) as [OneThread, OneThread]
  return { t0, t1, first: only(t0.prepare(pay), 'sendPrepare') }
}

const thanksIn = (effects: readonly Effect[]) => ofType(effects, 'thank').map(({ request, how }) => [request, how])
const balances = ({ store }: OneThread) => [alice.id, bob.id].map((id: AccountId): bigint => store.balanceOf(id))
const typesIn = (effects: readonly Effect[]) => changesIn(effects).map(({ type }) => type)

describe('B8: a reply that comes by a callback', () => {
  test('to its owner → thanked when its credit is durable, and not before, however often it comes', () => {
    const { t0, first } = sent()
    t0.world.held.add('commit')
    const effects = t0.calledBack(first, 1, 7)
    expect(thanksIn(effects)).toEqual([])
    expect(thanksIn(t0.calledBack(first, 1, 8))).toEqual([])
    expect(thanksIn(t0.release(only(effects, 'commit')))).toEqual([
      [7, 'taken'],
      [8, 'taken'],
    ])
    expect(thanksIn(t0.calledBack(first, 1, 9))).toEqual([[9, 'late']])
  })

  test('to another thread → left in the owner’s book, thanked when it lies there; the owner credits', () => {
    const { t0, t1, first } = sent()
    t1.world.held.add('leave')
    const left = only(t1.calledBack(first, 1), 'leave')
    expect(left.to).toBe('t0')
    expect(t1.calledBack(first, 1, 78)).toEqual([])
    expect(thanksIn(t1.release(left))).toEqual([
      [77, 'taken'],
      [78, 'taken'],
    ])
    const effects = t0.news()
    expect(typesIn(effects).slice(-3)).toEqual(['credit', 'give', 'consumed'])
    expect(toldIn(effects)).toEqual(['fulfill'])
    expect(balances(t0)).toEqual([990n, 10n])
  })

  test('a reject to another thread → the owner goes on to the next candidate', () => {
    const { t0, t1, first } = sent()
    t0.news()
    expect(thanksIn(t1.calledBack(first, 'T00'))).toEqual([[77, 'taken']])
    expect(only(t0.news(), 'sendPrepare').to).toBe(carol.id)
  })

  test.each([
    ['another attempt', { attempt: 2 }, 1],
    ['another payment', { payment: 't0-1.9' as EffectOf<'sendPrepare'>['payment'] }, 1],
    ['somebody else', { to: carol.id }, 1],
    ['another preimage', {}, 2],
  ])('of %s, to another thread → late, and nothing is left', (_, about, preimage) => {
    const { t0, t1, first } = sent()
    expect(thanksIn(t1.calledBack({ ...first, ...about }, preimage))).toEqual([[77, 'late']])
    expect(t0.store.books.get('t0')?.left.size).toBe(0)
  })

  test('under an id that names no thread → late', () => {
    const { t1, first } = sent()
    expect(thanksIn(t1.calledBack({ ...first, payment: 'x.1' as typeof first.payment }, 1))).toEqual([[77, 'late']])
  })

  test('received in time, 500 ms after the attempt’s expiry, while the owner is down → counts when it is up again', () => {
    const { t0, t1, first } = sent()
    t0.crash()
    t1.pass(first.prepare.expiresAt + 500 - t1.now)
    expect(thanksIn(t1.calledBack(first, 1))).toEqual([[77, 'taken']])
    t0.restart()
    t0.pass(100)
    expect(balances(t0)).toEqual([990n, 10n])
  })

  test('a millisecond later → late', () => {
    const { t0, t1, first } = sent()
    t0.crash()
    t1.pass(first.prepare.expiresAt + 501 - t1.now)
    expect(thanksIn(t1.calledBack(first, 1))).toEqual([[77, 'late']])
  })

  test('the owner is up again after the payment’s own expiry → the receiver is credited, the sender refunded, position pays', () => {
    const { t0, t1, first } = sent()
    t0.crash()
    expect(thanksIn(t1.calledBack(first, 1))).toEqual([[77, 'taken']])
    t1.pass(20_000)
    t0.restart()
    t0.pass(100)
    expect(balances(t0)).toEqual([1_000n, 10n])
    expect(t0.store.books.get('t0')?.positions.get('USD')).toBe(-10n)
  })
})

describe('B8: a refund or a reroute that meets a left fulfillment', () => {
  /** It lies in the book, and its owner has not heard of it. */
  function lies(setting: Partial<Setting> = {}) {
    const all = sent(setting)
    all.t0.world.held.add('readLeft').add('wake')
    expect(thanksIn(all.t1.calledBack(all.first, 1))).toEqual([[77, 'taken']])
    all.t0.news()
    return all
  }

  test('a refund → credits instead, and the sender is told the fulfill', () => {
    const { t0, first } = lies({ failover: 0 })
    const effects = t0.calledBack(first, 'F99', 5)
    expect(typesIn(effects)[0]).toBe('refund')
    expect(toldIn(effects)).toEqual(['fulfill'])
    expect(balances(t0)).toEqual([990n, 10n])
    t0.pass(1_000)
    expect(t0.prepare({ ...pay, from: bob, amount: 5n, to: 'test.far', preimage: 3 }).length).toBeGreaterThan(0)
  })

  test.each<Partial<Setting>>([{}, { writes: true }])(
    'and then the store loses it all, and what was left too → replayed as the credit that was told (%j)',
    (more) => {
      const { t0, t1, first } = sent({ failover: 0, ...more })
      const moment = t0.world.moment()
      t0.world.held.add('readLeft').add('wake')
      t1.calledBack(first, 1)
      expect(toldIn(t0.calledBack(first, 'F99', 5))).toEqual(['fulfill'])
      t0.disconnect()
      t0.world.goBack(moment, 't0')
      t0.world.held.clear()
      t0.reconnect()
      expect(balances(t0)).toEqual([990n, 10n])
    },
  )

  test.each<Partial<Setting>>([{}, { writes: true }])(
    'left only after a refund that was told, which the store lost → the refund is replayed as it stood (%j)',
    (more) => {
      const { t0, t1, first } = sent({ failover: 0, ...more })
      const moment = t0.world.moment()
      expect(toldIn(t0.calledBack(first, 'F99', 5))).toEqual(['F99'])
      t0.disconnect()
      t0.world.goBack(moment, 't0')
      expect(thanksIn(t1.calledBack(first, 1))).toEqual([[77, 'taken']])
      t0.reconnect()
      expect(balances(t0)).toEqual([1_000n, 0n])
    },
  )

  test('a reroute → credits instead, and nobody else is asked', () => {
    const { t0, first } = lies()
    const effects = t0.calledBack(first, 'T00', 5)
    expect(typesIn(effects)[0]).toBe('reroute')
    expect(ofType(effects, 'sendPrepare')).toEqual([])
    expect(toldIn(effects)).toEqual(['fulfill'])
    expect(balances(t0)).toEqual([990n, 10n])
  })

  test('its reply is lost, and the commit goes again → `already` says so too', () => {
    const { t0, first } = lies({ failover: 0 })
    t0.world.held.add('commit')
    const commit = only(t0.calledBack(first, 'F99', 5), 'commit')
    t0.reach(commit)
    t0.disconnect()
    t0.world.held.delete('commit')
    expect(toldIn(t0.reconnect())).toEqual(['fulfill'])
    expect(balances(t0)).toEqual([990n, 10n])
  })
})
