/** One prepare on its way to a peer, as undici's handler. What was begun and got no whole response is unknown; else not taken. */
import type { Client, Dispatcher } from 'undici'
import { EXPIRY_GRACE_MS, MIN_MESSAGE_WINDOW_MS, type UnixMs } from '../core/values/time.ts'
import { type Failed, notTaken, unknown } from './outcome.ts'

export type Hear<T> = (outcome: T | Failed) => void

/** What a whole response says; undefined: nothing, and nothing is heard. */
export type Judge<T> = (status: number, body: Buffer) => T | Failed | undefined

/** One connection, made when it is first needed and again when it was closed. */
export interface Lane<T> {
  readonly client: Client
  sending: Sending<T> | undefined
}

/** What a prepare tells of itself to the line that carries it. */
export interface Carrier<T> {
  readonly now: () => UnixMs
  /** Names and values in turn. */
  readonly heardHeaders: (headers: readonly Buffer[]) => void
  readonly judge: Judge<T>
  /** Its connection is free, or gone. */
  readonly ended: (sending: Sending<T>) => void
}

/** The core's timer fires the grace after the expiry; what is not answered another grace later has no listener. */
const ABANDON_AFTER_MS = 2 * EXPIRY_GRACE_MS

export class Sending<T> implements Dispatcher.DispatchHandler {
  readonly body: Buffer
  readonly requestId: string | undefined
  readonly path: string
  /** Set when it is begun. */
  lane: Lane<T> | undefined
  readonly #expiresAt: UnixMs
  readonly #carrier: Carrier<T>
  #hear: Hear<T> | undefined
  /** Once set, bytes of it may have left. */
  #abort: ((reason: Error) => void) | undefined
  #status = 0
  readonly #chunks: Buffer[] = []

  constructor(body: Buffer, expiresAt: UnixMs, requestId: string | undefined, path: string, carrier: Carrier<T>, hear: Hear<T>) {
    this.body = body
    this.requestId = requestId
    this.path = path
    this.#expiresAt = expiresAt
    this.#carrier = carrier
    this.#hear = hear
  }

  /** Less than the receiver's own least time is left: not to be begun any more. */
  isTooLate(at: UnixMs): boolean {
    return at > this.#expiresAt - MIN_MESSAGE_WINDOW_MS
  }

  /** Later, so that nothing is heard before `send` has returned, and a bug in who hears it does not end in undici's hands. */
  tell(outcome: T | Failed): void {
    const hear = this.#hear
    if (hear === undefined) return
    this.#hear = undefined
    process.nextTick(hear, outcome)
  }

  silence(): void {
    this.#hear = undefined
  }

  sweep(at: UnixMs): void {
    if (this.#abort === undefined) {
      if (this.isTooLate(at)) this.tell(notTaken('no connection in time'))
    } else if (at > this.#expiresAt + ABANDON_AFTER_MS) {
      this.#abort(new Error('no answer in time'))
    }
  }

  /** Just before the first byte is written. */
  onConnect(abort: (reason?: Error) => void): void {
    if (this.#hear === undefined || this.isTooLate(this.#carrier.now())) abort(new Error('no connection in time'))
    else this.#abort = abort
  }

  onHeaders(status: number, headers: Buffer[]): boolean {
    if (status < 200) return true
    this.#status = status
    this.#carrier.heardHeaders(headers)
    return true
  }

  onData(chunk: Buffer): boolean {
    this.#chunks.push(chunk)
    return true
  }

  onComplete(): void {
    const [first, ...more] = this.#chunks
    const outcome = this.#carrier.judge(this.#status, first === undefined || more.length > 0 ? Buffer.concat(this.#chunks) : first)
    if (outcome !== undefined) this.tell(outcome)
    this.#carrier.ended(this)
  }

  onError(error: Error): void {
    const why = 'code' in error && typeof error.code === 'string' ? error.code : error.message
    this.tell(this.#abort === undefined ? notTaken(why) : unknown(why))
    this.#carrier.ended(this)
  }
}
