/** Payments as the community's clients make them: `ilp-protocol-stream` over `ilp-plugin-http`, both ways through two nodes. */
import { afterAll, expect, test } from 'vitest'
import { freePort } from '../fixtures/freePort.ts'
import { type LiveNode, startNode } from '../fixtures/liveNode.ts'
import { otherMakes } from '../fixtures/otherMakes.ts'

interface Plugin {
  readonly connect: () => Promise<void>
  readonly disconnect: () => Promise<void>
}

interface Stream {
  readonly setReceiveMax: (amount: number) => void
  readonly sendTotal: (amount: number) => Promise<void>
  readonly on: (event: 'money', hear: (amount: string) => void) => void
}

interface Connection {
  readonly createStream: () => Stream
  readonly on: (event: 'stream', hear: (stream: Stream) => void) => void
}

interface StreamServer {
  readonly generateAddressAndSecret: () => { readonly destinationAccount: string; readonly sharedSecret: Buffer }
  readonly on: (event: 'connection', hear: (connection: Connection) => void) => void
}

interface StreamModule {
  readonly createServer: (options: { readonly plugin: Plugin }) => Promise<StreamServer>
  readonly createConnection: (options: object) => Promise<Connection>
}

const load = await otherMakes()
const PluginHttp = load('ilp-plugin-http') as new (options: object) => Plugin
const stream = load('ilp-protocol-stream') as StreamModule

const [portA, portB, ...ports] = await Promise.all(Array.from({ length: 6 }, freePort))
/** Each a user of one of the nodes. */
const PORTS: Readonly<Record<string, number>> = Object.fromEntries(['v', 'w', 'x', 'y'].map((name, i) => [name, ports[i] ?? 0]))

function user(name: string): object {
  return { name, ledger: 'usd', token: `${name}-secret`, openingBalance: '10000', peer: { url: `http://127.0.0.1:${PORTS[name]}/`, token: `node-at-${name}` } }
}

function neighbour(name: string, at: string, port = 0): object {
  const peer = { url: `http://127.0.0.1:${port}/accounts/${at}/ilp`, token: `${at}-at-${name}` }
  return { name, ledger: 'usd', relation: 'peer', token: `${name}-at-${at}`, creditLimit: '100000', routes: [`test.${name}`], peer }
}

const [a, b] = await Promise.all([
  startNode({ address: 'test.a', farms: { 1: portA ?? 0 }, accounts: [user('v'), user('x'), neighbour('b', 'a', portB)] }, afterAll),
  startNode({ address: 'test.b', farms: { 1: portB ?? 0 }, accounts: [user('w'), user('y'), neighbour('a', 'b', portA)] }, afterAll),
])

async function plugin(name: string, node: LiveNode): Promise<Plugin> {
  // Some show their token, the others a JWT made with it.
  const shown = name < 'x' ? { staticToken: `${name}-secret` } : { jwtSecret: `${name}-secret` }
  const url = node.url(name)
  const one = new PluginHttp({ incoming: { port: PORTS[name], staticToken: `node-at-${name}` }, outgoing: { url, ...shown } })
  await one.connect()
  afterAll(() => one.disconnect())
  return one
}

/** What the receiver has counted in the end. A plugin serves one connection, or one server. */
async function pay(sender: Plugin, receiver: Plugin, amount: number): Promise<number> {
  const server = await stream.createServer({ plugin: receiver })
  let received = 0
  server.on('connection', (connection) =>
    connection.on('stream', (incoming) => {
      incoming.setReceiveMax(1_000_000)
      incoming.on('money', (part) => {
        received += Number(part)
      })
    }),
  )
  const { destinationAccount, sharedSecret } = server.generateAddressAndSecret()
  const connection = await stream.createConnection({ plugin: sender, destinationAccount, sharedSecret })
  await connection.createStream().sendTotal(amount)
  return received
}

test('there and back → each receiver has what its sender sent, and both nodes agree', async () => {
  const [v, x, w, y] = await Promise.all([plugin('v', a), plugin('x', a), plugin('w', b), plugin('y', b)])
  expect(await pay(x, y, 700)).toBe(700)
  expect(await pay(w, v, 250)).toBe(250)
  await Promise.all([a.quiet(), b.quiet()])
  expect(await a.balances()).toEqual({ v: '10250', x: '9300', b: '450' })
  expect(await b.balances()).toEqual({ w: '9750', y: '10700', a: '-450' })
})
