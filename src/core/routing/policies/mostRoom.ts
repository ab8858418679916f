/**
 * most-room: argmax(room / capacity) among those with room >= amount; leastLoaded.ts has the whole order
 *
 * For: lines of any size fill in proportion, an account that holds payments fills up by what is under way, and one
 * that refuses is believed to be full.
 * Against: it does not know a fault. An account that fails at once never fills and never refuses for want of room.
 * Source: waterfilling as lowest-balance is, on relative loads; join-the-shortest-queue in load balancing.
 */
import type { Policy } from '../candidate.ts'
import { leastLoaded } from '../leastLoaded.ts'

export const mostRoom: Policy = {
  name: 'most-room',
  summary: 'the least loaded line for its size, what is under way counted',
  pick: (candidates) => candidates.indexOf(leastLoaded(candidates)),
}
