/** ILP-over-HTTP asynchronous (RFC 35) through real nodes: replies that are called back, by us and to us, and what dies meanwhile. */
import { afterAll, beforeEach, expect, test } from 'vitest'
import { callBack, startCallee } from '../fixtures/callee.ts'
import { startNode, until } from '../fixtures/liveNode.ts'
import { payerAt, prepareTo, type Told } from '../fixtures/payer.ts'
import { fulfillOf, type Heard, rejectOf, startReceiver } from '../fixtures/receiver.ts'

const [receiver, later, callee] = await Promise.all([startReceiver(afterAll), startReceiver(afterAll), startCallee(afterAll)])

const node = await startNode(
  {
    threads: 2,
    farms: { 1: 0, 2: 0 },
    accounts: [
      { name: 'alice', ledger: 'usd', parallelism: 2, token: 'alice-secret', openingBalance: '100000' },
      { name: 'carol', ledger: 'usd', token: 'carol-secret', openingBalance: '10000', peer: { url: callee.url, token: 'hub-at-carol' } },
      // Its url is for prepares, and is sent none.
      { name: 'up', ledger: 'usd', parallelism: 2, token: 'up-at-hub', creditLimit: '5000', peer: { url: callee.url, token: 'hub-at-up' } },
      { name: 'bob', ledger: 'usd', token: 'bob-secret', peer: { url: receiver.url, token: 'hub-secret' } },
      { name: 'late', ledger: 'usd', parallelism: 2, token: 'late-secret', peer: { url: later.url, token: 'hub-secret', protocol: 'ilp-over-http-async' } },
    ],
  },
  afterAll,
)
const alice = payerAt({ url: node.url('alice', 2), token: 'alice-secret' }, afterAll)
const carol = payerAt({ url: node.url('carol'), token: 'carol-secret' }, afterAll)

/** Of a second node, which owes what the first one sends it. */
const upstream = await startNode(
  {
    address: 'test.up',
    threads: 2,
    farms: { 2: 0 },
    accounts: [
      { name: 'dave', ledger: 'usd', token: 'dave-secret', openingBalance: '10000' },
      {
        name: 'hub',
        ledger: 'usd',
        relation: 'peer',
        routes: ['test.hub'],
        token: 'hub-at-up',
        peer: { url: node.url('up', 2), token: 'up-at-hub', protocol: 'ilp-over-http-async' },
      },
    ],
  },
  afterAll,
)

beforeEach(() => {
  receiver.follow(fulfillOf)
  later.follow(() => ({ type: 'status', status: 202 }))
  callee.follow(() => 200)
})

const accepted: Told = { type: 'status', status: 202, message: '' }
const calledBackTo = { 'callback-url': callee.url }

test('prepare with a Callback-Url → 202, and its reply is called back under its id, with the account’s own token', async () => {
  const before = await node.balances()
  const prepare = prepareTo('test.hub.bob', { amount: 7 })
  expect(await alice.pay(prepare, { requestId: 'one', headers: calledBackTo })).toEqual(accepted)
  expect(await callee.taken('one')).toMatchObject({ reply: fulfillOf({ prepare }), path: '/callbacks', authorization: 'Bearer alice-secret' })
  await node.quiet()
  expect(await node.balances()).toEqual({ ...before, alice: plus(before['alice'], -7), bob: plus(before['bob'], 7) })
})

test('a reject, to a peer → called back with the token that the peer knows us by', async () => {
  expect(await carol.pay(prepareTo('test.hub.nobody', { amount: 7 }), { requestId: 'two', headers: calledBackTo })).toEqual(accepted)
  expect(await callee.taken('two')).toMatchObject({ reply: { type: 'reject', code: 'F02' }, authorization: 'Bearer hub-at-carol' })
})

test('a callback that is not taken → repeated until it is; no money moves twice', async () => {
  const before = await node.balances()
  callee.follow((times) => [500, 503, 200][times])
  expect(await alice.pay(prepareTo('test.hub.bob', { amount: 5 }), { requestId: 'three', headers: calledBackTo })).toEqual(accepted)
  await callee.taken('three')
  expect(callee.heard.filter(({ requestId }) => requestId === 'three').map(({ status }) => status)).toEqual([500, 503, 200])
  await node.quiet()
  expect(await node.balances()).toEqual({ ...before, alice: plus(before['alice'], -5), bob: plus(before['bob'], 5) })
})

test('the same id at both threads, and again after its end → accepted each time, one payment, each told the same', async () => {
  const payers = [1, 2].map(() => payerAt({ url: node.url('alice', 2), token: 'alice-secret', connections: 1 }, afterAll))
  const prepare = prepareTo('test.hub.bob', { amount: 9 })
  const heard = receiver.heard.length
  const ask = (): Promise<readonly Told[]> => Promise.all(payers.map((payer) => payer.pay(prepare, { requestId: 'four', headers: calledBackTo })))
  expect(await ask()).toEqual([accepted, accepted])
  const times = (): number => callee.heard.filter(({ requestId }) => requestId === 'four').length
  await until('both are told', () => times() === 2)
  expect(await ask()).toEqual([accepted, accepted])
  await until('both are told again', () => times() === 4)
  for (const { reply, requestId } of callee.heard) if (requestId === 'four') expect(reply).toEqual(fulfillOf({ prepare }))
  expect(receiver.heard.length - heard).toBe(1)
})

