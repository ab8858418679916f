/**
 * Which differences between policies the seeds show. Made between all pairs of policies, for both ratios, in each
 * regime and over all of them; every one belongs to one family for Holm's correction. Comparing only the best with each
 * other policy would be fewer, but the best is known from the same figures: to pick it is to have looked at all pairs.
 */
import { holm, pairedDifference } from './statistics.ts'

export type Metric = 'successRatio' | 'volumeRatio'

/** `difference` is better less worse, never negative; where it is 0, the order of the two says nothing. */
export interface Comparison {
  readonly better: string
  readonly worse: string
  readonly metric: Metric
  readonly difference: number
  readonly low: number
  readonly high: number
  /** Corrected for all comparisons made. */
  readonly p: number
}

/** What of a policy is compared: its ratios, in the same order of seeds for all. */
interface Compared {
  readonly policy: string
  readonly perSeed: readonly Readonly<Record<Metric, number | null>>[]
}

const METRICS: readonly Metric[] = ['successRatio', 'volumeRatio']

/** A list for each scope, a scope being the policies side by side in one regime, or over all. */
export function comparisonsOf(scopes: readonly (readonly Compared[])[]): Comparison[][] {
  const bare = scopes.map((policies) => METRICS.flatMap((metric) => pairsOf(policies).flatMap(([a, b]) => comparisonOf(a, b, metric))))
  const ps = holm(bare.flat().map((comparison) => comparison.p))
  let next = 0
  return bare.map((comparisons) => comparisons.map((comparison) => ({ ...comparison, p: ps[next++] ?? 1 })))
}

function pairsOf(policies: readonly Compared[]): [Compared, Compared][] {
  return policies.flatMap((a, i) => policies.slice(i + 1).map((b): [Compared, Compared] => [a, b]))
}

/** None where no seed has a ratio for both. */
function comparisonOf(a: Compared, b: Compared, metric: Metric): Comparison[] {
  const pairs = a.perSeed.flatMap((one, i) => {
    const [x, y] = [one[metric], b.perSeed[i]?.[metric] ?? null]
    return x === null || y === null ? [] : [{ x, y }]
  })
  if (pairs.length === 0) return []
  const ofA = pairs.map((pair) => pair.x)
  const ofB = pairs.map((pair) => pair.y)
  const paired = pairedDifference(ofA, ofB)
  if (paired.difference < 0) return [{ better: b.policy, worse: a.policy, metric, ...pairedDifference(ofB, ofA) }]
  return [{ better: a.policy, worse: b.policy, metric, ...paired }]
}
