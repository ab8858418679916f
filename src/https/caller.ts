/**
 * Replies on their way to whoever asked for a callback: POSTed under the prepare's Request-Id until they are taken, or nobody
 * waits for them any more. One that fails makes all for the same place wait, so that a dead one costs a try every few seconds.
 */
import type { LookupFunction } from 'node:net'
import type { AccountId } from '../core/values/account.ts'
import type { UnixMs } from '../core/values/time.ts'
import { MIN_MESSAGE_WINDOW_MS } from '../core/values/time.ts'
import { Line } from './line.ts'
import { type Failed, unknown } from './outcome.ts'
import type { Judge } from './sending.ts'

export interface Call {
  readonly to: AccountId
  readonly url: string
  /** Shown as a bearer token. */
  readonly token: string
  /** PEM to trust instead of the system's authorities. */
  readonly ca: string | undefined
  readonly requestId: string
  readonly contentType: string
  readonly body: Buffer
  /** From then on nobody waits for it. */
  readonly until: UnixMs
  /** It was taken, or its time is over. Called once, never before `call` has returned. */
  readonly ended: (how: 'taken' | 'expired') => void
}

export interface CallerOptions {
  /** Unix ms. */
  readonly now: () => UnixMs
  /** Finds the addresses of a host; left out: any will do. */
  readonly lookup?: LookupFunction | undefined
}

/** One account's host, and what is to be told there. */
interface Place {
  readonly line: Line<'taken'>
  waiting: Call[]
  underWay: number
  /** In a row. */
  failures: number
  notBefore: UnixMs
  /** Since then there was nothing to tell. */
  idleSince: UnixMs
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5_000
/** Of one try: who holds the connection longer is asked again. */
const TRY_MS = 5_000
const IDLE_MS = 10_000
const SWEEP_MS = 50
const MAX_CONNECTIONS = 16
/** Places with nothing to tell make room. */
const MAX_PLACES = 1_024

/** Taken, or never to be: whoever says these will say them again. */
const FINAL: ReadonlySet<number> = new Set([400, 409, 410])

const judge: Judge<'taken'> = (status) => ((status >= 200 && status < 300) || FINAL.has(status) ? 'taken' : unknown(`status ${status}`))

export class Caller {
  readonly #options: CallerOptions
  readonly #places = new Map<string, Place>()
  readonly #sweeping: NodeJS.Timeout

  constructor(options: CallerOptions) {
    this.#options = options
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  call(call: Call): void {
    const place = this.#placeOf(call)
    place.waiting.push(call)
    this.#go(place)
  }

  /** Cuts its connections; nothing is told any more. */
  async destroy(): Promise<void> {
    clearInterval(this.#sweeping)
    const places = [...this.#places.values()]
    this.#places.clear()
    await Promise.all(places.map(({ line }) => line.destroy()))
  }

  #placeOf({ to, url, token, ca, contentType }: Call): Place {
    const { origin } = new URL(url)
    const key = `${to} ${origin} ${contentType}`
    const known = this.#places.get(key)
    if (known !== undefined) return known
    if (this.#places.size >= MAX_PLACES) this.#forgetIdle(Number.POSITIVE_INFINITY)
    const { now, lookup } = this.#options
    const limits = { maxConnections: MAX_CONNECTIONS, maxWaiting: Number.POSITIVE_INFINITY }
    const line = new Line({ peer: { url: `${origin}/`, token, ca }, now, judge, contentType, limits, lookup, heardDeduplicates: () => {} })
    const place: Place = { line, waiting: [], underWay: 0, failures: 0, notBefore: 0, idleSince: now() }
    this.#places.set(key, place)
    return place
  }

  /** After a failure one at a time. */
  #go(place: Place): void {
    const at = this.#options.now()
    while (at >= place.notBefore && (place.failures === 0 || place.underWay === 0)) {
      const call = place.waiting.shift()
      if (call === undefined) return
      this.#try(place, call, at)
    }
  }

  #try(place: Place, call: Call, at: UnixMs): void {
    const { pathname, search } = new URL(call.url)
    place.underWay++
    // A line begins nothing for which the least time of a prepare is not left.
    const until = Math.min(call.until, at + TRY_MS) + MIN_MESSAGE_WINDOW_MS
    place.line.send(call.body, until, call.requestId, (outcome) => this.#heard(place, call, outcome), `${pathname}${search}`)
  }

  #heard(place: Place, call: Call, outcome: 'taken' | Failed): void {
    const at = this.#options.now()
    place.underWay--
    place.idleSince = at
    if (outcome === 'taken') {
      place.failures = 0
      call.ended('taken')
    } else {
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(place.failures, 10))
      place.failures++
      place.notBefore = at + pauseMs
      if (at >= call.until) call.ended('expired')
      else place.waiting.push(call)
    }
    this.#go(place)
  }

  #sweep(): void {
    const at = this.#options.now()
    for (const place of this.#places.values()) {
      place.line.sweep(at)
      if (place.waiting.some(({ until }) => at >= until)) {
        const over = place.waiting.filter(({ until }) => at >= until)
        place.waiting = place.waiting.filter(({ until }) => at < until)
        for (const { ended } of over) ended('expired')
      }
      this.#go(place)
    }
    this.#forgetIdle(at - IDLE_MS)
  }

  #forgetIdle(since: UnixMs): void {
    for (const [key, { line, waiting, underWay, idleSince }] of this.#places) {
      if (waiting.length > 0 || underWay > 0 || idleSince > since) continue
      this.#places.delete(key)
      void line.destroy()
    }
  }
}
