/**
 * results.json: what all runs of an experiment come to. A pure function of the runs and their names; the order in which
 * the runs ended does not show, so `--jobs` cannot change a byte.
 *
 * A ratio is taken for each seed, then averaged: seeds are the sample. The top level pools all regimes, each with the
 * same weight.
 */
import { type Comparison, comparisonsOf } from './comparisons.ts'
import type { DirectionFigures, Histogram, RunFigures } from './figures.ts'
import { intervalOf, meanOf, mergeHistograms, quantile } from './statistics.ts'

/** Names, in the order in which they are shown. */
export interface Meta {
  readonly scenario: string
  readonly topology: string
  readonly payments: string
  readonly seeds: readonly number[]
  readonly policies: readonly string[]
  readonly regimes: readonly string[]
}

/** 0 to 1, with the 95% interval over seeds cut to that range; all null where there was no payment. */
export interface Ratio {
  readonly mean: number | null
  readonly low: number | null
  readonly high: number | null
}

export interface Quantiles {
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

interface DirectionResult {
  readonly name: string
  readonly payments: number
  readonly successRatio: Ratio
  readonly volumeRatio: Ratio
}

interface SeedResult {
  readonly seed: number
  readonly successRatio: number | null
  readonly volumeRatio: number | null
  readonly traceHash?: string
}

/** The (lower) median counts a run that never recovered as longer than any that did: null when it falls on one of those. */
export interface Recovery {
  readonly median: number | null
  readonly recovered: number
  readonly runs: number
}

export interface PolicyResult {
  readonly policy: string
  readonly payments: number
  readonly successRatio: Ratio
  readonly volumeRatio: Ratio
  /** Of fulfilled payments; `allLatencyMs` of all. */
  readonly latencyMs: Quantiles
  readonly allLatencyMs: Quantiles
  readonly attemptsPerPayment: number | null
  readonly rejects: Readonly<Record<string, number>>
  readonly storeCommandsPerPayment: number | null
  readonly directions: readonly DirectionResult[]
  /** Share of the time in which an announcing account had less than 5% of its line left, mean over accounts and runs. */
  readonly depleted: number | null
  /** Share of the first-picked amount that went to misbehaving accounts, mean over the runs that have some. */
  readonly badShare: number | null
  readonly recoveryMs: Recovery | null
  readonly perSeed: readonly SeedResult[]
}

export interface RegimeResult {
  readonly name: string
  readonly policies: readonly PolicyResult[]
  readonly comparisons: readonly Comparison[]
}

interface BrokenInvariant {
  readonly regime: string
  readonly policy: string
  readonly seed: number
  readonly invariant: string
  readonly at: number
  readonly what: string
}

export interface Results {
  readonly scenario: string
  readonly seeds: readonly number[]
  readonly topology: string
  readonly payments: string
  readonly policies: readonly PolicyResult[]
  readonly comparisons: readonly Comparison[]
  readonly regimes: readonly RegimeResult[]
  readonly invariants: { readonly checked: Readonly<Record<string, number>>; readonly broken: number; readonly violations: readonly BrokenInvariant[] }
}

export function resultsOf(meta: Meta, runs: readonly RunFigures[]): Results {
  const regimes = meta.regimes.map((name) => ({ name, policies: policiesOf(meta, ofRegime(runs, name)) }))
  const policies = policiesOf(meta, runs)
  const [only] = regimes
  const scopes = only && regimes.length === 1 ? [only.policies] : [policies, ...regimes.map((regime) => regime.policies)]
  const comparisons = comparisonsOf(scopes)
  const perRegime = comparisons.slice(scopes.length - regimes.length)
  return {
    scenario: meta.scenario,
    seeds: meta.seeds,
    topology: meta.topology,
    payments: meta.payments,
    policies,
    comparisons: comparisons[0] ?? [],
    regimes: regimes.map((regime, i) => ({ ...regime, comparisons: perRegime[i] ?? [] })),
    invariants: invariantsOf(meta, runs),
  }
}

function ofRegime(runs: readonly RunFigures[], regime: string): RunFigures[] {
  return runs.filter((run) => run.regime === regime)
}

function policiesOf(meta: Meta, runs: readonly RunFigures[]): PolicyResult[] {
  return meta.policies.map((policy) =>
    policyOf(
      meta,
      policy,
      inOrder(meta, runs).filter((run) => run.policy === policy),
    ),
  )
}

/** By seed, then by regime: the same sums, to the bit, whichever run ended first. */
function inOrder(meta: Meta, runs: readonly RunFigures[]): RunFigures[] {
  const place = (run: RunFigures) => meta.seeds.indexOf(run.seed) * meta.regimes.length + meta.regimes.indexOf(run.regime)
  return runs.filter((run) => meta.seeds.includes(run.seed) && meta.regimes.includes(run.regime)).sort((a, b) => place(a) - place(b))
}

function policyOf(meta: Meta, policy: string, runs: readonly RunFigures[]): PolicyResult {
  const all = runs.flatMap((run) => run.directions)
  const payments = sum(all.map((direction) => direction.payments))
  const commands = sum(runs.flatMap((run) => Object.values(run.storeCommands)))
  const perSeed = meta.seeds.map((seed) => seedOf(meta, seed, runs))
  return {
    policy,
    payments,
    successRatio: ratioOver(perSeed.map((one) => one.successRatio)),
    volumeRatio: ratioOver(perSeed.map((one) => one.volumeRatio)),
    latencyMs: quantilesOf(all.map((direction) => direction.fulfilledLatency)),
    allLatencyMs: quantilesOf(all.map((direction) => direction.allLatency)),
    attemptsPerPayment: payments === 0 ? null : sum(all.map((direction) => direction.attempts)) / payments,
    rejects: addUp(all.map((direction) => direction.rejects)),
    storeCommandsPerPayment: payments === 0 ? null : commands / payments,
    directions: directionsOf(meta, runs),
    depleted: meanOrNull(runs.map((run) => meanOrNull(run.accounts.map((account) => account.depleted)))),
    badShare: meanOrNull(runs.map((run) => run.badShare ?? null)),
    recoveryMs: recoveryOf(runs),
    perSeed,
  }
}

function seedOf(meta: Meta, seed: number, runs: readonly RunFigures[]): SeedResult {
  const ofSeed = runs.filter((run) => run.seed === seed)
  const traceHash = meta.regimes.length === 1 ? ofSeed[0]?.traceHash : undefined
  return {
    seed,
    successRatio: meanOrNull(ofSeed.map((run) => successOf(run.directions))),
    volumeRatio: meanOrNull(ofSeed.map((run) => volumeOf(run.directions))),
    ...(traceHash === undefined ? {} : { traceHash }),
  }
}

function directionsOf(meta: Meta, runs: readonly RunFigures[]): DirectionResult[] {
  const names = [...new Set(runs.flatMap((run) => run.directions.map((direction) => direction.name)))]
  return names.map((name) => {
    const ofName = (run: RunFigures) => run.directions.filter((direction) => direction.name === name)
    const over = (ratio: (directions: readonly DirectionFigures[]) => number | null) =>
      ratioOver(meta.seeds.map((seed) => meanOrNull(runs.filter((run) => run.seed === seed).map((run) => ratio(ofName(run))))))
    const payments = sum(runs.flatMap(ofName).map((direction) => direction.payments))
    return { name, payments, successRatio: over(successOf), volumeRatio: over(volumeOf) }
  })
}

function successOf(directions: readonly DirectionFigures[]): number | null {
  const payments = sum(directions.map((direction) => direction.payments))
  return payments === 0 ? null : sum(directions.map((direction) => direction.fulfilled)) / payments
}

function volumeOf(directions: readonly DirectionFigures[]): number | null {
  const total = (volumes: string[]) => volumes.reduce((already, volume) => already + BigInt(volume), 0n)
  return shareOf(total(directions.map((direction) => direction.volumeFulfilled)), total(directions.map((direction) => direction.volume)))
}

/** To twelve places: a share is a number, an amount is not. */
function shareOf(part: bigint, whole: bigint): number | null {
  return whole === 0n ? null : Number((part * 1_000_000_000_000n) / whole) / 1e12
}

function ratioOver(values: readonly (number | null)[]): Ratio {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return { mean: null, low: null, high: null }
  const { mean, low, high } = intervalOf(known)
  return { mean, low: Math.max(0, low), high: Math.min(1, high) }
}

function quantilesOf(histograms: readonly Histogram[]): Quantiles {
  const merged = mergeHistograms(histograms)
  return { p50: quantile(merged, 0.5), p95: quantile(merged, 0.95), p99: quantile(merged, 0.99) }
}

function recoveryOf(runs: readonly RunFigures[]): Recovery | null {
  const times = runs.flatMap((run) => (run.recoveryMs === undefined ? [] : [run.recoveryMs ?? Number.POSITIVE_INFINITY])).sort((a, b) => a - b)
  if (times.length === 0) return null
  const median = times[(times.length - 1) >> 1] ?? Number.POSITIVE_INFINITY
  return { median: Number.isFinite(median) ? median : null, recovered: times.filter(Number.isFinite).length, runs: times.length }
}

function invariantsOf(meta: Meta, runs: readonly RunFigures[]): Results['invariants'] {
  const order = meta.policies.flatMap((policy) => inOrder(meta, runs).filter((run) => run.policy === policy))
  const violations = order.flatMap(({ regime, policy, seed, invariants: { violation } }) =>
    violation ? [{ regime, policy, seed, invariant: violation.invariant, at: violation.at, what: violation.what }] : [],
  )
  return { checked: addUp(order.map((run) => run.invariants.checked)), broken: violations.length, violations }
}

/** Keys in alphabetical order. */
function addUp(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const keys = [...new Set(counts.flatMap((count) => Object.keys(count)))].sort()
  return Object.fromEntries(keys.map((key) => [key, sum(counts.map((count) => count[key] ?? 0))]))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function meanOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : meanOf(known)
}
