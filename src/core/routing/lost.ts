/**
 * What an account's shard and books no longer agree on since the store lost writes: there are no such terms otherwise.
 * Later credits fill it, or a replay (B7, B12); until then it may be spent twice. Shards are read before books.
 */
import type { ThreadId } from '../values/account.ts'
import { type Amount, add, type Balance, excess, minus, ZERO } from '../values/amount.ts'

export interface ShardTotals {
  readonly cold: Balance
  readonly creditLimit: Amount
  readonly returned: ReadonlyMap<ThreadId, Amount>
}

/** `givenBy`: what a thread's book gave so far. Returned above given, and what cold paid for lost grants beyond its limit (R3). */
export function lostByFailover({ cold, creditLimit, returned }: ShardTotals, givenBy: (thread: ThreadId) => Amount): Amount {
  let lost = excess(minus(ZERO, creditLimit), cold)
  for (const [thread, total] of returned) lost = add(lost, excess(total, givenBy(thread)))
  return lost
}
