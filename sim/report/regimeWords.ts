/** One regime in words: who leads, who is last, who swings, and what misbehaving accounts got. */
import type { RegimeResult } from '../experiment/results.ts'
import { duration, listing, percent, plural, points, pValue } from './format.ts'
import { behind, deliveryOf, few, name, rivalName, volumeOf } from './leadWords.ts'
import { type Certainty, LEVEL, rank, type Standing, standingOf } from './standing.ts'

export interface RegimeAnswer {
  readonly regime: string
  readonly certainty: Certainty
  /** Few words on how sure the first sentence is. */
  readonly sureness: string
  /** The first sentence in a line: who leads, and by how much. */
  readonly brief: string
  readonly sentences: readonly string[]
}

/** A policy whose seeds differ by more is said to swing. */
const SWING = 0.1

export function regimeAnswerOf(regime: RegimeResult): RegimeAnswer {
  const standing = standingOf(regime, 'successRatio')
  if (!standing) return { regime: regime.name, certainty: 'alone', sureness: 'no payments', brief: 'no payments', sentences: ['No payment was made here.'] }
  return {
    regime: regime.name,
    certainty: standing.certainty,
    sureness: surenessOf(standing),
    brief: briefOf(standing),
    sentences: [deliveryOf(standing), ...lastOf(standing), ...volumeOf(regime, standing), ...swingsOf(regime), ...badShareOf(regime), ...recoveryOf(regime)],
  }
}

function surenessOf(standing: Standing): string {
  const level = standing.rivals.filter((rival) => rival.relation === 'identical' || rival.relation === 'unclear').length
  switch (standing.certainty) {
    case 'clear':
      return `clear (p < ${LEVEL})`
    case 'likely':
      return 'ahead in every seed, not confirmed'
    case 'oneSeed':
      return 'one seed'
    case 'alone':
      return 'one policy'
    case 'level':
      return `level with ${plural(level, 'other')}`
  }
}

function briefOf(standing: Standing): string {
  const [nearest] = standing.rivals
  const leads = `${name(standing.leader)} ${percent(standing.leads)}`
  if (!nearest) return leads
  const level = standing.rivals.filter((rival) => rival.relation === 'identical' || rival.relation === 'unclear')
  switch (standing.certainty) {
    case 'clear':
      return `${leads}; ahead of all (closest: ${behind(nearest)}, ${pValue(nearest.p)})`
    case 'likely':
      return `${leads}; ahead of ${rivalName(nearest)} by ${points(nearest.difference)} in every seed, not confirmed`
    case 'oneSeed':
    case 'alone':
      return `${leads}; next ${behind(nearest)}; one seed`
    case 'level':
      return `${leads}; no difference shown from ${few(level.map(rivalName), 'or')}`
  }
}

function lastOf({ rivals }: Standing): string[] {
  const last = rivals.at(-1)
  if (!last || rivals.length < 2 || last.difference < 0.01) return []
  return [`Last is ${rivalName(last)} with ${percent(last.policy.successRatio.mean)}.`]
}

function swingsOf({ policies }: RegimeResult): string[] {
  const swings = policies.flatMap((policy) => {
    const known = policy.perSeed.flatMap((one) => (one.successRatio === null ? [] : [one.successRatio]))
    const [low, high] = [Math.min(...known), Math.max(...known)]
    return high - low > SWING ? [{ spread: high - low, words: `${name(policy)} (${percent(low)} to ${percent(high)})` }] : []
  })
  if (swings.length === 0) return []
  return [`From seed to seed ${few(swings.sort((a, b) => b.spread - a.spread).map(({ words }) => words))} ${swings.length === 1 ? 'swings' : 'swing'}.`]
}

function badShareOf({ policies }: RegimeResult): string[] {
  const known = rank(policies, 'successRatio')
    .flatMap((policy) => (policy.badShare === null ? [] : [{ policy, share: policy.badShare }]))
    .sort((a, b) => a.share - b.share)
  const [least, most] = [known[0], known.at(-1)]
  if (!least || !most || most.share - least.share < 0.01) return []
  return [
    `The misbehaving account was the first choice for ${percent(least.share)} of the volume under ${name(least.policy)}, for ${percent(most.share)} under ${name(most.policy)}.`,
  ]
}

function recoveryOf({ policies }: RegimeResult): string[] {
  const known = rank(policies, 'successRatio').flatMap(({ policy, recoveryMs }) => (recoveryMs ? [{ policy, ...recoveryMs }] : []))
  if (known.length === 0) return []
  const back = known.flatMap(({ policy, median }) => (median === null ? [] : [{ policy, median }])).sort((a, b) => a.median - b.median)
  const [fastest] = back
  const never = known.filter(({ recovered }) => recovered === 0).map(({ policy }) => `\`${policy}\``)
  return [
    ...(fastest ? [`After the betrayal \`${fastest.policy}\` was back first, after ${duration(fastest.median)} (median).`] : []),
    ...(never.length === known.length && never.length > 1 ? ['After the betrayal no policy recovered in any seed.'] : []),
    ...(never.length > 0 && never.length < known.length ? [`${listing(never)} never recovered.`] : []),
  ]
}
