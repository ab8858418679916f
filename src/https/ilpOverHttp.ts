/** ILP-over-HTTP (RFC 35), the receiving side, synchronous: a Prepare is POSTed, and the response bears its Fulfill or Reject. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '../core/values/account.ts'
import type { Prepare, Refusal, Reply } from '../core/values/packet.ts'
import { decodePrepare, encodeReply } from '../wire/packet.ts'
import { enter, type Porch, refuse } from './door.ts'

export type Respond = (answer: Reply | Refusal) => void

/** `respond` is called at most once; a sender that has hung up by then is told nothing, and the payment goes on. */
export type Receive = (from: Account, prepare: Prepare, requestId: string | undefined, respond: Respond) => void

export const OCTETS: [string, string] = ['application/octet-stream', 'application/ilp+octet-stream']

/** A UUID has 36 characters; ids of other makers may be longer, and are kept with each answer. */
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

export interface Counter extends Porch {
  readonly receive: Receive
  /** Whether connections are to be closed with the next answer. */
  readonly isClosing: () => boolean
}

export function serveIlpOverHttp(app: FastifyInstance, counter: Counter): void {
  app.post('/accounts/:account/ilp', {
    onRequest: (request, reply, done) => enter(counter, request, reply, done),
    onSend: (_request, reply, _payload, done) => {
      reply.header(...DEDUPLICATES)
      done()
    },
    handler: (request, reply) => take(request, reply, counter),
  })
}

const DEDUPLICATES = ['ilp-deduplicates', 'request-id'] as const

function take(request: FastifyRequest, reply: FastifyReply, { receive, isClosing }: Counter): void {
  const { account, body, headers } = request
  if (account === undefined) throw new Error('a prepare came in by no door')
  const requestId = headers['request-id']
  if (!Buffer.isBuffer(body)) return refuse(reply, 400, 'the body must be an ILP Prepare packet')
  if (Array.isArray(requestId) || (requestId !== undefined && !REQUEST_ID.test(requestId))) {
    return refuse(reply, 400, 'Request-Id must be one word of at most 128 visible ASCII characters, such as a UUID')
  }
  if (headers['callback-url'] !== undefined) return refuse(reply, 400, 'Callback-Url is not served: leave it out, and the answer comes in the response')
  const prepare = decodePrepare(body)
  if ('invalid' in prepare) return refuse(reply, 400, `the body is no ILP Prepare packet: ${prepare.invalid}`)
  // Out of fastify's hands, where a bug would become a status and the process would go on.
  process.nextTick(receive, account, prepare, requestId, (answer: Reply | Refusal) => {
    if (reply.raw.destroyed) return
    if (answer.type === 'refusal') refuse(reply, answer.status, answer.message)
    else respond(reply, headers['content-type'] ?? OCTETS[0], answer, isClosing())
  })
}

/** Past fastify, which has nothing to do with these any more; as a text, so that head and body are one piece for the socket. */
function respond(reply: FastifyReply, contentType: string, answer: Reply, isLast: boolean): void {
  const body = encodeReply(answer).toString('latin1')
  const head = ['content-type', contentType, 'content-length', String(body.length), ...DEDUPLICATES]
  if (isLast) head.push('connection', 'close')
  reply.hijack()
  reply.raw.writeHead(200, head).end(body, 'latin1')
}
