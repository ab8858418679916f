/** Who stands where in one regime, or over all: the figures put in order, before a word is said of them. */
import type { Comparison, Metric } from '../experiment/comparisons.ts'
import type { PolicyResult, RegimeResult } from '../experiment/results.ts'

/** Below this a difference counts as shown (after the correction). */
export const LEVEL = 0.05

/**
 * `identical`: the same ratios in every seed. `shown`: p below LEVEL. `everySeed`: ahead in each of several seeds, but
 * not shown. `unclear`: the rest.
 */
type Relation = 'identical' | 'shown' | 'everySeed' | 'unclear'

/** What a policy is behind the one that leads. */
export interface Rival {
  readonly policy: PolicyResult
  readonly difference: number
  readonly p: number
  readonly relation: Relation
}

/** `clear`: ahead of every other, shown. `likely`: ahead of every other in every seed. `level`: some cannot be told from it. */
export type Certainty = 'clear' | 'likely' | 'level' | 'oneSeed' | 'alone'

export interface Standing {
  readonly leader: PolicyResult
  readonly leads: number
  /** All others that have payments, the nearest first. */
  readonly rivals: readonly Rival[]
  readonly seeds: number
  readonly certainty: Certainty
}

interface Scope {
  readonly policies: readonly PolicyResult[]
  readonly comparisons: readonly Comparison[]
}

/** Null where no policy had a payment. */
export function standingOf(scope: Scope, metric: Metric): Standing | null {
  const ranked = rank(scope.policies, metric)
  const [leader] = ranked
  if (!leader) return null
  const rivals = ranked.slice(1).map((policy) => rivalOf(scope, metric, leader, policy))
  const seeds = leader.perSeed.filter((one) => one[metric] !== null).length
  return { leader, leads: meanOf(leader, metric), rivals, seeds, certainty: certaintyOf(rivals, seeds) }
}

/** Highest first; without a ratio left out. */
export function rank(policies: readonly PolicyResult[], metric: Metric): PolicyResult[] {
  return policies.filter((policy) => policy[metric].mean !== null).sort((a, b) => meanOf(b, metric) - meanOf(a, metric))
}

function meanOf(policy: PolicyResult, metric: Metric): number {
  return policy[metric].mean ?? 0
}

function rivalOf(scope: Scope, metric: Metric, leader: PolicyResult, policy: PolicyResult): Rival {
  const names = [leader.policy, policy.policy]
  const comparison = scope.comparisons.find((one) => one.metric === metric && names.includes(one.better) && names.includes(one.worse))
  const p = comparison?.p ?? 1
  return { policy, difference: meanOf(leader, metric) - meanOf(policy, metric), p, relation: relationOf(leader, policy, metric, p) }
}

function relationOf(leader: PolicyResult, other: PolicyResult, metric: Metric, p: number): Relation {
  if (leader.perSeed.every((one, i) => one.successRatio === other.perSeed[i]?.successRatio && one.volumeRatio === other.perSeed[i]?.volumeRatio)) {
    return 'identical'
  }
  if (p < LEVEL) return 'shown'
  const ahead = leader.perSeed.every((one, i) => (one[metric] ?? 0) > (other.perSeed[i]?.[metric] ?? 1))
  return ahead && leader.perSeed.length > 1 ? 'everySeed' : 'unclear'
}

function certaintyOf(rivals: readonly Rival[], seeds: number): Certainty {
  if (rivals.length === 0) return 'alone'
  const relations = new Set(rivals.map((rival) => rival.relation))
  if (relations.has('identical') && relations.size === 1) return 'level'
  if (seeds < 2) return 'oneSeed'
  if (relations.has('identical') || relations.has('unclear')) return 'level'
  return relations.has('everySeed') ? 'likely' : 'clear'
}

/** The regime in which a policy delivers least. */
export function worstOf(regimes: readonly RegimeResult[], policy: string): { regime: string; mean: number } | null {
  const means = regimes.flatMap((regime) => {
    const mean = regime.policies.find((one) => one.policy === policy)?.successRatio.mean ?? null
    return mean === null ? [] : [{ regime: regime.name, mean }]
  })
  return means.sort((a, b) => a.mean - b.mean)[0] ?? null
}
