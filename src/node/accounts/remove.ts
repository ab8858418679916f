/**
 * An account goes (B10): no thread takes or offers it anything any more, then its books are looked at; with money in them it
 * comes back.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { AccountId } from '../../core/values/account.ts'
import type { RedisStore } from '../../store/redisStore.ts'
import type { Node } from '../admin/node.ts'
import { AdminProblem } from '../admin/problem.ts'
import type { AccountConfig } from '../config/config.ts'

/** What threads hold of it goes back within coolAfter, and a warm that is under way comes in. */
const LOOKS = 20
const PAUSE_MS = 100

/** Throws 409 while it has a balance or payments under way. */
export async function removeAccount(node: Node, account: AccountConfig): Promise<void> {
  const { id, name } = account.account
  const before = await leftIn(node.store, id)
  if (before !== undefined) throw new AdminProblem(409, `${name} has ${before}: it can go when it has nothing`)
  await mustDecide(node, { type: 'suspended', change: { set: [], remove: [id] } })
  const left = await settledOf(node.store, id)
  if (left === undefined) return mustDecide(node, { type: 'removed', change: { set: [], remove: [id] } })
  await mustDecide(node, { type: 'suspended', change: { set: [account], remove: [] } })
  throw new AdminProblem(409, `${name} has ${left}: it can go when it has nothing`)
}

async function mustDecide(node: Node, decision: Parameters<Node['decide']>[0]): Promise<void> {
  const why = await node.decide(decision)
  if (why !== undefined) throw new AdminProblem(503, `the account cannot be removed: ${why}`)
}

async function settledOf(store: RedisStore, id: AccountId): Promise<string | undefined> {
  for (let look = 1; ; look++) {
    const left = await leftIn(store, id)
    const held = left ?? (await heldOf(store, id))
    if (held === undefined || look === LOOKS || left !== undefined) return held
    await sleep(PAUSE_MS)
  }
}

/** In words; undefined: nothing. */
export async function leftIn(store: RedisStore, id: AccountId): Promise<string | undefined> {
  const [balance, underWay, { books }] = await Promise.all([store.balanceOf(id), store.readUnderWay(), store.read([id])])
  if (balance !== 0n) return `a balance of ${balance}`
  const receives = books.some((book) => book.accounts.some((entry) => entry.account === id && entry.underWay > 0n))
  return receives || underWay.some(({ sender }) => sender === id) ? 'payments under way' : undefined
}

/** What threads hold, against a cold below zero. */
async function heldOf(store: RedisStore, id: AccountId): Promise<string | undefined> {
  const { books } = await store.read([id])
  return books.some((book) => book.accounts.some((entry) => entry.account === id && entry.hot !== 0n)) ? 'money in the books of its threads' : undefined
}
