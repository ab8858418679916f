/** What the announcer reads of the books each second, and what it makes of it: balances, parts, decayed records (A2). */
import type { MutableTally } from '../book/holding.ts'
import type { AccountId, ThreadId } from '../values/account.ts'
import { type Amount, add, type Balance, minus, plus, ZERO } from '../values/amount.ts'
import type { UnixMs } from '../values/time.ts'
import type { Tally } from './candidate.ts'
import type { AccountView, Part, TallyView } from './snapshot.ts'

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
    /** By tallyKey: running totals. */
    readonly tallies: ReadonlyMap<string, Tally>
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
  readonly byKey: Map<string, { decayed: MutableTally; total: Tally }>
  at: UnixMs | undefined
}

export const NO_TALLY: Tally = { successes: 0, faults: 0, noRoom: 0, successAmount: 0, faultAmount: 0, noRoomAmount: 0 }
export const TALLY_KEYS = ['successes', 'faults', 'noRoom', 'successAmount', 'faultAmount', 'noRoomAmount'] as const

/** Adds what was counted since the last reading; what was counted before has half its weight after ten minutes. */
export function updateRecords(records: Records, reading: Reading, at: UnixMs): Map<string, TallyView> {
  const factor = records.at === undefined ? 1 : Math.exp((-(at - records.at) * Math.LN2) / HALF_LIFE_MS)
  records.at = at
  const parts = new Map<string, Map<ThreadId, Tally>>()
  for (const { thread, tallies } of reading.books) {
    for (const [key, tally] of tallies) {
      const ofKey = parts.get(key) ?? new Map<ThreadId, Tally>()
      parts.set(key, ofKey)
      ofKey.set(thread, tally)
    }
  }
  const views = new Map<string, TallyView>()
  for (const [key, ofKey] of parts) views.set(key, { tally: decay(records, key, sum(ofKey.values()), factor), parts: ofKey })
  return views
}

function decay(records: Records, key: string, total: Tally, factor: number): Tally {
  const record = records.byKey.get(key) ?? { decayed: { ...NO_TALLY }, total: NO_TALLY }
  records.byKey.set(key, record)
  for (const field of TALLY_KEYS) record.decayed[field] = record.decayed[field] * factor + (total[field] - record.total[field])
  record.total = total
  return { ...record.decayed }
}

function sum(tallies: Iterable<Tally>): Tally {
  const total: MutableTally = { ...NO_TALLY }
  for (const tally of tallies) for (const field of TALLY_KEYS) total[field] += tally[field]
  return total
}
