/** What the store and its queue do when Redis is killed, stalls, forgets its scripts, or comes back empty. */
import type { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Change, PaymentId, Written } from '../../src/core/book/change.ts'
import type { CommitReply } from '../../src/core/input.ts'
import { accountIdOf } from '../../src/core/values/account.ts'
import { address } from '../../src/core/values/address.ts'
import { amount } from '../../src/core/values/amount.ts'
import type { Condition } from '../../src/core/values/condition.ts'
import { type Commit, written } from '../../src/store/changes.ts'
import { CommitQueue } from '../../src/store/commitQueue.ts'
import { StoreRefused, StoreUnknown } from '../../src/store/failure.ts'
import { RedisStore } from '../../src/store/redisStore.ts'
import { startRedis, type TestRedis } from './redis.ts'

const ALICE = { id: accountIdOf('alice', 1), creditLimit: amount(0n) }
const ONE = amount(1n)
const COMMAND_TIMEOUT_MS = 500

let server: TestRedis
let redis: Redis
let store: RedisStore

beforeEach(async () => {
  server = await startRedis()
  redis = await server.connect(COMMAND_TIMEOUT_MS)
  store = new RedisStore(redis, { prefix: 'node:' })
  await store.register(ALICE, amount(1_000n))
  await store.claim('t0', 'first')
})

afterEach(() => server.stop())

/** One unit taken a commit, so that hot counts what was applied. As a thread does, it keeps what is not acknowledged. */
class Taker {
  readonly replies: CommitReply[] = []
  readonly heard: number[] = []
  /** Of all that was acknowledged, how it was written. */
  readonly written: Written[] = []
  readonly unknown: StoreUnknown[] = []
  readonly refusals: StoreRefused[] = []
  readonly queue: CommitQueue
  #seq = 0
  #kept: Commit[] = []
  #waits: { readonly met: () => boolean; readonly resolve: () => void }[] = []

  constructor(epoch = 'first') {
    this.queue = new CommitQueue({
      store,
      thread: 't0',
      epoch,
      heard: (seq, reply, text) => {
        this.written.push(text)
        if (reply === 'ok' || reply === 'already') this.#kept = this.#kept.filter((commit) => commit.seq > seq)
        this.heard.push(seq)
        this.replies.push(reply)
        this.#look()
      },
      faulted: (error) => {
        this.unknown.push(error)
        this.#look()
        void this.#again()
      },
      refused: (error) => {
        this.refusals.push(error)
        this.#look()
      },
    })
  }

  take(count: number): void {
    for (let i = 0; i < count; i++) {
      const commit: Commit = { seq: ++this.#seq, changes: [{ type: 'take', account: ALICE.id, amount: ONE }] }
      this.#kept.push(commit)
      this.queue.add(commit)
    }
  }

  async #again(): Promise<void> {
    await store.reconnect()
    this.queue.resume()
    this.addAgain()
  }

  addAgain(): void {
    for (const commit of this.#kept) this.queue.add(commit)
  }

  until(met: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waits.push({ met, resolve })
      this.#look()
    })
  }

  #look(): void {
    for (const { met, resolve } of this.#waits) if (met()) resolve()
    this.#waits = this.#waits.filter(({ met }) => !met())
  }
}

async function hot(): Promise<bigint | undefined> {
  return (await store.claim('t0', 'reader')).accounts[0]?.hot
}

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1)

async function scriptCalls(): Promise<number> {
  const calls = /cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))
  return Number(calls?.[1] ?? 0)
}

