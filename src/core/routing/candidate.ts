/** What a policy sees: everything known of one account that announced the route, and how old it is. */
import type { AccountId } from '../values/account.ts'
import type { Address } from '../values/address.ts'
import type { Amount, Balance } from '../values/amount.ts'
import type { Draw } from '../values/draw.ts'
import type { UnixMs } from '../values/time.ts'
import type { LiquidityCurve } from './liquidityCurve.ts'

/** Counts and amounts (base units, approximate) of how attempts ended, decayed by age (A2). */
export interface Tally {
  readonly successes: number
  readonly faults: number
  readonly noRoom: number
  readonly successAmount: number
  readonly faultAmount: number
  readonly noRoomAmount: number
}

export interface Candidate {
  readonly account: AccountId
  /** What would be sent to it, in its unit. */
  readonly amount: Amount
  /** What we owe it, without what is under way: last snapshot, plus this thread's own changes since. */
  readonly balance: Balance
  /** Outgoing amounts under way to it, all threads. */
  readonly underWay: Amount
  /** Both sides' credit limits together; undefined where the peer's is not known. */
  readonly capacity: Amount | undefined
  /** What the peer still lets us send (limit - balance - underWay), below what it last refused; undefined where nothing is known. May be negative. */
  readonly room: Balance | undefined
  /** Hops beyond this account. */
  readonly distance: number
  readonly path: readonly Address[]
  readonly curve: LiquidityCurve
  /** Since when it announces this route. */
  readonly since: UnixMs
  readonly tally: Tally
  /** Age of the snapshot behind these figures, ms. */
  readonly ageMs: number
}

export interface Choice {
  readonly at: UnixMs
  readonly draw: Draw
}

/**
 * Pure: the same candidates and the same draw give the same pick. `candidates` is never empty and comes in
 * order of account id; the result is an index into it.
 */
export interface Policy {
  readonly name: string
  /** One line for lists. */
  readonly summary: string
  readonly pick: (candidates: readonly Candidate[], choice: Choice) => number
}
