/** What kills and stalls of a node's processes do to payments: nobody is told what is not so, and every balance is right after it. */
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Prepare } from '../../src/core/values/packet.ts'
import { isGoneWithin } from '../../src/node/processes.ts'
import { nodeHome, until } from '../fixtures/liveNode.ts'
import { type Payer, payerAt, prepareTo } from '../fixtures/payer.ts'
import { fulfillOf, startReceiver } from '../fixtures/receiver.ts'

const receiver = await startReceiver(afterAll)

function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** The last tests of it end the node. */
describe('one node', async () => {
  const home = nodeHome(
    {
      threads: 2,
      farms: { 1: 0, 2: 0 },
      accounts: [
        { name: 'alice', ledger: 'usd', parallelism: 1, token: 'alice-secret', openingBalance: '10000' },
        { name: 'carol', ledger: 'usd', parallelism: 2, token: 'carol-secret', openingBalance: '10000' },
        { name: 'bob', ledger: 'usd', parallelism: 1, token: 'bob-secret', peer: { url: receiver.url, token: 'hub-secret' } },
      ],
    },
    afterAll,
  )
  let node = await home.start()

  function payerOf(name: 'alice' | 'carol'): Payer {
    return payerAt({ url: node.url(name, name === 'carol' ? 2 : 1), token: `${name}-secret` }, onTestFinished)
  }

  function redisPid(): number {
    const pid = node.redisPid()
    if (pid === undefined) throw new Error('Redis has written no pid')
    return pid
  }

  async function opening(): Promise<Record<'alice' | 'bob' | 'carol', bigint>> {
    const balances = await node.balances()
    return { alice: BigInt(balances['alice'] ?? 0), carol: BigInt(balances['carol'] ?? 0), bob: BigInt(balances['bob'] ?? 0) }
  }

  async function mustBe(balances: Readonly<Record<string, bigint>>): Promise<void> {
    await node.quiet()
    const found = await node.accounts()
    expect(Object.fromEntries(found.map(({ name, balance }) => [name, BigInt(balance)]))).toEqual(balances)
    expect(found.filter(({ prepared }) => prepared !== '0')).toEqual([])
  }

  beforeEach(() => receiver.follow(fulfillOf))

  /** In the receiver's hands. */
  async function held(payer: Payer, prepare: Prepare, requestId?: string) {
    receiver.follow(() => undefined)
    const from = receiver.heard.length
    const told = payer.pay(prepare, requestId === undefined ? {} : { requestId })
    await until('the receiver has it', () => receiver.heard.length > from)
    receiver.follow(fulfillOf)
    const heard = receiver.heard[from]
    if (heard === undefined) throw new Error('the receiver heard nothing')
    return { told, heard }
  }

  test('a worker is killed while a payment is with its receiver → cut; asked again: R00 when its time is over, and the money is back', async () => {
    const before = await opening()
    const alice = payerOf('alice')
    const prepare = prepareTo('test.hub.bob', { amount: 100, expiresInMs: 4_000 })
    const { told, heard } = await held(alice, prepare, 'killed')
    const heardBefore = receiver.heard.length
    expect(await node.account('alice')).toMatchObject({ balance: String(before.alice - 100n), prepared: '100' })
    await node.killWorker('t0')
    expect(await told).toMatchObject({ type: 'cut' })
    // To nobody any more.
    heard.answer(fulfillOf(heard))
    expect(await alice.pay(prepare, { requestId: 'killed' })).toMatchObject({ type: 'reject', code: 'R00' })
    expect(Date.now()).toBeGreaterThan(prepare.expiresAt - 1_000)
    expect(receiver.heard).toHaveLength(heardBefore)
    await mustBe(before)
    const next = prepareTo('test.hub.bob', { amount: 1 })
    expect(await alice.pay(next)).toEqual(fulfillOf({ prepare: next }))
  })

  test('a worker is killed while connections wait to be handed to it → the next one is handed them; only the one on its way is cut', async () => {
    const before = await opening()
    const pid = (await node.threads()).find(({ thread }) => thread === 't0')?.pid ?? 0
    process.kill(pid, 'SIGSTOP')
    const open = openFiles(node.pid)
    const told = Array.from({ length: 10 }, () => payerOf('alice').pay(prepareTo('test.hub.bob', { amount: 1 })))
    await until('the supervisor has accepted them', () => openFiles(node.pid) >= open + told.length)
    process.kill(pid, 'SIGKILL')
    const fulfilled = (await Promise.all(told)).filter(({ type }) => type === 'fulfill').length
    expect(fulfilled).toBeGreaterThanOrEqual(told.length - 1)
    await mustBe({ ...before, alice: before.alice - BigInt(fulfilled), bob: before.bob + BigInt(fulfilled) })
  })

  test('Redis is killed while payments are under way → each ends, none is lost or doubled', async () => {
    const before = await opening()
    const alice = payerOf('alice')
    const { told, heard } = await held(alice, prepareTo('test.hub.bob', { amount: 100 }))
    const pid = redisPid()
    process.kill(pid, 'SIGKILL')
    heard.answer(fulfillOf(heard))
    const more = [1, 2, 3].map((amount) => alice.pay(prepareTo('test.hub.bob', { amount }), { requestId: `redis-${amount}` }))
    expect((await Promise.all([told, ...more])).map(({ type }) => type)).toEqual(['fulfill', 'fulfill', 'fulfill', 'fulfill'])
    await mustBe({ ...before, alice: before.alice - 106n, bob: before.bob + 106n })
    expect(redisPid()).not.toBe(pid)
  })

  test('Redis answers nothing for 3 s → each payment ends when it does again', async () => {
    const before = await opening()
    const carol = payerOf('carol')
    const { told, heard } = await held(carol, prepareTo('test.hub.bob', { amount: 100 }))
    const pid = redisPid()
    process.kill(pid, 'SIGSTOP')
    heard.answer(fulfillOf(heard))
    const more = [1, 2].map((amount) => carol.pay(prepareTo('test.hub.bob', { amount }), { requestId: `stalled-${amount}` }))
    // Longer than a command is waited for.
    await sleep(3_000)
    process.kill(pid, 'SIGCONT')
    expect((await Promise.all([told, ...more])).map(({ type }) => type)).toEqual(['fulfill', 'fulfill', 'fulfill'])
    await mustBe({ ...before, carol: before.carol - 103n, bob: before.bob + 103n })
    expect(redisPid()).toBe(pid)
  })

  test('the announcer is killed → payments go on, and the admin port answers again where it was', async () => {
    const before = await opening()
    const workers = (await node.threads()).map(({ pid }) => pid)
    const [announcer = 0, ...others] = node.children('announcer')
    expect(others).toEqual([])
    process.kill(announcer, 'SIGKILL')
    await isGoneWithin(announcer, 5_000)
    const prepare = prepareTo('test.hub.bob', { amount: 5 })
    expect(await payerOf('carol').pay(prepare)).toEqual(fulfillOf({ prepare }))
    await until('the admin port answers again', () =>
      node.threads().then(
        () => true,
        () => false,
      ),
    )
    expect((await node.threads()).map(({ pid }) => pid)).toEqual(workers)
    await mustBe({ ...before, carol: before.carol - 5n, bob: before.bob + 5n })
  })

  test('the supervisor is killed → all its children end; a new start works at once, with balances and answers as they were', async () => {
    const before = await opening()
    const prepare = prepareTo('test.hub.bob', { amount: 70 })
    const first = await payerOf('alice').pay(prepare, { requestId: 'before' })
    expect(first).toEqual(fulfillOf({ prepare }))
    const children = node.children()
    expect(children).toHaveLength(3)
    node.signal('SIGKILL')
    await node.ended
    const again = home.start()
    expect(await Promise.all(children.map((pid) => isGoneWithin(pid, 10_000)))).toEqual([true, true, true])
    node = await again
    await mustBe({ ...before, alice: before.alice - 70n, bob: before.bob + 70n })
    const heard = receiver.heard.length
    expect(await payerOf('alice').pay(prepare, { requestId: 'before' })).toEqual(first)
    expect(receiver.heard).toHaveLength(heard)
  })

  test('Redis loses its data while the node runs → exit 1 and why; started again → exit 2, why and what to do', async () => {
    const redis = new Redis(node.redisUrl())
    await redis.flushall()
    redis.disconnect()
    const { code, stderr } = await node.ended
    expect(stderr).toMatch(/there is no (book of t[01]|account .*); has this Redis lost its data\?/)
    expect(code).toBe(1)
    const refused = await home.refused()
    expect(refused.stderr).toMatch(
      /redis: this Redis is empty, but the books of this node existed: .*; restore its data; to give up all balances and begin anew, remove /,
    )
    expect(refused.code).toBe(2)
  })
})
