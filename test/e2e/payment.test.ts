/**
 * Payments through a real node: what its sender is told, what its receiver is sent, and after each test every balance, to the
 * unit. One node serves them all.
 */
import { createServer } from 'node:net'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { NO_DATA, type Prepare, type RejectCode } from '../../src/core/values/packet.ts'
import { encodePrepare } from '../../src/wire/packet.ts'
import { startNode, until } from '../fixtures/liveNode.ts'
import { type Payer, type PayerOptions, payerAt, prepareTo, type Told } from '../fixtures/payer.ts'
import { type Answer, fulfillOf, type Heard, rejectOf, startReceiver } from '../fixtures/receiver.ts'

const receiver = await startReceiver(afterAll)
const FEE_PPM = 333
const MAX_PACKET = 1_000_000
const MAX_OPEN = 5

const peer = { url: receiver.url, token: 'hub-secret' }
/** Each is owed 10,000 to begin with. */
const SENDERS = ['alice', 'carol', 'dave', 'erin']
const PARALLELISM: Readonly<Record<string, number>> = { carol: 2 }

const node = await startNode(
  {
    threads: 2,
    farms: { 1: 0, 2: 0 },
    maxPacketAmount: String(MAX_PACKET),
    maxOpen: MAX_OPEN,
    answerRetention: '1s',
    routing: { policy: 'lowest-account-id' },
    ledgers: { usd: { scale: 2 }, eth: { scale: 9 }, gold: { scale: 0 }, shells: { scale: 0 } },
    rates: { 'usd/eth': '0.0004', 'usd/gold': '0.0005' },
    feePpm: FEE_PPM,
    accounts: [
      ...SENDERS.map((name) => ({ name, ledger: 'usd', parallelism: PARALLELISM[name] ?? 1, token: `${name}-secret`, openingBalance: '10000' })),
      { name: 'bob', ledger: 'usd', parallelism: 2, token: 'bob-secret', peer },
      { name: 'eve', ledger: 'eth', parallelism: 1, token: 'eve-secret', peer },
      { name: 'midas', ledger: 'gold', parallelism: 1, token: 'midas-secret', peer },
      { name: 'islander', ledger: 'shells', parallelism: 1, token: 'islander-secret', peer },
      { name: 'gone', ledger: 'usd', parallelism: 1, token: 'gone-secret', routes: ['test.shore'], peer: { url: await unreachableUrl(), token: 'hub-secret' } },
      // By their account ids, south is tried before gone, and gone before north.
      {
        name: 'north',
        ledger: 'usd',
        parallelism: 1,
        token: 'north-secret',
        routes: ['test.pole', 'test.shore'],
        peer: { url: `${receiver.url}/north`, token: 'hub-secret' },
      },
      {
        name: 'south',
        ledger: 'usd',
        parallelism: 1,
        token: 'south-secret',
        routes: ['test.pole'],
        peer: { url: `${receiver.url}/south`, token: 'hub-secret' },
      },
    ],
  },
  afterAll,
)

let opening: Readonly<Record<string, string>> = {}
/** What the test says that it moved. */
let movement: Readonly<Record<string, number>> = {}

function moved(changes: Readonly<Record<string, number>>): void {
  movement = changes
}

function payerOf(name: string, options: Partial<PayerOptions> = {}): Payer {
  return payerAt({ url: node.url(name, PARALLELISM[name]), token: `${name}-secret`, ...options }, afterAll)
}

const alice = payerOf('alice')

beforeEach(async () => {
  receiver.follow(fulfillOf)
  movement = {}
  opening = await node.balances()
})

/** Whatever a test did, every balance is what it says, and nothing is left open. */
afterEach(async () => {
  await node.quiet()
  const accounts = await node.accounts()
  const expected = Object.entries(opening).map(([name, balance]) => [name, String(BigInt(balance) + BigInt(movement[name] ?? 0))])
  expect(Object.fromEntries(accounts.map(({ name, balance }) => [name, balance]))).toEqual(Object.fromEntries(expected))
  expect(accounts.filter(({ prepared }) => prepared !== '0')).toEqual([])
})

