import { connect as connectTcp, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { Agent, type Dispatcher, request } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Thanks } from '../../../src/core/effect.ts'
import { amount } from '../../../src/core/values/amount.ts'
import type { Refusal, Reply } from '../../../src/core/values/packet.ts'
import type { Asking } from '../../../src/https/owedReplies.ts'
import { decodeReply, encodePrepare, encodeReply } from '../../../src/wire/packet.ts'
import { LOCALHOST } from '../../fixtures/certificates.ts'
import { alice, deal, type Farm, FULFILL, prepareOf, REJECT, startFarm, TOKEN } from '../../fixtures/farm.ts'
import { account } from '../../fixtures/oneThread.ts'

const PREPARE = encodePrepare(prepareOf())

interface Asked {
  readonly path?: string
  readonly body?: Buffer | string
  /** Undefined takes a header away. */
  readonly headers?: Record<string, string | string[] | undefined>
  readonly dispatcher?: Dispatcher
}

interface Told {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: Buffer
  readonly json: () => unknown
}

async function post(farm: Farm, { path = '/accounts/alice/ilp', body = PREPARE, headers, dispatcher }: Asked = {}): Promise<Told> {
  const all = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/octet-stream', ...headers }
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  const response = await request(`${farm.url}${path}`, { method: 'POST', body, headers: given, ...(dispatcher === undefined ? {} : { dispatcher }) })
  const bytes = Buffer.from(await response.body.arrayBuffer())
  return { status: response.statusCode, headers: response.headers, body: bytes, json: () => JSON.parse(bytes.toString()) }
}

/** A bare connection to the farm, and all that comes on it until it is closed. */
function bare(farm: Farm): { socket: Socket; closed: Promise<string> } {
  const socket = connectTcp(Number(new URL(farm.url).port), '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
  })
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  // A server that cuts a connection while we still write resets it.
  socket.on('error', () => {})
  return { socket, closed: new Promise((resolve) => socket.on('close', () => resolve(text))) }
}

const HEAD = `POST /accounts/alice/ilp HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/octet-stream\r\n`

describe('a prepare', () => {
  test('by name → the account, the packet, no id; a fulfill comes back with 200', async () => {
    const farm = await startFarm({ answer: () => FULFILL })
    const told = await post(farm)
    expect(told).toMatchObject({ status: 200, headers: { 'content-type': 'application/octet-stream', 'ilp-deduplicates': 'request-id' } })
    expect(decodeReply(told.body)).toEqual(FULFILL)
    expect(farm.received).toEqual([{ from: alice, prepare: { ...prepareOf(), data: Buffer.alloc(0) }, requestId: undefined, respond: expect.any(Function) }])
  })

  test('by accountId, with a Request-Id and the other content type → the same, and the id', async () => {
    const farm = await startFarm({ answer: () => REJECT })
    const headers = { 'request-id': '42ee09c8-a6de-4ae3-8a47-4732b0cbb07b', 'content-type': 'application/ilp+octet-stream' }
    const told = await post(farm, { path: `/accounts/${alice.id}/ilp`, headers })
    expect(told).toMatchObject({ status: 200, headers: { 'content-type': 'application/ilp+octet-stream' } })
    expect(decodeReply(told.body)).toEqual({ ...REJECT, data: Buffer.alloc(0) })
    expect(farm.received[0]).toMatchObject({ from: alice, requestId: '42ee09c8-a6de-4ae3-8a47-4732b0cbb07b' })
  })

  test('an amount beyond int64 → goes in, for the core to reject', async () => {
    const farm = await startFarm({ answer: () => REJECT })
    await post(farm, { body: encodePrepare(prepareOf({ amount: amount(2n ** 64n - 1n) })) })
    expect(farm.received[0]?.prepare.amount).toBe(2n ** 64n - 1n)
  })

  test('two on one connection, answered after each other → each its own answer', async () => {
    const farm = await startFarm({ answer: ({ prepare }) => (prepare.amount === 1n ? FULFILL : REJECT) })
    const dispatcher = new Agent({ connections: 1 })
    onTestFinished(() => dispatcher.destroy())
    const first = await post(farm, { dispatcher, body: encodePrepare(prepareOf({ amount: amount(1n) })) })
    const second = await post(farm, { dispatcher, body: encodePrepare(prepareOf({ amount: amount(2n) })) })
    expect([first, second].map(({ body }) => decodeReply(body))).toMatchObject([{ type: 'fulfill' }, { type: 'reject' }])
  })

  test('its sender hangs up before the answer → it was received, and the answer goes nowhere', async () => {
    const farm = await startFarm()
    const { socket, closed } = bare(farm)
    const coming = farm.next()
    socket.write(`${HEAD}content-length: ${PREPARE.length}\r\n\r\n`)
    socket.write(PREPARE)
    const { respond } = await coming
    socket.destroy()
    await closed
    await turn()
    expect(() => respond(FULFILL)).not.toThrow()
    expect(await postAnswered(farm)).toBe(200)
  })
})

