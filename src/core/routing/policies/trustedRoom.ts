/**
 * trusted-room: most-room among those with rate >= best rate - 0.10, where
 *   rate  = (successAmount + prior) / (successAmount + faultAmount + prior)
 *   prior = all candidates' success and fault amounts together * max(20 / their attempts, 1 / 20)
 *
 * The prior is good conduct assumed of everyone, in the measure of what is seen here, so it needs no unit:
 * - A new account's rate is 1: it gets its chance at once, and may lose a ninth of the prior before it is left.
 * - 20 mean payments: two mean faults in an empty record are forgiven, the third is not.
 * - A twentieth of the volume: a heavy tail puts one fault far above the mean, and tiny payments push the mean down.
 *   It is forgiven as soon as it is small (1/180) beside what all have carried, without waiting for decay.
 * - Trust is had for amounts, not counts: what a liar fulfills must be nine times what it then withholds.
 * No room is not a fault: a full line is honest.
 *
 * For: the load spreads as with most-room, and what takes money in without passing it on is left.
 * Against: a long good record is a credit that a traitor can use up, a ninth of it, before it is noticed.
 * Source: ours. Nearest: lnd's mission control, which turns past failures by amount into a probability, with a prior.
 */
import type { Candidate, Policy, Tally } from '../candidate.ts'
import { leastLoaded } from '../leastLoaded.ts'

const TOLERANCE = 0.1
const PRIOR_ATTEMPTS = 20
const PRIOR_SHARE = 1 / 20

export const trustedRoom: Policy = {
  name: 'trusted-room',
  summary: 'most-room among those whose fault-free rate, by amount, is within 10 points of the best',
  pick: (candidates) => candidates.indexOf(leastLoaded(trusted(candidates))),
}

function trusted(candidates: readonly Candidate[]): readonly Candidate[] {
  const prior = priorAmount(candidates)
  const best = Math.max(...candidates.map((candidate) => faultFreeRate(candidate.tally, prior)))
  return candidates.filter((candidate) => faultFreeRate(candidate.tally, prior) >= best - TOLERANCE)
}

function faultFreeRate(tally: Tally, prior: number): number {
  const good = tally.successAmount + prior
  return tally.faultAmount === 0 ? 1 : good / (good + tally.faultAmount)
}

function priorAmount(candidates: readonly Candidate[]): number {
  let amount = 0
  let attempts = 0
  for (const { tally } of candidates) {
    amount += tally.successAmount + tally.faultAmount
    attempts += tally.successes + tally.faults
  }
  return amount * Math.max(PRIOR_ATTEMPTS / Math.max(attempts, 1), PRIOR_SHARE)
}
