/**
 * lowest-account-id: 0, the first in account order
 *
 * For: the same everywhere and always, with nothing to know.
 * Against: one line carries everything until it is full, and then still; whoever gets a low id gets the traffic.
 * Source: ilp-connector's route-broadcaster, which breaks the ties of relation and path length by account id.
 */
import type { Policy } from '../candidate.ts'

export const lowestAccountId: Policy = {
  name: 'lowest-account-id',
  summary: 'the first in order of account id (what ilp-connector does)',
  pick: () => 0,
}
