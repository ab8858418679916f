/** One thread of a connector: the real core, with the simulated world behind each of its effects. */

import type { PaymentId } from '../../src/core/book/change.ts'
import type { Effect } from '../../src/core/effect.ts'
import type { CommitReply, Input } from '../../src/core/input.ts'
import { makeThread } from '../../src/core/thread.ts'
import type { ThreadConfig } from '../../src/core/threadState.ts'
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import type { Prepare, Refusal, Reply } from '../../src/core/values/packet.ts'
import { type Performers, pump } from '../../src/pump.ts'
import type { Asked, Witness } from '../check/witness.ts'
import type { Latency } from '../workload/plan.ts'
import { type Context, stream, traceTime } from './context.ts'
import type { Respond } from './link.ts'
import { latencyUs, type Stream } from './random.ts'
import type { SimStore } from './store.ts'
import type { StoreCommand, StoreReply } from './trace.ts'

/** What a thread needs of its connector. */
export interface Home {
  readonly name: string
  readonly store: SimStore
  readonly witness: Witness
  /** Puts an excentric prepare on its line; the answer comes to `hear`. */
  readonly send: (thread: ThreadId, to: AccountId, attempt: number, prepare: Prepare, hear: Respond) => void
  readonly wake: (thread: ThreadId) => void
  /** What a receiver must present for this condition. */
  readonly fulfillmentOf: (condition: string) => string | undefined
}

interface Held extends Asked {
  readonly respond: Respond
}

export class ThreadHost {
  readonly id: ThreadId
  readonly #context: Context
  readonly #home: Home
  readonly #draws: Stream
  readonly #storeLatency: Latency
  readonly #storeStream: Stream
  readonly #input: (input: Input) => void
  readonly #held = new Map<number, Held>()
  #lastRequest = 0
  /** Requests to the store, and its replies, keep their order: one connection. */
  #storeReachedUs = Number.NEGATIVE_INFINITY
  #replyReachedUs = Number.NEGATIVE_INFINITY
  #wakeAtUs = Number.NaN

  constructor(context: Context, home: Home, config: ThreadConfig) {
    this.id = config.thread
    this.#context = context
    this.#home = home
    this.#draws = stream(context, `draws ${home.name} ${this.id}`)
    this.#storeStream = stream(context, `store ${home.name} ${this.id}`)
    this.#storeLatency = context.plan.storeLatency
    const thread = makeThread(config)
    this.#input = pump(context.trace === undefined ? thread.step : this.#traced(thread.step), this.#performers())
  }

