import { describe, expect, test } from 'vitest'
import type { Effect } from '../../../../src/core/effect.ts'
import type { Account } from '../../../../src/core/values/account.ts'
import { type Amount, amount } from '../../../../src/core/values/amount.ts'
import type { Prepare } from '../../../../src/core/values/packet.ts'
import { ratioOf } from '../../../../src/core/values/rate.ts'
import {
  type Asking,
  account,
  changesIn,
  type EffectOf,
  type OneThread,
  ofType,
  oneThread,
  only,
  type Setting,
  severalThreads,
  toldIn,
  typesOf,
} from '../../../fixtures/oneThread.ts'

const alice = account('alice')
const bob = account('bob')
const carol = account('carol')
const accounts = [alice, bob, carol]
const pay: Asking = { from: alice, amount: 10n, expiresInMs: 10_000 }

function thread(setting: Partial<Setting> = {}): OneThread {
  return oneThread({ accounts, routes: { 'test.far': [bob, carol] }, opening: { alice: 1_000n }, ...setting })
}

const payments = ({ store, id }: OneThread) => [...(store.books.get(id)?.payments.values() ?? [])]
const changesOf = (thread: OneThread, type: string) => changesIn(thread.news()).filter((change) => change.type === type)
const balances = ({ store }: OneThread) => accounts.map(({ id }) => store.balanceOf(id))
const position = ({ store, id }: OneThread) => store.books.get(id)?.positions.get('USD') ?? 0n
const entry = ({ store, id }: OneThread, of: Account) => store.books.get(id)?.entries.get(of.id)
const cold = ({ store }: OneThread, of: Account) => store.shards.get(of.id)?.cold

/** Does `what`, whose commit reaches the store or does not; either way the thread dies before it hears. */
function dieCommitting(thread: OneThread, fate: 'applied' | 'lost', what: () => readonly Effect[]): void {
  thread.world.held.add('commit')
  const commits = ofType(what(), 'commit')
  thread.crash()
  thread.world.held.delete('commit')
  if (fate === 'applied') for (const commit of commits) thread.release(commit)
}

interface Death {
  readonly when: string
  readonly die: (thread: OneThread, ask: () => readonly Effect[]) => void
  /** What the next incarnation finds, and what an attempt that it cannot know the end of says in the record. */
  readonly finds: 'nothing' | 'underWay' | 'settled'
  readonly unresolved?: Account
  /** What whoever asks again is told, asking at once. */
  readonly told: string
  readonly aliceIsPaid?: true
}

const deaths: readonly Death[] = [
  { when: 'its charge was emitted', die: (t0, ask) => dieCommitting(t0, 'lost', ask), finds: 'nothing', told: 'fulfill', aliceIsPaid: true },
  { when: 'its charge was applied', die: (t0, ask) => dieCommitting(t0, 'applied', ask), finds: 'underWay', unresolved: bob, told: 'R00' },
  {
    when: 'it was sent',
    die: (t0, ask) => {
      ask()
      t0.crash()
    },
    finds: 'underWay',
    unresolved: bob,
    told: 'R00',
  },
  {
    when: 'it was rejected, and the reroute was emitted',
    die: (t0, ask) => {
      const sent = only(ask(), 'sendPrepare')
      dieCommitting(t0, 'lost', () => t0.reject(sent, 'T00'))
    },
    finds: 'underWay',
    unresolved: bob,
    told: 'R00',
  },
  {
    when: 'the reroute was applied',
    die: (t0, ask) => {
      const sent = only(ask(), 'sendPrepare')
      dieCommitting(t0, 'applied', () => t0.reject(sent, 'T00'))
    },
    finds: 'underWay',
    unresolved: carol,
    told: 'R00',
  },
  {
    when: 'it was fulfilled, and the credit was emitted',
    die: (t0, ask) => {
      const sent = only(ask(), 'sendPrepare')
      dieCommitting(t0, 'lost', () => t0.fulfill(sent))
    },
    finds: 'underWay',
    unresolved: bob,
    told: 'R00',
  },
  {
    when: 'the credit was applied',
    die: (t0, ask) => {
      const sent = only(ask(), 'sendPrepare')
      dieCommitting(t0, 'applied', () => t0.fulfill(sent))
    },
    finds: 'settled',
    told: 'fulfill',
    aliceIsPaid: true,
  },
  {
    when: 'it was rejected, and the refund was emitted',
    die: (t0, ask) => {
      const sent = only(ask(), 'sendPrepare')
      dieCommitting(t0, 'lost', () => t0.reject(sent, 'F99'))
    },
    finds: 'underWay',
    unresolved: bob,
    told: 'R00',
  },
  {
    when: 'the refund was applied',
    die: (t0, ask) => {
      const sent = only(ask(), 'sendPrepare')
      dieCommitting(t0, 'applied', () => t0.reject(sent, 'F99'))
    },
    finds: 'settled',
    told: 'F99',
  },
]

