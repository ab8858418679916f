/** Sentences on who leads, and by how much: the same of one regime and over all. */
import type { PolicyResult, Results } from '../experiment/results.ts'
import { listing, percent, points, pValue, range } from './format.ts'
import { type Rival, type Standing, standingOf } from './standing.ts'

/** How much the leader delivers, and which others that is more than. */
export function deliveryOf(standing: Standing): string {
  const { leader, rivals, seeds, certainty } = standing
  const interval = seeds > 1 ? ` (${range(leader.successRatio)})` : ''
  const delivers = `${name(leader)} delivers ${percent(standing.leads)} of payments${interval}`
  const [nearest] = rivals
  if (!nearest) return `${delivers}.`
  if (certainty === 'clear') return `${delivers}, more than every other policy (closest: ${behind(nearest)}, ${pValue(nearest.p)}).`
  if (certainty === 'oneSeed') return `${delivers}, the most; next comes ${behind(nearest)}. One seed cannot tell that from chance.`
  const of = (relation: Rival['relation']) => rivals.filter((rival) => rival.relation === relation)
  const unclear = of('unclear').map((rival) => `${rivalName(rival)} (${lead(rival)}, ${pValue(rival.p)})`)
  const most = of('identical').length === rivals.length ? '' : ', the most'
  return [
    unclear.length === 0 ? `${delivers}${most}.` : `${delivers}${most}, but no difference between it and ${few(unclear, 'or')} could be shown.`,
    ...identicalTo(leader, of('identical')),
    ...aheadOf(of('shown'), of('everySeed'), seeds),
  ].join(' ')
}

function identicalTo(leader: PolicyResult, rivals: readonly Rival[]): string[] {
  if (rivals.length === 0) return []
  return [`There is no difference between ${listing([name(leader), ...rivals.map(rivalName)])}: their figures are identical.`]
}

/** Of those that it is ahead of: which is shown, and which only seen. */
function aheadOf(shown: readonly Rival[], seen: readonly Rival[], seeds: number): string[] {
  const [nearest] = [...shown, ...seen].sort((a, b) => a.difference - b.difference)
  if (!nearest) return []
  const all = shown.length + seen.length
  const closest = all === 1 ? lead(nearest) : `closest: ${behind(nearest)}`
  const whom = all === 1 ? rivalName(nearest) : all === 2 ? listing([...shown, ...seen].map(rivalName)) : `the other ${all}`
  const inSeeds = `in ${seeds === 2 ? 'both' : `all ${seeds}`} seeds, which is too few to be sure`
  const worst = Math.max(...shown.map((rival) => rival.p))
  if (seen.length === 0) return [`It is ahead of ${whom} (${closest}; ${atMost(worst)}).`]
  if (shown.length === 0) return [`It is ahead of ${whom} (${closest}) ${inSeeds}.`]
  const rest = seen.length === 1 ? listing(seen.map(rivalName)) : 'the rest'
  return [`It is ahead of ${whom} (${closest}): shown for ${few(shown.map(rivalName))} (${atMost(worst)}), and of ${rest} ${inSeeds}.`]
}

function atMost(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p at most ${p.toFixed(3)}`
}

/** Only where another leads by volume, and in every seed. */
export function volumeOf(scope: Pick<Results, 'policies' | 'comparisons'>, { leader }: Standing): string[] {
  const standing = standingOf(scope, 'volumeRatio')
  const rival = standing?.rivals.find((one) => one.policy.policy === leader.policy)
  if (!standing || !rival || rival.relation === 'identical' || rival.relation === 'unclear') return []
  const sure = rival.relation === 'shown' ? pValue(rival.p) : 'in every seed, not confirmed'
  return [`By volume ${name(standing.leader)} leads with ${percent(standing.leads)}, ${lead(rival)} on ${name(leader)} (${sure}).`]
}

/** At most four by name. */
export function few(items: readonly string[], last = 'and'): string {
  return items.length <= 4 ? listing(items, last) : `${items.slice(0, 3).join(', ')} ${last} ${items.length - 3} more`
}

export function name({ policy }: PolicyResult): string {
  return `\`${policy}\``
}

export function rivalName({ policy }: Rival): string {
  return name(policy)
}

export function lead({ difference }: Rival): string {
  return `+${points(difference)}`
}

export function behind(rival: Rival): string {
  return `${rivalName(rival)}, ${lead(rival)}`
}
