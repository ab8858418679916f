/** What an operator asks of a node that runs and does to it by its admin port: the books are right after each, whatever is killed. */
import { readFileSync, statSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { type LiveNode, nodeHome, startNode } from '../fixtures/liveNode.ts'
import { payerAt, prepareTo } from '../fixtures/payer.ts'
import { fulfillOf, rejectOf, startReceiver } from '../fixtures/receiver.ts'

const receiver = await startReceiver(afterAll)
beforeEach(() => receiver.follow(fulfillOf))

const PEER = { url: receiver.url, token: 'hub-secret' }
const ALICE = { name: 'alice', ledger: 'usd', parallelism: 2, token: 'alice-secret', openingBalance: '10000' }
const BOB = { name: 'bob', ledger: 'usd', parallelism: 1, token: 'bob-secret', routes: ['test.bob'], peer: PEER }

const home = nodeHome(
  {
    threads: 2,
    farms: { 1: 0, 2: 0 },
    ledgers: { usd: { scale: 2 }, eth: { scale: 9 } },
    rates: { 'usd/eth': '0.0004' },
    accounts: [ALICE, BOB, { name: 'eve', ledger: 'eth', parallelism: 1, token: 'eve-secret', peer: PEER }],
  },
  afterAll,
)
let node: LiveNode = await home.start()

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}, at = node): Promise<Answer> {
  const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
  const response = await fetch(`${at.admin}${path}`, { method, headers, ...content })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const get = (path: string): Promise<Answer> => ask('GET', path)
const post = (path: string, body: unknown): Promise<Answer> => ask('POST', path, body)

describe('what it tells', () => {
  test('/health and /ready → that it lives, whose it is, and that all threads serve', async () => {
    expect(await get('/health')).toEqual({ status: 200, body: { status: 'ok', address: 'test.hub', pid: node.pid } })
    expect(await get('/ready')).toEqual({ status: 200, body: { ready: true } })
  })

  test('/ledgers → position and sums of each, to the unit', async () => {
    const payer = payerAt({ url: node.url('alice', 2), token: 'alice-secret' }, onTestFinished)
    expect(await payer.pay(prepareTo('test.hub.eve', { amount: 100 }))).toMatchObject({ type: 'fulfill' })
    await node.quiet()
    const { body } = await get('/ledgers')
    expect(body).toMatchObject([
      { ledger: 'usd', code: 'USD', scale: 2, position: '100', accounts: 2, balance: '9900', prepared: '0' },
      { ledger: 'eth', code: 'ETH', scale: 9, position: '-400000', accounts: 1, balance: '400000', prepared: '0' },
    ])
  })

  test('/routes → who could be picked for each, and the record that it has', async () => {
    const payer = payerAt({ url: node.url('alice', 2), token: 'alice-secret' }, onTestFinished)
    expect(await payer.pay(prepareTo('test.bob.shop', { amount: 5 }))).toMatchObject({ type: 'fulfill' })
    receiver.follow(() => rejectOf('T00'))
    expect(await payer.pay(prepareTo('test.bob.shop', { amount: 5 }))).toMatchObject({ type: 'reject' })
    await expect
      .poll(async () => (await routeTo('test.bob'))?.candidates, { timeout: 10_000 })
      .toEqual([
        { account: 'bob', path: [], successes: expect.closeTo(1, 1), failures: expect.closeTo(1, 1), noRoom: 0, balance: '5', picked: expect.closeTo(2, 1) },
      ])
    expect((await routeTo('test.hub.alice'))?.candidates).toMatchObject([{ account: 'alice' }])
  })

  async function routeTo(prefix: string) {
    const { body } = await get('/routes')
    return (body as unknown as { prefix: string; candidates: unknown[] }[]).find((route) => route.prefix === prefix)
  }

  test('/quote → what would arrive; no route, no such account, no amount → says so', async () => {
    expect(await get('/quote?from=alice&destination=test.hub.eve&amount=250')).toEqual({
      status: 200,
      body: { account: 'eve', sourceAmount: '250', destinationAmount: '1000000' },
    })
    expect(await get('/quote?from=alice&destination=g.nowhere&amount=250')).toMatchObject({
      status: 404,
      body: { message: expect.stringContaining('no route') },
    })
    expect(await get('/quote?from=nobody&destination=test.bob&amount=250')).toMatchObject({ status: 404 })
    expect(await get('/quote?from=alice&destination=test.bob')).toMatchObject({ status: 400 })
    expect(await get('/quote?from=alice&destination=te%20st&amount=1')).toMatchObject({ status: 400 })
    expect(await get('/quote?from=alice&destination=test.bob&amount=-1')).toMatchObject({ status: 400 })
  })

  test('/ping → how far a probe came, and nothing moved', async () => {
    const before = await node.balances()
    receiver.follow(() => ({ ...rejectOf('F05'), triggeredBy: 'test.bob.shop' as never }))
    expect(await post('/ping', { from: 'alice', destination: 'test.bob.shop', amount: '7' })).toMatchObject({
      status: 200,
      body: { reached: true, code: 'F05', triggeredBy: 'test.bob.shop', ms: expect.any(Number) },
    })
    expect(await post('/ping', { from: 'alice', destination: 'g.nowhere' })).toMatchObject({ body: { reached: false, code: 'F02', triggeredBy: 'test.hub' } })
    await node.quiet()
    expect(await node.balances()).toEqual(before)
  })
})

describe('who may ask', () => {
  test('a page of another origin, or another name for this machine → 403', async () => {
    expect(await ask('GET', '/accounts', undefined, { origin: 'https://elsewhere.example' })).toMatchObject({ status: 403 })
    const status = await new Promise((resolve) => {
      const { hostname, port } = new URL(node.admin)
      httpRequest({ hostname, port, path: '/accounts', headers: { host: `evil.example:${port}` } }, (response) => resolve(response.resume().statusCode)).end()
    })
    expect(status).toBe(403)
  })

  test('a body that a page could send unasked → 415', async () => {
    const response = await fetch(`${node.admin}/accounts/alice/withdraw`, { method: 'POST', body: '{"amount":"1"}', headers: { 'content-type': 'text/plain' } })
    expect(response.status).toBe(415)
  })

  test('adminToken is set → without it 401, with it answered; health needs none', async () => {
    const guarded = await startNode({ adminToken: 'admin-secret', accounts: [{ name: 'alice', ledger: 'usd', token: 'a' }] }, onTestFinished).catch(
      (error) => error,
    )
    const at = guarded as LiveNode
    expect((await ask('GET', '/accounts', undefined, {}, at)).status).toBe(401)
    expect((await ask('GET', '/accounts', undefined, { authorization: 'Bearer wrong' }, at)).status).toBe(401)
    expect((await ask('GET', '/accounts', undefined, { authorization: 'Bearer admin-secret' }, at)).body).toMatchObject([{ name: 'alice' }])
    expect((await ask('GET', '/health', undefined, {}, at)).status).toBe(200)
  })
})

describe('money in and out', () => {
  test('deposit → 201 with the new balance; under its id once, whatever dies in between', async () => {
    const before = await balance('alice')
    expect(await post('/accounts/alice/deposit', { amount: '500', id: 'bank-1' })).toEqual({
      status: 201,
      body: { account: 'alice', amount: '500', id: 'bank-1', balance: String(before + 500n) },
    })
    await node.killWorker('t0')
    await node.killWorker('t1')
    expect(await post('/accounts/alice/deposit', { amount: '500', id: 'bank-1' })).toMatchObject({ status: 201, body: { balance: String(before + 500n) } })
    expect(await post('/accounts/alice/deposit', { amount: '501', id: 'bank-1' })).toMatchObject({ status: 409 })
    expect(await post('/accounts/alice/deposit', { amount: '1' })).toMatchObject({ status: 201, body: { balance: String(before + 501n) } })
    await node.quiet()
    expect(await balance('alice')).toBe(before + 501n)
  })

  test('withdrawal → 201; beyond the balance → 409, and nothing moved', async () => {
    const before = await balance('alice')
    expect(await post('/accounts/alice/withdraw', { amount: '300', id: 'out-1' })).toMatchObject({ status: 201, body: { balance: String(before - 300n) } })
    expect(await post('/accounts/alice/withdraw', { amount: String(before), id: 'out-2' })).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('beyond the balance') },
    })
    expect(await post('/accounts/alice/withdraw', { amount: String(before - 300n) })).toMatchObject({ status: 201, body: { balance: '0' } })
    expect(await post('/accounts/alice/withdraw', { amount: '300', id: 'out-1' })).toMatchObject({ status: 201, body: { balance: '0' } })
    expect(await post('/accounts/alice/deposit', { amount: '9000' })).toMatchObject({ status: 201 })
  })

  test.each([[{}], [{ amount: '0' }], [{ amount: '-5' }], [{ amount: '1.5' }], [{ amount: '9223372036854775808' }], [{ amount: '5', id: 'two words' }], [[1]]])(
    '%j → 400',
    async (body) => {
      expect((await post('/accounts/alice/deposit', body)).status).toBe(400)
    },
  )

  test('of an account that is not there → 404', async () => {
    expect(await post('/accounts/nobody/deposit', { amount: '5' })).toMatchObject({
      status: 404,
      body: { message: expect.stringContaining('there are: alice') },
    })
  })

  async function balance(name: string): Promise<bigint> {
    return BigInt((await node.account(name)).balance)
  }
})

