/**
 * All announced ways, and what follows from them: which may be used (downhill only, DESIGN.md section 7) and what this
 * connector announces itself. Distances are counted in connectors: a way's is the length of its path.
 */
import type { Directory } from '../directory.ts'
import type { Account, AccountId } from '../values/account.ts'
import type { Address } from '../values/address.ts'
import type { UnixMs } from '../values/time.ts'
import { type Announcement, isUsable, mayAnnounce, type Route } from './announcement.ts'
import { changedAccounts, configuredPrefixes } from './configured.ts'
import { IDENTITY } from './liquidityCurve.ts'
import type { AddressMapper, Way } from './snapshot.ts'

/** Routes that one account may announce; what is beyond is not taken. */
const MAX_ROUTES_PER_ACCOUNT = 100_000

export interface RouteBook {
  /** As it is now: it is replaced whole. */
  directory: Directory
  readonly slack: 0 | 1
  /** By prefix, then by account: announced, configured, and the accounts' own addresses. */
  readonly ways: Map<string, Map<AccountId, Way>>
  /** What each account announced, and when last. */
  readonly heard: Map<AccountId, Map<string, UnixMs>>
  /** What we announce: by prefix, the path after ourselves. */
  readonly announced: Map<string, Route>
  mapper: Map<string, readonly Way[]>
}

export function makeRouteBook(directory: Directory, slack: 0 | 1, at: UnixMs): RouteBook {
  const book: RouteBook = { directory, slack, ways: new Map(), heard: new Map(), announced: new Map(), mapper: new Map() }
  book.announced.set(directory.address, { prefix: directory.address, path: [directory.address], curve: IDENTITY })
  for (const account of directory.accounts.values()) configure(book, account, at)
  recompute(book, [...book.ways.keys()])
  return book
}

/** The ways that need no announcement. */
function configure(book: RouteBook, account: Account, at: UnixMs): readonly string[] {
  const way: Way = { account: account.id, path: [], curve: IDENTITY, since: at }
  const prefixes = configuredPrefixes(account)
  for (const prefix of prefixes) setWay(book, prefix, way)
  return prefixes
}

/**
 * Accounts came, changed or went. What one announced stays while it is there, and its routes are as they were; otherwise it
 * has to announce again. Returns the prefixes whose announcement by us changed.
 */
export function replaceDirectory(book: RouteBook, directory: Directory, at: UnixMs): string[] {
  const changed = changedAccounts(book.directory, directory)
  const touched: string[] = []
  for (const account of changed) {
    const heard = book.heard.get(account.id) ?? new Map<string, UnixMs>()
    for (const prefix of [...heard.keys(), ...configuredPrefixes(account)]) touched.push(...forgetWay(book, account.id, heard, prefix))
    book.heard.delete(account.id)
  }
  const before = new Set(book.directory.accounts.keys())
  for (const { id } of changed) before.delete(id)
  book.directory = directory
  for (const account of directory.accounts.values()) if (!before.has(account.id)) touched.push(...configure(book, account, at))
  return touched.length === 0 ? touched : recompute(book, touched)
}

function setWay(book: RouteBook, prefix: string, way: Way): void {
  const ways = book.ways.get(prefix)
  if (ways === undefined) book.ways.set(prefix, new Map([[way.account, way]]))
  else ways.set(way.account, way)
}

/** Takes what an account announced; returns the prefixes whose announcement by us changed. */
export function hear(book: RouteBook, account: Account, announcement: Announcement, at: UnixMs): string[] {
  const heard = book.heard.get(account.id) ?? new Map<string, UnixMs>()
  book.heard.set(account.id, heard)
  const touched: string[] = []
  for (const prefix of announcement.withdrawn) {
    if (heard.has(prefix)) touched.push(...forgetWay(book, account.id, heard, prefix))
  }
  for (const route of announcement.routes) touched.push(...hearRoute(book, account, heard, route, at))
  return touched.length === 0 ? touched : recompute(book, touched)
}

