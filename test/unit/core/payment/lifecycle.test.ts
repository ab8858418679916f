import { describe, expect, test } from 'vitest'
import type { Effect } from '../../../../src/core/effect.ts'
import type { Account } from '../../../../src/core/values/account.ts'
import { account, changesIn, ofType, oneThread, only, type Setting, toldIn, typesOf } from '../../../fixtures/oneThread.ts'

const alice = account('alice')
const bob = account('bob')
const carol = account('carol')
const dave = account('dave')
const pay = { from: alice, amount: 100n, expiresInMs: 10_000 }

const unresolvedIn = (effects: readonly Effect[]) =>
  changesIn(effects).flatMap((change) => ('unresolved' in change && change.unresolved !== undefined ? [change.unresolved] : []))

function thread(receivers: readonly Account[] = [bob], setting: Partial<Setting> = {}) {
  return oneThread({ accounts: [alice, ...receivers], routes: { 'test.far': receivers }, opening: { alice: 1_000n }, ...setting })
}

/** A payment whose first attempt is on its way. */
function sent(receivers: readonly Account[] = [bob], setting: Partial<Setting> = {}) {
  const t0 = thread(receivers, setting)
  return { t0, first: only(t0.prepare(pay), 'sendPrepare') }
}

describe('B1: durable before told', () => {
  test.each(['ok', 'already'] as const)('the charge is committed, answered `%s` → only then the excentric prepare leaves', (reply) => {
    const t0 = thread([bob], { holds: ['commit'] })
    const effects = t0.prepare(pay)
    expect(ofType(effects, 'sendPrepare')).toEqual([])
    const { seq } = only(effects, 'commit')
    expect(only(t0.hear({ type: 'committed', seq, reply }), 'sendPrepare')).toMatchObject({ to: bob.id, attempt: 1 })
  })

  test('a fulfill → told only after the credit is committed, and as it came', () => {
    const { t0, first } = sent()
    t0.world.held.add('commit')
    const effects = t0.fulfill(first)
    expect(toldIn(effects)).toEqual([])
    expect(only(t0.release(only(effects, 'commit')), 'answer')).toMatchObject({ request: 1, reply: { type: 'fulfill' } })
  })

  test('a reject that undoes a charge → told only after the refund is committed, and as it came', () => {
    const { t0, first } = sent()
    t0.world.held.add('commit')
    const effects = t0.reject(first, 'F99', 'no such invoice')
    expect(toldIn(effects)).toEqual([])
    expect(only(t0.release(only(effects, 'commit')), 'answer').reply).toMatchObject({ code: 'F99', message: 'no such invoice', triggeredBy: 'test.far' })
  })

  test('a reject before any charge → leaves at once', () => {
    const t0 = thread([bob], { holds: ['commit'] })
    expect(toldIn(t0.prepare({ ...pay, amount: 1_001n }))).toEqual(['T04'])
  })

  test('a reject before any charge, under an id → recorded, and told only when that is committed', () => {
    const t0 = thread([bob], { holds: ['commit'] })
    t0.prepare({ ...pay, to: 'test.nowhere', id: 'x' })
    const effects = t0.news()
    expect(toldIn(effects)).toEqual([])
    expect(changesIn(effects)).toMatchObject([{ type: 'take' }, { type: 'reject', sender: alice.id, request: { id: 'x' }, reply: { code: 'F02' } }])
    expect(toldIn(t0.release(only(effects, 'commit')))).toEqual(['F02'])
  })
})