describe('B9: a thread dies when a payment', () => {
  /** A charge of nothing first: it brings alice's money, so that the payment is a commit of its own. */
  function dead({ die }: Death, id: string | undefined): { t0: OneThread; packet: Prepare } {
    const t0 = thread()
    t0.reject(only(t0.prepare(pay), 'sendPrepare'), 'F99')
    const packet = t0.packet(pay)
    die(t0, () => t0.ask(alice, packet, id))
    t0.news()
    return { t0, packet }
  }

  const paid = [990n, 10n, 0n]
  const unpaid = [1_000n, 0n, 0n]

  test.each(deaths)('without an id: $when → never sent again, and the books are right', (death) => {
    const { t0 } = dead(death, undefined)
    t0.restart()
    t0.pass(12_000)
    const news = t0.news()
    expect([...ofType(news, 'sendPrepare'), ...ofType(news, 'answer')]).toEqual([])
    const credited = death.finds === 'settled' && death.aliceIsPaid === true
    expect(balances(t0)).toEqual(credited ? paid : unpaid)
    expect(position(t0)).toBe(0n)
    expect(entry(t0, bob)?.underWay ?? 0n).toBe(0n)
    expect(entry(t0, carol)?.underWay ?? 0n).toBe(0n)
    const refunds = changesIn(news).filter(({ type }) => type === 'refund')
    expect(refunds).toMatchObject(death.finds === 'underWay' ? [{ reply: { code: 'R00' }, unresolved: { account: death.unresolved?.id, amount: 10n } }] : [])
    expect(refunds.some((refund) => 'counted' in refund && refund.counted !== undefined)).toBe(false)
  })

  test.each(deaths)('with an id, asked again: $when → one charge, one answer', (death) => {
    const { t0, packet } = dead(death, 'x')
    t0.restart()
    const asked = t0.ask(alice, packet, 'x')
    if (death.finds === 'nothing') t0.fulfill(only(asked, 'sendPrepare'))
    else expect(ofType(asked, 'sendPrepare')).toEqual([])
    t0.pass(12_000)
    expect(toldIn(t0.news())).toEqual([death.told])
    expect(balances(t0)).toEqual(death.aliceIsPaid ? paid : unpaid)
    t0.news()
    expect(toldIn(t0.ask(alice, packet, 'x'))).toEqual([death.told])
    expect(payments(t0).filter(({ record }) => record?.request?.id === 'x')).toHaveLength(1)
  })

  test.each(deaths)('with an id, asked again of a colleague: $when → one charge, one answer', (death) => {
    const two = account('alice', { parallelism: 2 })
    const [t0, t1] = severalThreads(2, { accounts: [two, bob, carol], threads: 2, routes: { 'test.far': [bob, carol] }, opening: { alice: 1_000n } }) as [
      OneThread,
      OneThread,
    ]
    const packet = t0.packet(pay)
    death.die(t0, () => t0.ask(two, packet, 'x'))
    t0.news()
    t1.ask(two, packet, 'x')
    expect(toldIn(t1.news())).toEqual([])
    t0.restart()
    const sent = ofType(t0.news(), 'sendPrepare')
    expect(sent).toHaveLength(death.finds === 'nothing' ? 1 : 0)
    for (const each of sent) t0.fulfill(each)
    t0.pass(12_000)
    expect(toldIn(t0.news())).toEqual([])
    expect(toldIn(t1.news())).toEqual([death.told])
    expect([two, bob, carol].map(({ id }) => t0.store.balanceOf(id))).toEqual(death.aliceIsPaid ? paid : unpaid)
    expect([t0, t1].map(({ store, id }) => store.books.get(id)?.left.size)).toEqual([0, 0])
  })

  test('a reject of an id was recorded → the same reject again', () => {
    const t0 = thread()
    const packet = t0.packet({ ...pay, to: 'test.nowhere' })
    dieCommitting(t0, 'applied', () => t0.ask(alice, packet, 'x'))
    t0.restart()
    t0.news()
    expect(toldIn(t0.ask(alice, packet, 'x'))).toEqual(['F02'])
    expect(changesIn(t0.news())).toEqual([])
  })

  test('an id was owned and nothing more → it is new to the next incarnation, and charged once', () => {
    const t0 = thread({ holds: ['own'] })
    const packet = t0.packet(pay)
    t0.reach(only(t0.ask(alice, packet, 'x'), 'own'))
    t0.restart()
    const asked = t0.ask(alice, packet, 'x')
    t0.fulfill(only(t0.release(only(asked, 'own')), 'sendPrepare'))
    expect(balances(t0)).toEqual([990n, 10n, 0n])
  })

  test('asked again with other content → 409', () => {
    const t0 = thread()
    t0.prepare({ ...pay, id: 'x' })
    t0.restart()
    expect(toldIn(t0.prepare({ ...pay, amount: 11n, id: 'x' }))).toEqual([409])
  })

  test('it dies again and again → refunded once, and every asker of the last incarnation is told', () => {
    const t0 = thread()
    const packet = t0.packet(pay)
    t0.ask(alice, packet, 'x')
    for (let i = 0; i < 3; i++) {
      t0.restart()
      t0.pass(1_000)
      t0.ask(alice, packet, 'x')
    }
    t0.ask(alice, packet, 'x')
    t0.news()
    t0.pass(12_000)
    expect(toldIn(t0.news())).toEqual(['R00', 'R00'])
    expect(balances(t0)).toEqual([1_000n, 0n, 0n])
    expect(payments(t0).map(({ unresolved }) => unresolved)).toEqual([[{ account: bob.id, amount: 10n }]])
  })
})

