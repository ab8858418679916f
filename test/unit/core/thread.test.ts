import { describe, expect, test } from 'vitest'
import type { Effect } from '../../../src/core/effect.ts'
import { IDENTITY } from '../../../src/core/routing/liquidityCurve.ts'
import { account, ofType, oneThread, only, toldIn, typesOf } from '../../fixtures/oneThread.ts'

const alice = account('alice')
const bob = account('bob')
const carol = account('carol')
const setting = { accounts: [alice, bob, carol], routes: { 'test.far': [bob] }, opening: { alice: 1_000n } }
const pay = { from: alice, amount: 10n, expiresInMs: 10_000 }

const deadlines = (effects: readonly Effect[]) => ofType(effects, 'sleepUntil').map(({ at }) => at)

describe('a thread starts', () => {
  test('started → claims its book under its epoch, and serves once it has it', () => {
    const t0 = oneThread({ ...setting, unstarted: true, holds: ['claim'] })
    const effects = t0.start()
    expect(effects).toEqual([{ type: 'claim', epoch: 't0-1' }])
    expect(toldIn(t0.prepare(pay))).toEqual([503])
    expect(deadlines(t0.release(only(effects, 'claim')))).toEqual([t0.now + 1_000])
    expect(ofType(t0.prepare(pay), 'sendPrepare')).toHaveLength(1)
  })

  test('each second → reads what was left, hint or no hint', () => {
    const t0 = oneThread({ ...setting, holds: ['readLeft'] })
    expect(ofType(t0.pass(999), 'readLeft')).toHaveLength(0)
    expect(ofType(t0.pass(3_001), 'readLeft')).toHaveLength(4)
  })
})

describe('one deadline', () => {
  test('an earlier one comes up → told again; a later one → not', () => {
    const t0 = oneThread({ ...setting, holds: ['readLeft'] })
    t0.prepare({ ...pay, amount: 0n }) // its timer comes after the next poll
    expect(deadlines(t0.prepare(pay))).toEqual([])
    expect(deadlines(t0.prepare({ ...pay, expiresInMs: 1_300 }))).toEqual([t0.now + 300 + 500])
    expect(deadlines(t0.prepare({ ...pay, expiresInMs: 1_400 }))).toEqual([])
  })

  test('woken before its time → nothing but the deadline again', () => {
    const t0 = oneThread(setting)
    t0.prepare(pay)
    t0.pass(500)
    const effects = t0.hear({ type: 'woke' })
    expect(typesOf(effects)).toEqual(['sleepUntil'])
    expect(deadlines(effects)).toEqual([t0.now + 500])
  })

  test('woken late → everything that is due is done', () => {
    const t0 = oneThread({ ...setting, holds: ['readLeft'] })
    t0.prepare(pay)
    t0.prepare({ ...pay, expiresInMs: 5_000 })
    t0.world.now += 20_000
    const effects = t0.hear({ type: 'woke' })
    expect(toldIn(effects)).toEqual(['R00', 'R00'])
    expect(ofType(effects, 'readLeft')).toHaveLength(1)
  })
})

describe('snapshots', () => {
  const mapper = (to: typeof bob) => new Map([['test.far', [{ account: to.id, path: [], curve: IDENTITY, since: 0 }]]])

  test('a newer one → counts from then on', () => {
    const t0 = oneThread(setting)
    t0.snapshot({ mapper: mapper(carol), at: t0.now + 1 })
    expect(only(t0.prepare(pay), 'sendPrepare').to).toBe(carol.id)
  })

  test('an older one comes late → ignored', () => {
    const t0 = oneThread(setting)
    t0.snapshot({ mapper: mapper(carol), version: t0.now - 1, at: t0.now - 1 })
    expect(only(t0.prepare(pay), 'sendPrepare').to).toBe(bob.id)
  })

  test('two of one reading, the newer comes first → it stays', () => {
    const t0 = oneThread(setting)
    t0.snapshot({ mapper: mapper(carol), version: t0.now + 2 })
    t0.snapshot({ mapper: mapper(bob), version: t0.now + 1 })
    expect(only(t0.prepare(pay), 'sendPrepare').to).toBe(carol.id)
  })
})

describe('determinism', () => {
  test('the same inputs → the same effects', () => {
    const run = () => {
      const t0 = oneThread({ ...setting, routes: { 'test.far': [bob, carol] } })
      t0.reject(only(t0.prepare({ ...pay, id: 'x' }), 'sendPrepare'), 'T00')
      t0.pass(20_000)
      return t0.news()
    }
    expect(run()).toEqual(run())
  })
})

describe('what the store says of nobody', () => {
  test('an answer for an unknown account → a bug, and it stops', () => {
    const t0 = oneThread(setting)
    const unknown = account('nobody').id
    expect(() => t0.hear({ type: 'warmed', account: unknown, reply: 'full' })).toThrow(/unknown account/)
  })
})

describe('B3: another has claimed the book', () => {
  /** Its charge meets the other's epoch; two more payments are open, one of them owned. */
  function fenced() {
    const t0 = oneThread(setting)
    const sent = only(t0.prepare(pay), 'sendPrepare')
    t0.prepare({ ...pay, id: 'x' })
    t0.store.claim('t0', { type: 'claim', epoch: 'another' })
    t0.news()
    return { t0, sent, effects: t0.prepare(pay) }
  }

  test('a commit is fenced → `stop`, and nothing else: nobody is told anything', () => {
    expect(typesOf(fenced().effects)).toEqual(['commit', 'stop'])
  })

  test('nothing is written → the next look at what was left says so', () => {
    const t0 = oneThread(setting)
    t0.store.claim('t0', { type: 'claim', epoch: 'another' })
    expect(ofType(t0.pass(999), 'stop')).toEqual([])
    expect(ofType(t0.pass(1), 'stop')).toEqual([{ type: 'stop', why: 'fenced' }])
  })

  test('whatever is heard then → nothing comes of it, and `stop` is said once', () => {
    const { t0, sent } = fenced()
    expect(t0.prepare(pay)).toEqual([])
    expect(t0.fulfill(sent)).toEqual([])
    expect(t0.hear({ type: 'wakeHeard' })).toEqual([])
    expect(t0.hear({ type: 'reconnected' })).toEqual([])
    expect(t0.hear({ type: 'committed', seq: 9, reply: 'fenced' })).toEqual([])
    expect(t0.pass(60_000)).toEqual([])
  })

  test('it was written nowhere → the other’s book has what was durable, and no more', () => {
    const { t0 } = fenced()
    t0.pass(60_000)
    expect(t0.store.balanceOf(alice.id)).toBe(980n)
  })

  test('a fulfillment meets the fence → not told, and refunded by the one that has the book', () => {
    const t0 = oneThread(setting)
    const sent = only(t0.prepare(pay), 'sendPrepare')
    t0.store.claim('t0', { type: 'claim', epoch: 'another' })
    expect(toldIn(t0.fulfill(sent))).toEqual([])
    t0.restart()
    t0.pass(20_000)
    expect([alice, bob].map(({ id }) => t0.store.balanceOf(id))).toEqual([1_000n, 0n])
  })
})
