/** ILP-over-HTTP (RFC 35), the receiving side, synchronous: a Prepare is POSTed, and the response bears its Fulfill or Reject. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '../core/values/account.ts'
import type { Prepare, Refusal, Reply } from '../core/values/packet.ts'
import { decodePrepare, encodeReply } from '../wire/packet.ts'
import { enter, type Porch, refuse } from './door.ts'

export type Respond = (answer: Reply | Refusal) => void

/** `respond` is called at most once; a sender that has hung up by then is told nothing, and the payment goes on. */
export type Receive = (from: Account, prepare: Prepare, requestId: string | undefined, respond: Respond) => void

export const OCTETS = ['application/octet-stream', 'application/ilp+octet-stream']

/** A UUID has 36 characters; ids of other makers may be longer, and are kept with each answer. */
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

export function serveIlpOverHttp(app: FastifyInstance, porch: Porch, receive: Receive): void {
  app.post('/accounts/:account/ilp', {
    onRequest: (request, reply, done) => {
      reply.header('ilp-deduplicates', 'request-id')
      enter(porch, request, reply, done)
    },
    handler: (request, reply) => take(request, reply, receive),
  })
}

function take(request: FastifyRequest, reply: FastifyReply, receive: Receive): void {
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
  queueMicrotask(() => receive(account, prepare, requestId, (answer) => respond(reply, headers['content-type'], answer)))
}

function respond(reply: FastifyReply, contentType: string | undefined, answer: Reply | Refusal): void {
  if (reply.raw.destroyed) return
  if (answer.type === 'refusal') return refuse(reply, answer.status, answer.message)
  void reply.header('content-type', contentType ?? OCTETS[0]).send(encodeReply(answer))
}
