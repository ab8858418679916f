/**
 * Where everything lies in Redis. What one command touches carries one hash tag, and so lies in one slot of a Cluster: an
 * account's shard under {accountId}, a thread's book under {thread}.
 */
import type { AccountId, ThreadId } from '../core/values/account.ts'

export interface ShardKeys {
  readonly coldBalance: string
  readonly creditLimit: string
  /** Hashes by thread. */
  readonly granted: string
  readonly returned: string
  /** Holds a sum while a command makes it. */
  readonly scratch: string
}

export interface BookKeys {
  /** epoch, seq, lastLeft. */
  readonly book: string
  /** Hashes by account. */
  readonly hotBalance: string
  readonly taken: string
  readonly given: string
  readonly underWay: string
  /** By payment id. */
  readonly payments: string
  /** By unit. */
  readonly position: string
  readonly entered: string
  /** `OUTCOME ACCOUNT ROUTE` → how often, `OUTCOMEAmount ACCOUNT ROUTE` → how much. */
  readonly tallies: string
  /** By message id. */
  readonly left: string
  /** Replies that are called back; expires by itself. */
  readonly owed: string
}

export interface Keys {
  /** The id of the node whose books these are. */
  readonly owner: string
  /** The threads that ever had a book. */
  readonly threads: string
  readonly shard: (account: AccountId) => ShardKeys
  /** Expires by itself. */
  readonly hotSet: (account: AccountId, requestId: string) => string
  readonly book: (thread: ThreadId) => BookKeys
}

/** `prefix` keeps connectors that share a Redis apart; it may not hold braces, they would make the hash tag. */
export function keysUnder(prefix: string): Keys {
  if (/[{}]/.test(prefix)) throw new Error(`the prefix of the keys, '${prefix}', has braces in it`)
  const shard = (account: AccountId): ShardKeys => ({
    coldBalance: `${prefix}coldBalance:{${account}}`,
    creditLimit: `${prefix}creditLimit:{${account}}`,
    granted: `${prefix}granted:{${account}}`,
    returned: `${prefix}returned:{${account}}`,
    scratch: `${prefix}scratch:{${account}}`,
  })
  const book = (thread: ThreadId): BookKeys => ({
    book: `${prefix}book:{${thread}}`,
    hotBalance: `${prefix}hotBalance:{${thread}}`,
    taken: `${prefix}taken:{${thread}}`,
    given: `${prefix}given:{${thread}}`,
    underWay: `${prefix}underWay:{${thread}}`,
    payments: `${prefix}payments:{${thread}}`,
    position: `${prefix}position:{${thread}}`,
    entered: `${prefix}entered:{${thread}}`,
    tallies: `${prefix}tallies:{${thread}}`,
    left: `${prefix}left:{${thread}}`,
    owed: `${prefix}owed:{${thread}}`,
  })
  return { owner: `${prefix}owner`, threads: `${prefix}threads`, shard, hotSet: (account, requestId) => `${prefix}hotSet:{${account}}:${requestId}`, book }
}
