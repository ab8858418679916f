/**
 * How fast books are written: commits a second by commits a call, and three ways of sending what a thread emits: as the queue
 * does (one call at a time), a call each turn without waiting for the one before, a call for each commit. Half of the commits
 * charge, half settle a payment and drop the one before. `--durability always` syncs each write.
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { Redis } from 'ioredis'
import type { Change, PaymentId } from '../../src/core/book/change.ts'
import { accountIdOf } from '../../src/core/values/account.ts'
import { address } from '../../src/core/values/address.ts'
import { amount } from '../../src/core/values/amount.ts'
import type { Condition, Fulfillment } from '../../src/core/values/condition.ts'
import { type Commit, written } from '../../src/store/changes.ts'
import { CommitQueue } from '../../src/store/commitQueue.ts'
import { RedisStore } from '../../src/store/redisStore.ts'
import { startRedis } from '../conformance/redis.ts'

const RUN_MS = 1_500
const MOST_REST_MS = 5
const ALICE = accountIdOf('alice', 1)
const BOB = accountIdOf('bob', 1)
const THREAD = 't0'
const EPOCH = 'bench'

const { values } = parseArgs({ options: { durability: { type: 'string', default: 'everysec' } } })

function charge(number: number): Change[] {
  const record = {
    payment: `bench.${number}` as PaymentId,
    sender: ALICE,
    incomingUnit: 'XRP',
    incomingAmount: amount(1_000n),
    incomingExpiry: 1_800_000_000_000,
    condition: 'c'.repeat(43) as Condition,
    destination: address('test.hub.bob.shop.7Jk2mPq9'),
    route: 'test.hub.bob',
    receiver: BOB,
    outgoingUnit: 'XRP',
    outgoingAmount: amount(999n),
    outgoingExpiry: 1_799_999_999_000,
    attempt: 1,
  }
  return [{ type: 'charge', record }]
}

function settle(number: number, settledBefore: number): Change[] {
  const reply = { type: 'fulfill', fulfillment: 'f'.repeat(43) as Fulfillment, data: new Uint8Array(64) } as const
  const counted = { route: 'test.hub.bob', account: BOB, outcome: 'success', amount: amount(999n) } as const
  return [
    { type: 'credit', payment: `bench.${number}` as PaymentId, pocket: 'hot', reply, counted },
    { type: 'dropped', payment: `bench.${settledBefore}` as PaymentId },
  ]
}

interface Book {
  readonly store: RedisStore
  readonly redis: Redis
}

let books = 0

async function newBook(redis: Redis): Promise<Book> {
  const store = new RedisStore(redis, { prefix: `bench${++books}:` })
  await store.claim(THREAD, EPOCH)
  return { store, redis }
}

async function cpuSeconds(redis: Redis): Promise<number> {
  const cpu = await redis.info('cpu')
  const used = (name: string) => Number(new RegExp(`used_cpu_${name}:([\\d.]+)`).exec(cpu)?.[1])
  return used('sys') + used('user')
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

const thousands = (value: number) => Math.round(value).toLocaleString('en-US')

/** One call after the other. */
async function byCallSize(redis: Redis, size: number): Promise<void> {
  const { store } = await newBook(redis)
  let seq = 0
  let calls = 0
  const cpu = await cpuSeconds(redis)
  const start = performance.now()
  while (performance.now() - start < RUN_MS) {
    const commits = Array.from({ length: size }, (): Commit => {
      seq++
      return { seq, changes: seq % 2 === 1 ? charge(seq) : settle(seq - 1, seq - 3) }
    })
    const replies = await store.commit(THREAD, EPOCH, commits.map(written))
    if (replies.some((reply) => reply !== 'ok')) throw new Error(`a commit ended ${replies}`)
    calls++
  }
  const seconds = (performance.now() - start) / 1000
  const used = (await cpuSeconds(redis)) - cpu
  say(
    `${String(size).padStart(3)} commits a call: ${thousands(seq / seconds).padStart(7)} commits/s, ${((1e3 * seconds) / calls).toFixed(2)} ms a call, ${((1e6 * used) / seq).toFixed(1)} us of Redis a commit`,
  )
}

