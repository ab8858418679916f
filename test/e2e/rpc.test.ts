/** Interledger RPC in JSON with `ilp-plugin-virtual` 16 at both ends: one pays and one is paid, through a node between them. */
import { hash, randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { rpcKeysOf } from '../../src/https/rpcKeys.ts'
import { freePort } from '../fixtures/freePort.ts'
import { startNode, until } from '../fixtures/liveNode.ts'
import { otherMakes } from '../fixtures/otherMakes.ts'
import { payerAt, prepareTo } from '../fixtures/payer.ts'

interface Transfer {
  readonly id: string
  readonly amount: string
  readonly ilp: string
  readonly executionCondition: string
  readonly expiresAt: string
}

interface Plugin {
  readonly connect: () => Promise<void>
  readonly receive: (method: string, parameters: unknown) => Promise<unknown>
  readonly isAuthorized: (token: string) => boolean
  readonly sendTransfer: (transfer: object) => Promise<void>
  readonly fulfillCondition: (id: string, fulfillment: string) => Promise<void>
  readonly rejectIncomingTransfer: (id: string, reason: object) => Promise<void>
  readonly getBalance: () => Promise<string>
  readonly getPeerBalance: () => Promise<string>
  readonly getLimit: () => Promise<string>
  readonly getAccount: () => string
  readonly getInfo: () => { readonly prefix: string }
  readonly once: (event: string, hear: (transfer: Transfer, what: unknown) => void) => void
}

interface Token {
  readonly publicKey: (secret: string) => string
  readonly authToken: (of: { secretKey: string; peerPublicKey: string }) => string
}

interface Packet2017 {
  readonly serializeIlpPayment: (payment: { amount: string; account: string; data: string }) => Buffer
}

const load = await otherMakes()
const PluginVirtual = load('ilp-plugin-virtual') as new (options: object) => Plugin
const token = load('ilp-plugin-virtual/src/util/token') as Token
const { serializeIlpPayment } = load('ilp-plugin-virtual/node_modules/ilp-packet') as Packet2017

const secret = (): string => randomBytes(32).toString('base64url')
const SECRETS = { p: { node: secret(), plugin: secret() }, r: { node: secret(), plugin: secret() } }
type Name = keyof typeof SECRETS

const farmPort = await freePort()
const plugins = new Map<string, Plugin>()
const host = createServer((request, response) => {
  void answer(request).then(
    (result) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result)),
    (error: Error) => response.writeHead(422).end(error.message),
  )
})
await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
afterAll(() => {
  host.close()
  host.closeAllConnections()
})
const bound = host.address()
const hostUrl = `http://127.0.0.1:${typeof bound === 'string' ? 0 : bound?.port}`

async function answer(request: IncomingMessage): Promise<unknown> {
  const url = new URL(request.url ?? '', hostUrl)
  const plugin = plugins.get(url.pathname.slice(1))
  if (plugin === undefined || !plugin.isAuthorized(request.headers.authorization?.slice(7) ?? '')) throw new Error('who is it?')
  if (url.searchParams.get('prefix') !== plugin.getInfo().prefix) throw new Error('of which ledger?')
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return plugin.receive(url.searchParams.get('method') ?? '', JSON.parse(Buffer.concat(chunks).toString()))
}

function account(name: Name, more: object): object {
  const rpc = { secret: SECRETS[name].node, peerPublicKey: token.publicKey(SECRETS[name].plugin), currency: 'USD' }
  return { name, ledger: 'usd', parallelism: 2, rpc, peer: { url: `${hostUrl}/${name}`, protocol: 'json-rpc' }, ...more }
}

const node = await startNode(
  {
    threads: 2,
    farms: { 2: farmPort },
    accounts: [
      account('p', { openingBalance: '1000', creditLimit: '70' }),
      account('r', {}),
      { name: 'alice', ledger: 'usd', token: 'alice-secret', openingBalance: '500' },
    ],
  },
  afterAll,
)

async function plugin(name: Name): Promise<Plugin> {
  const kept = new Map<string, string>([['balance__', name === 'p' ? '1000' : '0']])
  const store = { get: async (key: string) => kept.get(key), put: async (key: string, value: string) => void kept.set(key, value), del: async () => {} }
  const one = new PluginVirtual({
    currencyCode: 'USD',
    currencyScale: 2,
    maxBalance: '1000000',
    secret: SECRETS[name].plugin,
    peerPublicKey: token.publicKey(SECRETS[name].node),
    rpcUri: node.url(name, 2).replace(/ilp$/, 'rpc'),
    _store: store,
  })
  await one.connect()
  plugins.set(name, one)
  return one
}

const [p, r] = [await plugin('p'), await plugin('r')]

function next(one: Plugin, event: string): Promise<{ transfer: Transfer; what: unknown }> {
  return new Promise((resolve) => one.once(event, (transfer, what) => resolve({ transfer, what })))
}

