/** How much cold a thread asks for beyond its need, and how much hot it keeps: one file each in `warming/`. */
import { type Amount, type Balance, excess, least, MAX_TOTAL, most } from '../values/amount.ts'
import { adaptive } from './warming/adaptive.ts'
import { exact } from './warming/exact.ts'
import { share } from './warming/share.ts'

export interface WarmingView {
  readonly hot: Amount
  /** What the store last told of it, however old; undefined before it told anything. */
  readonly cold: Balance | undefined
  readonly creditLimit: Amount
  readonly parallelism: number
  /** What the waiting prepares need beyond the hot that there is. */
  readonly lacking: Amount
  /** Charged to the account by this thread in about the last second. */
  readonly used: Amount
}

export interface WarmingPolicy {
  readonly name: string
  readonly summary: string
  /** The hot that this thread would like to hold once nobody waits. */
  readonly keep: (view: WarmingView) => Amount
}

export const warmingPolicies: readonly WarmingPolicy[] = [exact, share, adaptive]

/** A farm of one keeps everything hot. */
const EVERYTHING = MAX_TOTAL

export function keep(policy: WarmingPolicy, view: WarmingView): Amount {
  return view.parallelism === 1 ? EVERYTHING : policy.keep(view)
}

/** What a warm asks for: at least what the waiting prepares lack. */
export function wanted(policy: WarmingPolicy, view: WarmingView): Amount {
  const kept = keep(policy, view)
  const beyond = excess(kept, view.hot)
  return least(most(beyond, view.lacking), EVERYTHING)
}
