/** keep = min(used in the last second, share): a quiet account's money stays cold, where every thread can reach it. */
import { least } from '../../values/amount.ts'
import type { WarmingPolicy } from '../warming.ts'
import { shareOf } from './share.ts'

export const adaptive: WarmingPolicy = {
  name: 'adaptive',
  summary: 'warm what the last second used, at most the share',
  keep: (view) => least(view.used, shareOf(view)),
}
