/** The ends of a line as the network sees them, and the connections that a client opens to a farm. */
import type { Condition } from '../../src/core/values/condition.ts'
import type { Prepare, Refusal, Reply } from '../../src/core/values/packet.ts'

/** No answer came: the connection was refused and nothing was taken, or it broke while the request was held (S1). */
export interface Failure {
  readonly type: 'failure'
  readonly how: 'notTaken' | 'unknown'
}

export const NOT_TAKEN: Failure = { type: 'failure', how: 'notTaken' }
export const UNKNOWN: Failure = { type: 'failure', how: 'unknown' }

/** A reply that says it is for another payment of the same thread: counted from this one, and so its attempt. */
export interface Claim {
  readonly type: 'claim'
  readonly payments: number
  readonly attempts: number
  readonly reply: Reply
}

/** The prepare is taken; its reply comes later, by a callback (B8). */
export interface Accepted {
  readonly type: 'accepted'
}

export const ACCEPTED: Accepted = { type: 'accepted' }

/** A callback was heard, and need not be repeated. */
export interface Thanks {
  readonly type: 'thanks'
  readonly how: 'taken' | 'late'
}

/** An honest party calls it once. */
export type Respond = (reply: Reply | Refusal | Accepted | Failure | Claim) => void
export type Thank = (thanks: Thanks | Failure) => void

/** A reply, under the id of the prepare that it answers. */
export interface Callback {
  readonly id: string
  readonly condition: Condition
  readonly reply: Reply
}

/** Who takes a prepare that arrives: a thread of a connector by one of its connections, or a user. */
export interface Door {
  readonly name: string
  /** Called when the prepare arrives that left at `leftUs`; `respond` sends the answer on its way back. */
  readonly take: (prepare: Prepare, requestId: string | undefined, respond: Respond, leftUs: number) => void
  /** Where replies may be called back to: one arrives that left at `leftUs`. */
  readonly hear?: (callback: Callback, thank: Thank, leftUs: number) => void
}

/** The connections of one client to one account's farm, used in turn (A1). */
export class Connections {
  readonly #doors: readonly Door[]
  #next = 0

  constructor(doors: readonly Door[]) {
    this.#doors = doors
  }

  next(): Door {
    const door = this.#doors[this.#next] as Door
    this.#next = (this.#next + 1) % this.#doors.length
    return door
  }
}