describe('S1: sending', () => {
  test('the charge → one sendPrepare, with lower expiry, same condition, destination and data', () => {
    const t0 = thread()
    const data = Buffer.from('end to end')
    const effects = t0.prepare({ ...pay, data })
    const concentric = t0.packet({ ...pay, data })
    expect(only(effects, 'sendPrepare').prepare).toEqual({ ...concentric, expiresAt: concentric.expiresAt - 1_000 })
  })

  test('not taken, another candidate → the next at once', () => {
    const { t0, first } = sent([bob, carol])
    expect(only(t0.fail(first, 'notTaken'), 'sendPrepare')).toMatchObject({ to: carol.id, payment: first.payment, attempt: 2 })
  })

  test('each candidate has rejected → nobody is asked twice, whatever failover allows', () => {
    const { t0, first } = sent([bob, carol], { failover: 9 })
    const second = only(t0.reject(first, 'T00'), 'sendPrepare')
    const effects = t0.reject(second, 'T00')
    expect(ofType(effects, 'sendPrepare')).toEqual([])
    expect(toldIn(effects)).toEqual(['T00'])
  })

  test('unknown → waits: nothing is told and nobody else is asked before the timer', () => {
    const { t0, first } = sent([bob, carol])
    expect(t0.fail(first, 'unknown')).toEqual([])
    expect(typesOf(t0.pass(4_999)).filter((type) => type === 'sendPrepare' || type === 'answer')).toEqual([])
    expect(only(t0.pass(1), 'sendPrepare').to).toBe(carol.id)
  })

  test('unknown, then not taken → stays unknown', () => {
    const { t0, first } = sent([bob, carol])
    t0.fail(first, 'unknown')
    expect(t0.fail(first, 'notTaken')).toEqual([])
  })

  test('unknown, then the receiver’s own packet → that counts', () => {
    const one = sent()
    one.t0.fail(one.first, 'unknown')
    expect(toldIn(one.t0.fulfill(one.first))).toEqual(['fulfill'])
    const other = sent()
    other.t0.fail(other.first, 'unknown')
    expect(toldIn(other.t0.reject(other.first, 'F99'))).toEqual(['F99'])
  })

  test('the second attempt → an unknown of the first says nothing of it', () => {
    const { t0, first } = sent([bob, carol, dave], { failover: 2 })
    t0.fail(first, 'unknown')
    const second = only(t0.pass(5_000), 'sendPrepare')
    expect(only(t0.fail(second, 'notTaken'), 'sendPrepare').to).toBe(dave.id)
  })

  describe('to a receiver that deduplicates', () => {
    const twin = account('bob', { deduplicates: true })
    const repeats = (effects: readonly Effect[]) => ofType(effects, 'sendPrepare').map(({ attempt, requestId }) => [attempt, requestId])

    test('unknown → the same again under the same id, ever more seldom, until too little time is left', () => {
      const { t0, first } = sent([twin])
      const again: number[] = []
      t0.fail(first, 'unknown')
      for (let ms = 10; ms <= 9_500; ms += 10) {
        for (const each of ofType(t0.pass(10), 'sendPrepare')) {
          again.push(ms)
          expect(each).toEqual(first)
          t0.fail(each, 'unknown')
        }
      }
      expect(first.requestId).toBe('t0-1.1.1')
      expect(again).toEqual([50, 150, 350, 750, 1_550, 3_150, 5_150, 7_150])
      expect(t0.now - first.prepare.expiresAt).toBeLessThanOrEqual(500)
    })

    test('asked again, and not taken → stays unknown, and is asked again: nobody else is', () => {
      const { t0, first } = sent([twin, carol])
      t0.fail(first, 'unknown')
      expect(repeats(t0.pass(50))).toEqual([[1, 't0-1.1.1']])
      expect(t0.fail(first, 'notTaken')).toMatchObject([{ type: 'sleepUntil' }])
      expect(repeats(t0.pass(100))).toEqual([[1, 't0-1.1.1']])
    })

    test('answered before its time to be asked again → it is not', () => {
      const { t0, first } = sent([twin])
      t0.fail(first, 'unknown')
      expect(toldIn(t0.fulfill(first))).toEqual(['fulfill'])
      expect(repeats(t0.pass(1_000))).toEqual([])
    })

    test('its answers say no more that it does → what is sent from now on carries no id', () => {
      const t0 = thread([twin])
      t0.hear({ type: 'deduplicationHeard', account: twin.id, deduplicates: false })
      expect(only(t0.prepare(pay), 'sendPrepare').requestId).toBeUndefined()
      t0.hear({ type: 'deduplicationHeard', account: twin.id, deduplicates: true })
      expect(only(t0.prepare({ ...pay, preimage: 2 }), 'sendPrepare').requestId).toBe('t0-1.2.1')
    })
  })

  test.each(['fulfill', 'reject'] as const)('a %s from somebody else → ignored', (type) => {
    const { t0, first } = sent([bob, carol])
    const forged = { ...first, to: carol.id }
    expect(type === 'fulfill' ? t0.fulfill(forged) : t0.reject(forged, 'F00')).toEqual([])
    expect(toldIn(t0.fulfill(first))).toEqual(['fulfill'])
  })

  test('the charge is durable with 250 ms left → sent; with 249 → refunded, R02', () => {
    const late = (ms: number) => {
      const t0 = thread([bob], { holds: ['commit'] })
      const charge = only(t0.prepare({ ...pay, expiresInMs: 2_000 }), 'commit')
      t0.world.held.delete('commit')
      t0.world.now += ms
      return t0.release(charge)
    }
    expect(ofType(late(750), 'sendPrepare')).toHaveLength(1)
    const effects = late(751)
    expect(ofType(effects, 'sendPrepare')).toEqual([])
    expect(changesIn(effects)).toMatchObject([{ type: 'refund' }])
    expect(toldIn(effects)).toEqual(['R02'])
  })
})