/** Each finds the node as the one before left it. */
describe('accounts that come and go', () => {
  let token = ''

  test('POST /accounts → 201; at once it is paid, pays, and is in the books', async () => {
    const { status, body } = await post('/accounts', { name: 'zoe', ledger: 'usd', parallelism: 2, openingBalance: '700', peer: PEER, routes: ['test.zoe'] })
    expect([status, body]).toEqual([201, expect.objectContaining({ name: 'zoe', ilpAddress: 'test.hub.zoe', balance: '700', url: node.url('zoe', 2) })])
    token = String(body['token'])
    expect(token).toMatch(/^[\w-]{32}$/)
    const zoe = payerAt({ url: node.url('zoe', 2), token }, onTestFinished)
    expect(await zoe.pay(prepareTo('test.bob', { amount: 30 }))).toMatchObject({ type: 'fulfill' })
    const alice = payerAt({ url: node.url('alice', 2), token: 'alice-secret' }, onTestFinished)
    expect(await alice.pay(prepareTo('test.zoe.shop', { amount: 10 }))).toMatchObject({ type: 'fulfill' })
    expect((await node.account('zoe')).balance).toBe('680')
  })

  test('what is wrong with it → 400 with every problem; a name that is taken → 409', async () => {
    const { status, body } = await post('/accounts', { name: 'yves', ledger: 'gold', parallelism: 7, openingBalance: '-1', colour: 'red' })
    expect(status).toBe(400)
    expect((body['problems'] as { key: string }[]).map(({ key }) => key)).toEqual(expect.arrayContaining(['openingBalance', 'colour']))
    expect(await post('/accounts', { name: 'yves', ledger: 'gold' })).toMatchObject({
      status: 400,
      body: { problems: [{ key: 'ledger', todo: expect.stringContaining('usd') }] },
    })
    expect(await post('/accounts', { name: 'zoe', ledger: 'usd' })).toMatchObject({ status: 409 })
  })

  test('on disk its token is sealed, under a key that only its user may read', () => {
    const text = readFileSync(join(home.dataDir, 'accounts.json'), 'utf8')
    expect(text).toContain('"zoe"')
    expect(text).not.toContain(token)
    expect(text).not.toContain('hub-secret')
    expect(statSync(join(home.dataDir, 'seal.key')).mode & 0o777).toBe(0o600)
  })

  test('workers and announcer are killed, and the node is started anew → it is there, with its balance and token', async () => {
    await node.killWorker('t1')
    await node.quiet()
    expect(await node.balances()).toMatchObject({ zoe: '680' })
    await node.stop()
    node = await home.start()
    expect(await node.balances()).toMatchObject({ zoe: '680' })
    const zoe = payerAt({ url: node.url('zoe', 2), token }, onTestFinished)
    expect(await zoe.pay(prepareTo('test.bob', { amount: 1 }))).toMatchObject({ type: 'fulfill' })
  })

  test('DELETE while it has a balance → 409; once it is paid out → gone, for its sender and for who pays it', async () => {
    expect(await ask('DELETE', '/accounts/zoe')).toMatchObject({ status: 409, body: { message: 'zoe has a balance of 679: it can go when it has nothing' } })
    expect(await post('/accounts/zoe/withdraw', { amount: '679' })).toMatchObject({ status: 201 })
    expect(await ask('DELETE', '/accounts/zoe')).toEqual({ status: 200, body: { account: 'zoe', removed: true } })
    expect((await get('/accounts/zoe')).status).toBe(404)
    const zoe = payerAt({ url: node.url('zoe', 2), token }, onTestFinished)
    expect(await zoe.pay(prepareTo('test.bob', { amount: 1 }))).toMatchObject({ type: 'status', status: 404 })
    const alice = payerAt({ url: node.url('alice', 2), token: 'alice-secret' }, onTestFinished)
    expect(await alice.pay(prepareTo('test.zoe.shop', { amount: 10 }))).toMatchObject({ type: 'reject', code: 'F02' })
  })

  test('DELETE while a payment to it is under way → 409', async () => {
    receiver.follow(() => undefined)
    const alice = payerAt({ url: node.url('alice', 2), token: 'alice-secret' }, onTestFinished)
    const from = receiver.heard.length
    const told = alice.pay(prepareTo('test.hub.eve', { amount: 1, expiresInMs: 20_000 }))
    await expect.poll(() => receiver.heard.length, { timeout: 10_000 }).toBe(from + 1)
    await post('/accounts/eve/withdraw', { amount: (await node.account('eve')).balance })
    expect(await ask('DELETE', '/accounts/eve')).toMatchObject({ status: 409, body: { message: 'eve has payments under way: it can go when it has nothing' } })
    const heard = receiver.heard[from]
    heard?.answer(fulfillOf(heard))
    expect(await told).toMatchObject({ type: 'fulfill' })
  })

  test('one of the file is removed → also after the next start', async () => {
    await node.quiet()
    await post('/accounts/eve/withdraw', { amount: (await node.account('eve')).balance })
    expect(await ask('DELETE', '/accounts/eve')).toMatchObject({ status: 200 })
    await node.stop()
    node = await home.start()
    expect(Object.keys(await node.balances())).toEqual(['alice', 'bob'])
  })
})

