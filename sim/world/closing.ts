/** What a connector's store holds when a run is over, for the trace: whoever played the store lines can compare. */
import type { AccountId, ThreadId, Unit } from '../../src/core/values/account.ts'
import type { Amount, Balance } from '../../src/core/values/amount.ts'
import type { SimStore } from './store.ts'

export interface Closing {
  readonly shards: readonly {
    readonly account: AccountId
    readonly cold: Balance
    readonly granted: ReadonlyMap<ThreadId, Amount>
    readonly returned: ReadonlyMap<ThreadId, Amount>
  }[]
  readonly books: readonly {
    readonly thread: ThreadId
    readonly seq: number
    readonly accounts: readonly {
      readonly account: AccountId
      readonly hot: Balance
      readonly taken: Amount
      readonly given: Amount
      readonly underWay: Amount
    }[]
    readonly positions: ReadonlyMap<Unit, Balance>
  }[]
}

export function closingOf({ shards, books }: SimStore): Closing {
  return {
    shards: [...shards.values()].map(({ account, cold, granted, returned }) => ({ account: account.id, cold, granted, returned })),
    books: [...books.values()].map(({ thread, seq, entries, positions }) => ({
      thread,
      seq,
      accounts: [...entries.values()].map(({ account, hot, taken, given, underWay }) => ({ account: account.id, hot, taken, given, underWay })),
      positions,
    })),
  }
}
