import { describe, expect, test } from 'vitest'
import type { Effect } from '../../../../src/core/effect.ts'
import { type Asking, account, type OneThread, ofType, oneThread, only, type Setting, severalThreads, toldIn } from '../../../fixtures/oneThread.ts'

const alice = account('alice')
const pair = account('pair', { parallelism: 2 })
const bob = account('bob')
const accounts = [alice, pair, bob]
const pay: Asking = { from: alice, amount: 10n, expiresInMs: 10_000 }
const pairPays: Asking = { ...pay, from: pair }
const setting = { accounts, threads: 2, routes: { 'test.far': [bob] }, opening: { alice: 1_000n, pair: 1_000n } }

const thread = (more: Partial<Setting> = {}) => oneThread({ ...setting, ...more })
const threads = (more: Partial<Setting> = {}) => severalThreads(2, { ...setting, ...more }) as [OneThread, OneThread]
const seqs = (effects: readonly Effect[]) => ofType(effects, 'commit').map(({ seq }) => seq)
const balances = ({ store }: OneThread) => accounts.map(({ id }) => store.balanceOf(id))

/** The commands among them that await a reply. */
const asked = (effects: readonly Effect[]) => effects.filter(({ type }) => ['claim', 'commit', 'warm', 'cool', 'own', 'leave', 'readLeft'].includes(type))

/** The connection is lost while these are held. */
function lose(t0: OneThread, type: Effect['type'], what: () => readonly Effect[]): Effect {
  t0.world.held.add(type)
  const effect = only(what(), type)
  t0.disconnect()
  t0.world.held.delete(type)
  return effect
}

