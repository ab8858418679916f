/** The sender against a peer that answers, misbehaves, or cuts the connection at each stage. */
import { createServer as createHttp, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { createServer as createTls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Prepare } from '../../../src/core/values/packet.ts'
import type { Outcome } from '../../../src/https/outcome.ts'
import { makeSender, type Sender, type SenderOptions } from '../../../src/https/sender.ts'
import { decodePrepare, encodePrepare, encodeReply } from '../../../src/wire/packet.ts'
import { ELSEWHERE, LOCALHOST } from '../../fixtures/certificates.ts'
import { alice, FULFILL, NOW_MS, prepareOf, REJECT, startFarm, TOKEN } from '../../fixtures/farm.ts'
import { account } from '../../fixtures/oneThread.ts'

const to = account('peer').id
const ANSWER = encodeReply(FULFILL)

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the peer has no port')
  return bound.port
}

interface Peering extends Partial<SenderOptions> {
  readonly url: string
  readonly token?: string
}

function senderTo({ url, token = 'our-secret', ...options }: Peering): Sender {
  const sender = makeSender({ findPeer: (account) => (account === to ? { url, token } : undefined), now: () => NOW_MS, ...options })
  onTestFinished(() => sender.destroy())
  return sender
}

function send(sender: Sender, about: Partial<Prepare> = {}, requestId?: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let heard = 0
    sender.send(to, prepareOf(about), requestId, (outcome) => (heard++ === 0 ? resolve(outcome) : reject(new Error('an outcome was told twice'))))
    if (heard > 0) reject(new Error('an outcome was told before send returned'))
  })
}

/** What a peer of node:http answers, and what it was sent. */
async function httpPeer(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createHttp(listener))}/ilp?x=1`
}

/** A peer that has a bare socket in its hands once the first bytes have come. */
async function barePeer(heard: (socket: Socket, count: number) => void, accepted: (socket: Socket) => void = () => {}): Promise<string> {
  let count = 0
  const server = createServer((socket) => {
    accepted(socket)
    socket.on('data', () => heard(socket, ++count))
  })
  return `http://127.0.0.1:${await listen(server)}/`
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

