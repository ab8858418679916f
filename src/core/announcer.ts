/**
 * The announcer's one door: it hears and makes announcements, reads the books each second, and tells the threads what they
 * may know of the accounts and routes. One for each connector; like a thread it knows no world.
 */
import type { Directory } from './directory.ts'
import type { Announcement } from './routing/announcement.ts'
import { type Quote, quote } from './routing/quote.ts'
import { accountViews, type Reading, type Records, updateRecords } from './routing/reading.ts'
import {
  announcementOf,
  forgetSilent,
  fullAnnouncement,
  hear,
  makeRouteBook,
  mapperOf,
  type RouteBook,
  refresh,
  replaceDirectory,
} from './routing/routeBook.ts'
import type { Snapshot } from './routing/snapshot.ts'
import type { AccountId } from './values/account.ts'
import type { Amount } from './values/amount.ts'
import type { Rates } from './values/rate.ts'
import type { UnixMs } from './values/time.ts'
import { unreachable } from './values/unreachable.ts'

export type AnnouncerInput =
  | { readonly type: 'started'; readonly at: UnixMs }
  /** First contact with a peer, parent or child: it is told everything at once. */
  | { readonly type: 'connected'; readonly at: UnixMs; readonly account: AccountId }
  | { readonly type: 'announcementReceived'; readonly at: UnixMs; readonly from: AccountId; readonly announcement: Announcement }
  /** All that it announced still holds. */
  | { readonly type: 'heartbeatHeard'; readonly at: UnixMs; readonly from: AccountId }
  | { readonly type: 'booksRead'; readonly at: UnixMs; readonly reading: Reading }
  | {
      readonly type: 'quoteAsked'
      readonly at: UnixMs
      readonly request: number
      readonly from: AccountId
      readonly destination: string
      readonly amount: Amount
    }
  /** Accounts came, changed or went. */
  | { readonly type: 'directoryReplaced'; readonly at: UnixMs; readonly directory: Directory }
  | { readonly type: 'woke'; readonly at: UnixMs }

export type AnnouncerEffect =
  | { readonly type: 'announce'; readonly to: AccountId; readonly announcement: Announcement }
  /** → `booksRead`: of these accounts, in their shards and in every book. */
  | { readonly type: 'readBooks'; readonly accounts: readonly AccountId[] }
  /** To every thread of the connector → `snapshotTaken` there. */
  | { readonly type: 'publish'; readonly snapshot: Snapshot }
  | { readonly type: 'answerQuote'; readonly request: number; readonly quote: Quote | undefined }
  | { readonly type: 'sleepUntil'; readonly at: UnixMs }

export interface AnnouncerConfig {
  readonly directory: Directory
  readonly slack: 0 | 1
  readonly rates: Rates
  readonly announceIntervalMs: number
  readonly snapshotIntervalMs: number
}

export interface Announcer {
  readonly step: (input: AnnouncerInput) => readonly AnnouncerEffect[]
}

/** An account that announced nothing for so many intervals is forgotten (A3). */
const SILENT_INTERVALS = 3
/** So that no announcer ever tells more of them than its clock has gone on. */
const VERSIONS_PER_MS = 1_000

interface State {
  readonly config: AnnouncerConfig
  readonly routes: RouteBook
  readonly records: Records
  readonly connected: Set<AccountId>
  snapshot: Snapshot
  announceAt: UnixMs
  readAt: UnixMs
  effects: AnnouncerEffect[]
}

/** `at`: the clock when it is made. */
export function makeAnnouncer(config: AnnouncerConfig, at: UnixMs): Announcer {
  const routes = makeRouteBook(config.directory, config.slack, at)
  const state: State = {
    config,
    routes,
    records: { views: new Map(), read: new Map() },
    connected: new Set(),
    snapshot: { version: at * VERSIONS_PER_MS, at, mapper: mapperOf(routes), accounts: new Map(), tallies: new Map(), seqs: new Map() },
    announceAt: at + config.announceIntervalMs,
    readAt: at + config.snapshotIntervalMs,
    effects: [],
  }
  return {
    step(input) {
      state.effects = []
      take(state, input)
      return state.effects
    },
  }
}

