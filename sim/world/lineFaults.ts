/**
 * What goes wrong on one line. Over https a message is lost only with its connection, and its sender notices sooner, later
 * or never; nothing comes twice but what somebody sends again, and that is only what may be (RFC 9110, 9.2.2).
 */
import type { Partition } from '../faults/fault.ts'
import type { Context } from './context.ts'
import { type Failure, NOT_TAKEN, UNKNOWN } from './link.ts'
import { type Odds, oddsAt } from './odds.ts'

/** When a refused connection is told, after it was asked for. */
const REFUSED_AFTER_US = 1_000

/** A message that leaves one end. */
export interface Passage {
  readonly exchange: number
  /** From the line's first end. */
  readonly isForth: boolean
  readonly type: 'prepare' | 'reply' | 'announcement'
  /** Whoever carries it may send it again. */
  readonly mayRepeat: boolean
}

export type Fate =
  /** It takes so much longer, and perhaps comes again so long after, or is overtaken by the next. */
  | { readonly arrives: true; readonly byUs: number; readonly againUs?: number | undefined; readonly isOvertaken?: boolean }
  /** The sender of the request notices then; left out: never. */
  | { readonly arrives: false; readonly failure: Failure; readonly noticedUs?: number | undefined }

export class LineFaults {
  readonly #partitions = new Set<Partition>()
  readonly #events: Context['events']
  readonly #drop: Odds<'drop'> | undefined
  readonly #repeat: Odds<'repeat'> | undefined
  readonly #delay: Odds<'delay'> | undefined
  readonly #reorder: Odds<'reorder'> | undefined

  constructor(context: Context, line: string) {
    this.#events = context.events
    this.#drop = oddsAt(context, 'drop', line)
    this.#repeat = oddsAt(context, 'repeat', line)
    this.#delay = oddsAt(context, 'delay', line)
    this.#reorder = oddsAt(context, 'reorder', line)
  }

  strike(partition: Partition): void {
    this.#partitions.add(partition)
    this.#events.after(partition.lastsUs, () => this.#partitions.delete(partition))
  }

  fateOf(passage: Passage): Fate {
    const on = `exchange ${passage.exchange}`
    const cut = this.#partitionOf(passage)
    if (cut !== undefined) return cut
    const drop = this.#drop?.falls(on)
    if (drop !== undefined) {
      const isRefused = drop.isRefused && passage.type === 'prepare'
      return { arrives: false, failure: isRefused ? NOT_TAKEN : UNKNOWN, noticedUs: isRefused ? REFUSED_AFTER_US : drop.noticedUs }
    }
    const again = passage.mayRepeat ? this.#repeat?.falls(on) : undefined
    const delay = this.#delay?.falls(on)
    const reorder = delay === undefined ? this.#reorder?.falls(on) : undefined
    return { arrives: true, byUs: delay?.byUs ?? reorder?.byUs ?? 0, againUs: again?.afterUs, isOvertaken: reorder !== undefined }
  }

  #partitionOf({ isForth, type }: Passage): Fate | undefined {
    for (const { ways, how } of this.#partitions) {
      if (ways === (isForth ? 'back' : 'forth')) continue
      if (how === 'silent') return { arrives: false, failure: UNKNOWN }
      return { arrives: false, failure: type === 'prepare' ? NOT_TAKEN : UNKNOWN, noticedUs: REFUSED_AFTER_US }
    }
    return undefined
  }
}
