/** A book out of the lists of field, value, … in which Redis returns its hashes. */

import type { PaymentId } from '../core/book/change.ts'
import type { BookContents } from '../core/book/contents.ts'
import type { MutableTally } from '../core/book/holding.ts'
import type { Tally } from '../core/routing/candidate.ts'
import { type BookReading, noTally, under } from '../core/routing/reading.ts'
import type { Tallies } from '../core/routing/snapshot.ts'
import type { AccountId, Unit } from '../core/values/account.ts'
import { amount, type Balance, balance } from '../core/values/amount.ts'
import { storedPaymentOf, unitOf } from './payments.ts'

type Hash = readonly string[]
/** As claim.lua replies. */
export type BookText = readonly [
  opened: 'new' | 'old',
  seq: string,
  hotBalance: Hash,
  taken: Hash,
  given: Hash,
  underWay: Hash,
  payments: Hash,
  position: Hash,
  entered: Hash,
  tallies: Hash,
  term: string,
]

export function contentsOf([opened, seq, hotBalance, taken, given, underWay, payments, position, entered, tallies, term]: BookText): BookContents {
  return {
    isNew: opened === 'new',
    term: term === '0' ? undefined : Number(term),
    seq: Number(seq),
    accounts: accountsOf([hotBalance, taken, given, underWay].map((hash) => new Map(pairs(hash)))),
    payments: pairs(payments).map(([payment, text]) => storedPaymentOf(payment as PaymentId, text)),
    positions: sumsOf(position),
    entered: entered.length === 0 ? undefined : sumsOf(entered),
    tallies: talliesOf(pairs(tallies)),
  }
}

function sumsOf(hash: Hash): Map<Unit, Balance> {
  return new Map(pairs(hash).map(([unit, sum]) => [unitOf(unit), balance(BigInt(sum))]))
}

/** From hot, taken, given and underWay, by account. */
export function accountsOf(totals: readonly ReadonlyMap<string, string>[]): BookReading[] {
  const accounts = new Set(totals.flatMap((total) => [...total.keys()]))
  return [...accounts].map((account) => {
    const [hot = 0n, taken = 0n, given = 0n, underWay = 0n] = totals.map((total) => BigInt(total.get(account) ?? '0'))
    return { account: account as AccountId, hot: balance(hot), taken: amount(taken), given: amount(given), underWay: amount(underWay) }
  })
}

/** `OUTCOME ACCOUNT ROUTE` and `OUTCOMEAmount ACCOUNT ROUTE`. */
const TALLY_FIELDS: Readonly<Record<string, keyof MutableTally>> = {
  success: 'successes',
  successAmount: 'successAmount',
  fault: 'faults',
  faultAmount: 'faultAmount',
  noRoom: 'noRoom',
  noRoomAmount: 'noRoomAmount',
}

export function talliesOf(fields: readonly (readonly [string, string])[]): Tallies<Tally> {
  const tallies = new Map<string, Map<AccountId, MutableTally>>()
  for (const [name, value] of fields) {
    const [what = '', account = '', route = ''] = name.split(' ')
    const field = TALLY_FIELDS[what]
    if (field !== undefined) under(tallies, route, account as AccountId, noTally)[field] = Number(value)
  }
  return tallies
}

function pairs(hash: Hash): [string, string][] {
  const found: [string, string][] = []
  for (let i = 0; i + 1 < hash.length; i += 2) found.push([hash[i] ?? '', hash[i + 1] ?? ''])
  return found
}
