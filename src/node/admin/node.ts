/** The node, as the admin port sees it: what it knows, what it may ask of the threads, and what it may decide. */
import type { Redis } from 'ioredis'
import type { Quote } from '../../core/routing/quote.ts'
import type { Snapshot } from '../../core/routing/snapshot.ts'
import type { AccountId } from '../../core/values/account.ts'
import type { Amount } from '../../core/values/amount.ts'
import type { UnixMs } from '../../core/values/time.ts'
import type { RedisStore } from '../../store/redisStore.ts'
import type { AskThread } from '../asks.ts'
import type { NodeConfig } from '../config/config.ts'
import type { Decision, ThreadStatus } from '../orders.ts'

export interface Node {
  /** With its accounts as they are now. */
  config: NodeConfig
  /** By parallelism, without a closing slash. */
  readonly farmUrls: ReadonlyMap<number, string>
  readonly redis: Redis
  readonly store: RedisStore
  readonly now: () => UnixMs
  readonly threads: () => readonly ThreadStatus[]
  /** What the threads were told last. */
  readonly snapshot: () => Snapshot | undefined
  /** Undefined: there is no way, or no rate. */
  readonly quote: (from: AccountId, destination: string, amount: Amount) => Promise<Quote | undefined>
  readonly ask: AskThread
  /** Resolves when it is kept and all threads know it; with why not, where it could not be kept. */
  readonly decide: (decision: Decision) => Promise<string | undefined>
}
