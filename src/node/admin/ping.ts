/**
 * A probe goes the way of a payment, and whoever ends it says how far it came. Of nothing it is a ping, which every connector at
 * its own address fulfills; with an amount nobody can fulfill it: it is charged, and given back with the reject.
 */
import { randomBytes } from 'node:crypto'
import type { Account } from '../../core/values/account.ts'
import { type Address, isBelow } from '../../core/values/address.ts'
import type { Amount } from '../../core/values/amount.ts'
import { conditionOf, fulfillmentOf } from '../../core/values/condition.ts'
import { NO_DATA, type Prepare } from '../../core/values/packet.ts'
import { PING } from '../../https/toOurselves.ts'
import type { Node } from './node.ts'
import { AdminProblem } from './problem.ts'

export interface Probe {
  readonly from: Account
  readonly destination: Address
  readonly amount: Amount
}

export interface Pinged {
  /** Its end came from the destination, or from below it. */
  readonly reached: boolean
  readonly ms: number
  /** Of the reject that came back, or `fulfilled`. */
  readonly code: string
  readonly message: string
  readonly triggeredBy: string
}

const EXPIRES_AFTER_MS = 10_000

export async function ping({ threads, ask, now }: Node, { from, destination, amount }: Probe): Promise<Pinged> {
  const serving = threads().filter(({ state }) => state === 'serving')
  const thread = (serving.find(({ farms }) => farms.includes(from.parallelism)) ?? serving[0])?.thread
  if (thread === undefined) throw new AdminProblem(503, 'no thread serves now')
  const prepare: Prepare = {
    amount,
    expiresAt: now() + EXPIRES_AFTER_MS,
    condition: conditionOf(amount === 0n ? PING : fulfillmentOf(randomBytes(32))),
    destination,
    data: NO_DATA,
  }
  const since = performance.now()
  const reply = await ask(thread, { type: 'probe', from: from.id, prepare })
  const ms = Math.round((performance.now() - since) * 10) / 10
  if (reply === undefined) throw new AdminProblem(503, `thread ${thread} died before it answered`)
  if (reply.type === 'refusal') throw new AdminProblem(reply.status, reply.message)
  if (reply.type === 'fulfill') return { reached: true, ms, code: 'fulfilled', message: '', triggeredBy: destination }
  const { code, message, triggeredBy } = reply
  return { reached: isBelow(destination, triggeredBy), ms, code, message, triggeredBy }
}