describe('the queue', () => {
  test('all commits of one turn → one script call', async () => {
    const taker = new Taker()
    taker.take(1)
    await taker.until(() => taker.heard.length === 1)
    const before = await scriptCalls()
    taker.take(64)
    await taker.until(() => taker.heard.length === 65)
    expect((await scriptCalls()) - before).toBe(1)
    expect(taker.heard).toEqual(upTo(65))
    expect(new Set(taker.replies)).toEqual(new Set(['ok']))
  })

  test('the store goes back behind what it acknowledged → the same again, as it was written, is applied once', async () => {
    const keys = ['node:book:{t0}', 'node:hotBalance:{t0}', 'node:taken:{t0}']
    const taker = new Taker()
    taker.take(2)
    await taker.until(() => taker.heard.length === 2)
    const moment = await Promise.all(keys.map((key) => redis.dumpBuffer(key)))
    taker.take(3)
    await taker.until(() => taker.heard.length === 5)
    await Promise.all(keys.map((key, i) => redis.restore(key, 0, moment[i] as Buffer, 'REPLACE')))
    for (const seq of [2, 3, 4, 5]) taker.queue.add({ seq, changes: taker.written[seq - 1] as Written })
    await taker.until(() => taker.heard.length === 9)
    expect(taker.replies.slice(5)).toEqual(['already', 'ok', 'ok', 'ok'])
    expect(await hot()).toBe(5n)
  })

  test('more than a call may carry, and more while it is under way → all of them, in order', async () => {
    const taker = new Taker()
    taker.take(600)
    await taker.until(() => taker.heard.length > 0)
    taker.take(5)
    await taker.until(() => taker.heard.length === 605)
    expect(taker.heard).toEqual(upTo(605))
    expect(await hot()).toBe(605n)
  })

  test('another claims the book → fenced, and nothing moves', async () => {
    const taker = new Taker()
    taker.take(3)
    await taker.until(() => taker.heard.length === 3)
    await store.claim('t0', 'second')
    taker.take(2)
    await taker.until(() => taker.heard.length === 5)
    expect(taker.replies.slice(3)).toEqual(['fenced', 'fenced'])
    expect(await hot()).toBe(3n)
  })

  test('halted → it takes nothing, and nothing more is heard; resumed → what is added again', async () => {
    const taker = new Taker()
    taker.take(2)
    taker.queue.halt()
    taker.take(1)
    expect(taker.queue.size).toBe(0)
    await store.readLeft('t0', 'first')
    expect(taker.heard).toEqual([])
    taker.queue.resume()
    taker.addAgain()
    await taker.until(() => taker.heard.length === 3)
    expect(taker.heard).toEqual(upTo(3))
    expect(await hot()).toBe(3n)
  })

  test('halted while a call is under way, and resumed → its replies are heard no more, and those of the next call are', async () => {
    const taker = new Taker()
    taker.take(2)
    await new Promise((resolve) => setImmediate(resolve)) // the call is on its way
    taker.queue.halt()
    taker.queue.resume()
    taker.addAgain()
    await taker.until(() => taker.heard.length === 2)
    expect(taker.replies).toEqual(['already', 'already'])
    expect(await hot()).toBe(2n)
  })

  test('closed while a reply is heard → those behind it in the same call are not heard', async () => {
    const heard: number[] = []
    await new Promise<void>((resolve) => {
      const queue: CommitQueue = new CommitQueue({
        store,
        thread: 't0',
        epoch: 'first',
        heard: (seq) => {
          heard.push(seq)
          queue.close()
          setImmediate(resolve)
        },
        faulted: () => {},
        refused: () => {},
      })
      for (const seq of [1, 2, 3]) queue.add({ seq, changes: [] })
    })
    expect(heard).toEqual([1])
    expect((await store.claim('t0', 'reader')).seq).toBe(3)
  })

  test('closed → nothing more is heard', async () => {
    const taker = new Taker()
    taker.take(1)
    await taker.until(() => taker.heard.length === 1)
    taker.take(1)
    taker.queue.close()
    await store.readLeft('t0', 'first')
    expect(taker.heard).toEqual([1])
    expect(taker.queue.size).toBe(0)
  })
})