/** One more prepare, answered when it comes: its status. */
async function postAnswered(farm: Farm): Promise<number> {
  const coming = farm.next()
  const told = post(farm)
  const { respond } = await coming
  respond(FULFILL)
  return (await told).status
}

const id = { 'request-id': 'id-1' }

describe('replies that are called back', () => {
  test('a Callback-Url → what is owed is handed on, and accepted with 202', async () => {
    const asked: Asking[] = []
    const farm = await startFarm({
      owed: {
        take: (asking, respond) => {
          asked.push(asking)
          respond('accepted')
        },
      },
    })
    const told = await post(farm, { headers: { ...id, 'callback-url': 'https://alice.example/ilp' } })
    expect(told).toMatchObject({ status: 202, headers: { 'ilp-deduplicates': 'request-id' } })
    expect(asked).toMatchObject([{ account: alice, requestId: 'id-1', url: 'https://alice.example/ilp', prepare: { amount: 100n } }])
    expect(farm.received).toEqual([])
  })

  test('a refusal → its status; what may have been taken → cut', async () => {
    const farm = await startFarm({
      owed: { take: ({ requestId }, respond) => respond(requestId === 'cut' ? 'cut' : { type: 'refusal', status: 429, message: 'too many' }) },
    })
    const headers = { 'callback-url': 'https://alice.example/ilp' }
    expect(await post(farm, { headers: { ...id, ...headers } })).toMatchObject({ status: 429 })
    await expect(post(farm, { headers: { 'request-id': 'cut', ...headers } })).rejects.toThrow()
  })

  test.each<[Reply, Thanks, number]>([
    [FULFILL, 'taken', 200],
    [REJECT, 'taken', 200],
    [FULFILL, 'late', 400],
  ])('a reply in place of a prepare, %#: thanked → its status', async (reply, how, status) => {
    const heard: unknown[] = []
    const farm = await startFarm({
      hearCallback: (from, requestId, packet, thank) => {
        heard.push({ from, requestId, type: packet.type })
        thank(how)
      },
    })
    expect(await post(farm, { body: encodeReply(reply), headers: id })).toMatchObject({ status })
    expect(heard).toEqual([{ from: alice, requestId: 'id-1', type: reply.type }])
  })

  test('a reply without its id, or cut off → 400, and nobody hears it', async () => {
    const farm = await startFarm({
      hearCallback: () => {
        throw new Error('it was heard')
      },
    })
    expect(await post(farm, { body: encodeReply(FULFILL) })).toMatchObject({ status: 400 })
    expect(await post(farm, { body: encodeReply(FULFILL).subarray(0, -1), headers: id })).toMatchObject({ status: 400 })
  })
})

