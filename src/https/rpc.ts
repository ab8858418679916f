/** The receiving side of Interledger RPC in JSON (wire/rpc.ts): each call is answered at once, and what comes of a transfer is a call back. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Account, AccountId } from '../core/values/account.ts'
import { decodeOutcome, decodeTransfer } from '../wire/rpc.ts'
import { enter, refuse } from './door.ts'
import type { Counter } from './ilpOverHttp.ts'
import { RPC } from './owedReplies.ts'

/** What the books say of one account; rejects where they cannot be read. */
export type ReadBalance = (account: AccountId) => Promise<bigint>

interface Call {
  readonly account: Account
  readonly method: string
  readonly parameters: readonly unknown[]
}

export function serveRpc(app: FastifyInstance, counter: Counter): void {
  app.register((scope, _options, done) => {
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, parsed) => parsed(null, parametersIn(String(body))))
    scope.post('/accounts/:account/rpc', {
      onRequest: (request, reply, entered) => enter(counter, request, reply, entered),
      handler: (request, reply) => answer(request, reply, counter),
    })
    done()
  })
}

function parametersIn(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function answer(request: FastifyRequest, reply: FastifyReply, counter: Counter): void {
  const { account, body } = request
  const { method } = request.query as { method?: unknown }
  if (account === undefined) throw new Error('a call came in by no door')
  if (typeof method !== 'string') return refuse(reply, 400, 'the url must name one method, as ?method=send_transfer')
  if (!Array.isArray(body)) return refuse(reply, 400, 'the body must be a list of parameters in JSON')
  const call: Call = { account, method, parameters: body }
  const outcome = decodeOutcome(method, body)
  if (outcome !== undefined && 'invalid' in outcome) return refuse(reply, 400, outcome.invalid)
  if (outcome !== undefined) return hear(account, outcome, reply, counter)
  if (method === 'send_transfer') return takeTransfer(call, reply, counter)
  if (method === 'get_limit') return void reply.send(JSON.stringify(String(account.creditLimit)))
  if (method === 'get_balance' && counter.readBalance !== undefined) return sendBalance(account, reply, counter.readBalance)
  // Its own timer says the same.
  if (method === 'expire_transfer') return void reply.send('true')
  refuse(reply, 400, `there is no method ${method.slice(0, 64)} here`)
}

function takeTransfer({ account, parameters }: Call, reply: FastifyReply, { owed }: Counter): void {
  const transfer = decodeTransfer(parameters)
  if ('invalid' in transfer) return refuse(reply, 400, transfer.invalid)
  if (owed === undefined) return refuse(reply, 400, 'nobody is called back here')
  const { id, prepare } = transfer
  process.nextTick(() =>
    owed.take({ account, requestId: id, url: RPC, prepare }, (acceptance) => {
      if (reply.raw.destroyed) return
      if (acceptance === 'accepted') void reply.send('true')
      else if (acceptance === 'cut') reply.raw.destroy()
      else refuse(reply, acceptance.status, acceptance.message)
    }),
  )
}

function hear(
  account: Account,
  { id, reply: packet }: Exclude<NonNullable<ReturnType<typeof decodeOutcome>>, { invalid: string }>,
  reply: FastifyReply,
  counter: Counter,
): void {
  const { hearCallback } = counter
  if (hearCallback === undefined) return refuse(reply, 400, 'nothing was sent from here')
  process.nextTick(() =>
    hearCallback(account, id, packet, (how) => {
      if (reply.raw.destroyed) return
      if (how === 'taken') void reply.send('true')
      else refuse(reply, 400, 'no transfer under this id waits for its end')
    }),
  )
}

/** As its holder's peer sees it. */
function sendBalance({ id }: Account, reply: FastifyReply, readBalance: ReadBalance): void {
  readBalance(id).then(
    (balance) => void reply.send(JSON.stringify(String(-balance))),
    () => refuse(reply, 503, 'the books cannot be read now'),
  )
}
