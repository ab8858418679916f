/** The configuration's file is read again: its accounts are taken as they are now; what else has changed waits for a restart. */
import { isDeepStrictEqual } from 'node:util'
import type { Node } from '../admin/node.ts'
import { AdminProblem } from '../admin/problem.ts'
import { type AccountConfig, type NodeConfig, readConfig } from '../config/config.ts'
import type { AccountChange } from './change.ts'
import { readKeptAccounts, withKeptAccounts } from './keptAccounts.ts'
import { leftIn } from './remove.ts'

/** Accounts by name. */
export interface Reloaded {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  /** Keys of the file whose change counts from the next start on. */
  readonly needRestart: readonly string[]
}

/** All of it or nothing. Throws UsageError for what is wrong in the file, 409 for what cannot be while there is money. */
export async function reload(node: Node): Promise<Reloaded> {
  const { config: before, store } = node
  const inFile = readConfig(before.file)
  const after = withKeptAccounts(inFile, readKeptAccounts(before.dataDir))
  const old = new Map(before.accounts.map((each) => [each.account.id, each]))
  const now = new Map(after.accounts.map((each) => [each.account.id, each]))
  const added = after.accounts.filter(({ account }) => !old.has(account.id))
  const changed = after.accounts.filter((each) => old.has(each.account.id) && !isSame(each, old.get(each.account.id)))
  const removed = before.accounts.filter(({ account }) => !now.has(account.id))
  for (const { account } of changed) mustKeepUnit(account, old.get(account.id)?.account.unit)
  for (const { account } of removed) {
    const left = await leftIn(store, account.id)
    if (left !== undefined) throw new AdminProblem(409, `${account.name} is not in the file any more, or has another parallelism, and has ${left}: put it back`)
  }
  for (const { account, openingBalance } of [...added, ...changed]) await store.register(account, openingBalance)
  const change: AccountChange = { set: [...added, ...changed], remove: removed.map(({ account }) => account.id) }
  const why = await node.decide({ type: 'reloaded', change, inFile: inFile.accounts })
  if (why !== undefined) throw new AdminProblem(503, `the accounts cannot be kept: ${why}`)
  return { added: namesOf(added), changed: namesOf(changed), removed: namesOf(removed), needRestart: restartsFor(before, inFile) }
}

function isSame(one: AccountConfig, other: AccountConfig | undefined): boolean {
  // It is credited once, ever, and says nothing after that.
  return isDeepStrictEqual({ ...one, openingBalance: 0n }, { ...other, openingBalance: 0n })
}

function mustKeepUnit({ name, unit }: AccountConfig['account'], before: string | undefined): void {
  if (before === unit) return
  throw new AdminProblem(409, `${name} was in ${before} and is now in ${unit}: give it another name, its balance is in the old unit`)
}

function namesOf(accounts: readonly AccountConfig[]): string[] {
  return accounts.map(({ account }) => account.name)
}

/** The admin port's number is what it was given where the file leaves it open. */
function restartsFor(before: NodeConfig, after: NodeConfig): string[] {
  const keys = Object.keys(after) as (keyof NodeConfig)[]
  return keys.filter((key) => key !== 'accounts' && !(key === 'adminPort' && after.adminPort === 0) && !isDeepStrictEqual(before[key], after[key]))
}
