/** How a node begins and ends: how it stops, what it keeps from one start to the next, and what it refuses. */
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Prepare } from '../../src/core/values/packet.ts'
import { type LiveNode, nodeHome, until } from '../fixtures/liveNode.ts'
import { type Payer, payerAt, prepareTo, type Told } from '../fixtures/payer.ts'
import { fulfillOf, startReceiver } from '../fixtures/receiver.ts'

const receiver = await startReceiver(afterAll)

const ACCOUNTS = [
  { name: 'alice', ledger: 'usd', parallelism: 2, token: 'alice-secret', openingBalance: '10000' },
  { name: 'bob', ledger: 'usd', parallelism: 2, token: 'bob-secret', peer: { url: receiver.url, token: 'hub-secret' } },
]

beforeEach(() => receiver.follow(fulfillOf))

/** Its tests follow each other: each finds the node as the one before left it. */
describe('one folder, start after start', async () => {
  const home = nodeHome({ threads: 2, farms: { 2: 0 }, ledgers: { usd: { scale: 2 }, eth: { scale: 9 } }, accounts: ACCOUNTS }, afterAll)
  let node: LiveNode
  /** Of alice; the rest is bob's. */
  let balance = 10_000

  const payer = (): Payer => payerAt({ url: node.url('alice', 2), token: 'alice-secret', connections: 1 }, onTestFinished)
  const mustBeExact = async (): Promise<void> => {
    await node.quiet()
    expect(await node.balances()).toEqual({ alice: String(balance), bob: String(10_000 - balance) })
  }
  const fulfilled = prepareTo('test.hub.bob', { amount: 123, expiresInMs: 120_000 })
  const unroutable = prepareTo('test.elsewhere', { amount: 5, expiresInMs: 120_000 })
  const answers: Told[] = []

  test('a first start → the opening balances are there, and it serves', async () => {
    node = await home.start()
    await mustBeExact()
    answers.push(await payer().pay(fulfilled, { requestId: 'one' }), await payer().pay(unroutable, { requestId: 'two' }))
    expect(answers.map(({ type }) => type)).toEqual(['fulfill', 'reject'])
    balance -= 123
    await mustBeExact()
  })

  test('another start in its folder → exit 2, and which process has it', async () => {
    const { code, stderr } = await home.refused()
    expect(stderr).toContain(`is in use by another ilp-node, process ${node.pid}; stop that one, or give this one a folder of its own`)
    expect(code).toBe(2)
  })

  test('SIGTERM under load → exit 0 within 10 s; no prepare is cut that was begun; what is not answered was refused', async () => {
    const told: Told[] = []
    const cut: Prepare[] = []
    const goOn = async (): Promise<void> => {
      const one = payer()
      for (let isServed = true; isServed; ) {
        const prepare = prepareTo('test.hub.bob', { amount: 1 })
        const answer = await one.pay(prepare)
        told.push(answer)
        if (answer.type === 'cut') cut.push(prepare)
        isServed = answer.type === 'fulfill'
      }
    }
    receiver.follow((heard) => {
      setTimeout(() => heard.answer(fulfillOf(heard)), 20)
      return undefined
    })
    const load = Promise.all(Array.from({ length: 20 }, goOn))
    await until('there is load', () => told.length > 100)
    const since = performance.now()
    expect((await node.stop()).code).toBe(0)
    expect(performance.now() - since).toBeLessThan(10_000)
    await load
    const heard = new Set(receiver.heard.map(({ prepare }) => prepare.condition))
    expect(cut.filter(({ condition }) => heard.has(condition))).toEqual([])
    expect(told.filter((each) => !['fulfill', 'cut'].includes(each.type) && !(each.type === 'status' && each.status === 503))).toEqual([])
    balance -= told.filter(({ type }) => type === 'fulfill').length
  })

  test('started again → every balance is what was told, to the unit; an id is answered as before, and nothing is sent', async () => {
    node = await home.start()
    await mustBeExact()
    const heard = receiver.heard.length
    expect([await payer().pay(fulfilled, { requestId: 'one' }), await payer().pay(unroutable, { requestId: 'two' })]).toEqual(answers)
    expect(receiver.heard).toHaveLength(heard)
    await mustBeExact()
  })

  let held: Prepare

  test('SIGTERM while prepares are held → no more are taken; what is answered in time is told; the rest is cut after 8 s: exit 0 within 10 s', async () => {
    const [one, two, idle] = [payer(), payer(), payer()]
    expect(await idle.pay(prepareTo('test.hub.bob', { amount: 1 }))).toMatchObject({ type: 'fulfill' })
    receiver.follow(() => undefined)
    const from = receiver.heard.length
    const first = one.pay(prepareTo('test.hub.bob', { amount: 10 }))
    await until('the first is held', () => receiver.heard.length === from + 1)
    held = prepareTo('test.hub.bob', { amount: 200, expiresInMs: 12_000 })
    const second = two.pay(held, { requestId: 'held' })
    await until('both are held', () => receiver.heard.length === from + 2)
    const since = performance.now()
    const stopping = node.stop()
    // On the connection that it had, as long as that is there; then there is none. What is still taken is answered at once.
    await until('no more are taken', async () => (await idle.pay(prepareTo('test.nowhere', { amount: 1 }))).type !== 'reject')
    const answerable = receiver.heard[from]
    answerable?.answer(fulfillOf(answerable))
    expect(await first).toMatchObject({ type: 'fulfill' })
    expect((await stopping).code).toBe(0)
    expect(performance.now() - since).toBeLessThan(10_000)
    expect(await second).toMatchObject({ type: 'cut' })
    expect(receiver.heard).toHaveLength(from + 2)
    balance -= 11
  })

  test('started after that → what was cut is in the books, and ends as R00 by its expiry: the money is back', async () => {
    node = await home.start()
    expect(await payer().pay(held, { requestId: 'held' })).toMatchObject({ type: 'reject', code: 'R00' })
    await mustBeExact()
    expect((await node.stop()).code).toBe(0)
  })

  test('an account in another ledger than before → exit 2: its balance is in the old unit', async () => {
    home.configure({ accounts: ACCOUNTS.map((account) => ({ ...account, ledger: 'eth' })) })
    const { code, stderr } = await home.refused()
    expect(stderr).toContain('ledger: alice was in usd and is now in eth; give it another name: its balance is in the old unit')
    expect(code).toBe(2)
    home.configure({ accounts: ACCOUNTS })
  })

  test('without the data of its Redis → exit 2, why and what to do', async () => {
    rmSync(join(home.dataDir, 'redis'), { recursive: true })
    const { code, stderr } = await home.refused()
    expect(stderr).toMatch(
      /redis: this Redis is empty, but the books of this node existed: .*; restore its data; to give up all balances and begin anew, remove /,
    )
    expect(code).toBe(2)
  })
})

test('a farm’s port is taken → exit 1 and what to do', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const bound = server.address()
  const port = typeof bound === 'string' ? 0 : (bound?.port ?? 0)
  const { code, stdout, stderr } = await nodeHome({ farms: { 1: port } }, onTestFinished).refused()
  expect(stderr).toContain(`ilp-node: port ${port} of farm 1 cannot be had: listen EADDRINUSE`)
  expect(stderr).toContain('is another node running? Set farms to other ports, or to 0 for any')
  expect(stdout).toBe('')
  expect(code).toBe(1)
})

test('an error in the configuration → exit 2, with line and key', async () => {
  const home = nodeHome({}, onTestFinished)
  const lines = home.configure({ maxOpne: 5 }).split('\n')
  const { code, stdout, stderr } = await home.refused()
  expect(stderr).toMatch(new RegExp(`node\\.yaml:${lines.findIndex((line) => line.startsWith('maxOpne')) + 1}: maxOpne: .*did you mean 'maxOpen'`))
  expect(stdout).toBe('')
  expect(code).toBe(2)
})
