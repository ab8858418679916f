/** A worker's way to whoever keeps the routes: what neighbours announce is passed on, and answered when it was heard. */
import type { Account, AccountId } from '../core/values/account.ts'
import type { Routed, Routing } from '../https/toOurselves.ts'

/** Without an answer by then there is no announcer. */
const PATIENCE_MS = 5_000
const MAX_WAITING = 1_000

export class RoutingDesk {
  readonly #passOn: (number: number, from: AccountId, routing: Routing) => void
  readonly #waiting = new Map<number, (routed: Routed) => void>()
  #last = 0

  constructor(passOn: (number: number, from: AccountId, routing: Routing) => void) {
    this.#passOn = passOn
  }

  readonly route = (from: Account, routing: Routing, heard: (routed: Routed) => void): void => {
    if (this.#waiting.size >= MAX_WAITING) return heard('unheard')
    const number = ++this.#last
    this.#waiting.set(number, heard)
    setTimeout(() => this.heard(number, 'unheard'), PATIENCE_MS).unref()
    this.#passOn(number, from.id, routing)
  }

  heard(number: number, routed: Routed): void {
    const waiting = this.#waiting.get(number)
    this.#waiting.delete(number)
    waiting?.(routed)
  }
}
