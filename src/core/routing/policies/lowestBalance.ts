/**
 * lowest-balance: argmin(balance)
 *
 * For: it levels the lines, and each direction of traffic leaves room for the other.
 * Against: it knows neither the size of a line nor what is under way, and an account that never fulfills never
 * rises, so it is fed for ever.
 * Source: "send where most remains", waterfilling in payment-channel networks (Spider, Sivaraman et al., NSDI 2020).
 * What remains to be sent is highest where our balance, seen from the account holder, is lowest.
 */
import type { Policy } from '../candidate.ts'
import { firstBest } from '../firstBest.ts'

export const lowestBalance: Policy = {
  name: 'lowest-balance',
  summary: 'the account that we owe least (waterfilling: send where most remains)',
  pick: (candidates) => candidates.indexOf(firstBest(candidates, (a, b) => a.balance < b.balance)),
}
