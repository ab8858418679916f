/** What the announcer reads of the books each second, and what it makes of it: balances, parts, decayed records (A2). */
import type { MutableTally } from '../book/holding.ts'
import type { AccountId, ThreadId } from '../values/account.ts'
import { type Amount, add, type Balance, minus, plus, ZERO } from '../values/amount.ts'
import type { UnixMs } from '../values/time.ts'
import type { Tally } from './candidate.ts'
import { lostByFailover, type ShardTotals } from './lost.ts'
import type { AccountView, Part, Tallies, TallyView } from './snapshot.ts'

/** One account's shard: its cold, and the running totals that its threads were granted and gave back. */
export interface AccountReading {
  readonly account: AccountId
  readonly cold: Balance
  /** Sum over threads of granted - returned. */
  readonly outside: Balance
  /** Left out where there is none. */
  readonly lostByFailover?: Amount
}

export interface ShardReading extends ShardTotals {
  readonly account: AccountId
  readonly outside: Balance
}

/** What a shard says, against the books that were read after it. */
export function accountReading(shard: ShardReading, books: Reading['books']): AccountReading {
  const { account, cold, outside } = shard
  const givenBy = (thread: ThreadId): Amount => books.find((book) => book.thread === thread)?.accounts.find((entry) => entry.account === account)?.given ?? ZERO
  const lost = lostByFailover(shard, givenBy)
  return lost === 0n ? { account, cold, outside } : { account, cold, outside, lostByFailover: lost }
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
  for (const { account, cold, outside, lostByFailover: lost } of reading.accounts) {
    const ofAccount = parts.get(account) ?? new Map<ThreadId, Part>()
    let balance = plus(cold, outside)
    let underWay = ZERO
    for (const part of ofAccount.values()) {
      balance = plus(balance, part.balance)
      underWay = add(underWay, part.underWay)
    }
    views.set(account, lost === undefined ? { balance, underWay, parts: ofAccount } : { balance, underWay, parts: ofAccount, lostByFailover: lost })
  }
  return views
}

const HALF_LIFE_MS = 600_000

export interface Records {
  /** What the threads were last told. */
  views: Tallies<TallyView>
  /** What each book last said, by thread. */
  readonly read: Map<ThreadId, Tallies<Tally>>
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

/** What is counted loses half its weight in ten minutes. */
export function decayFactor(ageMs: number): number {
  return Math.exp((-ageMs * Math.LN2) / HALF_LIFE_MS)
}

/** Adds what was counted since the last reading. Views that nothing was added to stay as they are, with their age. */
export function updateRecords(records: Records, reading: Reading, at: UnixMs): Tallies<TallyView> {
  const changed = new Map<string, Map<AccountId, TallyView>>()
  for (const { thread, tallies } of reading.books) {
    const before = records.read.get(thread)
    records.read.set(thread, tallies)
    for (const [route, ofRoute] of tallies) {
      if (ofRoute !== before?.get(route)) updateRoute(records.views, changed, thread, route, ofRoute, at)
    }
  }
  if (changed.size > 0) records.views = new Map([...records.views, ...changed])
  return records.views
}

function updateRoute(
  views: Tallies<TallyView>,
  changed: Map<string, Map<AccountId, TallyView>>,
  thread: ThreadId,
  route: string,
  ofRoute: ReadonlyMap<AccountId, Tally>,
  at: UnixMs,
): void {
  const known = changed.get(route) ?? new Map(views.get(route))
  for (const [account, total] of ofRoute) {
    const view = known.get(account)
    const before = view?.parts.get(thread) ?? NO_TALLY
    if (sameTally(total, before)) continue
    const tally = view === undefined ? noTally() : decayed(view.tally, decayFactor(at - view.at))
    addTally(tally, total, before)
    known.set(account, { at, tally, parts: new Map(view?.parts).set(thread, total) })
    changed.set(route, known)
  }
}

/** All of it times `factor`. */
export function decayed(tally: Tally, factor: number): MutableTally {
  return {
    successes: tally.successes * factor,
    faults: tally.faults * factor,
    noRoom: tally.noRoom * factor,
    successAmount: tally.successAmount * factor,
    faultAmount: tally.faultAmount * factor,
    noRoomAmount: tally.noRoomAmount * factor,
  }
}

function sameTally(a: Tally, b: Tally): boolean {
  return a.successes === b.successes && a.faults === b.faults && a.noRoom === b.noRoom
}
