/** Three nodes in a row that know only their neighbours: routes found by CCP, lost and found again; ILDCP, echo and ping. */
import { afterAll, beforeEach, expect, test } from 'vitest'
import { IDENTITY } from '../../src/core/routing/liquidityCurve.ts'
import { address } from '../../src/core/values/address.ts'
import { amount } from '../../src/core/values/amount.ts'
import { conditionOf, fulfillmentOf } from '../../src/core/values/condition.ts'
import { NO_DATA, type Prepare } from '../../src/core/values/packet.ts'
import { decodeRouteControl, decodeRouteUpdate, encodeRouteControl, encodeRouteUpdate, NO_TABLE } from '../../src/wire/ccp.ts'
import { decodeOwnConfig } from '../../src/wire/ildcp.ts'
import { OctetWriter } from '../../src/wire/octets.ts'
import { CONFIG, peerFulfill, peerPrepare, ROUTE_CONTROL, ROUTE_UPDATE } from '../../src/wire/peerProtocol.ts'
import { freePort } from '../fixtures/freePort.ts'
import { type LiveNode, nodeHome, until } from '../fixtures/liveNode.ts'
import { type Payer, payerAt, prepareTo, type Told } from '../fixtures/payer.ts'
import { fulfillOf, startReceiver } from '../fixtures/receiver.ts'

const [receiver, stranger] = await Promise.all([startReceiver(afterAll), startReceiver(afterAll)])
stranger.follow(() => peerFulfill())

const [portA, portB, portC] = await Promise.all([freePort(), freePort(), freePort()])

/** One node's view of another: they credit each other. */
function neighbour(name: string, at: string, port: number): object {
  const peer = { url: `http://127.0.0.1:${port}/accounts/${at}/ilp`, token: `${at}-at-${name}` }
  return { name, ledger: 'usd', relation: 'peer', token: `${name}-at-${at}`, creditLimit: '100000', peer }
}

const common = { routing: { announceInterval: '1s' } }
const homeA = nodeHome(
  {
    ...common,
    address: 'test.a',
    farms: { 1: portA },
    ledgers: { usd: { scale: 2, code: 'Dollar' } },
    accounts: [
      { name: 'alice', ledger: 'usd', token: 'alice-secret', openingBalance: '10000', peer: { url: receiver.url, token: 'a-secret' } },
      neighbour('b', 'a', portB),
      { name: 'stranger', ledger: 'usd', relation: 'peer', token: 'stranger-secret', peer: { url: stranger.url, token: 'a-secret' } },
    ],
  },
  afterAll,
)
const homeB = nodeHome({ ...common, address: 'test.b', farms: { 1: portB }, accounts: [neighbour('a', 'b', portA), neighbour('c', 'b', portC)] }, afterAll)
const homeC = nodeHome(
  {
    ...common,
    address: 'test.c',
    farms: { 1: portC },
    accounts: [neighbour('b', 'c', portB), { name: 'dave', ledger: 'usd', token: 'dave-secret', peer: { url: receiver.url, token: 'c-secret' } }],
  },
  afterAll,
)

let c: LiveNode
const [a, b] = await Promise.all([homeA.start(), homeB.start()])
c = await homeC.start()
const alice = payerAt({ url: a.url('alice'), token: 'alice-secret' }, afterAll)
const asStranger = payerAt({ url: a.url('stranger'), token: 'stranger-secret' }, afterAll)

beforeEach(() => receiver.follow(fulfillOf))

function isRouted(payer: Payer, destination: string): Promise<boolean> {
  return payer.pay(prepareTo(destination, { amount: 0 })).then((told) => told.type === 'fulfill')
}

/** Of the neighbours' own protocols. */
function ask(payer: Payer, destination: Prepare['destination'], data: Uint8Array, about: Partial<Prepare> = {}): Promise<Told> {
  return payer.pay({ ...peerPrepare(destination, data, Date.now() + 30_000), ...about })
}

function routesTold(): readonly string[] {
  return stranger.heard.flatMap(({ prepare }) => {
    if (prepare.destination !== ROUTE_UPDATE) return []
    const update = decodeRouteUpdate(prepare.data)
    return 'invalid' in update ? [] : update.routes.map(({ prefix, path }) => `${prefix} ${path.join(' ')}`)
  })
}

test('a node two hops away → its route is found, paid through, and each neighbour’s books agree', async () => {
  await until('a knows the way to c', () => isRouted(alice, 'test.c.dave'))
  const prepare = prepareTo('test.c.dave', { amount: 70 })
  expect(await alice.pay(prepare)).toEqual(fulfillOf({ prepare }))
  expect(await a.balances()).toMatchObject({ alice: '9930', b: '70' })
  expect(await b.balances()).toEqual({ a: '-70', c: '70' })
  expect(await c.balances()).toEqual({ b: '-70', dave: '70' })
})

test('a neighbour → is asked for its routes at once, and told ours with the way to them', async () => {
  await until('all is told', () => routesTold().includes('test.c test.a test.b test.c'))
  expect(routesTold()).toEqual(expect.arrayContaining(['test.a test.a', 'test.b test.a test.b']))
  const [asked] = stranger.heard.filter(({ prepare }) => prepare.destination === ROUTE_CONTROL)
  expect(asked?.authorization).toBe('Bearer a-secret')
  expect(decodeRouteControl(asked?.prepare.data ?? NO_DATA)).toEqual({ mode: 'sync', tableId: NO_TABLE, epoch: 0 })
})

