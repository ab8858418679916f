/** B12: a store that comes back without its last writes. The connection is lost with them. */
import { describe, expect, test } from 'vitest'
import { lostByFailover } from '../../../../src/core/routing/lost.ts'
import type { Account } from '../../../../src/core/values/account.ts'
import { amount, type Balance } from '../../../../src/core/values/amount.ts'
import {
  type Asking,
  account,
  changesIn,
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
const pair = account('pair', { parallelism: 2 })
const bob = account('bob')
const pay: Asking = { from: alice, amount: 10n, expiresInMs: 10_000 }
const pairPays: Asking = { ...pay, from: pair }
const setting = { accounts: [alice, pair, bob], threads: 2, routes: { 'test.far': [bob] }, opening: { alice: 1_000n, pair: 1_000n } }

const thread = (more: Partial<Setting> = {}) => oneThread({ ...setting, ...more })
const balanceOf = ({ store }: OneThread, { id }: Account) => store.balanceOf(id)
const seqOf = ({ store, id }: OneThread) => store.books.get(id)?.seq

/** The store loses what `acts` wrote on these shards. */
function lose(t0: OneThread, shards: readonly Account[] | 'book' | 'all', acts: () => void): readonly ReturnType<OneThread['hear']>[number][] {
  const moment = t0.world.moment()
  acts()
  t0.disconnect()
  const names = shards === 'book' ? [t0.id] : shards === 'all' ? [] : shards.map(({ id }) => id)
  t0.world.goBack(moment, ...names)
  t0.news()
  return t0.reconnect()
}

/** Of its first change: seq, number of words, type. */
function typeWritten(commit: string): string | undefined {
  return commit.split('\x1f')[2]
}

function lostOf(t0: OneThread, { id }: Account): bigint {
  const shard = t0.store.shards.get(id)
  if (shard === undefined) throw new Error(`no account ${id}`)
  const { cold, returned, account: of } = shard
  return lostByFailover({ cold, returned, creditLimit: of.creditLimit }, (by) => t0.store.books.get(by)?.entries.get(id)?.given ?? amount(0n))
}

describe('a book is set back', () => {
  test('nothing was asked meanwhile → the empty commit is answered with the last number, and what was lost goes again in order', () => {
    const t0 = thread()
    t0.prepare(pay)
    const before = seqOf(t0) as number
    const effects = lose(t0, 'book', () => t0.fulfill(only(t0.prepare(pay), 'sendPrepare')))
    expect(ofType(effects, 'commit').map(({ seq, changes }) => [seq - before, typesOf(changes)])).toEqual([
      [3, []],
      [1, ['charge']],
      [2, ['credit']],
      [3, []],
    ])
    expect([balanceOf(t0, alice), balanceOf(t0, bob)]).toEqual([980n, 10n])
  })

  test('in a world that hands back what it wrote → that goes again, in order', () => {
    const t0 = thread({ writes: true })
    t0.prepare(pay)
    const before = seqOf(t0) as number
    const effects = lose(t0, 'book', () => t0.fulfill(only(t0.prepare(pay), 'sendPrepare')))
    expect(ofType(effects, 'recommit').map(({ seq, written }) => [seq - before, typeWritten(written)])).toEqual([
      [1, 'charge'],
      [2, 'credit'],
    ])
    expect(ofType(effects, 'commit').map(({ seq }) => seq - before)).toEqual([3, 3])
    expect([balanceOf(t0, alice), balanceOf(t0, bob)]).toEqual([980n, 10n])
  })

  test('twice → it goes again twice', () => {
    const t0 = thread({ writes: true })
    const moment = t0.world.moment()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    for (let i = 0; i < 2; i++) {
      t0.disconnect()
      t0.world.goBack(moment, t0.id)
      t0.news()
      expect(
        ofType(t0.reconnect(), 'recommit')
          .map(({ written }) => typeWritten(written))
          .slice(0, 2),
      ).toEqual(['take', 'credit'])
    }
    expect([balanceOf(t0, alice), balanceOf(t0, bob)]).toEqual([990n, 10n])
  })

  test('replayed → nobody is told again, nothing is sent again', () => {
    const t0 = thread()
    const effects = lose(t0, 'book', () => t0.fulfill(only(t0.prepare(pay), 'sendPrepare')))
    expect([ofType(effects, 'sendPrepare'), toldIn(effects)]).toEqual([[], []])
  })

  test('with commits that were not acknowledged behind → all in order, and these are told', () => {
    const t0 = thread()
    const moment = t0.world.moment()
    const sent = only(t0.prepare(pay), 'sendPrepare')
    t0.disconnect()
    t0.fulfill(sent)
    t0.world.goBack(moment, t0.id)
    const effects = t0.reconnect()
    expect(ofType(effects, 'commit').map(({ changes }) => changes[0]?.type)).toEqual(['credit', 'take', 'credit'])
    expect(toldIn(effects)).toEqual(['fulfill'])
    expect([balanceOf(t0, alice), balanceOf(t0, bob)]).toEqual([990n, 10n])
  })

  test('twice → replayed twice', () => {
    const t0 = thread()
    const moment = t0.world.moment()
    t0.prepare(pay)
    for (let i = 0; i < 2; i++) {
      t0.disconnect()
      t0.world.goBack(moment, t0.id)
      t0.reconnect()
    }
    expect(balanceOf(t0, alice)).toBe(990n)
  })

  test('what was acknowledged more than 2 s before the last is lost → stop, and the next life takes what there is', () => {
    const t0 = thread()
    const effects = lose(t0, 'book', () => {
      t0.prepare(pay)
      t0.pass(2_001)
      t0.prepare(pay)
    })
    expect(effects.at(-1)).toEqual({ type: 'stop', why: 'lostWrites' })
    t0.restart()
    expect(balanceOf(t0, alice)).toBe(1_000n)
  })

  test('the claim is lost too → fenced', () => {
    const t0 = thread()
    expect(lose(t0, 'book', () => t0.restart()).at(-1)).toEqual({ type: 'stop', why: 'fenced' })
  })

  test('the process has died → the book has what the store has, and its grants are taken once more', () => {
    const t0 = thread()
    const moment = t0.world.moment()
    t0.prepare(pay)
    t0.crash()
    t0.world.goBack(moment, t0.id)
    expect(changesIn(t0.restart())).toMatchObject([{ type: 'take', amount: 1_000n }])
    expect(balanceOf(t0, alice)).toBe(1_000n)
  })

  test('a question left with a colleague was lost before he read it → left again, and answered', () => {
    const [t0, t1] = severalThreads(2, setting) as [OneThread, OneThread]
    const packet = t0.packet(pairPays)
    const sent = only(t0.ask(pair, packet, 'x'), 'sendPrepare')
    const moment = t0.world.moment()
    t0.world.held.add('wake')
    t1.ask(pair, packet, 'x')
    t0.disconnect()
    t1.disconnect()
    t0.world.goBack(moment, t0.id)
    t0.world.held.delete('wake')
    t0.reconnect()
    t1.reconnect()
    t0.fulfill(sent)
    t0.pass(2_000)
    expect(toldIn(t1.news())).toEqual(['fulfill'])
  })

  test('a question was answered and struck out, and all of it was lost before its asker heard that it lay there → left under another number, which no replay strikes out', () => {
    const [t0, t1] = severalThreads(2, setting) as [OneThread, OneThread]
    const packet = t0.packet(pairPays)
    t0.fulfill(only(t0.ask(pair, packet, 'x'), 'sendPrepare'))
    const moment = t0.world.moment()
    t0.world.held.add('leave')
    const question = only(t1.ask(pair, packet, 'x'), 'leave')
    t1.disconnect()
    t1.reach(question)
    t0.world.held.delete('leave')
    expect(changesIn(t0.pass(1_000))).toMatchObject([{ type: 'consumed', message: question.message.message }])
    t0.disconnect()
    t0.world.goBack(moment, t0.id, t1.id)
    t0.world.held.add('wake')
    t0.world.held.add('commit')
    const heartbeat = only(t0.reconnect(), 'commit')
    t0.world.held.delete('commit')
    t1.reconnect()
    t0.release(heartbeat)
    t0.pass(2_000)
    expect(toldIn(t1.news())).toEqual(['fulfill'])
  })
})

describe("an account's shard is set back", () => {
  test('a grant is lost → cold pays it at the next warm, and nobody has more than there was', () => {
    const t0 = thread()
    lose(t0, [alice], () => t0.prepare(pay))
    t0.pass(10_000)
    const shard = t0.store.shards.get(alice.id)
    expect([shard?.cold, shard?.granted.get('t0'), balanceOf(t0, alice)]).toEqual([0n, 1_000n, 1_000n])
  })

  test('a grant is lost, and another thread was granted the same money → cold falls below its limit by it, and that is reported until it comes back', () => {
    const [t0, t1] = severalThreads(2, { ...setting, opening: { pair: 100n } }) as [OneThread, OneThread]
    const spend = (by: OneThread) => [30n, 30n, 20n, 10n].flatMap((amount) => toldIn(by.prepare({ ...pairPays, amount, expiresInMs: 30_000 })))
    const moment = t0.world.moment()
    expect(spend(t0)).toEqual([])
    for (const each of [t0, t1]) each.disconnect()
    t0.world.goBack(moment, pair.id)
    t1.reconnect()
    expect(spend(t1)).toEqual([])
    t0.reconnect()
    t0.pass(11_000)
    expect([t0.store.shards.get(pair.id)?.cold, lostOf(t0, pair), balanceOf(t0, pair)]).toEqual([-80n, 80n, -80n])
    t0.pass(30_000)
    expect([lostOf(t0, pair), balanceOf(t0, pair)]).toEqual([0n, 100n])
  })

  test('a cool is lost → its total goes again, and cold has it once', () => {
    const t0 = thread()
    lose(t0, [pair], () => t0.reject(only(t0.prepare(pairPays), 'sendPrepare'), 'F99'))
    t0.pass(11_000)
    expect([t0.store.shards.get(pair.id)?.cold, balanceOf(t0, pair)]).toEqual([1_000n, 1_000n])
  })

  test('the book forgot that it gave, and the shard has it → reported as lost, until later credits fill it', () => {
    const t0 = thread()
    const moment = t0.world.moment()
    t0.reject(only(t0.prepare(pairPays), 'sendPrepare'), 'F99')
    t0.crash()
    t0.world.goBack(moment, t0.id)
    expect(lostOf(t0, pair)).toBe(10n)
    t0.restart()
    t0.pass(1_000)
    expect(lostOf(t0, pair)).toBe(0n)
    expect([t0.store.shards.get(pair.id)?.cold, balanceOf(t0, pair)] satisfies [Balance | undefined, Balance]).toEqual([1_000n, 1_000n])
  })
})
