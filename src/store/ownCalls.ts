/**
 * Who owns an id is asked for all ids of an account that came in one turn of the event loop together: the call is what costs,
 * not the id.
 */
import type { Owned } from '../core/input.ts'
import type { AccountId } from '../core/values/account.ts'
import type { UnixMs } from '../core/values/time.ts'

export interface OwnAsked {
  readonly requestId: string
  readonly hash: string
  readonly keepUntil: UnixMs
  /** An owner, as text, whose place is taken; empty: nobody's. */
  readonly instead: string
}

/** A reply for each, in their order. */
export type SendOwns = (owner: string, account: AccountId, asked: readonly OwnAsked[]) => Promise<readonly Owned[]>

interface Waiting extends OwnAsked {
  readonly resolve: (owned: Owned) => void
  readonly reject: (error: unknown) => void
}

/** Keeps one call short for the others who wait for Redis. */
const MAX_IDS_A_CALL = 256

export class OwnCalls {
  readonly #send: SendOwns
  /** By owner and account, until this turn is over. */
  readonly #waiting = new Map<string, Waiting[]>()

  constructor(send: SendOwns) {
    this.#send = send
  }

  /** Rejects for all of a call alike. */
  own(owner: string, account: AccountId, { requestId, hash, keepUntil, instead }: OwnAsked): Promise<Owned> {
    return new Promise((resolve, reject) => {
      const asked = { requestId, hash, keepUntil, instead, resolve, reject }
      const key = `${owner} ${account}`
      const waiting = this.#waiting.get(key)
      if (waiting !== undefined && waiting.length < MAX_IDS_A_CALL) {
        waiting.push(asked)
        return
      }
      const call = [asked]
      this.#waiting.set(key, call)
      setImmediate(() => void this.#flush(owner, account, key, call))
    })
  }

  async #flush(owner: string, account: AccountId, key: string, call: readonly Waiting[]): Promise<void> {
    if (this.#waiting.get(key) === call) this.#waiting.delete(key)
    try {
      const replies = await this.#send(owner, account, call)
      call.forEach(({ resolve, reject }, i) => {
        const owned = replies[i]
        if (owned === undefined) reject(new Error('the store answered for fewer ids than it was asked for'))
        else resolve(owned)
      })
    } catch (error) {
      for (const { reject } of call) reject(error)
    }
  }
}