describe('POST /reload', () => {
  test('accounts of the file come, change and go; what else changed is named', async () => {
    const token = 'another-secret'
    home.configure({ accounts: [ALICE, { ...BOB, token }, { name: 'carol', ledger: 'usd', token: 'carol-secret', openingBalance: '5' }], maxOpen: 9 })
    expect(await post('/reload', {})).toEqual({ status: 200, body: { added: ['carol'], changed: ['bob'], removed: [], needRestart: ['maxOpen'] } })
    const pay = (account: string, shown: string) =>
      payerAt({ url: node.url(account), token: shown }, onTestFinished).pay(prepareTo('test.hub.alice', { amount: 0 }))
    expect(await pay('bob', 'bob-secret')).toMatchObject({ type: 'status', status: 401 })
    expect(await pay('bob', token)).not.toMatchObject({ type: 'status' })
    expect((await node.account('carol')).balance).toBe('5')
  })

  test('an account with money is gone from the file → 409, and nothing changes', async () => {
    home.configure({ accounts: [ALICE, { ...BOB, token: 'third-secret' }] })
    expect(await post('/reload', {})).toMatchObject({
      status: 409,
      body: { message: expect.stringMatching(/^carol is not in the file any more.* has a balance of 5: put it back$/) },
    })
    expect(Object.keys(await node.balances())).toEqual(['alice', 'bob', 'carol'])
  })

  test('an error in the file → 400 with file, line and key', async () => {
    const lines = home.configure({ accounts: [ALICE, { ...BOB, ledgre: 'usd' }] }).split('\n')
    const line = lines.findIndex((text) => text.includes('ledgre')) + 1
    expect(await post('/reload', {})).toMatchObject({ status: 400, body: { problems: [{ line, key: 'accounts.1.ledgre' }] } })
    expect(stringify(await node.balances())).toContain('carol')
  })
})
