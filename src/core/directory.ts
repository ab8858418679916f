/** Whom a connector knows: its accounts, and which threads serve them. Shared by its threads, replaced whole. */
import { type Account, type AccountId, dealFarms, type ThreadId } from './values/account.ts'
import type { Address } from './values/address.ts'

export interface Directory {
  /** The connector's own address. */
  readonly address: Address
  readonly threads: number
  readonly accounts: ReadonlyMap<AccountId, Account>
  readonly farms: ReadonlyMap<number, readonly ThreadId[]>
}

export function makeDirectory(address: Address, threads: number, accounts: readonly Account[]): Directory {
  return {
    address,
    threads,
    accounts: new Map(accounts.map((account) => [account.id, account])),
    farms: dealFarms(
      threads,
      accounts.map((account) => account.parallelism),
    ),
  }
}

/** Its threads are t0 to the one before `threads`: whoever leaves is the last of them. */
export function isAmong({ threads }: Directory, thread: ThreadId): boolean {
  return Number(thread.slice(1)) < threads
}

export function serves(directory: Directory, thread: ThreadId, account: Account): boolean {
  return directory.farms.get(account.parallelism)?.includes(thread) ?? false
}
