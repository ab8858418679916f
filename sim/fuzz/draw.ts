/** What a plan is drawn with: one stream for each part of it, so that a change to one part leaves the others as they were. */
import { type Amount, amount } from '../../src/core/values/amount.ts'
import type { Latency } from '../workload/plan.ts'
import { Stream } from '../world/random.ts'

export class Draws {
  readonly #stream: Stream

  constructor(seed: number, part: string) {
    this.#stream = new Stream(seed, `fuzz ${part}`)
  }

  /** Uniform in low..high. */
  whole(low: number, high: number): number {
    return low + this.#stream.below(high - low + 1)
  }

  /** Even in orders of magnitude: as often between 1 and 10 as between 100 and 1,000. */
  magnitude(low: number, high: number): number {
    return low * Math.exp(this.#stream.unit() * Math.log(high / low))
  }

  happens(odds: number): boolean {
    return this.#stream.happens(odds)
  }

  of<T>(values: readonly [T, ...T[]]): T {
    return values[this.#stream.below(values.length)] ?? values[0]
  }

  amount(low: bigint, high: bigint): Amount {
    return amount(low + (BigInt(this.#stream.draw()) * (high - low + 1n)) / 9_007_199_254_740_992n)
  }

  /** Each of `values` with the same odds, which are drawn first: few, half or all of them (swarm testing). */
  swarm<T>(values: readonly T[]): T[] {
    const odds = this.of([0, 0.2, 0.5, 0.5, 0.8, 1])
    return values.filter(() => this.happens(odds))
  }

  latency(mostMs: number): Latency {
    const highMs = Math.round(this.magnitude(0.1, mostMs) * 10) / 10
    return this.of<Latency>([
      { kind: 'constant', ms: highMs },
      { kind: 'uniform', lowMs: 0, highMs },
      { kind: 'logNormal', medianMs: highMs / 2, sigma: 1, capMs: 5 * highMs },
    ])
  }

  /** From a moment, shorter than anything takes, to `mostMs`. */
  upTo(mostMs: number): Latency {
    return { kind: 'uniform', lowMs: 0, highMs: this.of([0, 5, 50, this.whole(0, mostMs)]) }
  }
}
