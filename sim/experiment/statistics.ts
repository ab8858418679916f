/**
 * Statistics over seeds, and histograms of latency. Seeds are the unit: payments of one run depend on each other, runs
 * of different seeds do not. Only log, exp and sqrt, never Math.pow: the same bits on every Node version.
 */
import { bucketMiddle, type Histogram } from './figures.ts'

/** A mean with the two ends of its 95% interval. */
export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

export interface PairedDifference {
  /** Mean of a - b over the pairs, with its 95% interval. */
  readonly difference: number
  readonly low: number
  readonly high: number
  /** Two-sided, not corrected. */
  readonly p: number
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** 95% Student-t interval. One value says nothing of its spread: low = high = mean, and whoever shows it says so. */
export function intervalOf(values: readonly number[]): Interval {
  const mean = meanOf(values)
  const error = standardError(values)
  if (error === 0) return { mean, low: mean, high: mean }
  const half = tQuantile(0.975, values.length - 1) * error
  return { mean, low: mean - half, high: mean + half }
}

/**
 * The paired t-test: a[i] and b[i] share a seed. One pair cannot be tested: p = 1. The same difference in every pair:
 * p = 1 where it is zero, otherwise 0.
 */
export function pairedDifference(a: readonly number[], b: readonly number[]): PairedDifference {
  const differences = a.map((value, i) => value - (b[i] ?? Number.NaN))
  const { mean: difference, low, high } = intervalOf(differences)
  const error = standardError(differences)
  if (differences.length < 2 || (error === 0 && difference === 0)) return { difference, low, high, p: 1 }
  return { difference, low, high, p: error === 0 ? 0 : twoSidedP(difference / error, differences.length - 1) }
}

/** Holm's step-down correction: valid whatever the tests depend on each other. Order is kept. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p || a.index - b.index)
  const corrected = new Array<number>(ps.length)
  let floor = 0
  for (const [rank, { p, index }] of order.entries()) {
    floor = Math.max(floor, Math.min(1, p * (ps.length - rank)))
    corrected[index] = floor
  }
  return corrected
}

function standardError(values: readonly number[]): number {
  const [first] = values
  if (values.length < 2 || values.every((value) => value === first)) return 0
  const mean = meanOf(values)
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0)
  return Math.sqrt(squares / (values.length - 1) / values.length)
}

/** P(T <= t) of Student's t. */
export function tCdf(t: number, degrees: number): number {
  const tail = twoSidedP(t, degrees) / 2
  return t > 0 ? 1 - tail : tail
}

/** The t with P(T <= t) = p, for p of 0.5 and above; by halving, to the last bit that counts. */
export function tQuantile(p: number, degrees: number): number {
  let low = 0
  let high = 1
  while (tCdf(high, degrees) < p) high *= 2
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (tCdf(middle, degrees) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(|T| >= |t|). */
function twoSidedP(t: number, degrees: number): number {
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
}

/** The regularized incomplete beta function I_x(a, b), by its continued fraction (Lentz's method). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x))
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b
}

/** It converges within some tens of steps for the degrees of freedom that seeds give. */
const MAX_FRACTION_STEPS = 1000

function betaFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m <= MAX_FRACTION_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / awayFromZero(1 + even * d)
    c = awayFromZero(1 + even / c)
    fraction *= c * d
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / awayFromZero(1 + odd * d)
    c = awayFromZero(1 + odd / c)
    fraction *= c * d
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return fraction
}

function awayFromZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
  9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** ln of the gamma function, for x of 0.5 and above. Lanczos, g = 7. */
function logGamma(x: number): number {
  const sum = LANCZOS.reduce((total, coefficient, i) => (i === 0 ? coefficient : total + coefficient / (x - 1 + i)), 0)
  const t = x + 6.5
  return Math.log(2 * Math.PI) / 2 + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}

/** The nearest-rank quantile in ms, as the middle of its bucket (at most 1% off); null of nothing. */
export function quantile(histogram: Histogram, q: number): number | null {
  const total = histogram.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const rank = Math.max(1, Math.ceil(q * total))
  let seen = 0
  const bucket = histogram.findIndex((count) => {
    seen += count
    return seen >= rank
  })
  return bucketMiddle(bucket)
}

export function mergeHistograms(histograms: readonly Histogram[]): Histogram {
  const merged: number[] = new Array(Math.max(0, ...histograms.map((histogram) => histogram.length))).fill(0)
  for (const histogram of histograms) {
    for (let i = 0; i < histogram.length; i++) merged[i] = (merged[i] ?? 0) + (histogram[i] ?? 0)
  }
  return merged
}