describe('Redis', () => {
  test('killed under load and restarted → every commit is heard once, in order, and applied once', async () => {
    const taker = new Taker()
    for (const killed of [1, 2, 3]) {
      const from = taker.heard.length
      taker.take(400)
      await taker.until(() => taker.heard.length > from)
      server.signal('SIGKILL')
      taker.take(300)
      await taker.until(() => taker.unknown.length > 0)
      await server.restart()
      await taker.until(() => taker.heard.length === 700 * killed)
      taker.unknown.length = 0
    }
    expect(taker.heard).toEqual(upTo(2_100))
    expect(taker.replies.filter((reply) => reply !== 'ok' && reply !== 'already')).toEqual([])
    expect(await hot()).toBe(2_100n)
  })

  test('stalled → unknown; going on → the same commits again, applied once', async () => {
    const taker = new Taker()
    taker.take(1)
    await taker.until(() => taker.heard.length === 1)
    server.signal('SIGSTOP')
    taker.take(3)
    await taker.until(() => taker.unknown.length === 1)
    server.signal('SIGCONT')
    await taker.until(() => taker.heard.length === 4)
    expect(taker.replies).toEqual(['ok', 'already', 'already', 'already'])
    expect(await hot()).toBe(4n)
  })

  test('reconnected → what was under way is unknown, and what is asked then comes by a new connection', async () => {
    server.signal('SIGSTOP')
    const lost = store.readLeft('t0', 'first').catch((error: unknown) => error)
    const again = store.reconnect()
    server.signal('SIGCONT')
    await again
    expect(await store.readLeft('t0', 'first')).toEqual([])
    await lost
    expect(await redis.info('stats')).toMatch(/total_connections_received:2/)
  })

  test('stalled → a warm is unknown; the same warm again → granted once', async () => {
    const warm = { account: ALICE.id, taken: amount(0n), wanted: amount(100n) }
    await store.warm('t0', { ...warm, wanted: amount(0n) }) // Redis knows the script now: the next one is not refused for that
    server.signal('SIGSTOP')
    await expect(store.warm('t0', warm)).rejects.toBeInstanceOf(StoreUnknown)
    server.signal('SIGCONT')
    expect(await store.warm('t0', warm)).toEqual({ granted: 100n, grant: 0n, coldBefore: 900n })
  })

  test('gone → unknown at once, for every command', async () => {
    server.signal('SIGKILL')
    await expect(store.balanceOf(ALICE.id)).rejects.toBeInstanceOf(StoreUnknown)
    await expect(store.readLeft('t0', 'first')).rejects.toBeInstanceOf(StoreUnknown)
    await expect(store.claim('t0', 'second')).rejects.toBeInstanceOf(StoreUnknown)
    await expect(store.register(ALICE, ONE)).rejects.toBeInstanceOf(StoreUnknown)
  })

  test('forgets its scripts → they are sent again', async () => {
    await store.commit('t0', 'first', [written({ seq: 1, changes: [] })])
    await redis.script('FLUSH')
    expect(await store.commit('t0', 'first', [written({ seq: 2, changes: [] })])).toEqual(['ok'])
  })

  test('comes back empty → refused, and why', async () => {
    const taker = new Taker()
    taker.take(1)
    await taker.until(() => taker.heard.length === 1)
    await redis.flushall()
    taker.take(1)
    await taker.until(() => taker.refusals.length === 1)
    expect(taker.refusals[0]?.message).toContain('there is no book of t0; has this Redis lost its data?')
    const own = store.own('t0', { account: ALICE.id, requestId: 'id', hash: 'hash', keepUntil: 1 })
    await expect(own).rejects.toThrow('has this Redis lost its data?')
  })

  test('out of memory → unknown, and nothing was done; in memory again → it goes on', async () => {
    const taker = new Taker()
    const other = await server.connect()
    await other.config('SET', 'maxmemory', '1')
    taker.take(2)
    await taker.until(() => taker.unknown.length === 1)
    expect(taker.unknown[0]?.message).toContain('OOM')
    await other.config('SET', 'maxmemory', '0')
    await taker.until(() => taker.heard.length === 2)
    expect(taker.replies).toEqual(['ok', 'ok'])
    expect(await hot()).toBe(2n)
  })
})

test('a commit beyond int64 after one that fits → the first is applied, the other refused and nothing of it done', async () => {
  const most = amount(2n ** 63n - 1n)
  const take = (sum: typeof most) => ({ type: 'take', account: ALICE.id, amount: sum }) as const
  const commits = [
    { seq: 1, changes: [take(ONE)] },
    { seq: 2, changes: [{ type: 'give', account: ALICE.id, amount: ONE } as const, take(most), take(ONE)] },
    { seq: 3, changes: [] },
  ]
  const refused = store.commit('t0', 'first', commits.map(written))
  await expect(refused).rejects.toBeInstanceOf(StoreRefused)
  await expect(refused).rejects.toThrow('commit 2 of t0')
  const { seq, accounts } = await store.claim('t0', 'reader')
  expect(seq).toBe(1)
  expect(accounts).toEqual([{ account: ALICE.id, hot: 1n, taken: 1n, given: 0n, underWay: 0n }])
})

test('one commit of five thousand payments, and one that drops them → applied whole', async () => {
  const charges = Array.from({ length: 5_000 }, (_, i) => chargeOf(i))
  expect(await store.commit('t0', 'first', [written({ seq: 1, changes: [{ type: 'take', account: ALICE.id, amount: amount(5_000n) }, ...charges] })])).toEqual([
    'ok',
  ])
  expect((await store.claim('t0', 'first')).payments).toHaveLength(5_000)
  const drops = charges.map(({ record }) => ({ type: 'dropped', payment: record.payment }) as const)
  expect(await store.commit('t0', 'first', [written({ seq: 2, changes: drops })])).toEqual(['ok'])
  expect((await store.claim('t0', 'first')).payments).toEqual([])
})

function chargeOf(number: number): Extract<Change, { type: 'charge' }> {
  return {
    type: 'charge',
    record: {
      payment: `e.${number}` as PaymentId,
      sender: ALICE.id,
      incomingUnit: 'usd',
      incomingAmount: ONE,
      incomingExpiry: 1,
      condition: 'c'.repeat(43) as Condition,
      destination: address('test.far'),
      route: 'test.far',
      receiver: ALICE.id,
      outgoingUnit: 'usd',
      outgoingAmount: ONE,
      outgoingExpiry: 1,
      attempt: 1,
    },
  }
}
