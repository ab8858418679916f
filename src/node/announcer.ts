/** The announcer's process: routes, the books read each second, and the admin port. The supervisor starts it. */
import { type Announcer, type AnnouncerEffect, type AnnouncerInput, makeAnnouncer } from '../core/announcer.ts'
import type { Quote } from '../core/routing/quote.ts'
import type { Snapshot } from '../core/routing/snapshot.ts'
import type { AccountId } from '../core/values/account.ts'
import type { Amount } from '../core/values/amount.ts'
import type { Prepare } from '../core/values/packet.ts'
import type { UnixMs } from '../core/values/time.ts'
import { unreachable } from '../core/values/unreachable.ts'
import type { Peer } from '../https/line.ts'
import type { Outcome } from '../https/outcome.ts'
import { publicLookup } from '../https/publicAddress.ts'
import { makeSender } from '../https/sender.ts'
import { redisConnection } from '../store/connection.ts'
import { failureOf, StoreRefused } from '../store/failure.ts'
import { RedisStore } from '../store/redisStore.ts'
import { changeAccounts } from './accounts/change.ts'
import { makeAdmin } from './admin/admin.ts'
import { listen } from './admin/listen.ts'
import type { Node } from './admin/node.ts'
import { Pendings } from './asks.ts'
import { steadyClock } from './clock.ts'
import type { NodeConfig } from './config/config.ts'
import type { AnnouncerOrder, AnnouncerReport, Setup, ThreadStatus } from './orders.ts'
import { peerOf } from './peers.ts'
import { RouteExchange } from './routeExchange.ts'
import { directoryOf, keyPrefixOf } from './threadConfig.ts'

const asked = new Pendings(`announcer${process.pid}`)
let exchange: Exchange | undefined
let threads: readonly ThreadStatus[] = []
let drain: () => Promise<void> = async () => {}

process.on('message', (order: AnnouncerOrder) => {
  void obey(order)
})
process.on('disconnect', () => process.exit(1))
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

async function obey(order: AnnouncerOrder): Promise<void> {
  switch (order.type) {
    case 'begin':
      drain = await begin(order.setup)
      return
    case 'threads':
      threads = order.threads
      return
    case 'answer':
      return asked.answered(order.id, order.answer)
    case 'decided':
      return asked.answered(order.id, order.why)
    case 'routing': {
      const { thread, number, from, routing } = order
      if (exchange === undefined) return report({ type: 'routed', thread, heard: { type: 'routed', number, routed: 'unheard' } })
      const refused = exchange.routes.receive(from, routing)
      return report({ type: 'routed', thread, heard: { type: 'routed', number, routed: refused === undefined ? 'heard' : { refused } } })
    }
    case 'drain':
      await drain()
      process.exit(0)
  }
}

function report(what: AnnouncerReport): void {
  process.send?.(what)
}

async function begin({ config, redisUrl, tls, farmUrls }: Setup): Promise<() => Promise<void>> {
  const redis = redisConnection({ url: redisUrl, faulted: (error) => report({ type: 'fault', what: `Redis: ${error.message}` }) })
  await redis.connect().catch(() => {})
  const store = new RedisStore(redis, { prefix: keyPrefixOf(config) })
  const now = steadyClock()
  const { announceIntervalMs, snapshotIntervalMs, slack } = config.routing
  const announcer = makeAnnouncer({ directory: directoryOf(config), slack, rates: config.rates, announceIntervalMs, snapshotIntervalMs }, now())
  const live = new LiveAnnouncer(announcer, store, now)
  const facts: Node = {
    config,
    farmUrls,
    redis,
    store,
    now,
    threads: () => threads,
    snapshot: () => live.snapshot,
    quote: (from, destination, amount) => live.quote(from, destination, amount),
    ask: (thread, ask) => asked.ask(thread, (id) => report({ type: 'ask', id, thread, ask })),
    decide: async (decision) => {
      const why = await asked.ask<string>(undefined, (id) => report({ type: 'decide', id, decision }))
      if (why !== undefined) return why
      facts.config = changeAccounts(facts.config, decision.change)
      live.hear({ type: 'directoryReplaced', at: now(), directory: directoryOf(facts.config) })
      exchange?.change(facts.config)
      return undefined
    },
  }
  const admin = makeAdmin(facts, tls)
  try {
    report({ type: 'listening', admin: await listen(admin, config) })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    report({ type: 'refused', why: `the admin port cannot be had: ${why}; set adminPort to another, or to 0 for any` })
  }
  live.hear({ type: 'started', at: now() })
  exchange = exchangeOf(facts.config, now, (input) => live.hear(input))
  live.routes = exchange.routes
  exchange.routes.start()
  return async () => {
    live.stop()
    await exchange?.stop()
    await admin.close()
    redis.disconnect()
  }
}