describe('B9: what was asked of the store when the thread died comes late', () => {
  test('a commit comes before the claim → it is in the book; after it → fenced, nothing moves', () => {
    const t0 = thread()
    t0.prepare(pay)
    t0.world.held.add('commit')
    const [first, second] = [t0.prepare(pay), t0.prepare(pay)].map((effects) => only(effects, 'commit')) as [Effect, Effect]
    t0.crash()
    t0.reach(first)
    t0.restart()
    expect(t0.reach(second).reply).toBe('fenced')
    expect(balances(t0)).toEqual([980n, 0n, 0n])
  })

  test('asked of a colleague, answered after the death → nobody is told, the answer is struck out', () => {
    const two = account('alice', { parallelism: 2 })
    const [t0, t1] = severalThreads(2, { accounts: [two, bob], threads: 2, routes: { 'test.far': [bob] }, opening: { alice: 1_000n } }) as [
      OneThread,
      OneThread,
    ]
    const packet = t0.packet(pay)
    const sent = only(t0.ask(two, packet, 'x'), 'sendPrepare')
    t1.ask(two, packet, 'x')
    t1.restart()
    t1.news()
    t0.fulfill(sent)
    expect(toldIn(t1.news())).toEqual([])
    expect([t0, t1].map(({ store, id }) => store.books.get(id)?.left.size)).toEqual([0, 0])
  })

  test('the owner left its answer and died before the striking out → answered once more, told once', () => {
    const two = account('alice', { parallelism: 2 })
    const [t0, t1] = severalThreads(2, { accounts: [two, bob], threads: 2, routes: { 'test.far': [bob] }, opening: { alice: 1_000n } }) as [
      OneThread,
      OneThread,
    ]
    const packet = t0.packet(pay)
    t0.fulfill(only(t0.ask(two, packet, 'x'), 'sendPrepare'))
    t1.world.held.add('leave')
    const asks = only(t1.ask(two, packet, 'x'), 'leave')
    t1.release(asks)
    t0.reach(only(t0.news(), 'leave'))
    t0.world.held.delete('leave')
    t0.restart()
    t1.pass(1_000)
    expect(toldIn(t1.news())).toEqual(['fulfill'])
    expect([t0, t1].map(({ store, id }) => store.books.get(id)?.left.size)).toEqual([0, 0])
  })
})

