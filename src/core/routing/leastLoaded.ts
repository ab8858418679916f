/**
 * The least loaded line, what is under way counted. One measure holds for a whole pick, so that the order is total:
 *
 *   1. Only candidates that fit count: believed room >= the amount that it would be sent. Unknown room fits.
 *   2. Where all of these know room and capacity: the highest room / capacity, compared exactly.
 *   3. Otherwise, for all of them: the lowest balance + underWay. An unknown line has no ratio, and a guessed one
 *      would order it against known lines by nothing but the guess.
 *   4. Where nobody fits: the most absolute room, the likeliest to have grown by the time the prepare arrives.
 */
import type { Amount, Balance } from '../values/amount.ts'
import type { Candidate } from './candidate.ts'
import { firstBest } from './firstBest.ts'

type RoomKnown = Candidate & { readonly room: Balance }
type RatioKnown = RoomKnown & { readonly capacity: Amount }

/** `candidates` is never empty. */
export function leastLoaded(candidates: readonly Candidate[]): Candidate {
  const fitting = candidates.filter((candidate) => !knowsRoom(candidate) || candidate.room >= candidate.amount)
  if (fitting.length === 0) return firstBest(candidates.filter(knowsRoom), (a, b) => a.room > b.room)
  if (fitting.every(knowsRatio)) return firstBest(fitting, (a, b) => a.room * b.capacity > b.room * a.capacity)
  return firstBest(fitting, (a, b) => a.balance + a.underWay < b.balance + b.underWay)
}

function knowsRoom(candidate: Candidate): candidate is RoomKnown {
  return candidate.room !== undefined
}

function knowsRatio(candidate: Candidate): candidate is RatioKnown {
  return knowsRoom(candidate) && candidate.capacity !== undefined && candidate.capacity > 0n
}
