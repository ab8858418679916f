/** The connections to one peer: a bounded number, one request at a time on each, a bounded queue before them. */
import type { LookupFunction } from 'node:net'
import { buildConnector, Client } from 'undici'
import type { UnixMs } from '../core/values/time.ts'
import { notTaken } from './outcome.ts'
import type { RpcNames } from './rpcKeys.ts'
import { type Hear, type Judge, type Lane, Sending } from './sending.ts'

export interface Peer {
  /** Where prepares are POSTed to: https, or http for tests and loopback. */
  readonly url: string
  /** Shown as a bearer token. */
  readonly token: string
  /** PEM to trust instead of the system's authorities: of a peer whose certificate is self-signed. */
  readonly ca?: string | undefined
  /** Where it may POST its replies to later, instead of answering at once. */
  readonly callbackUrl?: string | undefined
  /** It speaks RPC in JSON, in these names. */
  readonly rpc?: RpcNames | undefined
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

export interface LineOptions<T> {
  readonly peer: Peer
  /** Unix ms. */
  readonly now: () => UnixMs
  readonly judge: Judge<T>
  /** Of each body; left out: application/octet-stream. */
  readonly contentType?: string
  /** Sent with each request besides what all have: names and values in turn. */
  readonly headers?: readonly string[]
  /** Finds the peer's addresses; left out: any will do. */
  readonly lookup?: LookupFunction | undefined
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

export class Line<T> {
  readonly peer: Peer
  readonly judge: Judge<T>
  readonly #options: LineOptions<T>
  readonly #limits: LineLimits
  readonly #origin: URL
  readonly #clientOptions: Client.Options
  readonly #path: string
  readonly #headers: string[]
  readonly #lanes: Lane<T>[] = []
  /** The one that was busy last comes first: what is not needed falls idle, and is closed. */
  readonly #free: Lane<T>[] = []
  #waiting: Sending<T>[] = []
  #deduplicates = false

  constructor(options: LineOptions<T>) {
    const { peer, judge, lookup, headers = [], contentType = 'application/octet-stream' } = options
    const ca = peer.ca ?? options.ca
    const url = new URL(peer.url)
    this.peer = peer
    this.#options = options
    this.judge = judge
    this.#limits = { ...LIMITS, ...options.limits }
    this.#origin = new URL(url.origin)
    this.#clientOptions = {
      pipelining: 1,
      allowH2: false,
      // One for all of them: TLS sessions are taken up again.
      connect: buildConnector({
        allowH2: false,
        timeout: this.#limits.connectTimeoutMs,
        ...(ca === undefined ? {} : { ca }),
        ...(lookup === undefined ? {} : { lookup }),
      }),
      // Time is kept by `sweep`, which knows each prepare's expiry.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: this.#limits.keepAliveMs,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
      maxResponseSize: MAX_BODY,
      maxHeaderSize: MAX_HEADERS,
    }
    this.#path = `${url.pathname}${url.search}`
    this.#headers = ['authorization', `Bearer ${peer.token}`, 'content-type', contentType, ...headers]
  }

  get underWay(): number {
    return this.#lanes.length - this.#free.length + this.#waiting.length
  }

  /** `path`: where it is POSTed to instead of the peer's own, at the same origin. */
  send(body: Buffer, expiresAt: UnixMs, requestId: string | undefined, hear: Hear<T>, path = this.#path): void {
    const sending = new Sending(body, expiresAt, requestId, path, this, hear)
    const lane = this.#free.pop() ?? this.#open()
    if (lane !== undefined) this.#dispatch(lane, sending)
    else if (this.#waiting.length < this.#limits.maxWaiting) this.#waiting.push(sending)
    else sending.tell(notTaken('too many prepares wait for a connection'))
  }

  /** Another, while there may be more. */
  #open(): Lane<T> | undefined {
    if (this.#lanes.length >= this.#limits.maxConnections) return undefined
    const lane: Lane<T> = { client: new Client(this.#origin, this.#clientOptions), sending: undefined }
    this.#lanes.push(lane)
    return lane
  }

  #dispatch(lane: Lane<T>, sending: Sending<T>): void {
    lane.sending = sending
    sending.lane = lane
    const { body, requestId, path } = sending
    const headers = requestId === undefined ? this.#headers : [...this.#headers, 'request-id', requestId]
    // Written out: a spread here costs a tenth of the whole way through.
    lane.client.dispatch({ path, method: 'POST', headers, body }, sending)
  }

  readonly now = (): UnixMs => this.#options.now()

  readonly ended = (sending: Sending<T>): void => {
    const { lane } = sending
    if (lane === undefined || lane.sending !== sending) return
    lane.sending = undefined
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(lane)
    else this.#dispatch(lane, next)
  }

  readonly heardHeaders = (headers: readonly Buffer[]): void => {
    const deduplicates = saysDeduplicates(headers)
    if (deduplicates === this.#deduplicates) return
    this.#deduplicates = deduplicates
    this.#options.heardDeduplicates(deduplicates)
  }

  /** Ends what has had its time. */
  sweep(at: UnixMs): void {
    for (const { sending } of this.#lanes) sending?.sweep(at)
    for (const sending of this.#waiting) sending.sweep(at)
    if (this.#waiting.length > 0) this.#waiting = this.#waiting.filter((sending) => !sending.isTooLate(at))
  }

  /** Cuts its connections; nothing is told any more. */
  async destroy(): Promise<void> {
    for (const { sending } of this.#lanes) sending?.silence()
    for (const sending of this.#waiting) sending.silence()
    this.#waiting = []
    await Promise.all(this.#lanes.map(({ client }) => client.destroy()))
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