describe('B9: a recovered attempt', () => {
  function recovered(setting: Partial<Setting> = {}): OneThread {
    const t0 = thread(setting)
    t0.prepare(pay)
    t0.restart()
    t0.news()
    return t0
  }

  test('the timer → refund R00, no other candidate, no fault counted, and it stands in the record as unresolved', () => {
    const t0 = recovered({ attemptTimeoutMs: 5_000 })
    expect(changesIn(t0.pass(5_000 + 499))).toEqual([])
    expect(changesIn(t0.pass(1))).toMatchObject([{ type: 'refund', reply: { code: 'R00' }, counted: undefined, unresolved: { account: bob.id, amount: 10n } }])
    expect(ofType(t0.news(), 'sendPrepare')).toEqual([])
    expect(t0.store.read([bob.id]).books[0]?.tallies.size).toBe(0)
  })

  test('already over when the book is claimed → refunded at the next wake, which is at once', () => {
    const t0 = thread()
    t0.prepare(pay)
    t0.crash()
    t0.world.pass(20_000)
    const effects = t0.restart()
    expect(changesIn(effects)).toEqual([])
    expect(ofType(effects, 'sleepUntil').at(-1)?.at).toBeLessThanOrEqual(t0.now)
    expect(changesIn(t0.pass(0))).toMatchObject([{ type: 'refund' }])
    expect(balances(t0)).toEqual([1_000n, 0n, 0n])
  })

  test('its answer comes all the same, in time → credited', () => {
    const t0 = thread()
    const sent = only(t0.prepare(pay), 'sendPrepare')
    t0.restart()
    t0.fulfill(sent)
    expect(balances(t0)).toEqual([990n, 10n, 0n])
    t0.pass(20_000)
    expect(balances(t0)).toEqual([990n, 10n, 0n])
  })

  test('`not taken` is heard of it → unknown stays unknown (S1)', () => {
    const t0 = thread()
    const sent = only(t0.prepare(pay), 'sendPrepare')
    t0.restart()
    expect(changesIn(t0.fail(sent, 'notTaken'))).toEqual([])
  })

  test('it is under way to its receiver once, before and after → a policy sees that', () => {
    let seen: readonly Amount[] = []
    const policy = {
      name: 'looks',
      summary: 'what is under way',
      pick: (candidates: readonly { readonly underWay: Amount }[]) => {
        seen = candidates.map(({ underWay }) => underWay)
        return 0
      },
    }
    const t0 = recovered({ policy })
    t0.prepare(pay)
    expect(seen).toEqual([10n, 0n])
    t0.pass(12_000)
    t0.prepare(pay)
    expect(seen).toEqual([0n, 0n])
  })

  test('as many as may be open → the next is 429; ended → there is room again', () => {
    const t0 = recovered({ maxOpen: 1 })
    expect(toldIn(t0.prepare(pay))).toEqual([429])
    t0.pass(12_000)
    expect(ofType(t0.prepare(pay), 'sendPrepare')).toHaveLength(1)
  })
})