describe('reconnected', () => {
  test('nothing was asked → an empty commit, and what was left is read', () => {
    const t0 = thread()
    t0.disconnect()
    expect(t0.reconnect().slice(0, 2)).toMatchObject([{ type: 'commit', changes: [] }, { type: 'readLeft' }])
  })

  test('the book is not claimed yet → claimed under another epoch, and served', () => {
    const t0 = thread({ unstarted: true })
    const claim = lose(t0, 'claim', () => t0.start())
    expect(only(t0.reconnect(), 'claim')).not.toEqual(claim)
    expect(ofType(t0.prepare(pay), 'sendPrepare')).toHaveLength(1)
  })

  test('the claim that was lost comes in late → no commit of this life passes for an earlier one: fenced', () => {
    const t0 = thread({ unstarted: true })
    const claim = lose(t0, 'claim', () => t0.start())
    t0.reconnect()
    t0.reach(claim)
    const effects = t0.prepare(pay)
    expect(only(effects, 'stop')).toMatchObject({ why: 'fenced' })
    expect(ofType(effects, 'sendPrepare')).toEqual([])
  })

  test('commits were not acknowledged → all again, in order, with the same numbers and changes', () => {
    const t0 = thread()
    t0.prepare(pay)
    t0.world.held.add('commit')
    const commits = [t0.prepare(pay), t0.prepare(pay), t0.prepare(pay)].flatMap((effects) => ofType(effects, 'commit'))
    t0.disconnect()
    expect(ofType(t0.reconnect(), 'commit')).toEqual(commits)
  })

  test.each(['lost', 'applied', 'applied late'])('a charge was %s → charged once, sent once', (fate) => {
    const t0 = thread()
    const commit = lose(t0, 'commit', () => t0.prepare(pay))
    if (fate === 'applied') t0.reach(commit)
    const effects = t0.reconnect()
    if (fate === 'applied late') t0.reach(commit)
    expect(ofType(effects, 'sendPrepare')).toHaveLength(1)
    expect(balances(t0)).toEqual([990n, 1_000n, 0n])
  })

  test.each(['lost', 'applied', 'applied late'])('a credit was %s → credited once, told once', (fate) => {
    const t0 = thread()
    const sent = only(t0.prepare(pay), 'sendPrepare')
    const commit = lose(t0, 'commit', () => t0.fulfill(sent))
    if (fate === 'applied') t0.reach(commit)
    expect(toldIn(t0.news())).toEqual([])
    t0.reconnect()
    if (fate === 'applied late') t0.reach(commit)
    expect(toldIn(t0.news())).toEqual(['fulfill'])
    expect(balances(t0)).toEqual([990n, 1_000n, 10n])
  })

  test('what is asked while there is no way to the store → asked when there is one', () => {
    const t0 = thread()
    t0.prepare(pay)
    t0.disconnect()
    expect(seqs(t0.prepare(pay))).toHaveLength(1)
    expect(ofType(t0.prepare(pairPays), 'warm')).toHaveLength(1)
    t0.prepare({ ...pay, id: 'x' })
    t0.news()
    expect(ofType(t0.reconnect(), 'sendPrepare')).toHaveLength(3)
    expect(balances(t0)).toEqual([970n, 990n, 0n])
  })

  test.each(['lost', 'applied'])('a warm was %s → asked again once, and its grant counts once', (fate) => {
    const t0 = thread()
    const warm = lose(t0, 'warm', () => t0.prepare(pairPays))
    if (fate === 'applied') t0.reach(warm)
    const effects = t0.reconnect()
    expect(ofType(effects, 'warm')).toHaveLength(1)
    expect(ofType(effects, 'sendPrepare')).toHaveLength(1)
    expect(t0.store.shards.get(pair.id)?.cold).toBe(990n)
  })

  test('others came to wait meanwhile → one warm for them all', () => {
    const t0 = thread()
    lose(t0, 'warm', () => t0.prepare(pairPays))
    t0.prepare(pairPays)
    const effects = t0.reconnect()
    expect(ofType(effects, 'warm')).toMatchObject([{ wanted: 20n }])
    expect(ofType(effects, 'sendPrepare')).toHaveLength(2)
  })

  test('a warm that nobody waited for was not answered → asked again, and it wants nothing', () => {
    const t0 = thread()
    t0.world.held.add('warm')
    t0.restart()
    t0.disconnect()
    expect(ofType(t0.reconnect(), 'warm').map(({ wanted }) => wanted)).toEqual([0n, 0n, 0n])
  })

  test.each(['lost', 'applied'])('a cool was %s → its total again, and cold has it once', (fate) => {
    const t0 = thread()
    const sent = only(t0.prepare(pairPays), 'sendPrepare')
    const cool = lose(t0, 'cool', () => t0.reject(sent, 'F99'))
    if (fate === 'applied') t0.reach(cool)
    expect(ofType(t0.reconnect(), 'cool')).toMatchObject([{ given: 10n }])
    expect(t0.store.shards.get(pair.id)?.cold).toBe(1_000n)
    expect(ofType(t0.pass(5_000), 'cool')).toEqual([])
  })

  test.each(['lost', 'applied'])('an own was %s → asked again, and the id is charged once', (fate) => {
    const t0 = thread()
    const own = lose(t0, 'own', () => t0.prepare({ ...pay, id: 'x' }))
    if (fate === 'applied') t0.reach(own)
    const effects = t0.reconnect()
    expect(ofType(effects, 'own')).toEqual([own])
    expect(ofType(effects, 'sendPrepare')).toHaveLength(1)
  })

  test.each(['lost', 'applied', 'applied late'])('an own was %s, and a colleague owns the id → its answer is told once', (fate) => {
    const [t0, t1] = threads()
    const packet = t0.packet(pairPays)
    const sent = only(t0.ask(pair, packet, 'x'), 'sendPrepare')
    const own = lose(t1, 'own', () => t1.ask(pair, packet, 'x'))
    if (fate === 'applied') t1.reach(own)
    t1.reconnect()
    if (fate === 'applied late') t1.reach(own)
    t0.fulfill(sent)
    expect(toldIn(t1.news())).toEqual(['fulfill'])
  })

  test.each(['lost', 'applied'])('a message for a colleague was %s → left again, handled once', (fate) => {
    const [t0, t1] = threads()
    const packet = t0.packet(pairPays)
    const sent = only(t0.ask(pair, packet, 'x'), 'sendPrepare')
    const leave = lose(t1, 'leave', () => t1.ask(pair, packet, 'x'))
    if (fate === 'applied') t1.reach(leave)
    expect(ofType(t1.reconnect(), 'leave')).toEqual([leave])
    t0.fulfill(sent)
    expect(toldIn(t1.news())).toEqual(['fulfill'])
    expect([t0, t1].map(({ store, id }) => store.books.get(id)?.left.size)).toEqual([0, 0])
  })

  test('a message comes a second time after it was handled and struck out → answered again, told once, and struck out', () => {
    const [t0, t1] = threads()
    const packet = t0.packet(pairPays)
    t0.fulfill(only(t0.ask(pair, packet, 'x'), 'sendPrepare'))
    const leave = only(t1.ask(pair, packet, 'x'), 'leave')
    expect(toldIn(t1.news())).toEqual(['fulfill'])
    t1.reach(leave)
    t0.pass(2_000)
    expect(toldIn(t1.news())).toEqual([])
    expect([t0, t1].map(({ store, id }) => store.books.get(id)?.left.size)).toEqual([0, 0])
    expect(balances(t0)).toEqual([1_000n, 990n, 10n])
  })

  test('lost again before anything was answered → all once more, and nothing moves twice', () => {
    const t0 = thread()
    t0.prepare(pay)
    t0.world.held.add('commit')
    t0.world.held.add('warm')
    t0.prepare({ ...pay, id: 'x' })
    t0.prepare(pairPays)
    t0.disconnect()
    const first = t0.reconnect()
    t0.disconnect()
    const second = t0.reconnect()
    expect(asked(second)).toEqual(asked(first))
    for (const effect of [...asked(first), ...asked(second)]) t0.release(effect)
    t0.world.held.clear()
    for (const effect of ofType(t0.news(), 'commit')) t0.release(effect)
    expect(balances(t0)).toEqual([980n, 990n, 0n])
  })
})

