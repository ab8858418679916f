/**
 * B12: what the store acknowledged lately is kept, so that a store that comes back without it gets it again. Bounded: in
 * time by what Redis may lose with `everysec` (one interval, two where its disk is slow), in number by what a thread
 * commits in that time at full load.
 */
import type { UnixMs } from '../values/time.ts'
import type { Change, Written } from './change.ts'

const KEPT_MS = 2_000
const MAX_KEPT = 20_000
/** What is no longer kept is thrown away in batches of at least so many. */
const BATCH = 1_024

export interface Acknowledged {
  readonly seq: number
  readonly changes: readonly Change[] | Written
}

export class RecentCommits {
  /** Numbered one after the other, from `#firstSeq`; the first `#gone` of them are kept no more. */
  #changes: (readonly Change[] | Written)[] = []
  #times: UnixMs[] = []
  #firstSeq = 1
  #gone = 0

  /** A book is claimed: what others committed is not known. */
  beginAfter(seq: number): void {
    this.#changes = []
    this.#times = []
    this.#firstSeq = seq + 1
    this.#gone = 0
  }

  /** The next number is durable. */
  keep(changes: readonly Change[] | Written, at: UnixMs): void {
    this.#changes.push(changes)
    this.#times.push(at)
    while ((this.#times[this.#gone] as UnixMs) < at - KEPT_MS || this.#times.length - this.#gone > MAX_KEPT) this.#gone++
    if (this.#gone >= BATCH && 2 * this.#gone >= this.#times.length) this.#forget()
  }

  /** All after `seq`, in order, and from now on as young as on the first day; undefined where some are kept no more. */
  after(seq: number, at: UnixMs): readonly Acknowledged[] | undefined {
    const from = seq + 1 - this.#firstSeq
    if (from < this.#gone) return undefined
    const lost: Acknowledged[] = []
    for (let i = from; i < this.#changes.length; i++) {
      this.#times[i] = at
      lost.push({ seq: this.#firstSeq + i, changes: this.#changes[i] as readonly Change[] | Written })
    }
    return lost
  }

  #forget(): void {
    this.#changes = this.#changes.slice(this.#gone)
    this.#times = this.#times.slice(this.#gone)
    this.#firstSeq += this.#gone
    this.#gone = 0
  }
}