  #traced(step: (input: Input) => readonly Effect[]): (input: Input) => readonly Effect[] {
    return (input) => {
      const { trace } = this.#context
      const at = traceTime(this.#context)
      trace?.({ at, kind: 'input', connector: this.#home.name, who: this.id, input })
      const effects = step(input)
      for (const effect of effects) trace?.({ at, kind: 'effect', connector: this.#home.name, who: this.id, effect })
      return effects
    }
  }

  input(input: Input): void {
    this.#input(input)
  }

  start(epoch: string): void {
    this.#input({ type: 'started', at: this.#now(), epoch })
  }

  hearWake(): void {
    this.#input({ type: 'wakeHeard', at: this.#now() })
  }

  /** A concentric prepare from an account of this thread's farm. */
  receive(from: AccountId, prepare: Prepare, requestId: string | undefined, respond: Respond): void {
    const request = ++this.#lastRequest
    this.#held.set(request, { from, prepare, requestId, respond })
    this.#home.witness.asked()
    const at = this.#now()
    const draw = this.#draws.draw()
    if (requestId === undefined) this.#input({ type: 'prepareReceived', at, draw, from, request, prepare })
    else this.#input({ type: 'prepareReceived', at, draw, from, request, requestId, prepare })
  }

  #now(): number {
    return this.#context.events.nowMs()
  }

  #performers(): Performers {
    const { store } = this.#home
    return {
      claim: (effect) =>
        this.#ask(
          effect,
          () => store.claim(this.id, effect),
          (book) => this.#input({ type: 'claimed', at: this.#now(), draw: this.#draws.draw(), book }),
        ),
      commit: (effect) =>
        this.#ask(
          effect,
          () => store.commit(this.id, effect),
          (reply) => this.#heardCommit(effect.seq, reply),
        ),
      warm: (effect) =>
        this.#ask(
          effect,
          () => store.warm(this.id, effect),
          (reply) => this.#input({ type: 'warmed', at: this.#now(), draw: this.#draws.draw(), account: effect.account, reply }),
        ),
      cool: (effect) =>
        this.#ask(
          effect,
          () => store.cool(this.id, effect),
          (reply) => this.#input({ type: 'cooled', at: this.#now(), account: effect.account, reply }),
        ),
      own: (effect) =>
        this.#ask(
          effect,
          () => store.own(this.id, effect, this.#now()),
          (reply) => this.#input({ type: 'owned', at: this.#now(), draw: this.#draws.draw(), account: effect.account, requestId: effect.requestId, reply }),
        ),
      leave: (effect) =>
        this.#ask(
          effect,
          () => store.leave(effect),
          () => this.#input({ type: 'left', at: this.#now(), to: effect.to, message: effect.message.message }),
        ),
      readLeft: (effect) =>
        this.#ask(
          effect,
          () => store.readLeft(this.id),
          (messages) => {
            if (messages.length > 0) this.#input({ type: 'leftRead', at: this.#now(), draw: this.#draws.draw(), messages })
          },
        ),
      wake: (effect) => this.#home.wake(effect.to),
      sendPrepare: (effect) => this.#send(effect),
      answer: (effect) => this.#answer(effect.request, effect.reply),
      sleepUntil: (effect) => this.#sleepUntil(effect.at),
    }
  }

  /** There and back on the thread's one connection to the store. */
  #ask<R extends StoreReply>(command: StoreCommand, apply: () => R, hear: (reply: R) => void): void {
    const { events } = this.#context
    this.#storeReachedUs = Math.max(this.#storeReachedUs, events.nowUs + latencyUs(this.#storeStream, this.#storeLatency))
    events.at(this.#storeReachedUs, () => {
      const reply = this.#context.trace === undefined ? apply() : this.#tracedCommand(command, apply)
      this.#replyReachedUs = Math.max(this.#replyReachedUs, events.nowUs + latencyUs(this.#storeStream, this.#storeLatency))
      events.at(this.#replyReachedUs, () => hear(reply))
    })
  }

  /** A command that breaks an invariant stands in the trace too: it is the last line. */
  #tracedCommand<R extends StoreReply>(command: StoreCommand, apply: () => R): R {
    let reply: R | undefined
    try {
      reply = apply()
      return reply
    } finally {
      const line = { at: traceTime(this.#context), kind: 'store', connector: this.#home.name, who: this.id, command } as const
      this.#context.trace?.(reply === undefined ? line : { ...line, reply })
    }
  }

  #heardCommit(seq: number, reply: CommitReply): void {
    if (reply === 'ok' || reply === 'already') this.#home.witness.acknowledged(this.id, seq)
    this.#input({ type: 'committed', at: this.#now(), draw: this.#draws.draw(), seq, reply })
  }

  #send({ to, payment, attempt, prepare }: Extract<Effect, { type: 'sendPrepare' }>): void {
    this.#home.witness.sent(to, attempt, prepare)
    this.#home.send(this.id, to, attempt, prepare, (reply) => this.#heardReply(to, payment, attempt, prepare, reply))
  }

  #heardReply(from: AccountId, payment: PaymentId, attempt: number, prepare: Prepare, reply: Reply | Refusal): void {
    const at = this.#now()
    switch (reply.type) {
      case 'fulfill': {
        const right = this.#home.fulfillmentOf(prepare.condition) === reply.fulfillment
        this.#home.witness.fulfillHeard(prepare.condition, attempt, right, at)
        return this.#input({ type: 'fulfillReceived', at, from, payment, attempt, fulfill: reply })
      }
      case 'reject':
        return this.#input({ type: 'rejectReceived', at, draw: this.#draws.draw(), from, payment, attempt, reject: reply })
      case 'refusal': {
        const how = reply.status === 409 || reply.status === 410 ? 'unknown' : 'notTaken'
        return this.#input({ type: 'sendFailed', at, draw: this.#draws.draw(), payment, attempt, how })
      }
    }
  }

  #answer(request: number, reply: Reply | Refusal): void {
    const held = this.#held.get(request)
    if (held === undefined) return
    this.#held.delete(request)
    this.#home.witness.told(held, reply)
    held.respond(reply)
  }

  #sleepUntil(atMs: number): void {
    const atUs = Math.ceil(atMs * 1000)
    this.#wakeAtUs = atUs
    this.#context.events.at(atUs, () => {
      if (this.#wakeAtUs !== atUs) return
      this.#wakeAtUs = Number.NaN
      this.#input({ type: 'woke', at: this.#now(), draw: this.#draws.draw() })
    })
  }
}
