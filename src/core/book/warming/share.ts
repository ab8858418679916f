/**
 * keep = floor((cold + creditLimit + hot) / parallelism): what one thread may spend at most in one payment (R2), so that a
 * busy thread seldom asks. Where cold was never told, it is nothing: the first warm brings what is lacking, and the cold.
 */
import { type Amount, amount, divideFloor, ZERO } from '../../values/amount.ts'
import type { WarmingPolicy, WarmingView } from '../warming.ts'

export function shareOf(view: WarmingView): Amount {
  if (view.cold === undefined) return ZERO
  const all = view.cold + view.creditLimit + view.hot
  return all <= 0n ? ZERO : amount(divideFloor(all, BigInt(view.parallelism)))
}

export const share: WarmingPolicy = {
  name: 'share',
  summary: 'warm up to (cold + hot) / parallelism',
  keep: shareOf,
}
