/**
 * The answer in words, from the figures alone: no sentence knows a policy by its name, but for the three that the
 * question names. Policies stand in backticks; a page or a terminal dresses them as it likes.
 */
import type { PolicyResult, Results } from '../experiment/results.ts'
import { count, listing, percent, plural, points, pValue } from './format.ts'
import { deliveryOf, few, lead, name, rivalName, volumeOf } from './leadWords.ts'
import { type RegimeAnswer, regimeAnswerOf } from './regimeWords.ts'
import { rank, type Standing, standingOf } from './standing.ts'

export interface Answer {
  readonly headline: string
  readonly sentences: readonly string[]
  readonly howSure: string
  readonly regimes: readonly RegimeAnswer[]
}

/** The policies that the routing group's question names. */
const ASKED = ['highest-balance', 'lowest-balance', 'success-rate']
/** Points behind the best from which a policy is called poor: over all regimes, and in one. */
const POOR_OVERALL = 0.1
const POOR_SOMEWHERE = 0.1

export function answerOf(results: Results): Answer {
  const standing = standingOf(results, 'successRatio')
  const regimes = results.regimes.map(regimeAnswerOf)
  if (!standing) return { headline: 'No payment was made, so there is nothing to compare.', sentences: [], howSure: howSure(results), regimes }
  const [only] = results.regimes
  const place = only && results.regimes.length === 1 ? `In “${only.name}”` : `Over all ${results.regimes.length} regimes`
  return {
    headline: headlineOf(standing),
    sentences: [
      `${place}, ${deliveryOf(standing)}`,
      ...volumeOf(results, standing),
      ...(results.regimes.length > 1 ? elsewhereOf(results, standing) : []),
      ...askedOf(results),
      ...poorOf(results, standing),
    ],
    howSure: howSure(results),
    regimes,
  }
}

function headlineOf(standing: Standing): string {
  const leader = name(standing.leader)
  const level = standing.rivals.filter((rival) => rival.relation === 'identical' || rival.relation === 'unclear')
  switch (standing.certainty) {
    case 'clear':
      return `Pick ${leader}.`
    case 'likely':
      return `Probably ${leader}: it delivered the most in every seed, but ${standing.seeds} seeds are too few to be sure.`
    case 'oneSeed':
      return `${leader} delivered the most, in a single seed: that is no proof.`
    case 'alone':
      return `Only ${leader} was run: there is nothing to compare it with.`
    case 'level':
      if (level.every((rival) => rival.relation === 'identical') && level.length === standing.rivals.length) {
        return 'There is no difference: all policies gave identical figures.'
      }
      if (level.length < 3) return `Pick ${listing([leader, ...level.map(rivalName)], 'or')}: no difference between them could be shown.`
      return `No policy stands out: ${leader} delivered the most, but no difference between it and ${level.length} others could be shown.`
  }
}

/** The regimes in which another policy leads than the one that leads over all. */
function elsewhereOf(results: Results, { leader }: Standing): string[] {
  const lost = results.regimes.flatMap((regime) => {
    const standing = standingOf(regime, 'successRatio')
    const rival = standing?.rivals.find((one) => one.policy.policy === leader.policy)
    return standing && rival && rival.relation !== 'identical' ? [{ regime: regime.name, standing, rival }] : []
  })
  const beaten = lost.filter(({ rival }) => rival.relation !== 'unclear').sort((a, b) => b.rival.difference - a.rival.difference)
  const unclear = lost.filter(({ rival }) => rival.relation === 'unclear')
  if (lost.length === 0) return [`${name(leader)} leads in every single regime.`]
  const places = beaten.map(({ regime, standing, rival }) => {
    const sure = rival.relation === 'shown' ? pValue(rival.p) : 'in every seed, not confirmed'
    return `“${regime}” goes to ${name(standing.leader)} (${lead(rival)}, ${sure})`
  })
  return [
    ...(beaten.length > 0 ? [`It is not the best everywhere: ${few(places)}.`] : []),
    ...(unclear.length > 0 ? [unclearElsewhere(unclear.map(({ rival }) => rival.difference))] : []),
  ]
}

function unclearElsewhere(differences: readonly number[]): string {
  const where = differences.length === 1 ? 'In one regime another leads it' : `In ${differences.length} regimes another leads it`
  return `${where} by ${differences.length === 1 ? '' : 'at most '}${points(Math.max(...differences))}, a difference that could not be shown.`
}

function askedOf({ policies }: Results): string[] {
  const asked = rank(policies, 'successRatio').filter((policy) => ASKED.includes(policy.policy))
  if (asked.length < ASKED.length || asked.length === policies.length) return []
  return [`Of the three that the question names: ${listing(asked.map((policy) => `${name(policy)} ${percent(policy.successRatio.mean)}`))}.`]
}

function poorOf(results: Results, standing: Standing): string[] {
  const poor = standing.rivals.filter((rival) => rival.difference >= POOR_OVERALL)
  const fair = [standing.leader, ...standing.rivals.filter((rival) => rival.difference < POOR_OVERALL).map((rival) => rival.policy)]
  const gaps = fair.flatMap((policy) => widestGap(results, policy)).sort((a, b) => b.gap - a.gap)
  const worst = [...poor].reverse().map((rival) => `${rivalName(rival)} (${percent(rival.policy.successRatio.mean)})`)
  return [
    ...(poor.length > 0 ? [`Poor overall, more than ${points(POOR_OVERALL)} behind: ${listing(worst)}.`] : []),
    ...(gaps.length > 0 && results.regimes.length > 1 ? [`Good overall but poor somewhere: ${few(gaps.map(({ words }) => words))}.`] : []),
  ]
}

function widestGap(results: Results, { policy }: PolicyResult): { gap: number; words: string }[] {
  const gaps = results.regimes.flatMap((regime) => {
    const rival = standingOf(regime, 'successRatio')?.rivals.find((one) => one.policy.policy === policy)
    return rival && rival.difference >= POOR_SOMEWHERE ? [{ regime: regime.name, rival }] : []
  })
  const [widest] = gaps.sort((a, b) => b.rival.difference - a.rival.difference)
  if (!widest) return []
  const { difference: gap, policy: there } = widest.rival
  return [{ gap, words: `\`${policy}\` (${points(gap)} behind the best in “${widest.regime}”, with ${percent(there.successRatio.mean)})` }]
}

function howSure(results: Results): string {
  const made = results.comparisons.length + (results.regimes.length > 1 ? results.regimes.flatMap((regime) => regime.comparisons).length : 0)
  const payments = results.policies.reduce((sum, policy) => sum + policy.payments, 0)
  const basis = `${plural(results.seeds.length, 'seed')}, the same for every policy; ${plural(payments, 'payment')} in all.`
  if (results.seeds.length < 2) return `${basis} One seed shows what can happen, not what usually does: for intervals and p-values, run several.`
  return `${basis} Brackets hold 95% intervals over seeds; p-values are paired over seeds and corrected (Holm) for all ${count(made)} comparisons made.`
}