function hearRoute(book: RouteBook, account: Account, prefixes: Map<string, UnixMs>, route: Route, at: UnixMs): string[] {
  const own = book.directory.address
  if (!isUsable(route, own) || !mayAnnounce(account, route.prefix, own)) {
    return prefixes.has(route.prefix) ? forgetWay(book, account.id, prefixes, route.prefix) : []
  }
  if (!prefixes.has(route.prefix) && prefixes.size >= MAX_ROUTES_PER_ACCOUNT) return []
  const known = book.ways.get(route.prefix)?.get(account.id)
  if (known !== undefined && !prefixes.has(route.prefix)) return [] // configured: it needs no announcement
  prefixes.set(route.prefix, at)
  if (known !== undefined && samePath(known.path, route.path) && known.curve === route.curve) return []
  setWay(book, route.prefix, { account: account.id, path: route.path, curve: route.curve, since: known?.since ?? at })
  return [route.prefix]
}

function forgetWay(book: RouteBook, account: AccountId, prefixes: Map<string, UnixMs>, prefix: string): string[] {
  prefixes.delete(prefix)
  const ways = book.ways.get(prefix)
  ways?.delete(account)
  if (ways?.size === 0) book.ways.delete(prefix)
  return [prefix]
}

/** All that this account announced counts as announced again. */
export function refresh(book: RouteBook, account: AccountId, at: UnixMs): void {
  const heard = book.heard.get(account)
  if (heard !== undefined) for (const prefix of heard.keys()) heard.set(prefix, at)
}

/** What was not announced again since `limit` is gone. */
export function forgetSilent(book: RouteBook, limit: UnixMs): string[] {
  const touched: string[] = []
  for (const [account, heard] of book.heard) {
    const silent = [...heard].filter(([, at]) => at < limit).map(([prefix]) => prefix)
    for (const prefix of silent) touched.push(...forgetWay(book, account, heard, prefix))
  }
  return touched.length === 0 ? touched : recompute(book, touched)
}

/** New mapper entries for the touched prefixes; returns those whose announcement changed. */
function recompute(book: RouteBook, touched: readonly string[]): string[] {
  const mapper = new Map(book.mapper)
  const changed: string[] = []
  for (const prefix of new Set(touched)) {
    const ways = [...(book.ways.get(prefix)?.values() ?? [])].sort(byAccount)
    const usable = downhill(ways, book.directory.address, book.slack)
    if (usable.length === 0) mapper.delete(prefix)
    else mapper.set(prefix, usable)
    if (announceBest(book, prefix, usable)) changed.push(prefix)
  }
  book.mapper = mapper
  return changed
}

/**
 * Only what is nearer than we are; with slack 1 also what is as near, if its address is smaller than ours. (Our own distance
 * is one more than the nearest way's.) Along any path (distance, address) falls, so fresh routes make no loop.
 */
function downhill(ways: readonly Way[], own: Address, slack: 0 | 1): readonly Way[] {
  let nearest = Number.POSITIVE_INFINITY
  for (const way of ways) if (way.path.length < nearest) nearest = way.path.length
  return ways.filter(({ path }) => path.length === nearest || (slack === 1 && path.length === nearest + 1 && (path[0] as Address) < own))
}

function announceBest(book: RouteBook, prefix: string, usable: readonly Way[]): boolean {
  const own = book.directory.address
  if (prefix === '' || prefix === own || prefix.startsWith(`${own}.`)) return false
  const before = book.announced.get(prefix)
  const best = usable.reduce<Way | undefined>((a, b) => (a === undefined || b.path.length < a.path.length ? b : a), undefined)
  if (best === undefined) return book.announced.delete(prefix)
  if (before !== undefined && before.curve === best.curve && samePath(before.path.slice(1), best.path)) return false
  book.announced.set(prefix, { prefix, path: [own, ...best.path], curve: best.curve })
  return true
}

/** The announcement of these prefixes: as they stand, or withdrawn. */
export function announcementOf(book: RouteBook, prefixes: readonly string[]): Announcement {
  const routes: Route[] = []
  const withdrawn: string[] = []
  for (const prefix of prefixes) {
    const route = book.announced.get(prefix)
    if (route === undefined) withdrawn.push(prefix)
    else routes.push(route)
  }
  return { routes, withdrawn }
}

export function fullAnnouncement(book: RouteBook): Announcement {
  return { routes: [...book.announced.values()], withdrawn: [] }
}

export function mapperOf(book: RouteBook): AddressMapper {
  return book.mapper
}

function samePath(a: readonly Address[], b: readonly Address[]): boolean {
  return a.length === b.length && a.every((address, i) => address === b[i])
}

function byAccount(a: Way, b: Way): number {
  return a.account < b.account ? -1 : a.account > b.account ? 1 : 0
}
