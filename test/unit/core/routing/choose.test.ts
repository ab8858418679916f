import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../../../src/core/routing/candidate.ts'
import { IDENTITY } from '../../../../src/core/routing/liquidityCurve.ts'
import type { AccountView } from '../../../../src/core/routing/snapshot.ts'
import type { Account } from '../../../../src/core/values/account.ts'
import { address } from '../../../../src/core/values/address.ts'
import { amount, balance } from '../../../../src/core/values/amount.ts'
import { account, FAR, inOrder, type OneThread, oneThread, only, type Setting, toldIn } from '../../../fixtures/oneThread.ts'

const alice = account('alice')
const bob = account('bob', { peerLimit: amount(1_000n), creditLimit: amount(200n) })
const carol = account('carol')
const dave = account('dave')
const pay = { from: alice, amount: 100n, expiresInMs: 30_000 }

const way = (to: Account, path: readonly string[] = []) => ({ account: to.id, path: path.map(address), curve: IDENTITY, since: 7 })

function seeing(setting: Partial<Setting> = {}) {
  const seen: (readonly Candidate[])[] = []
  const accounts = [alice, bob, carol, dave]
  const t0 = oneThread({
    accounts,
    policy: inOrder([bob, carol, dave], (candidates) => seen.push(candidates)),
    opening: { alice: 10_000n, bob: 1_000n },
    routes: { [FAR]: [bob, carol], 'test.hub.alice': [alice] },
    failover: 0,
    ...setting,
  })
  /** What the policy is shown of bob when a payment of `pay` comes now. */
  const bobNow = (): Candidate => {
    const sent = only(t0.prepare(pay), 'sendPrepare')
    t0.reject(sent, 'F99')
    const candidate = seen.at(-1)?.find((each) => each.account === bob.id)
    if (candidate === undefined) throw new Error('bob is no candidate')
    return candidate
  }
  return { t0, seen, bobNow }
}

/** What the announcer read of bob, t0's part of it included. */
function told(t0: OneThread, view: { balance: bigint; underWay: bigint; ours?: { balance: bigint; underWay: bigint } }): void {
  const part = view.ours && { balance: balance(view.ours.balance), underWay: amount(view.ours.underWay) }
  const known: AccountView = { balance: balance(view.balance), underWay: amount(view.underWay), parts: new Map(part === undefined ? [] : [['t0', part]]) }
  const far = [way(bob, ['test.b', 'test.c']), way(carol)].sort((a, b) => (a.account < b.account ? -1 : 1))
  const mapper = new Map([
    [FAR, far],
    ['test.hub.alice', [way(alice)]],
  ])
  t0.snapshot({ mapper, accounts: new Map([[bob.id, known]]) })
}

describe('who is a candidate', () => {
  const to = (thread: OneThread, destination: string, from = alice) => {
    const effects = thread.prepare({ from, amount: 0n, to: destination })
    return effects.find((effect) => effect.type === 'sendPrepare')?.to ?? toldIn(effects)[0]
  }

  test('several prefixes fit → the longest', () => {
    const { t0 } = seeing({ routes: { test: [dave], 'test.a': [bob], 'test.a.b': [carol] } })
    expect(['test.a.b', 'test.a.b.c', 'test.a.bb', 'test.a', 'test.x'].map((each) => to(t0, each))).toEqual([carol, carol, bob, bob, dave].map(({ id }) => id))
  })

  test('only the empty prefix fits → that', () => {
    const { t0 } = seeing({ routes: { '': [dave], 'test.a': [bob] } })
    expect(to(t0, 'g.elsewhere')).toBe(dave.id)
  })

  test('the account that the prepare came from → never, even if the policy would', () => {
    const { t0 } = seeing()
    expect(to(t0, FAR, bob)).toBe(carol.id)
  })

  test('the longest prefix leads only back → F02, no shorter one is tried', () => {
    const { t0 } = seeing({ routes: { test: [dave], 'test.a': [bob] } })
    expect(to(t0, 'test.a', bob)).toBe('F02')
  })

  test('an account that the directory does not have → left out', () => {
    const { t0 } = seeing({ routes: { [FAR]: [account('gone'), carol] } })
    expect(to(t0, FAR)).toBe(carol.id)
  })

  test('one candidate → the policy is not asked', () => {
    const { t0, seen } = seeing({ routes: { [FAR]: [carol] } })
    to(t0, FAR)
    expect(seen).toEqual([])
  })

  test('after a reject → the policy sees only those that were not tried', () => {
    const { t0, seen } = seeing({ failover: 2, routes: { [FAR]: [bob, carol, dave] } })
    t0.reject(only(t0.prepare(pay), 'sendPrepare'), 'T00')
    expect(seen.map((candidates) => candidates.length)).toEqual([3, 2])
    expect(seen[1]?.some((candidate) => candidate.account === bob.id)).toBe(false)
  })
})