describe('what is no payment → a status, and nothing is received', () => {
  test.each<[number, string, Asked]>([
    [400, 'no packet', { body: 'hello' }],
    [400, 'a reply in place of a prepare', { body: Buffer.of(13, 33, ...Buffer.alloc(33)) }],
    [400, 'octets behind the packet', { body: Buffer.concat([PREPARE, Buffer.of(0)]) }],
    [400, 'an empty body', { body: '' }],
    [400, 'a Request-Id of two words', { headers: { 'request-id': 'a b' } }],
    [400, 'two Request-Ids', { headers: { 'request-id': ['a', 'b'] } }],
    [400, 'an endless Request-Id', { headers: { 'request-id': 'x'.repeat(129) } }],
    [400, 'a Callback-Url where nobody is called back', { headers: { 'request-id': 'a', 'callback-url': 'https://alice.example/ilp' } }],
    [400, 'a path that is no text', { path: '/accounts/%E0%A4%A/ilp' }],
    [401, 'no token', { headers: { authorization: undefined } }],
    [401, 'a wrong token', { headers: { authorization: 'Bearer bob-secret' } }],
    [404, 'an unknown account', { path: '/accounts/mallory/ilp' }],
    [404, 'another path', { path: '/accounts/alice' }],
    [413, 'more than 64 KiB', { body: Buffer.alloc(65_537) }],
    [415, 'another content type', { headers: { 'content-type': 'application/json' } }],
    [415, 'no content type', { headers: { 'content-type': undefined } }],
  ])('%i: %s', async (status, _what, asked) => {
    const farm = await startFarm()
    const told = await post(farm, asked)
    expect(told.status).toBe(status)
    expect(told.json()).toHaveProperty('message', expect.stringMatching(/./))
    expect(farm.received).toEqual([])
  })

  test('exactly 64 KiB → read, and judged as a packet', async () => {
    expect((await post(await startFarm(), { body: Buffer.alloc(65_536) })).status).toBe(400)
  })

  test('421: another farm’s account → where it is, but only after its token was right', async () => {
    const farm = await startFarm({ parallelism: 4 })
    const path = '/accounts/alice/ilp?x=1'
    const there = 'https://hub.example:8441/accounts/alice/ilp?x=1'
    const told = await post(farm, { path })
    expect(told).toMatchObject({ status: 421, headers: { location: there } })
    expect(told.json()).toMatchObject({ location: there })
    const stranger = await post(farm, { path, headers: { authorization: 'Bearer x' } })
    expect(stranger.status).toBe(401)
    expect(stranger.headers).not.toHaveProperty('location')
  })

  test.each<[Refusal['status'], string | undefined]>([
    [400, undefined],
    [404, undefined],
    [409, undefined],
    [410, undefined],
    [429, '1'],
    [503, '1'],
  ])('%i, refused by the core → its status and its words', async (status, retryAfter) => {
    const farm = await startFarm({ answer: () => ({ type: 'refusal', status, message: 'because' }) })
    const told = await post(farm)
    expect(told.status).toBe(status)
    expect(told.headers['retry-after']).toBe(retryAfter)
    expect(told.json()).toEqual({ message: 'because' })
  })
})

