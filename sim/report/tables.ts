/** The figures as tables: over all regimes, and of one. */
import type { PolicyResult, Quantiles, Ratio, Recovery, RegimeResult, Results } from '../experiment/results.ts'
import { decimal, duration, NOTHING, percent, range } from './format.ts'
import { type Cast, escapeHtml, inCastOrder, policyName } from './markup.ts'
import { worstOf } from './standing.ts'

interface Column {
  readonly title: string
  readonly about?: string
  readonly cell: (policy: PolicyResult) => string
}

export function overallTable(cast: Cast, results: Results): string {
  const worst: Column = { title: 'Worst regime', cell: ({ policy }) => worstRegime(results.regimes, policy) }
  const columns = [...ratioColumns(results.seeds.length), ...(results.regimes.length > 1 ? [worst] : []), latencyColumn]
  return table(cast, columns, results.policies) + table(cast, costColumns(results.policies), results.policies)
}

export function regimeTable(cast: Cast, regime: RegimeResult, seeds: number): string {
  const rejects: Column = { title: 'Final rejects', about: 'Of each failed payment, all seeds together', cell: ({ rejects: counts }) => rejectsCell(counts) }
  const costs = [...costColumns(regime.policies), rejects]
  return table(cast, [...directionColumns(regime.policies, seeds), latencyColumn], regime.policies) + table(cast, costs, regime.policies)
}

const latencyColumn: Column = { title: 'Latency', about: 'Of fulfilled payments: p50 / p95 / p99', cell: (policy) => quantiles(policy.latencyMs) }

function ratioColumns(seeds: number): Column[] {
  return [
    { title: 'Success', about: 'Payments fulfilled', cell: (policy) => ratio(policy.successRatio, seeds) },
    { title: 'Volume', about: 'Amounts fulfilled', cell: (policy) => ratio(policy.volumeRatio, seeds) },
  ]
}

/** Where there is traffic in several directions, each for itself. */
function directionColumns(policies: readonly PolicyResult[], seeds: number): Column[] {
  const names = [...new Set(policies.flatMap((policy) => policy.directions.map((direction) => direction.name)))]
  if (names.length < 2) return ratioColumns(seeds)
  return names.flatMap((name) => {
    const of = (policy: PolicyResult) => policy.directions.find((direction) => direction.name === name)
    const cell = (value: Ratio | undefined) => (value ? ratio(value, seeds) : NOTHING)
    return [
      { title: `Success, ${name}`, cell: (policy: PolicyResult) => cell(of(policy)?.successRatio) },
      { title: `Volume, ${name}`, cell: (policy: PolicyResult) => cell(of(policy)?.volumeRatio) },
    ]
  })
}

function costColumns(policies: readonly PolicyResult[]): Column[] {
  const bad: Column = { title: 'Bad share', about: 'First choices, by amount, that fell on misbehaving accounts', cell: (policy) => percent(policy.badShare) }
  const recovery: Column = {
    title: 'Recovery',
    about: 'After an account turns bad: median, runs that recovered',
    cell: (policy) => recoveryCell(policy.recoveryMs),
  }
  return [
    { title: 'Latency of all', about: 'Failures too: p50 / p95 / p99', cell: (policy) => quantiles(policy.allLatencyMs) },
    { title: 'Attempts', about: 'A payment, at the first connector', cell: (policy) => decimal(policy.attemptsPerPayment) },
    { title: 'Store commands', about: 'A payment', cell: (policy) => decimal(policy.storeCommandsPerPayment) },
    { title: 'Depleted', about: 'Time with under 5% of a line left to send', cell: (policy) => percent(policy.depleted) },
    ...(policies.some((policy) => policy.badShare !== null) ? [bad] : []),
    ...(policies.some((policy) => policy.recoveryMs !== null) ? [recovery] : []),
  ]
}

function table(cast: Cast, columns: readonly Column[], policies: readonly PolicyResult[]): string {
  const heads = columns.map(({ title, about }) => `<th scope="col">${escapeHtml(title)}${about ? `<small>${escapeHtml(about)}</small>` : ''}</th>`)
  const rows = inCastOrder(cast, policies).map(
    (policy) => `<tr><th scope="row">${policyName(cast, policy.policy)}</th>${columns.map(({ cell }) => `<td>${cell(policy)}</td>`).join('')}</tr>`,
  )
  return `<div class="wide"><table><thead><tr><th scope="col">Policy</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function quantiles({ p50, p95, p99 }: Quantiles): string {
  return [p50, p95, p99].map(duration).join(' / ')
}

function ratio(value: Ratio, seeds: number): string {
  const interval = seeds > 1 && value.mean !== null ? ` <small>${escapeHtml(range(value))}</small>` : ''
  return `${escapeHtml(percent(value.mean))}${interval}`
}

function worstRegime(regimes: readonly RegimeResult[], policy: string): string {
  const worst = worstOf(regimes, policy)
  return worst ? `${escapeHtml(percent(worst.mean))} <small>${escapeHtml(worst.regime)}</small>` : NOTHING
}

function recoveryCell(recovery: Recovery | null): string {
  if (!recovery) return NOTHING
  const none = recovery.recovered === 0 ? 'never' : 'seldom'
  return `${recovery.median === null ? none : duration(recovery.median)} <small>${recovery.recovered} of ${recovery.runs}</small>`
}

function rejectsCell(rejects: Readonly<Record<string, number>>): string {
  const counts = Object.entries(rejects)
    .filter(([, times]) => times > 0)
    .sort((a, b) => b[1] - a[1])
  return counts.length === 0 ? NOTHING : counts.map(([code, times]) => `${escapeHtml(code)}&nbsp;${times}`).join(' · ')
}