describe('a prepare is sent', () => {
  test('as RFC 35 says → POSTed once to the url, with token, type and packet', async () => {
    const asked: { request: IncomingMessage; body: Buffer }[] = []
    const url = await httpPeer(async (request, response) => {
      asked.push({ request, body: await bodyOf(request) })
      response.end(ANSWER)
    })
    expect(await send(senderTo({ url }), {}, 'id-1')).toEqual(FULFILL)
    expect(asked).toHaveLength(1)
    expect(asked[0]?.request).toMatchObject({
      method: 'POST',
      url: '/ilp?x=1',
      headers: { authorization: 'Bearer our-secret', 'content-type': 'application/octet-stream', 'request-id': 'id-1' },
    })
    expect(decodePrepare(asked[0]?.body ?? Buffer.alloc(0))).toEqual({ ...prepareOf(), data: Buffer.alloc(0) })
  })

  test('without an id → no Request-Id', async () => {
    const url = await httpPeer((request, response) => response.writeHead('request-id' in request.headers ? 500 : 200).end(ANSWER))
    expect(await send(senderTo({ url }))).toEqual(FULFILL)
  })

  test('a packet in many chunks → whole', async () => {
    const url = await httpPeer((_request, response) => {
      for (const octet of ANSWER) response.write(Buffer.of(octet))
      response.end()
    })
    expect(await send(senderTo({ url }))).toEqual(FULFILL)
  })

  test('after a 103 → the final response counts', async () => {
    const url = await barePeer((socket) => {
      socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: ${ANSWER.length}\r\n\r\n`)
      socket.write(ANSWER)
    })
    expect(await send(senderTo({ url }))).toEqual(FULFILL)
  })

  test('through a farm’s server to an echo and back → each side has what the other sent', async () => {
    const farm = await startFarm({
      tls: LOCALHOST,
      answer: ({ prepare, requestId }) => ({
        ...REJECT,
        type: 'reject',
        code: 'F99',
        triggeredBy: prepare.destination,
        message: requestId ?? '',
        data: prepare.data,
      }),
    })
    const deduplicates: boolean[] = []
    const sender = senderTo({
      url: `${farm.url}/accounts/alice/ilp`,
      token: TOKEN,
      ca: LOCALHOST.cert,
      heardDeduplicates: (_account, is) => deduplicates.push(is),
    })
    const data = Buffer.alloc(32_767, 7)
    for (const id of ['a', 'b'])
      expect(await send(sender, { data }, id)).toMatchObject({ type: 'reject', code: 'F99', triggeredBy: 'test.hub.bob', message: id, data })
    expect(farm.received.map(({ from }) => from)).toEqual([alice, alice])
    expect(deduplicates).toEqual([true])
  })
})

describe('S1: not taken', () => {
  test.each([400, 401, 403, 404, 413, 421, 429, 503])('status %i', async (status) => {
    const url = await httpPeer((_request, response) => response.writeHead(status, { location: '/elsewhere' }).end('no'))
    expect(await send(senderTo({ url }))).toMatchObject({ how: 'notTaken' })
  })

  test.each([
    ['no such host', 'https://nowhere.invalid/'],
    ['no url', ''],
    ['a url that is none', 'hub.example'],
    ['another protocol', 'ws://127.0.0.1/'],
  ])('%s', async (_what, url) => {
    expect(await send(senderTo({ url }))).toMatchObject({ how: 'notTaken' })
  })

  test('an account that has no peer', async () => {
    expect(await send(senderTo({ url: 'http://127.0.0.1/', findPeer: () => undefined }))).toMatchObject({ how: 'notTaken' })
  })

  test('a token that no header can bear, and it is not told', async () => {
    const outcome = await send(senderTo({ url: 'http://127.0.0.1/', token: 'sec\nret' }))
    expect(outcome).toMatchObject({ how: 'notTaken' })
    expect(JSON.stringify(outcome)).not.toContain('ret')
  })

  test('nobody listens', async () => {
    const server = createServer()
    const port = await listen(server)
    await new Promise((resolve) => server.close(resolve))
    expect(await send(senderTo({ url: `http://127.0.0.1:${port}/` }))).toMatchObject({ how: 'notTaken' })
  })

  test('a certificate of nobody that we trust', async () => {
    const url = `https://127.0.0.1:${await listen(createTls(LOCALHOST))}/`
    expect(await send(senderTo({ url }))).toMatchObject({ how: 'notTaken' })
  })

  test('a trusted certificate of another host', async () => {
    const url = `https://127.0.0.1:${await listen(createTls(ELSEWHERE))}/`
    expect(await send(senderTo({ url, ca: ELSEWHERE.cert }))).toMatchObject({ how: 'notTaken', why: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  })

  test('a peer that speaks no TLS', async () => {
    const url = await httpPeer((_request, response) => response.end(ANSWER))
    expect(await send(senderTo({ url: url.replace('http:', 'https:') }))).toMatchObject({ how: 'notTaken' })
  })

  test('a handshake that is cut', async () => {
    const url = await barePeer((socket) => socket.resetAndDestroy())
    expect(await send(senderTo({ url: url.replace('http:', 'https:') }))).toMatchObject({ how: 'notTaken' })
  })

  test('a handshake that does not end', async () => {
    const url = await barePeer(() => {})
    const sender = senderTo({ url: url.replace('http:', 'https:'), limits: { connectTimeoutMs: 50 } })
    expect(await send(sender)).toMatchObject({ how: 'notTaken', why: 'UND_ERR_CONNECT_TIMEOUT' })
  })

  test('a handshake that does not end before the expiry → at once, and the prepare is never sent', async () => {
    let now = NOW_MS
    const url = await barePeer(() => {})
    const sender = senderTo({ url: url.replace('http:', 'https:'), now: () => now })
    const told = send(sender)
    now += 29_751
    expect(await told).toMatchObject({ how: 'notTaken', why: 'no connection in time' })
  })
})

describe('S1: unknown', () => {
  test.each([202, 204, 302, 307, 409, 410, 500, 502, 504])('status %i, and it is not followed or repeated', async (status) => {
    let count = 0
    const url = await httpPeer((_request, response) => {
      count++
      response.writeHead(status, { location: '/elsewhere' }).end()
    })
    expect(await send(senderTo({ url }))).toMatchObject({ how: 'unknown' })
    expect(count).toBe(1)
  })

  const head = `HTTP/1.1 200 OK\r\ncontent-length: ${ANSWER.length}\r\n\r\n`
  test.each<[string, (socket: Socket) => unknown]>([
    ['reset after the first byte', (socket) => socket.resetAndDestroy()],
    ['closed after the first byte', (socket) => socket.end()],
    ['reset within the headers', (socket) => socket.write('HTTP/1.1 200 OK\r\ncont', () => socket.resetAndDestroy())],
    ['closed within the headers', (socket) => socket.end('HTTP/1.1 200 OK\r\ncont')],
    ['reset after the headers', (socket) => socket.write(head, () => socket.resetAndDestroy())],
    ['closed within the body', (socket) => socket.end(head + ANSWER.toString('latin1', 0, 10), 'latin1')],
    ['closed within a chunk', (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n50\r\nabc')],
    ['closed within a body that ends with the connection', (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nabc')],
    ['no HTTP', (socket) => socket.end('hello\r\n\r\n')],
    ['another protocol', (socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n')],
    ['100 without asking', (socket) => socket.end('HTTP/1.1 100 Continue\r\n\r\n')],
    ['headers beyond bounds', (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`)],
    ['a body that says it is beyond bounds', (socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n${'x'.repeat(70_000)}`)],
    ['a body without end', (socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(70_000)}`)],
  ])('%s, and it is not repeated', async (_what, misbehave) => {
    const connections: Socket[] = []
    const url = await barePeer(misbehave, (socket) => connections.push(socket))
    const sender = senderTo({ url })
    expect(await send(sender)).toMatchObject({ how: 'unknown' })
    await ended(sender)
    expect(connections).toHaveLength(1)
  })

  test('accepted and reset at once → unknown or not taken, never repeated', async () => {
    let count = 0
    const url = await barePeer(
      () => {},
      (socket) => {
        count++
        socket.resetAndDestroy()
      },
    )
    expect(await send(senderTo({ url }))).toMatchObject({ type: 'failed' })
    expect(count).toBe(1)
  })

  test('no answer until a second after the expiry → given up, and its connection is cut', async () => {
    let now = NOW_MS
    let cut: Promise<unknown> = Promise.resolve()
    const heard = new Promise<void>((resolve) => {
      void barePeer((socket) => {
        cut = new Promise((closed) => socket.on('close', closed))
        resolve()
      }).then(start)
    })
    let told: Promise<Outcome> | undefined
    function start(url: string): void {
      told = send(senderTo({ url, now: () => now }))
    }
    await heard
    now += 31_001
    expect(await told).toEqual({ type: 'failed', how: 'unknown', why: 'no answer in time' })
    await cut
  })
})

async function ended(sender: Sender): Promise<void> {
  while (sender.underWay() > 0) await turn()
}

describe('connections', () => {
  /** Answers on a kept connection; `then` has the socket after each answer. */
  async function keepingPeer(then: (socket: Socket, count: number) => void): Promise<{ url: string; accepted: Socket[] }> {
    const accepted: Socket[] = []
    const url = await barePeer(
      (socket, count) => {
        socket.write(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${ANSWER.length}\r\n\r\n`), ANSWER]), () => then(socket, count))
      },
      (socket) => accepted.push(socket),
    )
    return { url, accepted }
  }

  test('one after the other → the connection is kept', async () => {
    const { url, accepted } = await keepingPeer(() => {})
    const sender = senderTo({ url, limits: { maxConnections: 1 } })
    for (const _ of [1, 2, 3]) expect(await send(sender)).toEqual(FULFILL)
    expect(accepted).toHaveLength(1)
  })

  test.each<[string, (socket: Socket) => unknown]>([
    ['closed', (socket) => socket.end()],
    ['reset', (socket) => socket.resetAndDestroy()],
  ])('a kept one that the peer %s while idle → the next prepare takes another, and is fulfilled', async (_what, end) => {
    const { url, accepted } = await keepingPeer((socket) => end(socket))
    const sender = senderTo({ url })
    for (const _ of [1, 2, 3, 4, 5]) {
      expect(await send(sender)).toEqual(FULFILL)
      const last = accepted.at(-1)
      if (last !== undefined && !last.closed) await new Promise((resolve) => last.on('close', resolve))
    }
    expect(accepted).toHaveLength(5)
  })

  test('a kept one that is reset once the second prepare has come → unknown, and the peer has seen it once', async () => {
    let requests = 0
    const url = await barePeer((socket) => {
      requests++
      if (requests === 2) socket.resetAndDestroy()
      else socket.write(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${ANSWER.length}\r\n\r\n`), ANSWER]))
    })
    const sender = senderTo({ url })
    expect(await send(sender)).toEqual(FULFILL)
    expect(await send(sender)).toMatchObject({ how: 'unknown' })
    expect(requests).toBe(2)
    expect(await send(sender)).toEqual(FULFILL)
  })

  test('an answer that nobody asked for on a kept one → not taken for the next prepare’s', async () => {
    const { url, accepted } = await keepingPeer((socket, count) => {
      if (count === 1) socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno`)
    })
    const sender = senderTo({ url })
    expect(await send(sender)).toEqual(FULFILL)
    expect(await send(sender)).toEqual(FULFILL)
    expect(accepted).toHaveLength(2)
  })

  test('more at once than connections → the others wait, in order, and beyond the bound are not taken', async () => {
    const held: (() => void)[] = []
    const seen: string[] = []
    const arrived = { two: () => {} }
    const both = new Promise<void>((resolve) => {
      arrived.two = resolve
    })
    const url = await httpPeer((request, response) => {
      seen.push(String(request.headers['request-id']))
      held.push(() => response.end(ANSWER))
      if (held.length === 2) arrived.two()
      if (seen.length > 2) for (const answer of held.splice(0)) answer()
    })
    const sender = senderTo({ url, limits: { maxConnections: 2, maxWaiting: 2 } })
    const told = ['a', 'b', 'c', 'd', 'e'].map((id) => send(sender, {}, id))
    expect(await told[4]).toEqual({ type: 'failed', how: 'notTaken', why: 'too many prepares wait for a connection' })
    await both
    held.shift()?.()
    expect(await Promise.all(told.slice(0, 4))).toEqual([FULFILL, FULFILL, FULFILL, FULFILL])
    expect([seen.slice(0, 2).sort(), seen.slice(2)]).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })

  test('one that waits for a connection until too little time is left → not taken, and never sent', async () => {
    let now = NOW_MS
    const seen: unknown[] = []
    const url = await httpPeer((request) => {
      seen.push(request.headers['request-id'])
    })
    const sender = senderTo({ url, now: () => now, limits: { maxConnections: 1 } })
    const first = send(sender, {}, 'first')
    const second = send(sender, { expiresAt: NOW_MS + 1_000 }, 'second')
    now += 751
    expect(await second).toMatchObject({ how: 'notTaken' })
    now += 31_000
    expect(await first).toMatchObject({ how: 'unknown' })
    await ended(sender)
    expect(seen).toEqual(['first'])
  })

  test('another token from one prepare to the next → the new one is shown, the old connections end', async () => {
    const tokens: unknown[] = []
    const url = await httpPeer((request, response) => {
      tokens.push(request.headers.authorization)
      response.end(ANSWER)
    })
    let token = 'one'
    const sender = senderTo({ url, findPeer: () => ({ url, token }) })
    await send(sender)
    token = 'two'
    await send(sender)
    expect(tokens).toEqual(['Bearer one', 'Bearer two'])
  })

  test('the peer’s answers cease to say that it deduplicates → told', async () => {
    const says: boolean[] = []
    let answers = 0
    const url = await httpPeer((_request, response) => response.writeHead(200, ++answers < 3 ? { 'Ilp-Deduplicates': 'request-id' } : {}).end(ANSWER))
    const sender = senderTo({ url, heardDeduplicates: (account, is) => says.push(account === to && is) })
    for (const _ of [1, 2, 3, 4]) await send(sender)
    expect(says).toEqual([true, false])
  })

  test('destroyed with one under way → its connection is cut, and nothing is told', async () => {
    let told = 0
    const cut = new Promise((resolve) => {
      void barePeer((socket) => {
        socket.on('close', resolve)
        void sender?.destroy()
      }).then((url) => {
        sender = senderTo({ url })
        sender.send(to, prepareOf(), undefined, () => told++)
      })
    })
    let sender: Sender | undefined
    await cut
    expect(told).toBe(0)
  })
})

test('the bytes that are sent are the packet’s', async () => {
  const bodies: Buffer[] = []
  const url = await httpPeer(async (request, response) => {
    bodies.push(await bodyOf(request))
    response.end(ANSWER)
  })
  await send(senderTo({ url }))
  expect(bodies).toEqual([encodePrepare(prepareOf())])
})