describe('what a policy is shown', () => {
  test('the snapshot → balance, what is under way, room, capacity, distance, path, since and age', () => {
    const { t0, bobNow } = seeing()
    told(t0, { balance: 500n, underWay: 30n })
    t0.pass(700)
    expect(bobNow()).toMatchObject({
      balance: 500n,
      underWay: 30n,
      room: 470n,
      capacity: 1_200n,
      distance: 2,
      path: ['test.b', 'test.c'],
      since: 7,
      ageMs: 700,
    })
  })

  test('the peer’s limit is not known → neither room nor capacity', () => {
    const { t0, seen, bobNow } = seeing()
    told(t0, { balance: 500n, underWay: 30n })
    bobNow()
    expect(seen[0]?.find((each) => each.account === carol.id)).toMatchObject({ room: undefined, capacity: undefined })
  })

  test('sent since → under way; fulfilled since → in the balance', () => {
    const { t0, bobNow } = seeing()
    told(t0, { balance: 500n, underWay: 30n })
    const sent = only(t0.prepare(pay), 'sendPrepare')
    expect(bobNow()).toMatchObject({ balance: 500n, underWay: 130n, room: 370n })
    t0.fulfill(sent)
    expect(bobNow()).toMatchObject({ balance: 600n, underWay: 30n, room: 370n })
  })

  test('the snapshot has what this thread did → it is not counted twice', () => {
    const { t0, bobNow } = seeing()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    t0.prepare(pay)
    told(t0, { balance: 1_100n, underWay: 130n, ours: { balance: 100n, underWay: 100n } })
    expect(bobNow()).toMatchObject({ balance: 1_100n, underWay: 130n })
  })

  test('money moved between cold and hot → the balance is the same', () => {
    const { t0, bobNow } = seeing()
    told(t0, { balance: 1_000n, underWay: 0n })
    t0.reject(only(t0.prepare({ from: bob, amount: 1n, to: 'test.hub.alice.x' }), 'sendPrepare'), 'F99')
    told(t0, { balance: 1_000n, underWay: 0n })
    expect(bobNow().balance).toBe(1_000n)
  })
})

describe('section 7: a T04 caps the room that is believed', () => {
  /** Bob at 500, nothing under way, and a T04 for 100. */
  function refused() {
    const all = seeing()
    told(all.t0, { balance: 500n, underWay: 0n })
    all.t0.reject(only(all.t0.prepare(pay), 'sendPrepare'), 'T04')
    return all
  }

  test('at the same level → below what was refused', () => {
    expect(refused().bobNow().room).toBe(99n)
  })

  test('the limit leaves less than that → the limit', () => {
    const { t0, bobNow } = seeing()
    told(t0, { balance: 990n, underWay: 0n })
    t0.reject(only(t0.prepare(pay), 'sendPrepare'), 'T04')
    expect(bobNow().room).toBe(10n)
  })

  test('the account has paid since → as much more', () => {
    const { t0, bobNow } = refused()
    t0.fulfill(only(t0.prepare({ from: bob, amount: 40n, to: 'test.hub.alice.x' }), 'sendPrepare'))
    expect(bobNow()).toMatchObject({ balance: 460n, room: 139n })
  })

  test('more is under way to it → as much less', () => {
    const { t0, bobNow } = refused()
    t0.prepare({ ...pay, amount: 30n })
    expect(bobNow()).toMatchObject({ underWay: 30n, room: 69n })
  })

  test('10 s later → still believed; after that → forgotten', () => {
    const { t0, bobNow } = refused()
    t0.pass(10_000)
    expect(bobNow().room).toBe(99n)
    t0.pass(1)
    expect(bobNow().room).toBe(500n)
  })

  test('the room was not known → the cap is', () => {
    const seen: (readonly Candidate[])[] = []
    const { t0 } = seeing({ policy: inOrder([carol], (candidates) => seen.push(candidates)) })
    t0.reject(only(t0.prepare(pay), 'sendPrepare'), 'T04')
    t0.prepare(pay)
    expect(seen.at(-1)?.find((each) => each.account === carol.id)?.room).toBe(99n)
  })

  test('another T code → caps nothing', () => {
    const { t0, bobNow } = seeing()
    told(t0, { balance: 500n, underWay: 0n })
    t0.reject(only(t0.prepare(pay), 'sendPrepare'), 'T00')
    expect(bobNow().room).toBe(500n)
  })
})
