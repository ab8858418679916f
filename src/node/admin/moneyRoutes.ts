/** `POST /accounts/{account}/deposit` and `/withdraw`. */
import type { FastifyInstance } from 'fastify'
import type { Declined, Direction } from '../../core/money/operation.ts'
import { type Amount, amount, MAX_INT64 } from '../../core/values/amount.ts'
import { mustFind } from './find.ts'
import { moveMoney } from './money.ts'
import type { Node } from './node.ts'
import { AdminProblem } from './problem.ts'

const ID = /^[\x21-\x7e]{1,128}$/

const WHY: Readonly<Record<Declined, string>> = {
  insufficient: 'it is beyond the balance, or payments under way use it',
  tooMuch: 'no more of this unit may enter (R6: all of it stays below 2^61)',
  expired: 'it came too late; give another id',
}

interface MoneyAnswer {
  readonly account: string
  readonly amount: string
  readonly id?: string
  /** The new one. */
  readonly balance: string
}

export function serveMoney(app: FastifyInstance, node: Node): void {
  const serve = (path: string, direction: Direction): void => {
    app.post<{ Params: { account: string } }>(`/accounts/:account/${path}`, async ({ params, body }, reply) => {
      reply.code(201)
      return move(node, params.account, direction, body)
    })
  }
  serve('deposit', 'deposit')
  serve('withdraw', 'withdrawal')
}

async function move(node: Node, name: string, direction: Direction, body: unknown): Promise<MoneyAnswer> {
  const { account } = mustFind(node.config, name)
  const given = wantedIn(body)
  const reply = await moveMoney(node, account, { direction, amount: given.amount }, given.id)
  if (reply === undefined) {
    throw new AdminProblem(503, 'no thread could book it in time; whether one will is not known: ask again under the same id, or look at the balance')
  }
  if (reply.type === 'refusal') throw new AdminProblem(reply.status, reply.message)
  if (reply.type === 'declined') throw new AdminProblem(409, `the ${direction} of ${given.amount} was declined: ${WHY[reply.why]}`)
  const balance = await node.store.balanceOf(account.id)
  return { account: name, amount: String(given.amount), ...(given.id === undefined ? {} : { id: given.id }), balance: String(balance) }
}

interface Given {
  readonly amount: Amount
  readonly id: string | undefined
}

function wantedIn(body: unknown): Given {
  const { amount: sum, id } = (typeof body === 'object' && body !== null ? body : {}) as { readonly amount?: unknown; readonly id?: unknown }
  const text = typeof sum === 'number' && Number.isSafeInteger(sum) ? String(sum) : sum
  if (typeof text !== 'string' || !/^[1-9]\d{0,18}$/.test(text) || BigInt(text) > MAX_INT64) {
    throw new AdminProblem(400, 'amount must be a whole number of base units from 1 to 2^63-1, in quotes: {"amount": "100", "id": "…"}')
  }
  if (id !== undefined && (typeof id !== 'string' || !ID.test(id))) throw new AdminProblem(400, 'id must be one word of at most 128 visible ASCII characters')
  return { amount: amount(BigInt(text)), id }
}