describe('S2: going on to the next', () => {
  test('a reroute → sent only after it is committed', () => {
    const { t0, first } = sent([bob, carol])
    t0.world.held.add('commit')
    const effects = t0.reject(first, 'T00')
    expect(ofType(effects, 'sendPrepare')).toEqual([])
    expect(changesIn(effects)).toMatchObject([{ type: 'reroute', payment: first.payment, receiver: carol.id, outgoingAmount: 100n, attempt: 2 }])
    expect(only(t0.release(only(effects, 'commit')), 'sendPrepare')).toMatchObject({ to: carol.id, attempt: 2 })
  })

  test('a fulfill or reject of the first attempt after the reroute → ignored as late', () => {
    const { t0, first } = sent([bob, carol])
    const second = only(t0.pass(5_000), 'sendPrepare')
    expect(t0.fulfill(first)).toEqual([])
    expect(t0.reject(first, 'F99')).toEqual([])
    expect(t0.fail(first, 'notTaken')).toEqual([])
    expect(toldIn(t0.fulfill(second))).toEqual(['fulfill'])
  })

  test('the same while the reroute is not yet durable → ignored', () => {
    const { t0, first } = sent([bob, carol], { holds: [] })
    t0.world.held.add('commit')
    t0.reject(first, 'T00')
    expect(t0.fulfill(first)).toEqual([])
    expect(t0.reject(first, 'T00')).toEqual([])
  })

  test('the timer ends an attempt → recorded as unresolved, with account and amount', () => {
    const { t0 } = sent([bob, carol])
    expect(changesIn(t0.pass(5_000))).toMatchObject([{ type: 'reroute', unresolved: { account: bob.id, amount: 100n } }])
  })

  test('the timer ends the last attempt → unresolved in the refund', () => {
    const { t0 } = sent()
    expect(changesIn(t0.pass(9_500)).find(({ type }) => type === 'refund')).toMatchObject({ unresolved: { account: bob.id, amount: 100n } })
  })

  test.each(['T00', 'T04'] as const)('a %s or `not taken` ends an attempt → nothing is unresolved', (code) => {
    const one = sent([bob, carol])
    expect(unresolvedIn(one.t0.reject(one.first, code))).toEqual([])
    const other = sent()
    expect(unresolvedIn(other.t0.fail(other.first, 'notTaken'))).toEqual([])
  })

  test('both attempts end by the timer → each stands as unresolved once', () => {
    const { t0 } = sent([bob, carol])
    expect(unresolvedIn(t0.pass(30_000))).toEqual([
      { account: bob.id, amount: 100n },
      { account: carol.id, amount: 100n },
    ])
  })
})