interface Exchange {
  readonly routes: RouteExchange
  /** Accounts came, changed or went. */
  readonly change: (config: NodeConfig) => void
  readonly stop: () => Promise<void>
}

/** With those that are told routes, and can be reached. */
function exchangeOf(config: NodeConfig, now: () => UnixMs, hear: (input: AnnouncerInput) => void): Exchange {
  let peers = peersOf(config)
  const sender = makeSender({ findPeer: (account) => peers.get(account), now, lookup: config.allowPrivateAddresses ? undefined : publicLookup })
  const { announceIntervalMs } = config.routing
  const send = (to: AccountId, prepare: Prepare, heard: (outcome: Outcome) => void): void => sender.send(to, prepare, undefined, heard)
  const routes = new RouteExchange({ neighbours: neighboursIn(config), own: config.address, announceIntervalMs, send, hear, now })
  return {
    routes,
    change: (changed) => {
      peers = peersOf(changed)
      routes.setNeighbours(neighboursIn(changed))
    },
    stop: async () => {
      routes.stop()
      await sender.destroy()
    },
  }
}

/** Announcements are answered at once: no thread waits for them. */
function peersOf({ accounts }: NodeConfig): ReadonlyMap<AccountId, Peer> {
  return new Map(
    accounts.flatMap((each) => {
      const peer = peerOf(each, undefined)
      return peer === undefined ? [] : [[each.account.id, peer] as const]
    }),
  )
}

function neighboursIn({ accounts }: NodeConfig): AccountId[] {
  return accounts
    .filter(({ account, peer }) => account.relation !== 'user' && peer !== undefined && peer.protocol !== 'json-rpc')
    .map(({ account }) => account.id)
}

class LiveAnnouncer {
  readonly #announcer: Announcer
  readonly #store: RedisStore
  readonly #now: () => UnixMs
  readonly #quotes = new Map<number, (quote: Quote | undefined) => void>()
  #lastQuote = 0
  routes: RouteExchange | undefined
  #timer: NodeJS.Timeout | undefined
  /** What was published last. */
  snapshot: Snapshot | undefined

  constructor(announcer: Announcer, store: RedisStore, now: () => UnixMs) {
    this.#announcer = announcer
    this.#store = store
    this.#now = now
  }

  hear(input: AnnouncerInput): void {
    for (const effect of this.#announcer.step(input)) this.#perform(effect)
  }

  /** Undefined: there is no way, or no rate. */
  quote(from: AccountId, destination: string, amount: Amount): Promise<Quote | undefined> {
    const request = ++this.#lastQuote
    return new Promise((resolve) => {
      this.#quotes.set(request, resolve)
      this.hear({ type: 'quoteAsked', at: this.#now(), request, from, destination, amount })
    })
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #perform(effect: AnnouncerEffect): void {
    switch (effect.type) {
      case 'publish':
        this.snapshot = effect.snapshot
        return report({ type: 'snapshot', snapshot: effect.snapshot })
      case 'readBooks':
        void this.#readBooks(effect)
        return
      case 'sleepUntil':
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => this.hear({ type: 'woke', at: this.#now() }), Math.max(0, effect.at - this.#now()))
        return
      case 'announce':
        return this.routes?.announce(effect.to, effect.announcement)
      case 'answerQuote':
        this.#quotes.get(effect.request)?.(effect.quote)
        this.#quotes.delete(effect.request)
        return
      default:
        return unreachable(effect)
    }
  }

  /** What cannot be read now is read a second later. */
  async #readBooks({ accounts }: Extract<AnnouncerEffect, { type: 'readBooks' }>): Promise<void> {
    const reading = await this.#store.read(accounts).catch(failureOf)
    if (reading instanceof StoreRefused) report({ type: 'refused', why: reading.message })
    else if (reading instanceof Error) report({ type: 'fault', what: reading.message })
    else this.hear({ type: 'booksRead', at: this.#now(), reading })
  }
}
