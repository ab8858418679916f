/** Answers a quoteRequest from the addressMapper: what would arrive, by the announced curves (A3, R7). */
import type { Directory } from '../directory.ts'
import type { Account, AccountId } from '../values/account.ts'
import type { Amount } from '../values/amount.ts'
import { convert, findRatio, type Rates } from '../values/rate.ts'
import { longestPrefix } from './addressMapper.ts'
import { destinationAmount } from './liquidityCurve.ts'
import type { AddressMapper } from './snapshot.ts'

export interface Quote {
  readonly account: AccountId
  /** In the asker's unit. */
  readonly sourceAmount: Amount
  readonly destinationAmount: Amount
}

/** The way that promises most at the far end; undefined where there is no way or no rate. */
export function quote(directory: Directory, mapper: AddressMapper, rates: Rates, from: Account, destination: string, sourceAmount: Amount): Quote | undefined {
  let best: Quote | undefined
  for (const way of longestPrefix(mapper, destination)?.ways ?? []) {
    const account = directory.accounts.get(way.account)
    const ratio = account === undefined || account === from ? undefined : findRatio(rates, from.unit, account.unit)
    if (ratio === undefined) continue
    const arrives = destinationAmount(way.curve, convert(sourceAmount, ratio))
    if (best === undefined || arrives > best.destinationAmount) best = { account: way.account, sourceAmount, destinationAmount: arrives }
  }
  return best
}