describe('S3: in time', () => {
  test('no answer → the timer fires 500 ms after the outgoing expiry: R00', () => {
    const { t0, first } = sent()
    expect(first.prepare.expiresAt - t0.now).toBe(9_000)
    expect(toldIn(t0.pass(9_499))).toEqual([])
    expect(toldIn(t0.pass(1))).toEqual(['R00'])
  })

  test('a fulfill 500 ms after the outgoing expiry, the timer late → counts', () => {
    const { t0, first } = sent()
    t0.world.now += 9_500
    expect(toldIn(t0.fulfill(first))).toEqual(['fulfill'])
  })

  test('a fulfill 501 ms after the outgoing expiry, the timer later still → does not count', () => {
    const { t0, first } = sent()
    t0.world.now += 9_501
    expect(t0.fulfill(first)).toEqual([])
    expect(toldIn(t0.pass(0))).toEqual(['R00'])
  })

  test('a preimage that does not hash to the condition → F05, refunded, nobody else is asked', () => {
    const { t0, first } = sent([bob, carol])
    const effects = t0.fulfill(first, 2)
    expect(toldIn(effects)).toEqual(['F05'])
    expect(typesOf(changesIn(effects))).toEqual(['refund'])
    expect(t0.store.balanceOf(alice.id)).toBe(1_000n)
  })

  test('the first attempt’s time and 500 ms have passed → only then the next is committed', () => {
    const { t0 } = sent([bob, carol])
    expect(changesIn(t0.pass(4_999))).toEqual([])
    expect(typesOf(changesIn(t0.pass(1)))).toEqual(['reroute'])
  })

  test('a fulfill after the timer’s refund → ignored, and the receiver is not credited', () => {
    const { t0, first } = sent()
    t0.pass(9_500)
    expect(t0.fulfill(first)).toEqual([])
    expect(t0.store.balanceOf(bob.id)).toBe(0n)
    expect(t0.store.balanceOf(alice.id)).toBe(1_000n)
  })

  test('a second fulfill → counts once', () => {
    const { t0, first } = sent()
    t0.fulfill(first)
    expect(t0.fulfill(first)).toEqual([])
    expect(t0.store.balanceOf(bob.id)).toBe(100n)
    expect(t0.store.balanceOf(alice.id)).toBe(900n)
  })
})