describe('B9: what the book knows is known again', () => {
  test('position and outgoing amounts under way → the limit holds as before (R5)', () => {
    const xrp = account('xrp', { unit: 'XRP', scale: 2 })
    const t0 = oneThread({
      accounts: [alice, xrp],
      threads: 1,
      routes: { 'test.far': [xrp] },
      opening: { alice: 1_000n },
      rates: new Map([['USD/XRP', ratioOf('1', 2, 2, 0)]]),
      positionLimits: new Map([['XRP', amount(25n)]]),
    })
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    t0.prepare(pay)
    t0.restart()
    expect(toldIn(t0.prepare({ ...pay, amount: 6n }))).toEqual(['T04'])
    expect(ofType(t0.prepare({ ...pay, amount: 5n }), 'sendPrepare')).toHaveLength(1)
    t0.pass(12_000)
    expect(t0.store.books.get('t0')?.positions.get('XRP')).toBe(-10n)
    expect(toldIn(t0.prepare({ ...pay, amount: 16n }))).toEqual(['T04'])
    expect(ofType(t0.prepare({ ...pay, amount: 15n }), 'sendPrepare')).toHaveLength(1)
  })

  test('records of routes → as they were', () => {
    const t0 = thread()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    const before = t0.store.read([bob.id]).books[0]?.tallies
    t0.restart()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    const after = t0.store.read([bob.id]).books[0]?.tallies
    expect([before, after].map((tallies) => tallies?.get('test.far')?.get(bob.id)?.successes)).toEqual([1, 2])
  })

  test('hot → spent without a word from the store, where it alone is enough', () => {
    const t0 = thread()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    t0.world.held.add('warm')
    t0.restart()
    for (const warm of ofType(t0.news(), 'warm')) t0.release(warm)
    expect(typesOf(t0.prepare(pay))).toContain('sendPrepare')
    expect(ofType(t0.news(), 'warm')).toEqual([])
  })

  test('the number of the last commit → the next one follows it', () => {
    const t0 = thread()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    const last = ofType(t0.news(), 'commit').at(-1)?.seq ?? 0
    t0.restart()
    expect(only(t0.prepare(pay), 'commit')).toMatchObject({ seq: last + 1, epoch: 't0-2' })
  })

  test('kept answers count against the bound of ids', () => {
    const t0 = thread({ maxKeptIds: 1 })
    t0.fulfill(only(t0.prepare({ ...pay, id: 'x' }), 'sendPrepare'))
    t0.restart()
    expect(toldIn(t0.prepare({ ...pay, id: 'y' }))).toEqual([429])
  })
})

describe('B5: tombstones', () => {
  test('with an id → kept until keepUntil, then 410, and dropped with the next commit', () => {
    const t0 = thread()
    const packet = t0.packet(pay)
    t0.fulfill(only(t0.ask(alice, packet, 'x'), 'sendPrepare'))
    t0.restart()
    t0.pass(69_980)
    expect(toldIn(t0.ask(alice, packet, 'x'))).toEqual(['fulfill'])
    t0.pass(20)
    expect(toldIn(t0.ask(alice, packet, 'x'))).toEqual([410])
    t0.news()
    t0.prepare(pay)
    expect(changesOf(t0, 'dropped')).toEqual([{ type: 'dropped', payment: 't0-1.1' }])
    expect(payments(t0).map(({ record }) => record?.request)).toEqual([undefined])
  })

  test('with an id whose time was over at the claim → dropped', () => {
    const t0 = thread()
    const packet = t0.packet(pay)
    t0.fulfill(only(t0.ask(alice, packet, 'x'), 'sendPrepare'))
    t0.crash()
    t0.world.pass(100_000)
    t0.restart()
    t0.pass(0)
    expect(toldIn(t0.ask(alice, packet, 'x'))).toEqual([410])
    t0.prepare(pay)
    expect(payments(t0)).toHaveLength(1)
  })

  test('of a recovered payment → kept from its own expiry on', () => {
    const t0 = thread()
    const packet = t0.packet(pay)
    t0.ask(alice, packet, 'x')
    t0.restart()
    t0.pass(69_980)
    expect(toldIn(t0.ask(alice, packet, 'x'))).toEqual(['R00'])
    t0.pass(20)
    t0.prepare(pay)
    expect(payments(t0)).toHaveLength(1)
  })

  test('without an id → nobody can be told: it is not in the book any more', () => {
    const t0 = thread()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    expect(payments(t0)).toEqual([])
    t0.restart()
    t0.prepare(pay)
    expect(changesOf(t0, 'dropped')).toEqual([])
  })
})