async function unreachableUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${typeof bound === 'string' ? 0 : bound?.port}/`
}

/** The receiver answers the next one, and nothing else. */
async function answering(answer: Answer, prepare: Prepare): Promise<Told> {
  receiver.follow(() => answer)
  return alice.pay(prepare)
}

function rejected(code: RejectCode) {
  return expect.objectContaining({ type: 'reject', code, triggeredBy: 'test.hub' })
}

function refused(status: number) {
  return expect.objectContaining({ type: 'status', status })
}

test('prepare → the receiver is sent it, earlier by a second; fulfill; the amount is moved', async () => {
  const before = receiver.heard.length
  receiver.follow((heard) => fulfillOf(heard, 'thanks'))
  const prepare = prepareTo('test.hub.bob.invoice7', { amount: 100 })
  const told = await alice.pay(prepare)
  expect(told).toEqual(fulfillOf({ prepare }, 'thanks'))
  const heard = receiver.heard.slice(before)
  expect(heard.map(({ prepare: sent }) => sent)).toEqual([{ ...prepare, expiresAt: prepare.expiresAt - 1_000 }])
  expect(heard[0]).toMatchObject({ authorization: 'Bearer hub-secret', requestId: undefined })
  moved({ alice: -100, bob: 100 })
})

test('prepare of 0 → passes as it is', async () => {
  const prepare = prepareTo('test.hub.islander', { amount: 0 })
  expect(await alice.pay(prepare)).toEqual(fulfillOf({ prepare }))
})

test('prepare to an account in another ledger → one floor of amount x rate x (1 - fee)', async () => {
  const before = receiver.heard.length
  const prepare = prepareTo('test.hub.eve', { amount: 7 })
  expect(await alice.pay(prepare)).toEqual(fulfillOf({ prepare }))
  // 7 cents are 28,000 gwei; 333 ppm of that are 9.324.
  expect(receiver.heard[before]?.prepare.amount).toBe(27_990n)
  moved({ alice: -7, eve: 27_990 })
})

test('no account has the destination → F02', async () => {
  expect(await alice.pay(prepareTo('test.elsewhere.bob', { amount: 1 }))).toEqual(rejected('F02'))
})

test('a destination at the sender itself → F02', async () => {
  expect(await alice.pay(prepareTo('test.hub.alice.wallet', { amount: 1 }))).toEqual(rejected('F02'))
})

test('no rate between the two ledgers → F02', async () => {
  expect(await alice.pay(prepareTo('test.hub.islander', { amount: 1 }))).toEqual(
    expect.objectContaining({ code: 'F02', message: expect.stringContaining('rate') }),
  )
})

test('a preimage of something else → F05', async () => {
  const answer = fulfillOf({ prepare: prepareTo('test.hub.bob', { amount: 1 }) })
  expect(await answering(answer, prepareTo('test.hub.bob', { amount: 1 }))).toEqual(rejected('F05'))
})

test('more than maxPacketAmount → F08 with what came and what may', async () => {
  const data = Buffer.alloc(16)
  data.writeBigUInt64BE(BigInt(MAX_PACKET + 1), 0)
  data.writeBigUInt64BE(BigInt(MAX_PACKET), 8)
  const told = await alice.pay(prepareTo('test.hub.bob', { amount: MAX_PACKET + 1 }))
  expect(told).toEqual(expect.objectContaining({ type: 'reject', code: 'F08', data }))
})

test('beyond the balance → T04; all of it → fulfill; parallelism 2: above half of it → T04', async () => {
  const erin = payerOf('erin')
  // One connection, one thread: what it holds hot after the first reject would be missing at the other for a moment.
  const carol = payerOf('carol', { connections: 1 })
  expect(await erin.pay(prepareTo('test.hub.bob', { amount: 10_001 }))).toEqual(rejected('T04'))
  const all = prepareTo('test.hub.bob', { amount: 10_000 })
  expect(await erin.pay(all)).toEqual(fulfillOf({ prepare: all }))
  expect(await carol.pay(prepareTo('test.hub.bob', { amount: 5_001 }))).toEqual(rejected('T04'))
  const half = prepareTo('test.hub.bob', { amount: 5_000 })
  expect(await carol.pay(half)).toEqual(fulfillOf({ prepare: half }))
  moved({ erin: -10_000, carol: -5_000, bob: 15_000 })
})

test('nothing is left at the rate → R01', async () => {
  expect(await alice.pay(prepareTo('test.hub.midas', { amount: 100 }))).toEqual(rejected('R01'))
})

test('too little time for an answer → R02', async () => {
  expect(await alice.pay(prepareTo('test.hub.bob', { amount: 1, expiresInMs: 1_100 }))).toEqual(rejected('R02'))
})

test('the receiver never says how it ended, or too late → R00, and what it says then moves nothing', async () => {
  const before = receiver.heard.length
  const answers: (Answer | undefined)[] = [undefined, { type: 'status', status: 500 }, { type: 'noise' }, { type: 'reset' }]
  receiver.follow(() => answers[receiver.heard.length - before - 1])
  const told = await Promise.all(answers.map((_, i) => alice.pay(prepareTo('test.hub.bob', { amount: 10 + i, expiresInMs: 2_500 }))))
  expect(told).toEqual(answers.map(() => rejected('R00')))
  const heard = receiver.heard.slice(before)
  expect(heard).toHaveLength(answers.length)
  for (const one of heard) if (one.answered === undefined && !one.isCut) one.answer(fulfillOf(one))
})

test.each<RejectCode>(['F99', 'R99', 'T00', 'T04'])('the receiver rejects with %s → its own packet is passed on', async (code) => {
  const reject = rejectOf(code, 'not today', 'with data')
  expect(await answering(reject, prepareTo('test.hub.bob', { amount: 5 }))).toEqual(reject)
})

test.each([404, 503])('the receiver answers %i → not taken: T01', async (status) => {
  expect(await answering({ type: 'status', status }, prepareTo('test.hub.bob', { amount: 5 }))).toEqual(rejected('T01'))
})

test('the receiver cannot be reached → T01', async () => {
  expect(await alice.pay(prepareTo('test.hub.gone', { amount: 5 }))).toEqual(rejected('T01'))
})

test('the first candidate cannot be reached → the second is sent it and credited', async () => {
  const before = receiver.heard.length
  const prepare = prepareTo('test.shore.hut', { amount: 40 })
  expect(await alice.pay(prepare)).toEqual(fulfillOf({ prepare }))
  expect(receiver.heard.slice(before).map(({ path }) => path)).toEqual(['/ilp/north'])
  moved({ alice: -40, north: 40 })
})

test('the first candidate does not take it → the second is sent it and credited', async () => {
  const before = receiver.heard.length
  receiver.follow((heard) => (heard.path === '/ilp/south' ? { type: 'status', status: 503 } : fulfillOf(heard)))
  const prepare = prepareTo('test.pole.igloo', { amount: 40 })
  expect(await alice.pay(prepare)).toEqual(fulfillOf({ prepare }))
  expect(receiver.heard.slice(before).map(({ path }) => path)).toEqual(['/ilp/south', '/ilp/north'])
  moved({ alice: -40, north: 40 })
})

test('both candidates reject for now → the second one’s own reject is passed on', async () => {
  receiver.follow(({ path }) => rejectOf('T00', path))
  const before = receiver.heard.length
  const told = await alice.pay(prepareTo('test.pole.igloo', { amount: 40 }))
  expect(told).toEqual(rejectOf('T00', '/ilp/north'))
  expect(receiver.heard.slice(before).map(({ path }) => path)).toEqual(['/ilp/south', '/ilp/north'])
})

test('what is no prepare → 400', async () => {
  expect(await alice.post(Buffer.from('hello'))).toEqual(refused(400))
  expect(await alice.post(encodePrepare(prepareTo('test.hub.bob', { amount: 1 })).subarray(0, -1))).toEqual(refused(400))
})

test('an expiry more than 10 minutes ahead → 400', async () => {
  expect(await alice.pay(prepareTo('test.hub.bob', { amount: 1, expiresInMs: 660_000 }))).toEqual(refused(400))
})

test('no token, or another account’s → 401', async () => {
  const prepare = prepareTo('test.hub.bob', { amount: 1 })
  expect(await payerOf('alice', { token: 'carol-secret' }).pay(prepare)).toEqual(refused(401))
  expect(await alice.pay(prepare, { headers: { authorization: '' } })).toEqual(refused(401))
})

test('an account that there is not → 404', async () => {
  const nobody = payerOf('nobody')
  expect(await nobody.pay(prepareTo('test.hub.bob', { amount: 1 }))).toEqual(refused(404))
})

test('a body above 64 KiB → 413', async () => {
  expect(await alice.post(Buffer.alloc(65_537))).toEqual(refused(413))
})

test('another content type → 415', async () => {
  expect(await alice.pay(prepareTo('test.hub.bob', { amount: 1 }), { headers: { 'content-type': 'application/json' } })).toEqual(refused(415))
})

test('another farm’s account → 421, and the same prepare where it points to is fulfilled', async () => {
  const prepare = prepareTo('test.hub.bob', { amount: 1 })
  const told = await payerOf('alice', { url: node.url('alice', 2) }).pay(prepare)
  expect(told).toEqual(expect.objectContaining({ status: 421, location: node.url('alice', 1) }))
  expect(await payerOf('alice', { url: (told as { location: string }).location }).pay(prepare)).toEqual(fulfillOf({ prepare }))
  moved({ alice: -1, bob: 1 })
})

test('more under way than maxOpen → 429, and as one ends another is taken', async () => {
  const dave = payerOf('dave')
  receiver.follow(() => undefined)
  const under = Array.from({ length: MAX_OPEN }, () => dave.pay(prepareTo('test.hub.bob', { amount: 1 })))
  const held: Heard[] = []
  while (held.length < MAX_OPEN) held.push(await nextHeld())
  expect(await dave.pay(prepareTo('test.hub.bob', { amount: 1 }))).toEqual(refused(429))
  held[0]?.answer(fulfillOf(held[0]))
  await Promise.race(under)
  receiver.follow(fulfillOf)
  expect(await dave.pay(prepareTo('test.hub.bob', { amount: 1 }))).toMatchObject({ type: 'fulfill' })
  for (const one of held.slice(1)) one.answer(fulfillOf(one))
  expect((await Promise.all(under)).map(({ type }) => type)).toEqual(under.map(() => 'fulfill'))
  moved({ dave: -MAX_OPEN - 1, bob: MAX_OPEN + 1 })
})

/** The next that the receiver has not answered. */
async function nextHeld() {
  let heard = await receiver.next()
  while (heard.answered !== undefined || heard.isCut) heard = await receiver.next()
  return heard
}

test('an id again: the same content → the same answer, sent once; other content → 409', async () => {
  const prepare = prepareTo('test.hub.bob', { amount: 3 })
  const before = receiver.heard.length
  const first = await alice.pay(prepare, { requestId: 'again' })
  expect(first).toEqual(fulfillOf({ prepare }))
  expect(await alice.pay(prepare, { requestId: 'again' })).toEqual(first)
  expect(await alice.pay(prepareTo('test.hub.bob', { amount: 3 }), { requestId: 'again' })).toEqual(refused(409))
  expect(receiver.heard.slice(before)).toHaveLength(1)
  moved({ alice: -3, bob: 3 })
})

test('an id that is no word → 400', async () => {
  expect(await alice.pay(prepareTo('test.hub.bob', { amount: 3 }), { requestId: 'two words' })).toEqual(refused(400))
})

test('an id again, after its answer was kept for its time → 410', async () => {
  // Too little for a second node: rejected, and kept.
  const prepare = prepareTo('test.hub.bob', { amount: 3, expiresInMs: 1_000 })
  const kept = await alice.pay(prepare, { requestId: 'too-old' })
  expect(kept).toEqual(rejected('R02'))
  let last = kept
  await until('the answer is kept no more', async () => {
    expect(last).toEqual(kept)
    last = await alice.pay(prepare, { requestId: 'too-old' })
    return last.type === 'status'
  })
  expect(last).toEqual(refused(410))
  expect(Date.now()).toBeGreaterThanOrEqual(prepare.expiresAt + 1_000)
})

test('an id at both threads, while it is under way and after → one is sent, both are told the same', async () => {
  const [one, two] = [payerOf('carol', { connections: 1 }), payerOf('carol', { connections: 1 })]
  const before = receiver.heard.length
  receiver.follow(() => undefined)
  // Shows that each has a connection to a thread of its own, and keeps it.
  const apart = [one, two].map((payer) => payer.pay(prepareTo('test.hub.bob', { amount: 1 })))
  const heldApart = [await nextHeld(), await nextHeld()]
  expect((await node.threads()).map(({ underWay }) => underWay)).toEqual([1, 1])
  for (const held of heldApart) held.answer(fulfillOf(held))
  await Promise.all(apart)

  const prepare = prepareTo('test.hub.bob', { amount: 50, data: NO_DATA })
  const asked = [one.pay(prepare, { requestId: 'both' }), two.pay(prepare, { requestId: 'both' })]
  const held = await nextHeld()
  held.answer(fulfillOf(held, 'once'))
  const told = await Promise.all(asked)
  expect(told).toEqual([fulfillOf({ prepare }, 'once'), fulfillOf({ prepare }, 'once')])
  expect(await Promise.all([one, two].map((payer) => payer.pay(prepare, { requestId: 'both' })))).toEqual(told)
  const other = prepareTo('test.hub.bob', { amount: 51 })
  expect(await Promise.all([one, two].map((payer) => payer.pay(other, { requestId: 'both' })))).toEqual([refused(409), refused(409)])
  expect(receiver.heard.slice(before)).toHaveLength(3)
  moved({ carol: -52, bob: 52 })
})
