/**
 * success-rate: argmax((successes + 1) / (successes + faults + noRoom + 2)), by count
 *
 * For: it needs to know nothing of lines, and leaves those that fail.
 * Against: it stays with a good account until that is full, then counts the full line as a failure; a new account
 * starts at 1/2 and is hardly tried; and counts are cheap: many tiny payments outweigh a few large ones withheld.
 * Source: the routing group's third answer, with Laplace's rule of succession (one success and one failure assumed).
 */
import type { Policy, Tally } from '../candidate.ts'
import { firstBest } from '../firstBest.ts'

export const successRate: Policy = {
  name: 'success-rate',
  summary: 'the best record by count of payments, whatever the failure and the amount',
  pick: (candidates) => candidates.indexOf(firstBest(candidates, (a, b) => rate(a.tally) > rate(b.tally))),
}

function rate(tally: Tally): number {
  return (tally.successes + 1) / (tally.successes + tally.faults + tally.noRoom + 2)
}