function transferTo(destination: string, amount: number) {
  const fulfillment = randomBytes(32)
  const ilp = serializeIlpPayment({ amount: '9', account: destination, data: 'aGVsbG8' }).toString('base64url')
  return {
    fulfillment: fulfillment.toString('base64url'),
    transfer: {
      id: randomUUID(),
      ledger: p.getInfo().prefix,
      from: p.getAccount(),
      to: p.getInfo().prefix + token.publicKey(SECRETS.p.node),
      amount: String(amount),
      ilp,
      executionCondition: hash('sha256', fulfillment, 'base64url'),
      expiresAt: new Date(Date.now() + 30_000).toISOString(),
    },
  }
}

test('keys → the token, prefix and names that the plugin derives', () => {
  const keys = rpcKeysOf({ secret: SECRETS.p.node, peerPublicKey: token.publicKey(SECRETS.p.plugin), currency: 'USD', scale: 2 })
  expect(keys.token).toBe(token.authToken({ secretKey: SECRETS.p.plugin, peerPublicKey: token.publicKey(SECRETS.p.node) }))
  expect(keys.theirs).toBe(p.getAccount())
  expect(keys.ours).toBe(p.getInfo().prefix + token.publicKey(SECRETS.p.node))
})

test('a transfer → prepared at the receiver, a second earlier, with the sender’s own packet; its fulfillment comes back', async () => {
  const { transfer, fulfillment } = transferTo('test.hub.r.invoice', 100)
  const [prepared, fulfilled] = [next(r, 'incoming_prepare'), next(p, 'outgoing_fulfill')]
  await p.sendTransfer(transfer)
  const there = (await prepared).transfer
  const earlier = new Date(Date.parse(transfer.expiresAt) - 1_000).toISOString()
  expect(there).toMatchObject({ amount: '100', ilp: transfer.ilp, executionCondition: transfer.executionCondition, expiresAt: earlier })
  await r.fulfillCondition(there.id, fulfillment)
  expect(await fulfilled).toMatchObject({ transfer: { id: transfer.id }, what: fulfillment })
  await until('the sender has paid', async () => (await p.getBalance()) === '900')
  await node.quiet()
  expect(await node.balances()).toMatchObject({ p: '900', r: '100' })
  expect([await r.getBalance(), await p.getPeerBalance(), await r.getPeerBalance()]).toEqual(['100', '900', '100'])
  expect(await p.getLimit()).toBe('-70')
})

test('the same transfer again → no second payment', async () => {
  const { transfer, fulfillment } = transferTo('test.hub.r', 10)
  const prepared = next(r, 'incoming_prepare')
  await p.sendTransfer(transfer)
  await p.sendTransfer(transfer)
  const fulfilled = next(p, 'outgoing_fulfill')
  await r.fulfillCondition((await prepared).transfer.id, fulfillment)
  await fulfilled
  await p.sendTransfer(transfer)
  await node.quiet()
  expect(await node.balances()).toMatchObject({ p: '890', r: '110' })
})

test('the receiver rejects, or there is nobody → the sender is told why, and nothing moves', async () => {
  const { transfer } = transferTo('test.hub.r', 10)
  const [prepared, rejected] = [next(r, 'incoming_prepare'), next(p, 'outgoing_reject')]
  await p.sendTransfer(transfer)
  await r.rejectIncomingTransfer((await prepared).transfer.id, { code: 'F99', name: 'not today', message: 'closed' })
  expect((await rejected).what).toMatchObject({ code: 'F99', message: 'closed' })
  const unrouted = next(p, 'outgoing_reject')
  await p.sendTransfer(transferTo('test.nowhere.r', 10).transfer)
  expect((await unrouted).what).toMatchObject({ code: 'F02', triggered_by: 'test.hub' })
  await node.quiet()
  expect(await node.balances()).toMatchObject({ p: '890', r: '110' })
})

test('a worker dies between the transfer and its fulfillment → both ends are told all the same', async () => {
  const { transfer, fulfillment } = transferTo('test.hub.r', 15)
  const [prepared, fulfilled] = [next(r, 'incoming_prepare'), next(p, 'outgoing_fulfill')]
  await p.sendTransfer(transfer)
  const { id } = (await prepared).transfer
  await Promise.all(['t0', 't1'].map((thread) => node.killWorker(thread)))
  let isTold = false
  void fulfilled.then(() => {
    isTold = true
  })
  // A call that was taken just before the worker died is not answered, and once more it is late (B8).
  await until('the fulfillment is taken', () =>
    r.fulfillCondition(id, fulfillment).then(
      () => true,
      () => isTold,
    ),
  )
  await fulfilled
  await node.quiet()
  expect(await node.balances()).toMatchObject({ p: '875', r: '125' })
})

test('from ILP over HTTP to a receiver of RPC → an ILPv4 packet in its transfer', async () => {
  const alice = payerAt({ url: node.url('alice', 2), token: 'alice-secret' }, afterAll)
  const prepare = prepareTo('test.hub.r', { amount: 5 })
  const prepared = next(r, 'incoming_prepare')
  const told = alice.pay(prepare)
  const { transfer } = await prepared
  expect(Buffer.from(transfer.ilp, 'base64url')[0]).toBe(12)
  await r.rejectIncomingTransfer(transfer.id, { code: 'F99', message: 'no' })
  expect(await told).toMatchObject({ type: 'reject', code: 'F99' })
})