type Send = (commit: Commit, heard: () => void) => void

/** Payments that charge, rest up to MOST_REST_MS, settle, rest, and begin again. */
async function bySending(name: string, redis: Redis, payments: number, sender: (book: Book) => Send): Promise<void> {
  const book = await newBook(redis)
  const send = sender(book)
  let seq = 0
  let heard = 0
  let waitedMs = 0
  let over = false
  const commit = (changes: Change[]) =>
    new Promise<void>((resolve) => {
      const sent = performance.now()
      send({ seq: ++seq, changes }, () => {
        heard++
        waitedMs += performance.now() - sent
        resolve()
      })
    })
  const rest = () => new Promise((resolve) => setTimeout(resolve, randomInt(MOST_REST_MS)))
  let number = 0
  const pay = async () => {
    let before = 0
    while (!over) {
      const mine = ++number
      await commit(charge(mine))
      await rest()
      await commit(settle(mine, before))
      before = mine
      await rest()
    }
  }
  const cpu = await cpuSeconds(redis)
  const ownCpu = process.cpuUsage()
  const start = performance.now()
  const all = Array.from({ length: payments }, pay)
  await new Promise((resolve) => setTimeout(resolve, RUN_MS))
  over = true
  await Promise.all(all)
  const seconds = (performance.now() - start) / 1000
  const used = (await cpuSeconds(redis)) - cpu
  const { user, system } = process.cpuUsage(ownCpu)
  say(
    `${name.padEnd(24)} ${String(payments).padStart(4)} payments at once: ${thousands(heard / seconds).padStart(7)} commits/s, ${(waitedMs / heard).toFixed(2)} ms each, ${((1e6 * used) / heard).toFixed(1)} us of Redis and ${((user + system) / heard).toFixed(1)} us of the thread a commit`,
  )
}

function queued({ store }: Book): Send {
  const waiting = new Map<number, () => void>()
  const queue = new CommitQueue({
    store,
    thread: THREAD,
    epoch: EPOCH,
    heard: (seq, reply) => {
      if (reply !== 'ok') throw new Error(`commit ${seq} ended ${reply}`)
      waiting.get(seq)?.()
      waiting.delete(seq)
    },
    faulted: (error) => say(error.message),
    refused: (error) => {
      throw error
    },
  })
  return (commit, heard) => {
    waiting.set(commit.seq, heard)
    queue.add(commit)
  }
}

/** Calls follow each other without waiting: at the end of each turn, or of each promise job. */
function unqueued(later: (flush: () => void) => void): (book: Book) => Send {
  return ({ store }) => {
    let commits: Commit[] = []
    let heards: (() => void)[] = []
    const flush = () => {
      const told = heards
      void store.commit(THREAD, EPOCH, commits.map(written)).then((replies) => {
        if (replies.some((reply) => reply !== 'ok')) throw new Error(`a commit ended ${replies}`)
        for (const heard of told) heard()
      })
      commits = []
      heards = []
    }
    return (commit, heard) => {
      commits.push(commit)
      heards.push(heard)
      if (commits.length === 1) later(flush)
    }
  }
}

const server = await startRedis()
const redis = await server.connect()
await redis.config('SET', 'appendfsync', values.durability)
say(`appendfsync ${values.durability}`)
await byCallSize(redis, 64)
say('')
for (const size of [1, 8, 64]) await byCallSize(redis, size)
say('')
for (const payments of [16, 64, 512]) {
  await bySending('one call at a time', redis, payments, queued)
  await bySending('a call each turn', redis, payments, unqueued(setImmediate))
  await bySending('a call each promise job', redis, payments, unqueued(queueMicrotask))
}
await server.stop()
