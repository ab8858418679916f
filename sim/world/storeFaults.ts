/**
 * What goes wrong with single commands to a connector's store. Within a connection they keep their order, and one that falls
 * silent stays so: a command alone is never lost, and never overtaken but by those of the next connection.
 */
import type { ThreadId } from '../../src/core/values/account.ts'
import type { Context } from './context.ts'
import { type Odds, oddsAt } from './odds.ts'

/** What becomes of a command. */
export interface CommandFate {
  readonly isLost: boolean
  readonly isReplyLost: boolean
  readonly isRefused: boolean
  readonly byUs: number
  /** Applied again so long after the first. */
  readonly againUs: number | undefined
  /** The connection breaks behind it, and it comes in so long after. */
  readonly brokenUs: number | undefined
}

export class StoreFaults {
  readonly #commandLost: Odds<'store-command-lost'> | undefined
  readonly #replyLost: Odds<'store-reply-lost'> | undefined
  readonly #delay: Odds<'store-delay'> | undefined
  readonly #reorder: Odds<'store-reorder'> | undefined
  readonly #repeat: Odds<'store-repeat'> | undefined
  readonly #error: Odds<'store-error'> | undefined

  constructor(context: Context, connector: string) {
    this.#commandLost = oddsAt(context, 'store-command-lost', connector)
    this.#replyLost = oddsAt(context, 'store-reply-lost', connector)
    this.#delay = oddsAt(context, 'store-delay', connector)
    this.#reorder = oddsAt(context, 'store-reorder', connector)
    this.#repeat = oddsAt(context, 'store-repeat', connector)
    this.#error = oddsAt(context, 'store-error', connector)
  }

  /** Of the command that this thread sends now. */
  fateOf(thread: ThreadId): CommandFate {
    const isLost = this.#commandLost?.falls(thread) !== undefined
    const isRefused = !isLost && this.#error?.falls(thread) !== undefined
    const isSafe = !isLost && !isRefused
    return {
      isLost,
      isRefused,
      isReplyLost: isSafe && this.#replyLost?.falls(thread) !== undefined,
      byUs: isSafe ? (this.#delay?.falls(thread)?.byUs ?? 0) : 0,
      againUs: isSafe ? this.#repeat?.falls(thread)?.afterUs : undefined,
      brokenUs: isSafe ? this.#reorder?.falls(thread)?.byUs : undefined,
    }
  }
}

/** Undefined where nothing of this kind goes wrong, so that asking costs nothing. */
export function storeFaultsAt(context: Context, connector: string): StoreFaults | undefined {
  return context.plan.faults.some(({ kind, who }) => who === connector && KINDS.has(kind)) ? new StoreFaults(context, connector) : undefined
}

const KINDS: ReadonlySet<string> = new Set(['store-command-lost', 'store-reply-lost', 'store-delay', 'store-reorder', 'store-repeat', 'store-error'])
