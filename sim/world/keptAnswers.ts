/** What a receiver that deduplicates has answered: a repeated id gets the first answer again (S1). */
import type { Events } from './events.ts'
import type { Respond } from './link.ts'

/** As our own nodes do: beyond the expiry, by default. */
const RETENTION_MS = 60_000

interface Kept {
  reply: Parameters<Respond>[0] | undefined
  readonly waiting: Respond[]
}

export class KeptAnswers {
  readonly #events: Events
  readonly #byId = new Map<string, Kept>()

  constructor(events: Events) {
    this.#events = events
  }

  /** `ask` is called for the first of an id; whoever comes with it again hears what that one hears. */
  once(id: string, expiresAtMs: number, respond: Respond, ask: (respond: Respond) => void): void {
    const known = this.#byId.get(id)
    if (known !== undefined) {
      if (known.reply === undefined) known.waiting.push(respond)
      else respond(known.reply)
      return
    }
    const kept: Kept = { reply: undefined, waiting: [respond] }
    this.#byId.set(id, kept)
    this.#events.at((expiresAtMs + RETENTION_MS) * 1000, () => this.#byId.delete(id))
    ask((reply) => {
      kept.reply = reply
      for (const each of kept.waiting) each(reply)
    })
  }
}