function take(state: State, input: AnnouncerInput): void {
  const { at } = input
  switch (input.type) {
    case 'started':
      state.effects.push({ type: 'publish', snapshot: state.snapshot })
      return sleep(state)
    case 'connected':
      state.connected.add(input.account)
      return announce(state, input.account, fullAnnouncement(state.routes))
    case 'announcementReceived': {
      const account = state.routes.directory.accounts.get(input.from)
      if (account !== undefined) spread(state, hear(state.routes, account, input.announcement, at), at)
      return
    }
    case 'heartbeatHeard':
      return refresh(state.routes, input.from, at)
    case 'booksRead':
      return publish(state, at, {
        at,
        mapper: mapperOf(state.routes),
        accounts: accountViews(input.reading),
        tallies: updateRecords(state.records, input.reading, at),
        seqs: new Map(input.reading.books.map(({ thread, seq }) => [thread, seq])),
      })
    case 'quoteAsked': {
      const { rates } = state.config
      const { directory } = state.routes
      const from = directory.accounts.get(input.from)
      const found = from === undefined ? undefined : quote(directory, mapperOf(state.routes), rates, from, input.destination, input.amount)
      state.effects.push({ type: 'answerQuote', request: input.request, quote: found })
      return
    }
    case 'directoryReplaced':
      for (const account of state.connected) if (!input.directory.accounts.has(account)) state.connected.delete(account)
      return spread(state, replaceDirectory(state.routes, input.directory, at), at)
    case 'woke':
      return wake(state, at)
    default:
      return unreachable(input)
  }
}

function wake(state: State, at: UnixMs): void {
  const { announceIntervalMs, snapshotIntervalMs } = state.config
  if (at >= state.announceAt) {
    state.announceAt = at + announceIntervalMs
    spread(state, forgetSilent(state.routes, at - SILENT_INTERVALS * announceIntervalMs), at)
    for (const account of state.connected) announce(state, account, fullAnnouncement(state.routes))
  }
  if (at >= state.readAt) {
    state.readAt = at + snapshotIntervalMs
    const accounts = announcingAccounts(state.routes)
    if (accounts.length > 0) state.effects.push({ type: 'readBooks', accounts })
  }
  sleep(state)
}

/** Changes go out at once, to the threads and to everyone who is told routes. */
function spread(state: State, changed: readonly string[], at: UnixMs): void {
  if (state.snapshot.mapper !== mapperOf(state.routes)) publish(state, at, { ...state.snapshot, mapper: mapperOf(state.routes) })
  if (changed.length === 0) return
  const announcement = announcementOf(state.routes, changed)
  for (const account of state.connected) announce(state, account, announcement)
}

function announce(state: State, to: AccountId, announcement: Announcement): void {
  state.effects.push({ type: 'announce', to, announcement })
}

function publish(state: State, at: UnixMs, contents: Omit<Snapshot, 'version'>): void {
  const version = Math.max(state.snapshot.version + 1, at * VERSIONS_PER_MS)
  state.snapshot = { ...contents, version }
  state.effects.push({ type: 'publish', snapshot: state.snapshot })
}

/** Those whose books matter to a policy: accounts that a route leads through, beyond the accounts' own addresses. */
function announcingAccounts(routes: RouteBook): AccountId[] {
  const accounts = new Set<AccountId>()
  for (const account of routes.directory.accounts.values()) {
    if (account.routes.length > 0 || (routes.heard.get(account.id)?.size ?? 0) > 0) accounts.add(account.id)
  }
  return [...accounts].sort()
}

function sleep(state: State): void {
  state.effects.push({ type: 'sleepUntil', at: Math.min(state.announceAt, state.readAt) })
}