describe('failover: which rejects let the next try', () => {
  const next = (effects: readonly Effect[]) => ofType(effects, 'sendPrepare').map(({ to }) => to)

  test.each(['T00', 'T01', 'T04', 'T99'] as const)('%s with time left → the next candidate', (code) => {
    const { t0, first } = sent([bob, carol])
    expect(next(t0.reject(first, code))).toEqual([carol.id])
  })

  test.each(['F00', 'F02', 'F99', 'R00', 'R01', 'R99'] as const)('%s → final, passed on', (code) => {
    const { t0, first } = sent([bob, carol])
    const effects = t0.reject(first, code)
    expect(next(effects)).toEqual([])
    expect(toldIn(effects)).toEqual([code])
  })

  test('failover 0 → a T code is passed on', () => {
    const { t0, first } = sent([bob, carol], { failover: 0 })
    expect(toldIn(t0.reject(first, 'T00'))).toEqual(['T00'])
  })

  test('failover 1 and three candidates → two attempts', () => {
    const { t0, first } = sent([bob, carol, dave])
    const second = only(t0.reject(first, 'T00'), 'sendPrepare')
    expect(toldIn(t0.reject(second, 'T01'))).toEqual(['T01'])
  })

  test('too little time is left → the receiver’s reject, not R02', () => {
    const { t0, first } = sent([bob, carol], { attemptTimeoutMs: 20_000 })
    t0.pass(8_800)
    expect(toldIn(t0.reject(first, 'T00'))).toEqual(['T00'])
  })

  test('a receiver’s own reject, then one of ours → the receiver’s', () => {
    const one = sent([bob, carol])
    expect(toldIn(one.t0.fail(only(one.t0.reject(one.first, 'T07'), 'sendPrepare'), 'notTaken'))).toEqual(['T07'])
    const other = sent([bob, carol])
    other.t0.reject(other.first, 'T07')
    expect(toldIn(other.t0.pass(9_500))).toEqual(['T07'])
  })

  test('a receiver’s own reject, then a wrong preimage from the next → the receiver’s', () => {
    const { t0, first } = sent([bob, carol])
    expect(toldIn(t0.fulfill(only(t0.reject(first, 'T07'), 'sendPrepare'), 2))).toEqual(['T07'])
  })

  test('one of ours, then a receiver’s own → the receiver’s', () => {
    const { t0, first } = sent([bob, carol])
    expect(toldIn(t0.reject(only(t0.fail(first, 'notTaken'), 'sendPrepare'), 'T07'))).toEqual(['T07'])
  })

  test('two of a receiver’s own → the last', () => {
    const { t0, first } = sent([bob, carol])
    expect(toldIn(t0.reject(only(t0.reject(first, 'T07'), 'sendPrepare'), 'T08'))).toEqual(['T08'])
  })

  test('two of ours → the last', () => {
    const { t0, first } = sent([bob, carol])
    t0.fail(first, 'notTaken')
    expect(toldIn(t0.pass(10_000))).toEqual(['R00'])
  })

  test('the commit took so long that the slice ran out, but time is left → the next candidate', () => {
    const t0 = thread([bob, carol], { attemptTimeoutMs: 250, holds: ['commit'] })
    const charge = only(t0.prepare(pay), 'commit')
    t0.world.held.delete('commit')
    t0.world.now += 1
    const effects = t0.release(charge)
    expect(next(effects)).toEqual([carol.id])
    expect(unresolvedIn(effects)).toEqual([])
  })

  test('after a reject the reroute is durable too late → refunded with the receiver’s reject', () => {
    const { t0, first } = sent([bob, carol])
    t0.world.held.add('commit')
    const reroute = only(t0.reject(first, 'T07'), 'commit')
    t0.world.held.delete('commit')
    t0.world.now += 8_751
    const effects = t0.release(reroute)
    expect(ofType(effects, 'sendPrepare')).toEqual([])
    expect(toldIn(effects)).toEqual(['T07'])
  })
})

describe('what moves, whole round trip', () => {
  test('fulfilled → the sender’s balance falls, the receiver’s rises, nothing is under way', () => {
    const { t0, first } = sent()
    expect(t0.store.balanceOf(alice.id)).toBe(900n)
    t0.fulfill(first)
    expect([alice, bob].map(({ id }) => t0.store.balanceOf(id))).toEqual([900n, 100n])
    expect(t0.store.books.get('t0')?.entries.get(bob.id)?.underWay).toBe(0n)
  })

  test('rejected → both as before', () => {
    const { t0, first } = sent()
    t0.reject(first, 'F99')
    expect([alice, bob].map(({ id }) => t0.store.balanceOf(id))).toEqual([1_000n, 0n])
  })

  test('rerouted and fulfilled → the second receiver is credited, the first is not', () => {
    const { t0, first } = sent([bob, carol])
    t0.fulfill(only(t0.reject(first, 'T00'), 'sendPrepare'))
    expect([alice, bob, carol].map(({ id }) => t0.store.balanceOf(id))).toEqual([900n, 0n, 100n])
  })

  test('the route leads only back to the sender → F02', () => {
    const t0 = thread()
    expect(toldIn(t0.prepare({ from: bob, amount: 0n }))).toEqual(['F02'])
  })
})
