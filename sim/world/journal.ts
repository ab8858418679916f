/**
 * How to undo what a store wrote of late, for one that comes back without it. Kept only where a plan has such a fault, and
 * no longer than the longest of them reaches back.
 */
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'

/** The shard of an account, or of a thread: its book. */
export type ShardName = AccountId | ThreadId

interface Written {
  readonly atUs: number
  readonly shard: ShardName
  readonly back: () => void
}

/** What is no longer kept is thrown away in batches of at least so many. */
const BATCH = 4_096

export class Journal {
  readonly #nowUs: () => number
  readonly #keptUs: number
  #written: Written[] = []
  #gone = 0
  #shard: ShardName = 't0'
  #isGoingBack = false

  /** `keptUs`: how far it can go back. */
  constructor(nowUs: () => number, keptUs: number) {
    this.#nowUs = nowUs
    this.#keptUs = keptUs
  }

  /** A command begins: what is noted from now on is written on this shard. */
  begin(shard: ShardName): void {
    this.#shard = shard
    const oldest = this.#nowUs() - this.#keptUs
    while (this.#gone < this.#written.length && (this.#written[this.#gone] as Written).atUs < oldest) this.#gone++
    if (this.#gone < BATCH) return
    this.#written = this.#written.slice(this.#gone)
    this.#gone = 0
  }

  note(back: () => void): void {
    if (!this.#isGoingBack) this.#written.push({ atUs: this.#nowUs(), shard: this.#shard, back })
  }

  /** Undoes what was written after `sinceUs` on these shards, the last first. Returns the shards that lost something. */
  goBack(sinceUs: number, isOn: (shard: ShardName) => boolean): readonly ShardName[] {
    const shards = new Set<ShardName>()
    const kept: Written[] = []
    this.#isGoingBack = true
    for (let written = this.#written.pop(); written !== undefined; written = this.#written.pop()) {
      if (written.atUs > sinceUs && isOn(written.shard)) {
        written.back()
        shards.add(written.shard)
      } else kept.push(written)
    }
    this.#isGoingBack = false
    this.#written = kept.reverse()
    return [...shards].sort()
  }
}
