/** How often something took how long: counted into fixed buckets, so that observing allocates nothing. */

/** Plain data. `counts[i]`: of at most `bounds[i]` seconds and more than the bound before; the last one is beyond all bounds. */
export interface Buckets {
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
  /** Seconds. */
  readonly sum: number
}

/** Seconds: from a local hop to the longest that a payment may take. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export class Histogram implements Buckets {
  readonly bounds = BOUNDS
  readonly counts: number[] = new Array<number>(BOUNDS.length + 1).fill(0)
  sum = 0

  observe(ms: number): void {
    const seconds = ms / 1_000
    let bucket = 0
    while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] ?? 0)) bucket++
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1
    this.sum += seconds
  }

  figures(): Buckets {
    return { bounds: this.bounds, counts: [...this.counts], sum: this.sum }
  }
}