describe('B9: money between cold and hot', () => {
  const pair = account('pair', { parallelism: 4 })
  const pairPays: Asking = { from: pair, amount: 10n, to: 'test.hub.alice.x' }
  const setting = { accounts: [alice, pair], routes: { 'test.hub.alice': [alice], 'test.far': [pair] }, opening: { alice: 1_000n, pair: 1_000n } }

  test('a grant that was never heard → found, spendable, and given back when it is not used', () => {
    const t0 = oneThread({ ...setting, holds: ['warm'] })
    t0.reach(only(t0.prepare(pairPays), 'warm'))
    expect(cold(t0, pair)).toBe(990n)
    t0.world.held.delete('warm')
    t0.restart()
    expect(entry(t0, pair)).toMatchObject({ hot: 10n, taken: 10n })
    t0.fulfill(only(t0.prepare(pairPays), 'sendPrepare'))
    expect(t0.store.balanceOf(pair.id)).toBe(990n)
    expect(cold(t0, pair)).toBe(990n)
  })

  test('a grant that was never heard, and nobody spends it → it goes back after coolAfter', () => {
    const t0 = oneThread({ ...setting, holds: ['warm'] })
    t0.reach(only(t0.prepare(pairPays), 'warm'))
    t0.world.held.delete('warm')
    t0.restart()
    t0.pass(100)
    expect(cold(t0, pair)).toBe(1_000n)
    expect(entry(t0, pair)).toMatchObject({ hot: 0n, taken: 10n, given: 10n })
  })

  test('prepares that come while a shard is asked → judged in their order on its answer', () => {
    const t0 = oneThread(setting)
    t0.prepare(pairPays)
    t0.world.held.add('warm')
    const swept = ofType(t0.restart(), 'warm').find((each) => each.account === pair.id)
    expect(swept?.wanted).toBe(0n)
    expect(typesOf(t0.prepare(pairPays))).not.toContain('warm')
    const next = only(t0.release(swept as Effect), 'warm')
    expect(next.wanted).toBe(10n)
    expect(ofType(t0.release(next), 'sendPrepare')).toHaveLength(1)
  })

  test('a total that was given and never arrived → sent again', () => {
    const t0 = oneThread({ ...setting, holds: ['cool'], coolAfterMs: 10 })
    t0.reject(only(t0.prepare(pairPays), 'sendPrepare'), 'F99')
    expect(cold(t0, pair)).toBe(990n)
    t0.world.held.delete('cool')
    expect(ofType(t0.restart(), 'cool')).toMatchObject([{ given: 10n }])
    expect(cold(t0, pair)).toBe(1_000n)
  })

  test('hot that is not used → goes back after coolAfter, as ever', () => {
    const t0 = oneThread(setting)
    t0.prepare({ ...pairPays, to: 'test.nowhere' })
    expect(entry(t0, pair)?.hot).toBe(10n)
    t0.restart()
    t0.pass(100)
    expect(cold(t0, pair)).toBe(1_000n)
  })

  test('the farms changed, and it serves the account no more → what is hot is given back at once, in one commit', () => {
    const t0 = oneThread(setting)
    t0.prepare({ ...pairPays, to: 'test.nowhere' })
    const elsewhere = t0.restart({ threads: 5 })
    expect(changesIn(elsewhere)).toEqual([{ type: 'give', account: pair.id, amount: 10n }])
    expect(cold(t0, pair)).toBe(1_000n)
  })

  test('the farms changed, and a grant was never heard → taken and given back at once: it would be spent here no more', () => {
    const t0 = oneThread({ ...setting, holds: ['warm'] })
    t0.release(only(t0.prepare({ ...pairPays, to: 'test.nowhere' }), 'warm'))
    t0.pass(100)
    t0.reach(only(t0.prepare(pairPays), 'warm'))
    expect(cold(t0, pair)).toBe(990n)
    t0.world.held.delete('warm')
    t0.restart({ threads: 5 })
    expect(entry(t0, pair)).toMatchObject({ hot: 0n, taken: 20n, given: 20n })
    t0.pass(10)
    expect(cold(t0, pair)).toBe(1_000n)
  })

  test('a thread that never had a book → nothing is swept', () => {
    const t0 = oneThread({ ...setting, unstarted: true })
    expect(ofType(t0.start(), 'warm')).toEqual([])
  })

  test('250 accounts → 100 shards are asked at once, 100 after 10 ms, and the rest after 20', () => {
    const many = Array.from({ length: 250 }, (_, i) => account(`a${i}`))
    const t0 = oneThread({ accounts: many, opening: {} })
    const warms = (effects: readonly Effect[]) => ofType(effects, 'warm').map((warm) => warm.account)
    const rounds = [warms(t0.restart()), warms(t0.pass(9)), warms(t0.pass(1)), warms(t0.pass(10)), warms(t0.pass(2_000))]
    expect(rounds.map(({ length }) => length)).toEqual([100, 0, 100, 50, 0])
    expect(new Set(rounds.flat()).size).toBe(250)
  })
})