describe('bounds', () => {
  test('more requests than may be under way → 503 with Retry-After, until one is answered', async () => {
    const farm = await startFarm({ limits: { maxInFlight: 1 } })
    const coming = farm.next()
    const first = post(farm)
    const { respond } = await coming
    const second = await post(farm)
    expect(second).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    respond(FULFILL)
    expect((await first).status).toBe(200)
    expect(await postAnswered(farm)).toBe(200)
  })

  test('whoever hangs up makes room', async () => {
    const farm = await startFarm({ limits: { maxInFlight: 1 } })
    const { socket, closed } = bare(farm)
    const coming = farm.next()
    socket.write(Buffer.concat([Buffer.from(`${HEAD}content-length: ${PREPARE.length}\r\n\r\n`), PREPARE]))
    await coming
    socket.destroy()
    await closed
    let status = 503
    while (status === 503) status = (await post(farm, { body: 'no packet' })).status
    expect(status).toBe(400)
  })

  test('more connections than are taken → closed at once', async () => {
    const farm = await startFarm({ limits: { maxConnections: 1 } })
    const first = bare(farm)
    first.socket.write(`${HEAD}content-length: 1\r\n`)
    await new Promise((resolve) => first.socket.once('connect', resolve))
    expect(await bare(farm).closed).toBe('')
  })

  test('headers without end → 431', async () => {
    const { socket, closed } = bare(await startFarm())
    socket.write(`${HEAD}x-more: ${'x'.repeat(20_000)}\r\n\r\n`)
    expect(await closed).toMatch(/^HTTP\/1.1 431/)
  })

  test('a flood of headers → 431', async () => {
    const { socket, closed } = bare(await startFarm())
    socket.write(HEAD + 'a: b\r\n'.repeat(20_000))
    expect(await closed).toMatch(/^HTTP\/1.1 431/)
  })

  test('what is no HTTP → 400 and closed', async () => {
    const { socket, closed } = bare(await startFarm())
    socket.write('hello\r\n\r\n')
    expect(await closed).toMatch(/^HTTP\/1.1 400/)
  })

  test.each([
    ['nothing', ''],
    ['headers that do not end', HEAD],
    ['a body that does not come', `${HEAD}content-length: 100\r\n\r\n`],
    ['chunks that do not end', `${HEAD}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`],
  ])('%s → 408 and closed, though the connection was accepted elsewhere', async (_what, sent) => {
    const farm = await startFarm({ limits: { headersTimeoutMs: 50, requestTimeoutMs: 100, checkMs: 10 } })
    const { socket, closed } = bare(farm)
    socket.write(sent)
    expect(await closed).toMatch(/^HTTP\/1.1 408/)
    expect(farm.received).toEqual([])
  })

  test('an idle connection → closed after its time', async () => {
    const { socket, closed } = bare(await startFarm({ answer: () => FULFILL, limits: { keepAliveMs: 20 } }))
    socket.write(Buffer.concat([Buffer.from(`${HEAD}content-length: ${PREPARE.length}\r\n\r\n`), PREPARE]))
    expect(await closed).toMatch(/^HTTP\/1.1 200/)
  })

  test('a body in many pieces → one packet', async () => {
    const farm = await startFarm()
    const { socket } = bare(farm)
    const coming = farm.next()
    socket.setNoDelay(true)
    socket.write(`${HEAD}content-length: ${PREPARE.length}\r\n\r\n`)
    for (const octet of PREPARE) {
      socket.write(Buffer.of(octet))
      await turn()
    }
    expect((await coming).prepare.amount).toBe(100n)
  })
})

describe('TLS', () => {
  test('a prepare over a dealt connection → received and answered', async () => {
    const farm = await startFarm({ tls: LOCALHOST, answer: () => FULFILL })
    const dispatcher = new Agent({ connect: { ca: LOCALHOST.cert } })
    onTestFinished(() => dispatcher.destroy())
    const told = await post(farm, { dispatcher })
    expect(decodeReply(told.body)).toEqual(FULFILL)
  })

  test('plain http to it → closed, and it serves on', async () => {
    const farm = await startFarm({ tls: LOCALHOST, answer: () => FULFILL })
    const { socket, closed } = bare(farm)
    socket.write(`${HEAD}\r\n`)
    expect(await closed).not.toContain('200')
    const dispatcher = new Agent({ connect: { ca: LOCALHOST.cert } })
    onTestFinished(() => dispatcher.destroy())
    expect((await post(farm, { dispatcher })).status).toBe(200)
  })

  test('a handshake that does not come → closed after its time', async () => {
    const farm = await startFarm({ tls: LOCALHOST, limits: { headersTimeoutMs: 20, checkMs: 10 } })
    expect(await bare(farm).closed).not.toContain('HTTP')
  })

  test('drained with a connection in its handshake and one idle → both are closed', async () => {
    const farm = await startFarm({ tls: LOCALHOST })
    const shaking = bare(farm)
    const idle = connectTls({ port: Number(new URL(farm.url).port), host: '127.0.0.1', ca: LOCALHOST.cert })
    idle.on('error', () => {})
    const closed = new Promise((resolve) => idle.on('close', resolve))
    await new Promise((resolve) => idle.once('secureConnect', resolve))
    await farm.server.drain()
    await shaking.closed
    expect(await closed).toBeDefined()
  })
})

