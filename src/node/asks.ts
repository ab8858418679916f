/** What one process of the node asks of another, and what comes back: plain data, as in orders.ts. */
import type { MoneyReply, Operation } from '../core/money/operation.ts'
import type { AccountId, ThreadId } from '../core/values/account.ts'
import type { Prepare, Refusal, Reply } from '../core/values/packet.ts'
import type { AccountChange } from './accounts/change.ts'
import type { ThreadFigures } from './metrics/threadMeter.ts'

/** Of a thread. */
export type ThreadAsk =
  | { readonly type: 'money'; readonly operation: Operation }
  /** As if this account had sent it. */
  | { readonly type: 'probe'; readonly from: AccountId; readonly prepare: Prepare }
  | { readonly type: 'accounts'; readonly change: AccountChange }
  | { readonly type: 'figures' }

interface ThreadAnswers {
  readonly money: MoneyReply | Refusal
  readonly probe: Reply | Refusal
  readonly accounts: 'taken'
  readonly figures: ThreadFigures
}

export type AnswerTo<A extends ThreadAsk> = ThreadAnswers[A['type']]
export type ThreadAnswer = ThreadAnswers[keyof ThreadAnswers]

/** Undefined: that thread is not there, or died before it answered. */
export type AskThread = <A extends ThreadAsk>(thread: ThreadId, ask: A) => Promise<AnswerTo<A> | undefined>

interface Pending {
  readonly to: ThreadId | undefined
  readonly answer: (answer: unknown) => void
}

/** Asked and not answered. Bounded by who asks: each of its requests waits for one. */
export class Pendings {
  readonly #pending = new Map<string, Pending>()
  readonly #prefix: string
  #last = 0

  /** Ids of another life are never ours. */
  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** `send` is given the id under which the answer comes. */
  ask<T>(to: ThreadId | undefined, send: (id: string) => void): Promise<T | undefined> {
    const id = `${this.#prefix}.${++this.#last}`
    return new Promise((resolve) => {
      this.#pending.set(id, { to, answer: (answer) => resolve(answer as T | undefined) })
      send(id)
    })
  }

  answered(id: string, answer: unknown): void {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    pending?.answer(answer)
  }

  /** Nothing that it was asked will be answered. */
  isGone(thread: ThreadId): void {
    for (const [id, { to }] of [...this.#pending]) if (to === thread) this.answered(id, undefined)
  }
}
