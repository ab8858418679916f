/**
 * R6: what entered of a unit, the credit limits and the position limit together stay below 2^61. A thread knows its own book
 * alone, so each of the books there may ever be has an equal share of the room; what left through a book makes room in it.
 */
import type { ThreadState } from '../threadState.ts'
import type { Unit } from '../values/account.ts'
import { type Amount, amount, type Balance, excess, MAX_TOTAL, minus, plus, ZERO } from '../values/amount.ts'

/** A node has at most so many threads, those that left it among them. */
const MAX_BOOKS = 64

/** How much may still enter through this book. */
export function roomToEnter(state: ThreadState, unit: Unit): Amount {
  const { directory } = state
  const { positionLimits, opened } = state.config
  let claimed: Balance = plus(opened?.get(unit) ?? ZERO, positionLimits.get(unit) ?? ZERO)
  for (const account of directory.accounts.values()) if (account.unit === unit) claimed = plus(claimed, account.creditLimit)
  const share = amount(excess(minus(MAX_TOTAL, amount(1n)), claimed) / BigInt(MAX_BOOKS))
  return excess(share, state.entered.get(unit) ?? ZERO)
}