test('a node that is gone → its route is too; back again → the route is as well', async () => {
  await c.stop()
  await until('the way to c is forgotten', async () => !(await isRouted(alice, 'test.c.dave')))
  expect(await alice.pay(prepareTo('test.c.dave', { amount: 1 }))).toMatchObject({ type: 'reject' })
  await until('b has told of it', async () => {
    const told = await alice.pay(prepareTo('test.c.dave', { amount: 0 }))
    return told.type === 'reject' && told.code === 'F02'
  })
  c = await homeC.start()
  await until('the way to c is found', () => isRouted(alice, 'test.c.dave'))
}, 60_000)

test('the keeper of routes dies → payments go on, and a new one knows the routes', async () => {
  for (const pid of a.children('announcer')) process.kill(pid, 'SIGKILL')
  expect(await isRouted(alice, 'test.c.dave')).toBe(true)
  const before = routesTold().length
  await until('the new one tells all', () => routesTold().slice(before).includes('test.c test.a test.b test.c'))
  expect(await isRouted(alice, 'test.c.dave')).toBe(true)
})

const update = { tableId: '1'.repeat(32), currentEpoch: 1, fromEpoch: 0, toEpoch: 1, holdDownMs: 60_000, speaker: 'test.x', withdrawn: [] }

function announced(prefix: string, path = [prefix]): Uint8Array {
  return encodeRouteUpdate({ ...update, routes: [{ prefix, path: path.map(address), curve: IDENTITY }] })
}

test('announced by a neighbour → routed to it; lies about our own prefix, another network or a way through us → are not', async () => {
  stranger.follow((heard) => (heard.prepare.destination.startsWith('peer.') ? peerFulfill() : fulfillOf(heard)))
  const lies = ['test.a.alice', 'g.x', 'private']
  const routes = [
    ...['test.x', ...lies].map((prefix) => ({ prefix, path: [address('test.x')] })),
    { prefix: 'test.loop', path: [address('test.x'), address('test.a')] },
  ]
  const data = encodeRouteUpdate({ ...update, routes: routes.map((route) => ({ ...route, curve: IDENTITY })) })
  expect(await ask(asStranger, ROUTE_UPDATE, data)).toEqual(peerFulfill(Buffer.alloc(0)))
  await until('x is routed', () => isRouted(alice, 'test.x.y'))
  expect(stranger.heard.at(-1)?.prepare.destination).toBe('test.x.y')
  for (const destination of ['g.x.y', 'private.y', 'test.loop.y']) expect(await isRouted(alice, destination)).toBe(false)
  const heard = receiver.heard.length
  await payerAt({ url: a.url('stranger'), token: 'stranger-secret' }, afterAll).pay(prepareTo('test.a.alice', { amount: 0 }))
  expect(receiver.heard.length).toBe(heard + 1)
})

test('a user → may announce nothing but below its own address, and is told nothing', async () => {
  expect(await ask(alice, ROUTE_CONTROL, encodeRouteControl({ mode: 'sync', tableId: NO_TABLE, epoch: 0 }))).toMatchObject({ code: 'F00' })
  await ask(alice, ROUTE_UPDATE, announced('test.mine'))
  expect(await isRouted(asStranger, 'test.mine.y')).toBe(false)
})

test('what is malformed, has an amount or another condition, is no protocol → a final reject', async () => {
  expect(await ask(asStranger, ROUTE_UPDATE, Buffer.of(1, 2, 3))).toMatchObject({ type: 'reject', code: 'F01' })
  expect(await ask(asStranger, ROUTE_UPDATE, announced('test.y'), { amount: amount(1n) })).toMatchObject({ type: 'reject', code: 'F00' })
  expect(await ask(asStranger, CONFIG, NO_DATA, { condition: conditionOf(fulfillmentOf(Buffer.alloc(32, 1))) })).toMatchObject({ code: 'F00' })
  expect(await ask(asStranger, address('peer.settle'), NO_DATA)).toMatchObject({ type: 'reject', code: 'F02' })
})

test('ILDCP → the account’s own address, and what it is kept in', async () => {
  const told = await ask(alice, CONFIG, NO_DATA)
  expect(told).toMatchObject({ type: 'fulfill', fulfillment: peerFulfill().fulfillment })
  expect('data' in told && decodeOwnConfig(told.data)).toEqual({ address: 'test.a.alice', assetScale: 2, assetCode: 'Dollar' })
})

const ECHO = Buffer.from('ECHOECHOECHOECHO')

test('echo → comes back to its asker, who fulfills it; it costs nothing', async () => {
  const before = await a.balances()
  const heard = receiver.heard.length
  const response = Buffer.concat([ECHO, Buffer.of(1)])
  const data = Buffer.concat([ECHO, Buffer.of(0), new OctetWriter().ascii('test.a.alice.here').bytes()])
  const prepare = { ...prepareTo('test.a', { amount: 50, data: response }), data }
  expect(await alice.pay(prepare)).toEqual(fulfillOf({ prepare: { ...prepare, data: response } }))
  expect(receiver.heard.slice(heard).map(({ prepare: sent }) => sent)).toEqual([
    { ...prepare, destination: 'test.a.alice.here', data: response, expiresAt: prepare.expiresAt - 1_000 },
  ])
  await a.quiet()
  expect(await a.balances()).toEqual(before)
})

test('an echo that names nobody → F01; a ping → is fulfilled', async () => {
  expect(await alice.pay({ ...prepareTo('test.a', { amount: 5 }), data: Buffer.concat([ECHO, Buffer.of(0, 9)]) })).toMatchObject({ code: 'F01' })
  const fulfillment = fulfillmentOf(Buffer.from('ping'.repeat(8)))
  const ping = { ...prepareTo('test.c', { amount: 0 }), condition: conditionOf(fulfillment) }
  await until('c can be pinged', async () => (await alice.pay(ping)).type === 'fulfill')
  expect(await alice.pay(ping)).toMatchObject({ type: 'fulfill', fulfillment })
})
