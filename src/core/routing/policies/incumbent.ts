/**
 * incumbent: argmin(since)
 *
 * For: routes do not flap, and a newcomer cannot draw traffic to itself by announcing.
 * Against: one line carries everything until its announcement is gone, full or unreliable as it may be.
 * Source: the Java connector (interledger4j), which keeps the route that it had first until it is withdrawn.
 */
import type { Policy } from '../candidate.ts'
import { firstBest } from '../firstBest.ts'

export const incumbent: Policy = {
  name: 'incumbent',
  summary: 'the account that has announced the route longest (what the Java connector does)',
  pick: (candidates) => candidates.indexOf(firstBest(candidates, (a, b) => a.since < b.since)),
}
