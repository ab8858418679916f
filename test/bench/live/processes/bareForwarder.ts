/**
 * The least that a connector in this language does: fastify in, undici out, the amount and expiry of each packet patched
 * where they stand. It keeps nothing, judges nothing, and forgets each packet with its answer.
 */
import { type FastifyReply, fastify } from 'fastify'
import { type Dispatcher, RoundRobinPool } from 'undici'
import { OCTETS } from '../../../../src/https/ilpOverHttp.ts'
import { lengthAt, prefixLength } from '../../../../src/wire/oer.ts'
import { readTimestamp, writeTimestamp } from '../../../../src/wire/timestamp.ts'
import { given, serve } from './process.ts'

const HOP_MS = 500
const FEE = 0n
/** As many as our own sender keeps to one peer. */
const CONNECTIONS = 256

const { receiver } = given<{ readonly receiver: string }>()
const { origin, pathname } = new URL(receiver)
const pool = new RoundRobinPool(origin, { connections: CONNECTIONS, pipelining: 1, allowH2: false, headersTimeout: 0, bodyTimeout: 0 })
const headers = ['authorization', 'Bearer bare', 'content-type', 'application/octet-stream']

class Forwarding implements Dispatcher.DispatchHandler {
  readonly #reply: FastifyReply
  readonly #chunks: Buffer[] = []

  constructor(reply: FastifyReply) {
    this.#reply = reply
  }

  onConnect(): void {}

  onHeaders(): boolean {
    return true
  }

  onData(chunk: Buffer): boolean {
    this.#chunks.push(chunk)
    return true
  }

  onComplete(): void {
    const [first, ...more] = this.#chunks
    void this.#reply.header('content-type', OCTETS[0]).send(first === undefined || more.length > 0 ? Buffer.concat(this.#chunks) : first)
  }

  onError(error: Error): void {
    void this.#reply.code(502).send({ message: error.message })
  }
}

/** The same buffer, for the next hop. */
function passOn(packet: Buffer): Buffer {
  const at = 1 + prefixLength(lengthAt(packet, 1))
  const expiresAt = readTimestamp(packet, at + 8)
  if (expiresAt === undefined) throw new Error('a packet without an expiry')
  packet.writeBigUInt64BE(packet.readBigUInt64BE(at) - FEE, at)
  writeTimestamp(packet, at + 8, expiresAt - HOP_MS)
  return packet
}

const app = fastify()
app.removeAllContentTypeParsers()
app.addContentTypeParser(OCTETS, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.post('/', (request, reply) => {
  pool.dispatch({ path: pathname, method: 'POST', headers, body: passOn(request.body as Buffer) }, new Forwarding(reply))
})
await app.ready()
await serve(app.server)
