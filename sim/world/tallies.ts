/**
 * A book's tallies, so that reading them all costs nothing: what was handed out is never changed again, and what is counted
 * next is written into copies of the maps that it touches.
 */
import type { Counted } from '../../src/core/book/change.ts'
import { addOutcome, type MutableTally } from '../../src/core/book/holding.ts'
import type { Tally } from '../../src/core/routing/candidate.ts'
import { copyTally, NO_TALLY } from '../../src/core/routing/reading.ts'
import type { Tallies } from '../../src/core/routing/snapshot.ts'
import type { AccountId } from '../../src/core/values/account.ts'

export class BookTallies {
  #byRoute = new Map<string, Map<AccountId, Tally>>()
  /** Maps that nobody else has seen. */
  readonly #own = new Set<unknown>()

  count(counted: Counted): void {
    if (!this.#own.has(this.#byRoute)) {
      this.#byRoute = new Map(this.#byRoute)
      this.#own.add(this.#byRoute)
    }
    let ofRoute = this.#byRoute.get(counted.route)
    if (ofRoute === undefined || !this.#own.has(ofRoute)) {
      ofRoute = new Map(ofRoute)
      this.#own.add(ofRoute)
      this.#byRoute.set(counted.route, ofRoute)
    }
    const tally: MutableTally = copyTally(ofRoute.get(counted.account) ?? NO_TALLY)
    addOutcome(tally, counted)
    ofRoute.set(counted.account, tally)
  }

  /** As it was when it was read. */
  restore(before: Tallies<Tally>): void {
    this.#byRoute = before as Map<string, Map<AccountId, Tally>>
    this.#own.clear()
  }

  read(): Tallies<Tally> {
    this.#own.clear()
    return this.#byRoute
  }
}