describe('every command twice', () => {
  const twice: readonly Effect['type'][] = ['commit', 'warm', 'cool', 'own', 'leave']

  /** Each command is applied twice, until none is left. Returns what they sent, and notes what they told. */
  function run(both: readonly OneThread[], told: (string | number)[][]): Effect[] {
    const sent: Effect[] = []
    for (let busy = true; busy; ) {
      busy = false
      for (const [i, each] of both.entries()) {
        const news = each.news()
        told[i]?.push(...toldIn(news))
        sent.push(...ofType(news, 'sendPrepare'))
        for (const effect of news.filter(({ type }) => twice.includes(type))) {
          busy = true
          each.reach(effect)
          each.release(effect)
        }
      }
    }
    return sent
  }

  test('a payment with an id, asked of two threads → money moves once, each is told once', () => {
    const both = threads()
    const [t0, t1] = both
    for (const each of both) each.news()
    for (const type of twice) t0.world.held.add(type)
    const told: (string | number)[][] = [[], []]
    const packet = t0.packet(pairPays)
    t0.ask(pair, packet, 'x')
    t1.ask(pair, packet, 'x')
    t0.fulfill(only(run(both, told), 'sendPrepare'))
    run(both, told)
    t0.pass(2_000)
    run(both, told)
    expect(told).toEqual([['fulfill'], ['fulfill']])
    expect(balances(t0)).toEqual([1_000n, 990n, 10n])
    expect(t0.world.applied.filter(({ change }) => change.type === 'charge' || change.type === 'credit')).toHaveLength(2)
    expect([t0, t1].map(({ store, id }) => store.books.get(id)?.left.size)).toEqual([0, 0])
  })
})

