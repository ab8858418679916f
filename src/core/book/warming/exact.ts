/** keep = 0: a warm brings just what the waiting prepares lack. The most store commands, the least capital tied up. */
import { ZERO } from '../../values/amount.ts'
import type { WarmingPolicy } from '../warming.ts'

export const exact: WarmingPolicy = {
  name: 'exact',
  summary: 'warm what the waiting prepares lack, keep nothing',
  keep: () => ZERO,
}
