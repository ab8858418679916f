/** The announcer's process: routes, the books read each second, and the admin port. The supervisor starts it. */
import { type Announcer, type AnnouncerEffect, type AnnouncerInput, makeAnnouncer } from '../core/announcer.ts'
import type { AccountId } from '../core/values/account.ts'
import type { Prepare } from '../core/values/packet.ts'
import type { UnixMs } from '../core/values/time.ts'
import { unreachable } from '../core/values/unreachable.ts'
import type { Outcome } from '../https/outcome.ts'
import { publicLookup } from '../https/publicAddress.ts'
import { makeSender } from '../https/sender.ts'
import { redisConnection } from '../store/connection.ts'
import { failureOf, StoreRefused } from '../store/failure.ts'
import { RedisStore } from '../store/redisStore.ts'
import { makeAdmin } from './admin.ts'
import { steadyClock } from './clock.ts'
import type { NodeConfig } from './config/config.ts'
import type { AnnouncerOrder, AnnouncerReport, Setup, ThreadStatus } from './orders.ts'
import { peersOf } from './peers.ts'
import { RouteExchange } from './routeExchange.ts'
import { directoryOf, keyPrefixOf } from './threadConfig.ts'

let exchange: RouteExchange | undefined
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
    case 'routing': {
      const { thread, number, from, routing } = order
      if (exchange === undefined) return report({ type: 'routed', thread, heard: { type: 'routed', number, routed: 'unheard' } })
      const refused = exchange.receive(from, routing)
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

async function begin({ config, redisUrl }: Setup): Promise<() => Promise<void>> {
  const redis = redisConnection({ url: redisUrl, faulted: (error) => report({ type: 'fault', what: `Redis: ${error.message}` }) })
  await redis.connect().catch(() => {})
  const store = new RedisStore(redis, { prefix: keyPrefixOf(config) })
  const admin = makeAdmin({ accounts: config.accounts.map(({ account }) => account), store, threads: () => threads })
  try {
    report({ type: 'listening', admin: await admin.listen({ host: '127.0.0.1', port: config.adminPort }) })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    report({ type: 'refused', why: `the admin port cannot be had: ${why}; set adminPort to another, or to 0 for any` })
  }
  const now = steadyClock()
  const { announceIntervalMs, snapshotIntervalMs, slack } = config.routing
  const announcer = makeAnnouncer({ directory: directoryOf(config), slack, rates: config.rates, announceIntervalMs, snapshotIntervalMs }, now())
  const live = new LiveAnnouncer(announcer, store, now)
  live.hear({ type: 'started', at: now() })
  const { routes, stop } = exchangeOf(config, now, (input) => live.hear(input))
  live.routes = routes
  exchange = routes
  routes.start()
  return async () => {
    live.stop()
    await stop()
    await admin.close()
    redis.disconnect()
  }
}

/** With those that are told routes, and can be reached. */
function exchangeOf(config: NodeConfig, now: () => UnixMs, hear: (input: AnnouncerInput) => void): { routes: RouteExchange; stop: () => Promise<void> } {
  // Announcements are answered at once: no thread waits for them.
  const peers = peersOf(config.accounts, undefined)
  const sender = makeSender({ findPeer: (account) => peers.get(account), now, lookup: config.allowPrivateAddresses ? undefined : publicLookup })
  const neighbours = config.accounts
    .filter(({ account, peer }) => account.relation !== 'user' && peer !== undefined && peer.protocol !== 'json-rpc')
    .map(({ account }) => account.id)
  const { announceIntervalMs } = config.routing
  const send = (to: AccountId, prepare: Prepare, heard: (outcome: Outcome) => void): void => sender.send(to, prepare, undefined, heard)
  const routes = new RouteExchange({ neighbours, own: config.address, announceIntervalMs, send, hear, now })
  return {
    routes,
    stop: async () => {
      routes.stop()
      await sender.destroy()
    },
  }
}

class LiveAnnouncer {
  readonly #announcer: Announcer
  readonly #store: RedisStore
  readonly #now: () => UnixMs
  routes: RouteExchange | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(announcer: Announcer, store: RedisStore, now: () => UnixMs) {
    this.#announcer = announcer
    this.#store = store
    this.#now = now
  }

  hear(input: AnnouncerInput): void {
    for (const effect of this.#announcer.step(input)) this.#perform(effect)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #perform(effect: AnnouncerEffect): void {
    switch (effect.type) {
      case 'publish':
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
        throw new Error(`nobody is connected, and yet: ${effect.type}`)
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