describe('B9: an account of the book that nobody knows any more', () => {
  const without = (account: Account) => ({ accounts: accounts.filter((each) => each !== account) })

  test('it holds money here → the thread does not start, and says whose', () => {
    const t0 = thread()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    expect(() => t0.restart(without(bob))).toThrow(`the book of t0 holds money of account ${bob.id}`)
  })

  test('a payment is under way to it, or from it → the thread does not start, and says whose', () => {
    const t0 = thread()
    t0.prepare(pay)
    expect(() => t0.restart(without(bob))).toThrow(bob.id)
    expect(() => t0.restart(without(alice))).toThrow(alice.id)
  })

  test('it spent all that was taken → nothing of it is here, and it is ignored', () => {
    const t0 = thread({ opening: { alice: 10n } })
    t0.fulfill(only(t0.prepare({ ...pay, id: 'x' }), 'sendPrepare'))
    expect(entry(t0, alice)).toMatchObject({ hot: 0n, taken: 10n, given: 0n })
    const effects = t0.restart(without(alice))
    expect(ofType(effects, 'warm').map((warm) => warm.account)).not.toContain(alice.id)
    t0.prepare({ from: bob, amount: 1n })
    expect(payments(t0).map(({ record }) => record?.sender)).toEqual([bob.id])
  })

  test('only a record of its route is left → ignored', () => {
    const t0 = thread()
    t0.reject(only(t0.prepare(pay), 'sendPrepare'), 'T00')
    t0.fulfill(ofType(t0.news(), 'sendPrepare').at(-1) as EffectOf<'sendPrepare'>)
    t0.prepare({ ...pay, amount: 0n }) // takes the first payment's tombstone away
    expect(t0.store.read([bob.id]).books[0]?.tallies.get('test.far')?.get(bob.id)?.faults).toBe(1)
    expect(() => t0.restart({ accounts: [alice, carol] })).toThrow(bob.id) // the last is under way to bob
    t0.world.pass(12_000)
    t0.restart()
    t0.pass(12_000)
    expect(typesOf(t0.restart({ accounts: [alice, carol] }))).toContain('warm')
  })
})
