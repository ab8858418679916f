/** `/routes`, `/ledgers`, `/quote`, `/ping`. */
import type { FastifyInstance } from 'fastify'
import { parseAddress } from '../../core/values/address.ts'
import { type Amount, amount, MAX_INT64 } from '../../core/values/amount.ts'
import { mustFind } from './find.ts'
import { ledgerViews } from './ledgerView.ts'
import type { Node } from './node.ts'
import { ping } from './ping.ts'
import { AdminProblem } from './problem.ts'
import { routeViews } from './routeView.ts'

type Given = Readonly<Record<string, unknown>>

export function serveRouting(app: FastifyInstance, node: Node): void {
  app.get('/routes', () => routeViews(node))
  app.get('/ledgers', () => ledgerViews(node))
  app.get<{ Querystring: Given }>('/quote', ({ query }) => quote(node, query))
  app.post('/ping', ({ body }) => ping(node, askedIn(node, (typeof body === 'object' && body !== null ? body : {}) as Given)))
}

interface Asked {
  readonly from: ReturnType<typeof mustFind>['account']
  readonly destination: NonNullable<Exclude<ReturnType<typeof parseAddress>, { invalid: string }>>
  readonly amount: Amount
}

function askedIn({ config }: Node, { from, destination, amount: sum = '0' }: Given): Asked {
  const account = typeof from === 'string' && from !== '' ? mustFind(config, from).account : undefined
  if (account === undefined) throw new AdminProblem(400, 'from is missing: the account that would send, by name')
  const parsed = typeof destination === 'string' ? parseAddress(destination) : undefined
  if (typeof parsed !== 'string')
    throw new AdminProblem(400, `destination ${parsed === undefined ? 'is missing' : parsed.invalid}: an ILP address like test.hub.alice`)
  const text = String(sum)
  if (!/^\d{1,19}$/.test(text) || BigInt(text) > MAX_INT64)
    throw new AdminProblem(400, `amount must be a whole number of ${account.unit}'s base units, up to 2^63-1`)
  return { from: account, destination: parsed, amount: amount(BigInt(text)) }
}

async function quote(node: Node, query: Given) {
  if (query['amount'] === undefined) throw new AdminProblem(400, 'amount is missing: what the account would send, in base units')
  const { from, destination, amount: sum } = askedIn(node, query)
  const found = await node.quote(from.id, destination, sum)
  const receiver = node.config.accounts.find(({ account }) => account.id === found?.account)
  if (found === undefined || receiver === undefined) throw new AdminProblem(404, `there is no route from ${from.name} to ${destination}, or no rate`)
  return { account: receiver.account.name, sourceAmount: String(found.sourceAmount), destinationAmount: String(found.destinationAmount) }
}
