/**
 * A thread's way to its book: all commits of one event-loop turn travel as one script call, and one call at a time. What is
 * emitted while a call is under way goes with the next. So the store never sees a number before the one that precedes it
 * (B2), and calls grow as the load does. Where an outcome is unknown it stands still: the core has kept whatever is not
 * acknowledged, and sends it all again when there is a way to the store.
 *
 * Measured (test/bench/store.ts): a call for each promise job brings half to two thirds of the commits a second. Calls that
 * do not wait for each other bring as many as these; a third more only where the thread has nothing else to do, and a third
 * less where each write is synced.
 */
import type { Change, Written } from '../core/book/change.ts'
import type { CommitReply } from '../core/input.ts'
import type { ThreadId } from '../core/values/account.ts'
import { written } from './changes.ts'
import { failureOf, StoreRefused, type StoreUnknown } from './failure.ts'
import type { RedisStore } from './redisStore.ts'

/** Keeps one call short for the others who wait for Redis: some milliseconds. */
const MAX_COMMITS_A_CALL = 256

export interface CommitQueueOptions {
  readonly store: Pick<RedisStore, 'commit'>
  readonly thread: ThreadId
  readonly epoch: string
  /** Once for each commit that was answered, in their order; it may be added again as it was written. */
  readonly heard: (seq: number, reply: CommitReply, written: Written) => void
  /** A call with so many commits was answered, after so long: for whoever measures. */
  readonly called?: ((commits: number, ms: number) => void) | undefined
  /** An outcome is unknown: nothing more is sent or heard before `resume`. */
  readonly faulted: (error: StoreUnknown) => void
  /** A bug, or a store that lost its data: the queue stops, and so should the thread. */
  readonly refused: (error: StoreRefused) => void
}

export interface Waiting {
  readonly seq: number
  readonly changes: readonly Change[] | Written
}

export class CommitQueue {
  readonly #options: CommitQueueOptions
  /** Emitted and not acknowledged; as many as a thread's open payments allow. */
  #waiting: Waiting[] = []
  #busy = false
  #state: 'open' | 'halted' | 'closed' = 'open'
  /** Which way to the store this is: what was sent on an earlier one is heard no more. */
  #way = 0

  constructor(options: CommitQueueOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#waiting.length
  }

  /** Halted, it takes nothing: it will all be sent again. */
  add(commit: Waiting): void {
    if (this.#state !== 'open') return
    this.#waiting.push(commit)
    this.#arm()
  }

  /** The way to the store is lost. */
  halt(): void {
    if (this.#state === 'closed') return
    this.#state = 'halted'
    this.#waiting = []
  }

  /** There is a new one: whatever is to be sent is added again. */
  resume(): void {
    if (this.#state !== 'halted') return
    this.#way++
    this.#busy = false
    this.#state = 'open'
  }

  /** Nothing more is sent or heard. */
  close(): void {
    this.#state = 'closed'
    this.#waiting = []
  }

  /** After this turn's input, all of it: setImmediate comes when the sockets that were ready have been read. */
  #arm(): void {
    if (this.#busy) return
    this.#busy = true
    const way = this.#way
    setImmediate(() => void this.#send(way))
  }

  async #send(way: number): Promise<void> {
    if (this.#isOver(way)) return
    const { store, thread, epoch, called, heard, faulted, refused } = this.#options
    const waiting = this.#waiting.slice(0, MAX_COMMITS_A_CALL)
    const commits = waiting.map(({ seq, changes }) => (typeof changes === 'string' ? changes : written({ seq, changes })))
    const since = performance.now()
    const replies = await store.commit(thread, epoch, commits).catch(failureOf)
    called?.(commits.length, performance.now() - since)
    if (this.#isOver(way)) return
    if (replies instanceof StoreRefused) {
      this.close()
      return refused(replies)
    }
    if (!Array.isArray(replies)) {
      this.halt()
      return faulted(replies as StoreUnknown)
    }
    this.#waiting.splice(0, commits.length)
    this.#busy = false
    if (this.#waiting.length > 0) this.#arm()
    for (const [i, { seq }] of waiting.entries()) {
      if (this.#isOver(way)) return
      heard(seq, replies[i], commits[i] as Written)
    }
  }

  #isOver(way: number): boolean {
    return this.#state !== 'open' || way !== this.#way
  }
}
