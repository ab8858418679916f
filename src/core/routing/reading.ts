/** What the announcer reads of the books each second, and what it makes of it: balances, parts, decayed records (A2). */
import type { MutableTally } from '../book/holding.ts'
import type { AccountId, ThreadId } from '../values/account.ts'
import { type Amount, add, type Balance, minus, plus, ZERO } from '../values/amount.ts'
import type { UnixMs } from '../values/time.ts'
import type { Tally } from './candidate.ts'
import type { AccountView, Part, Tallies, TallyView } from './snapshot.ts'

/** One account's shard: its cold, and the running totals that its threads were granted and gave back. */
export interface AccountReading {
  readonly account: AccountId
  readonly cold: Balance
  /** Sum over threads of granted - returned. */
  readonly outside: Balance
}

/** What one book says of one account. */
export interface BookReading {
  readonly account: AccountId
  readonly hot: Balance
  readonly taken: Amount
  readonly given: Amount
  readonly underWay: Amount
}

export interface Reading {
  readonly accounts: readonly AccountReading[]
  readonly books: readonly {
    readonly thread: ThreadId
    readonly seq: number
    readonly accounts: readonly BookReading[]
    /** Running totals. */
    readonly tallies: Tallies<Tally>
  }[]
}

/** balance = cold + sum of (granted - taken) + hot + (given - returned), each shard read once (DESIGN.md section 3). */
export function accountViews(reading: Reading): Map<AccountId, AccountView> {
  const parts = new Map<AccountId, Map<ThreadId, Part>>()
  for (const book of reading.books) {
    for (const { account, hot, taken, given, underWay } of book.accounts) {
      const ofAccount = parts.get(account) ?? new Map<ThreadId, Part>()
      parts.set(account, ofAccount)
      ofAccount.set(book.thread, { balance: plus(minus(hot, taken), given), underWay })
    }
  }
  const views = new Map<AccountId, AccountView>()
  for (const { account, cold, outside } of reading.accounts) {
    const ofAccount = parts.get(account) ?? new Map<ThreadId, Part>()
    let balance = plus(cold, outside)
    let underWay = ZERO
    for (const part of ofAccount.values()) {
      balance = plus(balance, part.balance)
      underWay = add(underWay, part.underWay)
    }
    views.set(account, { balance, underWay, parts: ofAccount })
  }
  return views
}

const HALF_LIFE_MS = 600_000

export interface Records {
  readonly byWay: Map<string, Map<AccountId, { decayed: MutableTally; total: Tally }>>
  at: UnixMs | undefined
}

/** A fresh one. (A literal: spreads are slow where a payment may pass.) */
export function noTally(): MutableTally {
  return { successes: 0, faults: 0, noRoom: 0, successAmount: 0, faultAmount: 0, noRoomAmount: 0 }
}

export const NO_TALLY: Tally = noTally()

/** into += (plus - minus) */
export function addTally(into: MutableTally, plus: Tally, minus: Tally): void {
  into.successes += plus.successes - minus.successes
  into.faults += plus.faults - minus.faults
  into.noRoom += plus.noRoom - minus.noRoom
  into.successAmount += plus.successAmount - minus.successAmount
  into.faultAmount += plus.faultAmount - minus.faultAmount
  into.noRoomAmount += plus.noRoomAmount - minus.noRoomAmount
}

export function copyTally(tally: Tally): MutableTally {
  const copy = noTally()
  addTally(copy, tally, NO_TALLY)
  return copy
}

/** What is found under two keys, made where it is missing. */
export function under<T>(maps: Map<string, Map<AccountId, T>>, route: string, account: AccountId, make: () => T): T {
  let ofRoute = maps.get(route)
  if (ofRoute === undefined) {
    ofRoute = new Map()
    maps.set(route, ofRoute)
  }
  let found = ofRoute.get(account)
  if (found === undefined) {
    found = make()
    ofRoute.set(account, found)
  }
  return found
}

/** Adds what was counted since the last reading; what was counted before has half its weight after ten minutes. */
export function updateRecords(records: Records, reading: Reading, at: UnixMs): Map<string, Map<AccountId, TallyView>> {
  const factor = records.at === undefined ? 1 : Math.exp((-(at - records.at) * Math.LN2) / HALF_LIFE_MS)
  records.at = at
  const parts = new Map<string, Map<AccountId, Map<ThreadId, Tally>>>()
  for (const { thread, tallies } of reading.books) {
    for (const [route, ofRoute] of tallies) {
      for (const [account, tally] of ofRoute) under(parts, route, account, () => new Map<ThreadId, Tally>()).set(thread, tally)
    }
  }
  const views = new Map<string, Map<AccountId, TallyView>>()
  for (const [route, ofRoute] of parts) {
    for (const [account, ofThread] of ofRoute) {
      const tally = decay(records, route, account, sum(ofThread.values()), factor)
      under(views, route, account, () => ({ tally, parts: ofThread }))
    }
  }
  return views
}

function decay(records: Records, route: string, account: AccountId, total: Tally, factor: number): Tally {
  const record = under(records.byWay, route, account, () => ({ decayed: noTally(), total: NO_TALLY }))
  const { decayed } = record
  decayed.successes *= factor
  decayed.faults *= factor
  decayed.noRoom *= factor
  decayed.successAmount *= factor
  decayed.faultAmount *= factor
  decayed.noRoomAmount *= factor
  addTally(decayed, total, record.total)
  record.total = total
  return copyTally(decayed)
}

function sum(tallies: Iterable<Tally>): Tally {
  const total = noTally()
  for (const tally of tallies) addTally(total, tally, NO_TALLY)
  return total
}
