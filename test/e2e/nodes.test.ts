/** Two nodes in a row: the receiver is the second one's, and each keeps its own books of the other. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { type LiveNode, startNode } from '../fixtures/liveNode.ts'
import { payerAt, prepareTo } from '../fixtures/payer.ts'
import { fulfillOf, rejectOf, startReceiver } from '../fixtures/receiver.ts'

const receiver = await startReceiver(afterAll)

/** Node b, in eth: it lets node a run up a debt. */
function startB(address: string, tls: 'off' | 'selfSigned'): Promise<LiveNode> {
  const accounts = [
    { name: 'a', ledger: 'eth', relation: 'peer', token: 'a-secret', creditLimit: '100000000' },
    { name: 'bob', ledger: 'eth', token: 'bob-secret', peer: { url: receiver.url, token: 'b-secret' } },
  ]
  return startNode({ address, tls, ledgers: { eth: { scale: 9 } }, accounts }, afterAll)
}

const [plain, sealed] = await Promise.all([startB('test.plain', 'off'), startB('test.sealed', 'selfSigned')])
const certificate = join(sealed.dataDir, 'tls-cert.pem')

const a = await startNode(
  {
    address: 'test.a',
    ledgers: { usd: { scale: 2 }, eth: { scale: 9 } },
    rates: { 'usd/eth': '0.0004' },
    feePpm: 1_000,
    accounts: [
      { name: 'alice', ledger: 'usd', token: 'alice-secret', openingBalance: '100000' },
      { name: 'plain', ledger: 'eth', relation: 'peer', routes: ['test.plain'], token: 'plain-secret', peer: { url: plain.url('a'), token: 'a-secret' } },
      {
        name: 'sealed',
        ledger: 'eth',
        relation: 'peer',
        routes: ['test.sealed'],
        token: 'sealed-secret',
        peer: { url: sealed.url('a'), token: 'a-secret', ca: certificate },
      },
      // The same node, by whom nobody vouches.
      {
        name: 'doubtful',
        ledger: 'eth',
        relation: 'peer',
        routes: ['test.doubtful'],
        token: 'doubtful-secret',
        peer: { url: sealed.url('a'), token: 'a-secret' },
      },
    ],
  },
  afterAll,
)
const alice = payerAt({ url: a.url('alice'), token: 'alice-secret' }, afterAll)

beforeEach(() => receiver.follow(fulfillOf))

const PEERS: readonly (readonly [string, string, LiveNode])[] = [
  ['http', 'plain', plain],
  ['https with a certificate of its own', 'sealed', sealed],
]

test.each(PEERS)('a peer over %s → the fulfillment comes back, and both nodes’ books agree', async (_, name, node) => {
  const before = await a.balances()
  const prepare = prepareTo(`test.${name}.bob`, { amount: 250 })
  const heard = receiver.heard.length
  expect(await alice.pay(prepare)).toEqual(fulfillOf({ prepare }))
  // 2.50 usd at 0.0004 are 1,000,000 gwei, less a thousandth.
  expect(receiver.heard[heard]?.prepare).toEqual({ ...prepare, amount: 999_000n, expiresAt: prepare.expiresAt - 2_000 })
  expect(await a.balances()).toEqual({ ...before, alice: String(BigInt(before['alice'] ?? 0) - 250n), [name]: '999000' })
  expect(await node.balances()).toEqual({ a: '-999000', bob: '999000' })
})

test('a reject at the second node’s receiver → passed on by both as it came; nothing moves', async () => {
  const before = [await a.balances(), await plain.balances()]
  const reject = rejectOf('F99', 'far away', 'data')
  receiver.follow(() => reject)
  expect(await alice.pay(prepareTo('test.plain.bob', { amount: 250 }))).toEqual(reject)
  expect([await a.balances(), await plain.balances()]).toEqual(before)
})

test('the second node’s own reject → is passed on as that node’s', async () => {
  expect(await alice.pay(prepareTo('test.plain.nobody', { amount: 250 }))).toMatchObject({ type: 'reject', code: 'F02', triggeredBy: 'test.plain' })
})

test('beyond what the second node credits the first → its T04 is passed on', async () => {
  expect(await alice.pay(prepareTo('test.plain.bob', { amount: 90_000 }))).toMatchObject({ type: 'reject', code: 'T04', triggeredBy: 'test.plain' })
})

test('a self-signed peer without its certificate as ca → T01: nothing is sent', async () => {
  const heard = receiver.heard.length
  expect(await alice.pay(prepareTo('test.doubtful.bob', { amount: 250 }))).toMatchObject({ type: 'reject', code: 'T01', triggeredBy: 'test.a' })
  expect(receiver.heard).toHaveLength(heard)
})

test('a sender that trusts the node’s certificate → is served over https', async () => {
  const sender = payerAt({ url: sealed.url('bob'), token: 'bob-secret', ca: readFileSync(certificate, 'utf8') }, onTestFinished)
  const stranger = payerAt({ url: sealed.url('bob'), token: 'bob-secret' }, onTestFinished)
  const prepare = prepareTo('test.sealed.nobody', { amount: 0 })
  expect(await sender.pay(prepare)).toMatchObject({ type: 'reject', code: 'F02' })
  expect(await stranger.pay(prepare)).toMatchObject({ type: 'cut', why: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
})
