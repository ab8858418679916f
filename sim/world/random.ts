/**
 * Randomness: one seed, and from it a stream for each purpose, so that what one part draws never shifts another (a policy
 * cannot change the workload). The distributions stand here and nowhere else: log, exp, sqrt and cos give the same bits on
 * every Node; `**` and the power function do not.
 */
import { hash } from 'node:crypto'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { type Amount, amount } from '../../src/core/values/amount.ts'
import type { Draw } from '../../src/core/values/draw.ts'
import type { AmountDistribution, Latency } from '../workload/plan.ts'

export class Stream {
  readonly #generator: RandomGenerator

  constructor(seed: number, purpose: string) {
    this.#generator = xoroshiro128plus(hash('sha256', `${seed}/${purpose}`, 'buffer').readInt32BE(0))
  }

  /** Uniform whole number in 0..2^53 - 1. */
  draw(): Draw {
    return (this.#generator.next() & 0x1fffff) * 4_294_967_296 + (this.#generator.next() >>> 0)
  }

  /** Uniform in [0, 1), 32 bits fine. */
  unit(): number {
    return (this.#generator.next() >>> 0) / 4_294_967_296
  }

  /** Uniform in 0..n - 1. */
  below(n: number): number {
    return Math.floor(this.unit() * n)
  }

  /** True with the given odds; 0 and 1 are exact. */
  happens(odds: number): boolean {
    return this.unit() < odds
  }

  /** Exponential with the given mean: the time to the next Poisson arrival. */
  exponential(mean: number): number {
    return -Math.log(1 - this.unit()) * mean
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()))
    return radius * Math.cos(6.283_185_307_179_586 * this.unit())
  }
}

/** Microseconds, at least 1: nothing arrives in the instant in which it leaves. */
export function latencyUs(stream: Stream, latency: Latency): number {
  switch (latency.kind) {
    case 'constant':
      return Math.max(1, Math.round(latency.ms * 1000))
    case 'uniform':
      return Math.max(1, Math.round((latency.lowMs + stream.unit() * (latency.highMs - latency.lowMs)) * 1000))
    case 'logNormal':
      return Math.max(1, Math.round(Math.min(latency.capMs, latency.medianMs * Math.exp(latency.sigma * stream.normal())) * 1000))
  }
}

export function drawAmount(stream: Stream, distribution: AmountDistribution): Amount {
  switch (distribution.kind) {
    case 'constant':
      return distribution.amount
    case 'uniform': {
      const span = distribution.high - distribution.low + 1n
      return amount(distribution.low + (BigInt(stream.draw()) * span) / 9_007_199_254_740_992n)
    }
    case 'logNormal': {
      const value = BigInt(Math.max(1, Math.round(distribution.median * Math.exp(distribution.sigma * stream.normal()))))
      return value > distribution.cap ? distribution.cap : amount(value)
    }
  }
}
