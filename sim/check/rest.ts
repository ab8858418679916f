/** Whether a store is at rest: nothing under way, nothing left, nothing in transit, and nothing hot that nobody uses. */
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import type { StoreAtRest } from './books.ts'

export interface Unrest {
  readonly what: string
  readonly about: readonly string[]
}

export interface Resting {
  readonly isCool: boolean
  readonly look: () => void
  readonly mayLack: (account: AccountId) => bigint
}

/** The first thing in this thread's book that is not; `look` is called for each. `isCool`: hot that is not used has had time to go back. `mayLack`: what the book may have forgotten that it gave back. */
export function unrestIn(store: StoreAtRest, thread: ThreadId, { isCool, look, mayLack }: Resting): Unrest | undefined {
  const book = store.books.get(thread)
  if (book === undefined) return undefined
  for (const { record, tombstone } of book.payments.values()) {
    look()
    if (record !== undefined && tombstone === undefined) return { what: `payment ${record.payment} is still under way`, about: [record.condition] }
  }
  if (book.left.size > 0) return { what: `${book.left.size} messages are still left in the book of ${thread}`, about: [] }
  for (const [id, { account, hot, taken, given, underWay }] of book.entries) {
    look()
    const { name } = account
    const shard = store.shards.get(id)
    const granted = shard?.granted.get(thread) ?? 0n
    const returned = shard?.returned.get(thread) ?? 0n
    if (granted !== taken || returned < given || returned - given > mayLack(id))
      return { what: `money of ${name} is in transit to or from ${thread}`, about: [name] }
    if (underWay !== 0n) return { what: `${underWay} is still under way to ${name}`, about: [name] }
    if (isCool && (account.parallelism > 1 || book.epoch === '') && hot !== 0n)
      return { what: `${hot} of ${name} stays hot in ${thread}, where nobody uses it`, about: [name] }
  }
  return undefined
}
