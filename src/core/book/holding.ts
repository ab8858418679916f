/** What one thread knows and holds of one account: its own part of the money, and what the store last told. */
import type { Booking } from '../money/operation.ts'
import type { Payment } from '../payment/payment.ts'
import type { Tally } from '../routing/candidate.ts'
import type { Account } from '../values/account.ts'
import { type Amount, add, type Balance, excess, minus, plus, subtract, weight, ZERO } from '../values/amount.ts'
import type { RevolvingMap } from '../values/revolvingMap.ts'
import type { UnixMs } from '../values/time.ts'
import type { Counted, Pocket } from './change.ts'
import type { WarmingView } from './warming.ts'

/** A T04 for `amount` while `level` was owed or under way: less than amount was left then. */
export interface Refusal {
  readonly amount: Amount
  readonly level: Balance
  readonly at: UnixMs
}

export interface Holding {
  account: Account
  /** Whether this thread is in the account's farm: credits stay hot only there (B7). */
  served: boolean
  /** Whether it answers a repeated id with the first answer, as it said last (S1). */
  deduplicates: boolean
  hot: Amount
  /** Running totals of this book: what was taken from cold, and given back to it. */
  taken: Amount
  given: Amount
  /** The part of `given` whose commit was acknowledged: only that is sent (B7). */
  givenDurable: Amount
  givenSent: Amount
  /** The store's total of what it took back. */
  returned: Amount
  /** When the last cool was sent, and when the oldest that is not answered. */
  cooledAt: UnixMs
  coolingSince: UnixMs | undefined
  coolArmed: boolean
  idleArmed: boolean
  /** What the store last told of the cold, and when we asked. */
  cold: Balance | undefined
  coldAt: UnixMs
  /** When the warm that is under way was asked for. */
  warmingSince: UnixMs | undefined
  /** When one that wanted something was last asked for. */
  wantedAt: UnixMs
  /** Prepares that wait for it, in order of arrival (B6). */
  waiting: Payment[]
  /** Withdrawals that gather hot here, in order of arrival. */
  withdrawals: readonly Booking[] | undefined
  gatherArmed: boolean
  /** Messages that recall what is held of it, until a warm that is under way has come (B10). */
  recalls: readonly string[] | undefined
  /** Its running totals are near the end of their range (R6). */
  full: boolean
  usedAt: UnixMs
  usedSince: UnixMs
  usedNow: Amount
  usedBefore: Amount
  /** Outgoing amounts of this thread's payments under way to it. */
  underWay: Amount
  refusal: Refusal | undefined
  /** Payments of this sender that are not yet told, and tombstones kept for its ids (B5). */
  open: number
  ids: RevolvingMap<string, Payment> | undefined
  /** Operations that this thread owns, by their id, and answers that are kept. */
  bookings: Map<string, Booking> | undefined
  /** Running totals by route of how attempts to it ended. */
  tallies: Map<string, MutableTally> | undefined
}

export type MutableTally = { -readonly [K in keyof Tally]: Tally[K] }

export function makeHolding(account: Account, served: boolean): Holding {
  return {
    account,
    served,
    deduplicates: account.deduplicates,
    hot: ZERO,
    taken: ZERO,
    given: ZERO,
    givenDurable: ZERO,
    givenSent: ZERO,
    returned: ZERO,
    cooledAt: Number.NEGATIVE_INFINITY,
    coolingSince: undefined,
    coolArmed: false,
    idleArmed: false,
    cold: undefined,
    coldAt: Number.NEGATIVE_INFINITY,
    warmingSince: undefined,
    wantedAt: Number.NEGATIVE_INFINITY,
    waiting: [],
    withdrawals: undefined,
    gatherArmed: false,
    recalls: undefined,
    full: false,
    usedAt: Number.NEGATIVE_INFINITY,
    usedSince: Number.NEGATIVE_INFINITY,
    usedNow: ZERO,
    usedBefore: ZERO,
    underWay: ZERO,
    refusal: undefined,
    open: 0,
    ids: undefined,
    bookings: undefined,
    tallies: undefined,
  }
}