test('without a Request-Id, or with a url that is none → 400', async () => {
  const prepare = prepareTo('test.hub.bob', { amount: 9 })
  expect(await alice.pay(prepare, { headers: calledBackTo })).toMatchObject({ status: 400 })
  expect(await alice.pay(prepare, { requestId: 'five', headers: { 'callback-url': 'ftp://127.0.0.1/' } })).toMatchObject({ status: 400 })
})

test('other content under an id → nothing is called back for it', async () => {
  const [first, second] = [prepareTo('test.hub.bob', { amount: 1 }), prepareTo('test.hub.bob', { amount: 2 })]
  await alice.pay(first, { requestId: 'six', headers: calledBackTo })
  await callee.taken('six')
  await alice.pay(second, { requestId: 'six', headers: calledBackTo })
  expect(await alice.pay(first, { requestId: 'six' })).toEqual(fulfillOf({ prepare: first }))
  expect(callee.heard.filter(({ requestId }) => requestId === 'six').map(({ reply }) => reply)).toEqual([fulfillOf({ prepare: first })])
})

test('a peer that calls back → is sent where and under which id; its fulfillment, at any thread, ends the payment once', async () => {
  const before = await node.balances()
  const prepare = prepareTo('test.hub.late', { amount: 11 })
  const told = alice.pay(prepare)
  const heard = await nextOf(later)
  expect(heard.callbackUrl).toBe(node.url('late', 2))
  // Each time on another connection, and so to another thread.
  for (const status of [200, 400, 400]) expect(await answerLater(heard, fulfillOf(heard))).toBe(status)
  expect(await told).toEqual(fulfillOf({ prepare }))
  await node.quiet()
  expect(await node.balances()).toEqual({ ...before, alice: plus(before['alice'], -11), late: plus(before['late'], 11) })
})

test('a callback with another account’s token → counts for nothing', async () => {
  const told = alice.pay(prepareTo('test.hub.late', { amount: 11 }))
  const heard = await nextOf(later)
  expect(await callBack(node.url('alice', 2), 'alice-secret', heard.requestId ?? '', fulfillOf(heard))).toBe(400)
  expect(await callBack(node.url('late', 2), 'alice-secret', heard.requestId ?? '', fulfillOf(heard))).toBe(401)
  expect(await answerLater(heard, rejectOf('F99'))).toBe(200)
  expect(await told).toEqual(rejectOf('F99'))
})

test('both threads die with a payment under way → the fulfillment is taken by the next lives, and called back to its sender', async () => {
  const before = await node.balances()
  const prepare = prepareTo('test.hub.late', { amount: 13 })
  expect(await alice.pay(prepare, { requestId: 'seven', headers: calledBackTo })).toEqual(accepted)
  const heard = await nextOf(later)
  await Promise.all(['t0', 't1'].map((thread) => node.killWorker(thread)))
  await until('the fulfillment is taken', async () => (await answerLater(heard, fulfillOf(heard))) === 200)
  expect((await callee.taken('seven')).reply).toEqual(fulfillOf({ prepare }))
  await node.quiet()
  expect(await node.balances()).toEqual({ ...before, alice: plus(before['alice'], -13), late: plus(before['late'], 13) })
})

test('two nodes, each with two threads, both asynchronous → every payment is told, and both books agree', async () => {
  const dave = payerAt({ url: upstream.url('dave', 2), token: 'dave-secret', connections: 8 }, afterAll)
  const before = await node.balances()
  const prepares = Array.from({ length: 40 }, () => prepareTo('test.hub.bob', { amount: 10 }))
  const told = await Promise.all(prepares.map((prepare) => dave.pay(prepare)))
  expect(told).toEqual(prepares.map((prepare) => fulfillOf({ prepare })))
  await Promise.all([node.quiet(), upstream.quiet()])
  expect(await upstream.balances()).toEqual({ dave: '9600', hub: '400' })
  expect(await node.balances()).toEqual({ ...before, up: '-400', bob: plus(before['bob'], 400) })
})

function plus(balance: string | undefined, amount: number): string {
  return String(BigInt(balance ?? 0) + BigInt(amount))
}

/** The next that was sent for the first time. */
async function nextOf({ next }: typeof later): Promise<Heard> {
  return next()
}

function answerLater({ callbackUrl, requestId }: Heard, reply: Parameters<typeof callBack>[3]): Promise<number> {
  return callBack(callbackUrl ?? '', 'late-secret', requestId ?? '', reply).catch(() => 0)
}
