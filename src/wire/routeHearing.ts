/** What one neighbour announces to us (CCP): which of its tables we follow, how far, and until when its word holds. */
import type { Announcement } from '../core/routing/announcement.ts'
import type { UnixMs } from '../core/values/time.ts'
import { NO_TABLE, type RouteControl, type RouteUpdate, type TableId } from './ccp.ts'

/** As many as the core takes of one account. */
const MAX_PREFIXES = 100_000
const MAX_HOLD_DOWN_MS = 3_600_000

export class RouteHearing {
  #tableId: TableId = NO_TABLE
  #epoch = 0
  #holdsUntil: UnixMs = Number.POSITIVE_INFINITY
  #prefixes = new Set<string>()

  /** Asks for what we lack. */
  get control(): RouteControl {
    return { mode: 'sync', tableId: this.#tableId, epoch: this.#epoch }
  }

  /** What it comes to; `gap`: something before it is missing, so that it has to be asked for. */
  hear(update: RouteUpdate, at: UnixMs): Announcement | 'gap' {
    const { tableId, fromEpoch, toEpoch, routes, withdrawn } = update
    const isOther = tableId !== this.#tableId
    if (fromEpoch > (isOther ? 0 : this.#epoch)) return 'gap'
    this.#holdsUntil = at + Math.min(update.holdDownMs, MAX_HOLD_DOWN_MS)
    if (!isOther && toEpoch < this.#epoch) return { routes: [], withdrawn: [] }
    const gone = isOther ? this.#forget() : new Set<string>()
    this.#tableId = tableId
    this.#epoch = toEpoch
    for (const prefix of withdrawn) if (this.#prefixes.delete(prefix)) gone.add(prefix)
    const taken = routes.filter(({ prefix }) => this.#prefixes.has(prefix) || this.#prefixes.size < MAX_PREFIXES)
    for (const { prefix } of taken) {
      this.#prefixes.add(prefix)
      gone.delete(prefix)
    }
    return { routes: taken, withdrawn: [...gone] }
  }

  /** Undefined while its word holds; then everything is withdrawn, and has to be asked for. */
  holdDown(at: UnixMs): Announcement | undefined {
    if (at < this.#holdsUntil) return undefined
    const withdrawn = [...this.#forget()]
    this.#tableId = NO_TABLE
    this.#epoch = 0
    this.#holdsUntil = Number.POSITIVE_INFINITY
    return { routes: [], withdrawn }
  }

  #forget(): Set<string> {
    const prefixes = this.#prefixes
    this.#prefixes = new Set()
    return prefixes
  }
}
