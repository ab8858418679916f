/** What the announcer tells the threads: the addressMapper, and what the accounts' books said when last read. */
import type { AccountId, ThreadId } from '../values/account.ts'
import type { Address } from '../values/address.ts'
import type { Amount, Balance } from '../values/amount.ts'
import type { UnixMs } from '../values/time.ts'
import type { Tally } from './candidate.ts'
import type { LiquidityCurve } from './liquidityCurve.ts'

/** One announced way to a prefix. `path` holds the addresses beyond this account, nearest first. */
export interface Way {
  readonly account: AccountId
  readonly path: readonly Address[]
  readonly curve: LiquidityCurve
  readonly since: UnixMs
}

/** Announced route → the ways that may be used: downhill only, in order of account id. */
export type AddressMapper = ReadonlyMap<string, readonly Way[]>

/** One thread's share of what is known of an account, as its book stood at `seq`. */
export interface Part {
  /** hot - taken + given: what this book adds to the account's balance. */
  readonly balance: Balance
  readonly underWay: Amount
}

export interface AccountView {
  readonly balance: Balance
  readonly underWay: Amount
  readonly parts: ReadonlyMap<ThreadId, Part>
  /** What may be spent twice, since the store lost writes (B7, R3). Left out where there is none. */
  readonly lostByFailover?: Amount
}

export interface TallyView {
  /** When something was last added to it. */
  readonly at: UnixMs
  /** Over all threads, decayed up to `at`. */
  readonly tally: Tally
  /** Running totals in each thread's book at the snapshot, so that a thread can add its own since. */
  readonly parts: ReadonlyMap<ThreadId, Tally>
}

/** Something for each way that was taken: by route, then by account. */
export type Tallies<T> = ReadonlyMap<string, ReadonlyMap<AccountId, T>>

export interface Snapshot {
  /** Grows with each that is told, also over an announcer's lives: what a thread hears last may be older than what it has. */
  readonly version: number
  /** When the books were read. */
  readonly at: UnixMs
  readonly mapper: AddressMapper
  readonly accounts: ReadonlyMap<AccountId, AccountView>
  /** By route, then by account. */
  readonly tallies: Tallies<TallyView>
  /** The last sequence number of each book that was read. */
  readonly seqs: ReadonlyMap<ThreadId, number>
}
