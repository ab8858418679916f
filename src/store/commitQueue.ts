/**
 * A thread's way to its book: all commits of one event-loop turn travel as one script call, and one call at a time. What is
 * emitted while a call is under way goes with the next. So the store never sees a number before the one that precedes it
 * (B2), an unknown outcome is answered by sending the same commits again, and calls grow as the load does.
 *
 * Measured (test/bench/store.ts): a call for each promise job brings half to two thirds of the commits a second. Calls that
 * do not wait for each other bring as many as these; a third more only where the thread has nothing else to do, and a third
 * less where each write is synced.
 */
import type { CommitReply } from '../core/input.ts'
import type { ThreadId } from '../core/values/account.ts'
import type { Commit } from './changes.ts'
import { failureOf, StoreRefused, type StoreUnknown } from './failure.ts'
import type { RedisStore } from './redisStore.ts'

/** Keeps one call short for the others who wait for Redis: some milliseconds. */
const MAX_COMMITS_A_CALL = 256
/** Between an unknown outcome and the next sending. */
const RESEND_AFTER_MS = 20

export interface CommitQueueOptions {
  readonly store: Pick<RedisStore, 'commit' | 'ready'>
  readonly thread: ThreadId
  readonly epoch: string
  /** Once for each commit, in their order. */
  readonly heard: (seq: number, reply: CommitReply) => void
  /** An outcome is unknown; the same commits go again. */
  readonly faulted: (error: StoreUnknown) => void
  /** A bug: the queue stops, and so should the thread. */
  readonly refused: (error: StoreRefused) => void
}

export class CommitQueue {
  readonly #options: CommitQueueOptions
  /** Emitted and not acknowledged; as many as a thread's open payments allow. */
  #waiting: Commit[] = []
  #busy = false
  #closed = false

  constructor(options: CommitQueueOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#waiting.length
  }

  add(commit: Commit): void {
    this.#waiting.push(commit)
    this.#arm()
  }

  /** Nothing more is sent or heard. */
  close(): void {
    this.#closed = true
    this.#waiting = []
  }

  /** After this turn's input, all of it: setImmediate comes when the sockets that were ready have been read. */
  #arm(): void {
    if (this.#busy || this.#closed) return
    this.#busy = true
    setImmediate(() => void this.#send())
  }

  async #send(): Promise<void> {
    const { store, thread, epoch, heard, faulted, refused } = this.#options
    const commits = this.#waiting.slice(0, MAX_COMMITS_A_CALL)
    const replies = await store.commit(thread, epoch, commits).catch(failureOf)
    if (this.#closed) return
    if (replies instanceof StoreRefused) {
      this.close()
      return refused(replies)
    }
    if (!Array.isArray(replies)) {
      faulted(replies as StoreUnknown)
      return this.#sendAgain()
    }
    this.#waiting.splice(0, commits.length)
    commits.forEach(({ seq }, i) => {
      heard(seq, replies[i])
    })
    this.#busy = false
    if (this.#waiting.length > 0) this.#arm()
  }

  #sendAgain(): void {
    setTimeout(() => {
      void this.#options.store.ready().then(() => {
        if (!this.#closed) return this.#send()
      })
    }, RESEND_AFTER_MS)
  }
}
