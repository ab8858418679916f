/** The connections to one peer: a bounded number, one request at a time on each, a bounded queue before them. */
import { Pool } from 'undici'
import type { UnixMs } from '../core/values/time.ts'
import { notTaken } from './outcome.ts'
import { type Hear, Sending } from './sending.ts'

export interface Peer {
  /** Where prepares are POSTed to: https, or http for tests and loopback. */
  readonly url: string
  /** Shown as a bearer token. */
  readonly token: string
  /** PEM to trust instead of the system's authorities: of a peer whose certificate is self-signed. */
  readonly ca?: string | undefined
}

export interface LineLimits {
  /** A prepare holds its connection until it is answered. */
  readonly maxConnections: number
  /** Prepares that wait for a connection; beyond it: not taken. */
  readonly maxWaiting: number
  readonly connectTimeoutMs: number
  /** How long a connection is kept idle when the peer does not say how long it does. */
  readonly keepAliveMs: number
}

export interface LineOptions {
  readonly peer: Peer
  /** Unix ms. */
  readonly now: () => UnixMs
  /** Told when the peer's answers begin or cease to say that it deduplicates (S1). */
  readonly heardDeduplicates: (deduplicates: boolean) => void
  /** PEM of an authority to trust instead of the system's. */
  readonly ca?: string | undefined
  readonly limits?: Partial<LineLimits> | undefined
}

const LIMITS: LineLimits = { maxConnections: 256, maxWaiting: 1024, connectTimeoutMs: 5_000, keepAliveMs: 4_000 }

/** Of a reply; RFC 27 leaves an ILPv4 packet some 42,000 octets. */
const MAX_BODY = 65_536
const MAX_HEADERS = 16_384
/** A connection whose peer says when it closes is left this long before, so that no prepare meets the closing. */
const KEEP_ALIVE_MARGIN_MS = 1_000

export class Line {
  readonly peer: Peer
  readonly #options: LineOptions
  readonly #limits: LineLimits
  readonly #pool: Pool
  readonly #path: string
  readonly #headers: string[]
  readonly #sent = new Set<Sending>()
  #waiting: Sending[] = []
  #deduplicates = false

  constructor(options: LineOptions) {
    const { peer } = options
    const ca = peer.ca ?? options.ca
    const url = new URL(peer.url)
    this.peer = peer
    this.#options = options
    this.#limits = { ...LIMITS, ...options.limits }
    this.#pool = new Pool(url.origin, {
      connections: this.#limits.maxConnections,
      pipelining: 1,
      allowH2: false,
      connect: { timeout: this.#limits.connectTimeoutMs, ...(ca === undefined ? {} : { ca }) },
      // Time is kept by `sweep`, which knows each prepare's expiry.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: this.#limits.keepAliveMs,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
      maxResponseSize: MAX_BODY,
      maxHeaderSize: MAX_HEADERS,
    })
    this.#path = `${url.pathname}${url.search}`
    this.#headers = ['authorization', `Bearer ${peer.token}`, 'content-type', 'application/octet-stream']
  }

  get underWay(): number {
    return this.#sent.size + this.#waiting.length
  }

  send(body: Buffer, expiresAt: UnixMs, requestId: string | undefined, hear: Hear): void {
    const sending = new Sending(body, expiresAt, requestId, this, hear)
    if (this.#sent.size < this.#limits.maxConnections) this.#dispatch(sending)
    else if (this.#waiting.length < this.#limits.maxWaiting) this.#waiting.push(sending)
    else sending.tell(notTaken('too many prepares wait for a connection'))
  }

  #dispatch(sending: Sending): void {
    this.#sent.add(sending)
    const { body, requestId } = sending
    const headers = requestId === undefined ? this.#headers : [...this.#headers, 'request-id', requestId]
    // Written out: a spread here costs a tenth of the whole way through.
    this.#pool.dispatch({ path: this.#path, method: 'POST', headers, body }, sending)
  }

  readonly now = (): UnixMs => this.#options.now()

  readonly ended = (sending: Sending): void => {
    this.#sent.delete(sending)
    while (this.#waiting.length > 0 && this.#sent.size < this.#limits.maxConnections) this.#dispatch(this.#waiting.shift() as Sending)
  }

  readonly heardHeaders = (headers: readonly Buffer[]): void => {
    const deduplicates = saysDeduplicates(headers)
    if (deduplicates === this.#deduplicates) return
    this.#deduplicates = deduplicates
    this.#options.heardDeduplicates(deduplicates)
  }

  /** Ends what has had its time. */
  sweep(at: UnixMs): void {
    for (const sending of this.#sent) sending.sweep(at)
    for (const sending of this.#waiting) sending.sweep(at)
    if (this.#waiting.length > 0) this.#waiting = this.#waiting.filter((sending) => !sending.isTooLate(at))
  }

  /** Cuts its connections; nothing is told any more. */
  async destroy(): Promise<void> {
    for (const sending of [...this.#sent, ...this.#waiting]) sending.silence()
    this.#waiting = []
    await this.#pool.destroy()
  }
}

const HEADER = 'ilp-deduplicates'

function saysDeduplicates(headers: readonly Buffer[]): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]
    if (name?.length === HEADER.length && name.toString('latin1').toLowerCase() === HEADER) return headers[i + 1]?.toString('latin1') === 'request-id'
  }
  return false
}