/** What this book adds to the account's balance; the cold side knows the rest. */
export function ownPart(holding: Holding): Balance {
  return plus(minus(holding.hot, holding.taken), holding.given)
}

export function take(holding: Holding, amount: Amount): void {
  holding.hot = add(holding.hot, amount)
  holding.taken = add(holding.taken, amount)
}

export function give(holding: Holding, amount: Amount): void {
  holding.hot = subtract(holding.hot, amount)
  holding.given = add(holding.given, amount)
}

/** Puts money that comes in where it belongs, and says where that was. */
export function pocketOf(holding: Holding): Pocket {
  return holding.served ? 'hot' : 'given'
}

export function receive(holding: Holding, pocket: Pocket, amount: Amount): void {
  if (pocket === 'hot') holding.hot = add(holding.hot, amount)
  else holding.given = add(holding.given, amount)
}

/** Spends hot for a prepare, and remembers that the account is in use. */
export function spend(holding: Holding, amount: Amount, at: UnixMs): void {
  holding.hot = subtract(holding.hot, amount)
  holding.usedAt = at
  rollUse(holding, at)
  holding.usedNow = add(holding.usedNow, amount)
}

const USE_WINDOW_MS = 1_000

function rollUse(holding: Holding, at: UnixMs): void {
  const age = at - holding.usedSince
  if (age < USE_WINDOW_MS) return
  holding.usedBefore = age < 2 * USE_WINDOW_MS ? holding.usedNow : ZERO
  holding.usedNow = ZERO
  holding.usedSince = at
}

export function warmingViewOf(holding: Holding, at: UnixMs): WarmingView {
  rollUse(holding, at)
  return {
    hot: holding.hot,
    cold: holding.cold,
    creditLimit: holding.account.creditLimit,
    parallelism: holding.account.parallelism,
    lacking: lackingOf(holding),
    used: holding.usedBefore > holding.usedNow ? holding.usedBefore : holding.usedNow,
  }
}

/** Somebody waits for more hot. */
export function isAwaited(holding: Holding): boolean {
  return holding.waiting.length > 0 || holding.withdrawals !== undefined
}

function lackingOf(holding: Holding): Amount {
  let sum = ZERO
  for (const { operation } of holding.withdrawals ?? []) sum = add(sum, operation.amount)
  for (const payment of holding.waiting) sum = add(sum, payment.prepare.amount)
  return excess(sum, holding.hot)
}

export function hearCold(holding: Holding, cold: Balance, askedAt: UnixMs): void {
  if (askedAt < holding.coldAt) return
  holding.cold = cold
  holding.coldAt = askedAt
}

export function count(holding: Holding, counted: Counted): void {
  holding.tallies ??= new Map()
  let tally = holding.tallies.get(counted.route)
  if (tally === undefined) {
    tally = { successes: 0, faults: 0, noRoom: 0, successAmount: 0, faultAmount: 0, noRoomAmount: 0 }
    holding.tallies.set(counted.route, tally)
  }
  addOutcome(tally, counted)
}

export function addOutcome(tally: MutableTally, counted: Counted): void {
  const amount = weight(counted.amount)
  if (counted.outcome === 'success') {
    tally.successes++
    tally.successAmount += amount
  } else if (counted.outcome === 'fault') {
    tally.faults++
    tally.faultAmount += amount
  } else {
    tally.noRoom++
    tally.noRoomAmount += amount
  }
}

/** Remembers that the receiver had no room for `amount` on top of `level`, and what was refused below that before. */
export function refuse(holding: Holding, amount: Amount, level: Balance, at: UnixMs): void {
  const before = holding.refusal
  const tighter = before !== undefined && at - before.at <= REFUSAL_MEMORY_MS && before.amount + before.level < amount + level
  holding.refusal = tighter ? { amount: before.amount, level: before.level, at } : { amount, level, at }
}

/** A refusal is believed for this long, or until the balance has moved past it. */
export const REFUSAL_MEMORY_MS = 10_000