describe('B2: a gap after a broken connection', () => {
  /** Three commits that were sent again, and the store's word on each is the test's. */
  function resent(): { t0: OneThread; numbers: readonly number[] } {
    const t0 = thread()
    t0.prepare(pay)
    t0.world.held.add('commit')
    for (let i = 0; i < 3; i++) t0.prepare(pay)
    t0.disconnect()
    return { t0, numbers: seqs(t0.reconnect()) }
  }

  test('the first of those that went again is lost too → all three again, once', () => {
    const { t0, numbers } = resent()
    const [first, second, third] = numbers as [number, number, number]
    const reply = { gap: first - 1 }
    expect(seqs(t0.hear({ type: 'committed', seq: second, reply }))).toEqual(numbers)
    expect(seqs(t0.hear({ type: 'committed', seq: third, reply }))).toEqual([])
  })

  test('a gap was repaired before the connection broke → one after it is repaired as well', () => {
    const t0 = thread()
    t0.prepare(pay)
    t0.world.held.add('commit')
    const [first, second] = [t0.prepare(pay), t0.prepare(pay)].flatMap(seqs) as [number, number]
    t0.hear({ type: 'committed', seq: second, reply: { gap: first - 1 } })
    for (const seq of [first, second]) t0.hear({ type: 'committed', seq, reply: 'ok' })
    const numbers = [t0.prepare(pay), t0.prepare(pay)].flatMap(seqs)
    t0.disconnect()
    expect(seqs(t0.reconnect())).toEqual(numbers)
    expect(seqs(t0.hear({ type: 'committed', seq: numbers[1] as number, reply: { gap: second } }))).toEqual(numbers)
  })

  test('a gap in commits that were made after it → all unacknowledged again', () => {
    const { t0, numbers } = resent()
    for (const seq of numbers) t0.hear({ type: 'committed', seq, reply: 'ok' })
    const later = [t0.prepare(pay), t0.prepare(pay)].flatMap(seqs)
    expect(seqs(t0.hear({ type: 'committed', seq: later[1] as number, reply: { gap: numbers[2] as number } }))).toEqual(later)
  })
})

describe('a payment whose time runs out while there is no way to the store', () => {
  test('its charge was not acknowledged → never sent, refunded when it is', () => {
    const t0 = thread()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    t0.disconnect()
    t0.prepare(pay)
    t0.pass(20_000)
    const effects = t0.reconnect()
    expect(ofType(effects, 'sendPrepare')).toEqual([])
    expect(toldIn(effects)).toEqual(['R02'])
    expect(balances(t0)).toEqual([990n, 1_000n, 10n])
  })

  test('it was sent, and its refund was not acknowledged → told when it is', () => {
    const t0 = thread()
    t0.prepare(pay)
    t0.disconnect()
    expect(toldIn(t0.pass(20_000))).toEqual([])
    expect(toldIn(t0.reconnect())).toEqual(['R00'])
    expect(balances(t0)).toEqual([1_000n, 1_000n, 0n])
  })

  test('it waited for a warm → rejected when that is answered', () => {
    const t0 = thread()
    t0.disconnect()
    t0.prepare(pairPays)
    t0.pass(20_000)
    expect(toldIn(t0.reconnect())).toEqual(['R02'])
    expect(balances(t0)).toEqual([1_000n, 1_000n, 0n])
  })

  test('its id was not owned yet → rejected when it is, and the same again to whoever asks', () => {
    const t0 = thread()
    t0.disconnect()
    const packet = t0.packet(pay)
    t0.ask(alice, packet, 'x')
    t0.pass(20_000)
    expect(toldIn(t0.reconnect())).toEqual(['R02'])
    expect(toldIn(t0.ask(alice, packet, 'x'))).toEqual(['R02'])
  })

  test('its id was not owned yet, and answers to it are kept no more → 410: another may have charged it, and nobody knows any more', () => {
    const [t0, t1] = threads()
    const packet = t0.packet(pairPays)
    const sent = only(t0.ask(pair, packet, 'x'), 'sendPrepare')
    t1.disconnect()
    t1.ask(pair, packet, 'x')
    t0.fulfill(sent)
    t0.pass(70_001)
    expect(toldIn(t1.reconnect())).toEqual([410])
    expect(t1.store.books.get('t1')?.payments.size).toBe(0)
  })
})
