/**
 * highest-balance: argmax(balance)
 *
 * For: whoever received most has proved that it fulfills, and is owed most, so it has most reason to keep serving us.
 * Against: it feeds itself. The picked account receives, its balance rises, it is picked again until its line is
 * full: of n equal lines about one carries the traffic, and what is under way is not counted.
 * Source: the first answer in the routing group's question. The opposite of waterfilling.
 */
import type { Policy } from '../candidate.ts'
import { firstBest } from '../firstBest.ts'

export const highestBalance: Policy = {
  name: 'highest-balance',
  summary: 'the account that we owe most; successes raise it further',
  pick: (candidates) => candidates.indexOf(firstBest(candidates, (a, b) => a.balance > b.balance)),
}
