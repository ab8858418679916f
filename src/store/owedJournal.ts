/**
 * What a thread has promised to call back: a hash beside its book, so that its next life can keep the promise. All that is
 * kept and forgotten in one turn of the event loop is one pipeline.
 */
import type { Redis } from 'ioredis'
import type { ThreadId } from '../core/values/account.ts'
import { failureOf } from './failure.ts'
import { keysUnder } from './keys.ts'

/** No promise lives longer than a prepare: 10 minutes, and a little (B5). */
const EXPIRES_S = 660

export interface OwedJournalOptions {
  readonly prefix: string
  readonly thread: ThreadId
}

interface Batch {
  readonly kept: Map<string, string>
  readonly forgotten: Set<string>
  readonly written: Promise<void>
}

export class OwedJournal {
  readonly #redis: Redis
  readonly #key: string
  /** Could not be forgotten yet. */
  #left = new Set<string>()
  #batch: Batch | undefined

  constructor(redis: Redis, { prefix, thread }: OwedJournalOptions) {
    this.#redis = redis
    this.#key = keysUnder(prefix).book(thread).owed
  }

  /** Rejects with StoreUnknown or StoreRefused. */
  keep(key: string, text: string): Promise<void> {
    const { kept, forgotten, written } = this.#open()
    forgotten.delete(key)
    kept.set(key, text)
    return written
  }

  /** Where it fails it is tried again with what comes next. */
  forget(key: string): void {
    const { kept, forgotten } = this.#open()
    kept.delete(key)
    forgotten.add(key)
  }

  async read(): Promise<ReadonlyMap<string, string>> {
    return new Map(Object.entries(await this.#redis.hgetall(this.#key).catch((error: unknown) => Promise.reject(failureOf(error)))))
  }

  #open(): Batch {
    if (this.#batch !== undefined) return this.#batch
    const kept = new Map<string, string>()
    const forgotten = this.#left
    this.#left = new Set()
    const written = new Promise<void>((resolve, reject) => {
      setImmediate(() => {
        this.#batch = undefined
        this.#write(kept, forgotten).then(resolve, reject)
      })
    })
    // Who only forgets waits for nothing.
    written.catch(() => {})
    this.#batch = { kept, forgotten, written }
    return this.#batch
  }

  async #write(kept: ReadonlyMap<string, string>, forgotten: ReadonlySet<string>): Promise<void> {
    const pipeline = this.#redis.pipeline()
    if (forgotten.size > 0) pipeline.hdel(this.#key, ...forgotten)
    if (kept.size > 0) pipeline.hset(this.#key, kept).expire(this.#key, EXPIRES_S)
    try {
      for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error
    } catch (error) {
      for (const key of forgotten) if (this.#batch?.kept.has(key) !== true) this.#left.add(key)
      throw failureOf(error)
    }
  }
}
