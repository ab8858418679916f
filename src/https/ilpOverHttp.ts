/**
 * ILP-over-HTTP (RFC 35), the receiving side: a Prepare is POSTed, and the response bears its Fulfill or Reject; with a
 * Callback-Url they follow later (owedReplies.ts). What others owe us comes the same way, under the id of our own Prepare (B8).
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Thanks } from '../core/effect.ts'
import type { Account } from '../core/values/account.ts'
import type { Prepare, Refusal, Reply } from '../core/values/packet.ts'
import { decodePrepare, decodeReply, encodeReply, isReply } from '../wire/packet.ts'
import { enter, type Porch, refuse } from './door.ts'
import type { OwedReplies } from './owedReplies.ts'
import type { ReadBalance } from './rpc.ts'

export type Respond = (answer: Reply | Refusal) => void

/** `respond` is called at most once; a sender that has hung up by then is told nothing, and the payment goes on. */
export type Receive = (from: Account, prepare: Prepare, requestId: string | undefined, respond: Respond) => void

export const OCTETS: [string, string] = ['application/octet-stream', 'application/ilp+octet-stream']

/** A UUID has 36 characters; ids of other makers may be longer, and are kept with each answer. */
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

/** A reply to the prepare that we sent under this id. `thank` is called at most once; until then it is repeated. */
export type HearCallback = (from: Account, requestId: string, reply: Reply, thank: (how: Thanks) => void) => void

/** What a farm's server hands on. */
export interface Counters {
  readonly receive: Receive
  /** Left out: nobody may call back. */
  readonly hearCallback?: HearCallback | undefined
  /** Left out: nobody is called back. */
  readonly owed?: Pick<OwedReplies, 'take'> | undefined
  /** Left out: nobody is told. */
  readonly readBalance?: ReadBalance | undefined
}

export interface Counter extends Porch, Counters {
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

function take(request: FastifyRequest, reply: FastifyReply, counter: Counter): void {
  const { account, body, headers } = request
  if (account === undefined) throw new Error('a prepare came in by no door')
  const requestId = headers['request-id']
  if (!Buffer.isBuffer(body)) return refuse(reply, 400, 'the body must be an ILP Prepare packet')
  if (Array.isArray(requestId) || (requestId !== undefined && !REQUEST_ID.test(requestId))) {
    return refuse(reply, 400, 'Request-Id must be one word of at most 128 visible ASCII characters, such as a UUID')
  }
  if (isReply(body)) return takeCallback(account, requestId, body, reply, counter)
  const prepare = decodePrepare(body)
  if ('invalid' in prepare) return refuse(reply, 400, `the body is no ILP Prepare packet: ${prepare.invalid}`)
  const callbackUrl = headers['callback-url']
  if (callbackUrl !== undefined) return takeOwed({ account, requestId, url: String(callbackUrl), prepare }, reply, counter)
  const { receive, isClosing } = counter
  // Out of fastify's hands, where a bug would become a status and the process would go on.
  process.nextTick(receive, account, prepare, requestId, (answer: Reply | Refusal) => {
    if (reply.raw.destroyed) return
    if (answer.type === 'refusal') refuse(reply, answer.status, answer.message)
    else respond(reply, headers['content-type'] ?? OCTETS[0], answer, isClosing())
  })
}

interface Asked {
  readonly account: Account
  readonly requestId: string | undefined
  readonly url: string
  readonly prepare: Prepare
}

function takeOwed({ requestId, ...asked }: Asked, reply: FastifyReply, { owed }: Counter): void {
  if (owed === undefined) return refuse(reply, 400, 'Callback-Url is not served: leave it out, and the answer comes in the response')
  if (requestId === undefined) return refuse(reply, 400, 'a Callback-Url needs a Request-Id, under which the reply is called back')
  process.nextTick(() =>
    owed.take({ ...asked, requestId }, (acceptance) => {
      if (reply.raw.destroyed) return
      if (acceptance === 'accepted') void reply.code(202).send()
      else if (acceptance === 'cut') reply.raw.destroy()
      else refuse(reply, acceptance.status, acceptance.message)
    }),
  )
}

function takeCallback(account: Account, requestId: string | undefined, body: Buffer, reply: FastifyReply, { hearCallback }: Counter): void {
  if (hearCallback === undefined) return refuse(reply, 400, 'the body must be an ILP Prepare packet')
  if (requestId === undefined) return refuse(reply, 400, 'a reply needs the Request-Id of its Prepare')
  const packet = decodeReply(body)
  if ('invalid' in packet) return refuse(reply, 400, `the body is no ILP Fulfill or Reject packet: ${packet.invalid}`)
  process.nextTick(hearCallback, account, requestId, packet, (how: Thanks) => {
    if (reply.raw.destroyed) return
    if (how === 'taken') void reply.code(200).send()
    else refuse(reply, 400, 'no Prepare under this Request-Id waits for a reply')
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
