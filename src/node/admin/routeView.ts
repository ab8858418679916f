/** The routes as the admin port shows them: who could be picked for each, and what is known of them. */
import { decayed, decayFactor, NO_TALLY, updateRecords } from '../../core/routing/reading.ts'
import type { AddressMapper, Tallies, TallyView, Way } from '../../core/routing/snapshot.ts'
import type { AccountId } from '../../core/values/account.ts'
import { accountViews } from './accountView.ts'
import type { Node } from './node.ts'

export interface CandidateView {
  /** By name. */
  readonly account: string
  /** Beyond that account, nearest first. */
  readonly path: readonly string[]
  /** Decayed counts of the last minutes (A2). */
  readonly successes: number
  readonly failures: number
  /** How often it refused for want of room, or did not take a prepare: no fault of its own. */
  readonly noRoom: number
  /** Decimal, in its ledger's base unit. */
  readonly balance: string
  /** How often it was picked, as far as its end is counted. */
  readonly picked: number
}

export interface RouteView {
  readonly prefix: string
  readonly candidates: readonly CandidateView[]
}

/** In order of prefix. */
export async function routeViews({ config, store, snapshot, now }: Node): Promise<RouteView[]> {
  const known = snapshot()
  if (known === undefined) return []
  const accounts = new Map(config.accounts.map(({ account }) => [account.id, account]))
  const wanted = [...accountsIn(known.mapper)].flatMap((id) => accounts.get(id) ?? [])
  const balances = new Map((await accountViews(store, wanted)).map(({ accountId, balance }) => [accountId, balance]))
  // The announcer reads the books only while there is something to choose.
  const records = updateRecords({ views: known.tallies, read: new Map() }, await store.read([]), now())
  const viewOf = (prefix: string, { account, path }: Way): CandidateView[] => {
    const found = accounts.get(account)
    if (found === undefined) return []
    return [{ account: found.name, path, ...recordOf(records, prefix, account, now()), balance: balances.get(account) ?? '0' }]
  }
  const routes = [...known.mapper].map(([prefix, ways]) => ({ prefix, candidates: ways.flatMap((way) => viewOf(prefix, way)) }))
  return routes.filter(({ candidates }) => candidates.length > 0).sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
}

function accountsIn(mapper: AddressMapper): Set<AccountId> {
  return new Set([...mapper.values()].flatMap((ways) => ways.map(({ account }) => account)))
}

function recordOf(
  records: Tallies<TallyView>,
  prefix: string,
  account: AccountId,
  at: number,
): Pick<CandidateView, 'successes' | 'failures' | 'noRoom' | 'picked'> {
  const view = records.get(prefix)?.get(account)
  const { successes, faults, noRoom } = view === undefined ? NO_TALLY : decayed(view.tally, decayFactor(at - view.at))
  return { successes: rounded(successes), failures: rounded(faults), noRoom: rounded(noRoom), picked: rounded(successes + faults + noRoom) }
}

function rounded(count: number): number {
  return Math.round(count * 100) / 100
}