describe('stopping', () => {
  test('drain with one under way → it is answered, what comes on its connection meanwhile is refused, then all is closed', async () => {
    const farm = await startFarm()
    const coming = farm.next()
    const told = post(farm)
    const { socket, closed } = bare(farm)
    await new Promise((resolve) => socket.once('connect', resolve))
    const { respond } = await coming
    const drained = farm.server.drain()
    socket.write(`${HEAD}content-length: 0\r\n\r\n`)
    expect(await closed).toMatch(/^HTTP\/1.1 503[\s\S]*connection: close/i)
    expect(await bare(farm).closed).toBe('')
    respond(FULFILL)
    expect((await told).status).toBe(200)
    await drained
    expect(farm.received).toHaveLength(1)
  })

  test('drain over TLS with one under way, and one idle that is closed → it is answered all the same', async () => {
    const farm = await startFarm({ tls: LOCALHOST })
    const dispatcher = new Agent({ connect: { ca: LOCALHOST.cert, servername: 'localhost' } })
    onTestFinished(() => dispatcher.destroy())
    const coming = farm.next()
    const told = post(farm, { dispatcher })
    const { respond } = await coming
    const idle = bare(farm)
    await new Promise((resolve) => idle.socket.once('connect', resolve))
    const drained = farm.server.drain()
    await idle.closed
    respond(FULFILL)
    expect((await told).status).toBe(200)
    await drained
  })

  test('drain with nothing under way → idle connections are closed', async () => {
    const farm = await startFarm({ answer: () => FULFILL })
    const dispatcher = new Agent({ keepAliveTimeout: 60_000 })
    onTestFinished(() => dispatcher.destroy())
    const cut = new Promise((resolve) => dispatcher.on('disconnect', resolve))
    await post(farm, { dispatcher })
    await farm.server.drain()
    expect(await cut).toBeDefined()
  })

  test('abandon with one under way → its connection is cut without an answer, and a late one goes nowhere', async () => {
    const farm = await startFarm()
    const { socket, closed } = bare(farm)
    const coming = farm.next()
    socket.write(Buffer.concat([Buffer.from(`${HEAD}content-length: ${PREPARE.length}\r\n\r\n`), PREPARE]))
    const { respond } = await coming
    farm.server.abandon()
    expect(await closed).toBe('')
    expect(() => respond(FULFILL)).not.toThrow()
  })
})

test('several farms in one worker → each connection is judged by the farm it came to', async () => {
  const bob = account('bob', { parallelism: 4 })
  const farms = await Promise.all([1, 4].map((parallelism) => startFarm({ parallelism, answer: () => FULFILL, findDoor: doorOf })))
  function doorOf(name: string) {
    const found = [alice, bob].find((each) => each.name === name)
    return found && { account: found, verifyToken: () => true, farmUrl: `https://hub.example:844${found.parallelism}` }
  }
  const told = await Promise.all(farms.flatMap((farm) => ['alice', 'bob'].map((name) => post(farm, { path: `/accounts/${name}/ilp` }))))
  expect(told.map(({ status, headers }) => headers['location'] ?? status)).toEqual([
    200,
    'https://hub.example:8444/accounts/bob/ilp',
    'https://hub.example:8441/accounts/alice/ilp',
    200,
  ])
})

test('a dealt connection whose client has gone already → nothing happens', async () => {
  const farm = await startFarm()
  const port = await deal((socket) => {
    socket.destroy()
    farm.server.accept(socket)
  })
  await expect(request(`http://127.0.0.1:${port}/`)).rejects.toThrow()
  await farm.server.drain()
  expect(farm.received).toEqual([])
})
