/** One life of a thread: the real core, with the simulated world behind each of its effects, until it ends. */

import type { PaymentId } from '../../src/core/book/change.ts'
import type { Effect } from '../../src/core/effect.ts'
import type { Input } from '../../src/core/input.ts'
import { makeThread } from '../../src/core/thread.ts'
import type { ThreadConfig } from '../../src/core/threadState.ts'
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import { type Condition, conditionOf, type Fulfillment } from '../../src/core/values/condition.ts'
import type { Prepare, Refusal, Reply } from '../../src/core/values/packet.ts'
import { type Performers, pump } from '../../src/pump.ts'
import type { About, Asked, Witness } from '../check/witness.ts'
import type { Cut } from '../faults/fault.ts'
import { type Context, traceTime } from './context.ts'
import { type Claim, type Failure, type Respond, UNKNOWN } from './link.ts'
import type { Stream } from './random.ts'
import type { SimStore } from './store.ts'
import { StoreConnection, type StoreWay } from './storeConnection.ts'
import { storePerformers } from './storePerformers.ts'
import type { Ending, StoreCommand, StoreReply } from './trace.ts'

/** What a thread needs of its connector. */
export interface Home {
  readonly name: string
  readonly store: SimStore
  readonly witness: Witness
  /** Puts an excentric prepare on its line; the answer comes to `hear`. */
  readonly send: (thread: ThreadId, effect: Extract<Effect, { type: 'sendPrepare' }>, hear: Respond) => void
  readonly wake: (thread: ThreadId) => void
  /** What a receiver must present for this condition. */
  readonly fulfillmentOf: (condition: string) => string | undefined
}

/** What outlives an incarnation. */
export interface Seat {
  readonly context: Context
  readonly home: Home
  readonly config: ThreadConfig
  readonly draws: Stream
  readonly way: StoreWay
  /** The present life is over. */
  readonly ended: () => void
}

interface Held extends Asked {
  readonly respond: Respond
}

/** How the next step is cut short. */
interface Doom {
  /** Of its effects. */
  readonly share: number
  readonly cut: Cut
  isMet: boolean
}

/** A thread that stops of itself waits for what it has sent. */
const ALL_ARRIVES: Cut = { arrives: 1, lateUs: 0 }

/** Of a payment that the store does not have. */
const NO_CONDITION = '' as Condition

export class Incarnation {
  readonly epoch: string
  readonly #seat: Seat
  readonly #step: (input: Input) => void
  readonly #held = new Map<number, Held>()
  /** Who gave this thread a prepare that it passed on to a colleague. */
  readonly #passedOn = new Set<Respond>()
  /** Accounts that have said so. */
  readonly #deduplicating = new Set<AccountId>()
  #connection: StoreConnection | undefined
  #isAlive = true
  #doom: Doom | undefined
  #lastRequest = 0
  #wakeAtUs = Number.NaN

  constructor(seat: Seat, epoch: string) {
    this.epoch = epoch
    this.#seat = seat
    const { context } = seat
    const thread = makeThread(seat.config)
    const step = context.plan.faults.length === 0 ? thread.step : this.#mortal(thread.step)
    this.#step = pump(context.trace === undefined ? step : this.#traced(step), this.#performers())
  }

  #mortal(step: (input: Input) => readonly Effect[]): (input: Input) => readonly Effect[] {
    return (input) => {
      const effects = step(input)
      const doom = this.#doom
      if (doom === undefined) return effects
      doom.isMet = true
      return effects.slice(0, Math.floor(doom.share * (effects.length + 1)))
    }
  }

  #traced(step: (input: Input) => readonly Effect[]): (input: Input) => readonly Effect[] {
    const { context, home, config } = this.#seat
    return (input) => {
      const { trace } = context
      const at = traceTime(context)
      trace?.({ at, kind: 'input', connector: home.name, who: config.thread, input })
      const effects = step(input)
      for (const effect of effects) trace?.({ at, kind: 'effect', connector: home.name, who: config.thread, effect })
      return effects
    }
  }

  input(input: Input): void {
    if (!this.#isAlive) return
    this.#step(input)
    if (this.#doom?.isMet) this.die(this.#doom.cut)
  }

  start(): void {
    this.#connect()
    this.input({ type: 'started', at: this.#now(), epoch: this.epoch })
  }

  /** A concentric prepare from an account of this thread's farm. */
  receive(from: AccountId, prepare: Prepare, requestId: string | undefined, respond: Respond): void {
    const request = ++this.#lastRequest
    const held: Held = { from, prepare, requestId, respond }
    this.#held.set(request, held)
    this.#seat.home.witness.asked(held)
    const at = this.#now()
    const draw = this.#seat.draws.draw()
    if (requestId === undefined) this.input({ type: 'prepareReceived', at, draw, from, request, prepare })
    else this.input({ type: 'prepareReceived', at, draw, from, request, requestId, prepare })
  }

  /** A colleague answers to what comes back; should this thread end before, its client hears of that instead. */
  passOn(respond: Respond): Respond {
    this.#passedOn.add(respond)
    return (reply) => {
      if (this.#passedOn.delete(respond)) respond(reply)
    }
  }

  // --- the ends of a life and of a connection -------------------------------------------------------------------------

  /** At once, with all that it had in memory. */
  die(cut: Cut): void {
    if (this.#isAlive) this.#end('crash', cut)
  }

  /** In the midst of its next step, after a share of its effects. */
  dieInNextStep(share: number, cut: Cut): void {
    this.#doom ??= { share, cut, isMet: false }
  }

  /** What it held is broken, what it sent is on its way, what it would have heard is heard by nobody. */
  #end(why: Ending, cut: Cut): void {
    const { context, home, config, ended } = this.#seat
    this.#isAlive = false
    context.trace?.({ at: traceTime(context), kind: 'ended', connector: home.name, who: config.thread, epoch: this.epoch, why })
    this.loseStore(cut)
    for (const held of this.#held.values()) {
      home.witness.cutOff(held)
      held.respond(UNKNOWN)
    }
    this.#held.clear()
    for (const respond of this.#passedOn) respond(UNKNOWN)
    this.#passedOn.clear()
    ended()
  }

  get hasStore(): boolean {
    return this.#connection !== undefined
  }

  #connect(): void {
    const { way } = this.#seat
    if (way.process.isUp) this.#connection = new StoreConnection(way, () => this.#giveUpStore())
  }

  #giveUpStore(): void {
    const { way, config } = this.#seat
    this.loseStore(way.process.stall?.cuts[Number(config.thread.slice(1))] ?? ALL_ARRIVES)
  }

  /** The connection is cut: what is sent now is lost, until there is another. */
  loseStore(cut: Cut): void {
    const connection = this.#connection
    this.#connection = undefined
    if (connection !== undefined) this.#tellCut(connection.cut(cut))
  }

  /** The store has died. */
  breakStore(cut: Cut): void {
    const connection = this.#connection
    this.#connection = undefined
    if (connection !== undefined) this.#tellCut(connection.breakOff(cut))
  }

  #tellCut({ arriving, lost }: { readonly arriving: number; readonly lost: number }): void {
    const { context, home, config } = this.#seat
    context.trace?.({ at: traceTime(context), kind: 'cut', connector: home.name, who: config.thread, arriving, lost })
  }

  /** There is a way to the store again. */
  reconnect(): void {
    if (!this.#isAlive || this.hasStore || !this.#seat.way.process.isUp) return
    this.#connect()
    this.input({ type: 'reconnected', at: this.#now() })
  }

  standsStill(): void {
    this.#connection?.standsStill()
  }

  // --- effects --------------------------------------------------------------------------------------------------------

  #now(): number {
    return this.#seat.context.events.nowMs()
  }

  #draw(): number {
    return this.#seat.draws.draw()
  }

  #performers(): Performers {
    const { home, config } = this.#seat
    return {
      ...storePerformers({
        id: config.thread,
        home,
        ask: (command, apply, hear) => this.#ask(command, apply, hear),
        input: (input) => this.input(input),
        now: () => this.#now(),
        draw: () => this.#draw(),
      }),
      wake: (effect) => home.wake(effect.to),
      sendPrepare: (effect) => this.#send(effect),
      answer: (effect) => this.#answer(effect.request, effect.reply),
      stop: (effect) => {
        home.witness.stopped(config.thread, this.epoch, effect.why)
        this.#end(effect.why, ALL_ARRIVES)
      },
      sleepUntil: (effect) => this.#sleepUntil(effect.at),
    }
  }

  /** There and back on the thread's one connection to the store. */
  #ask<R extends StoreReply>(command: StoreCommand, apply: () => R, hear: (reply: R) => void): void {
    const traced = this.#seat.context.trace === undefined ? apply : () => this.#tracedCommand(command, apply)
    this.#connection?.ask(traced, hear)
  }

  /** A command that breaks an invariant stands in the trace too: it is the last line. */
  #tracedCommand<R extends StoreReply>(command: StoreCommand, apply: () => R): R {
    const { context, home, config } = this.#seat
    let reply: R | undefined
    try {
      reply = apply()
      return reply
    } finally {
      const line = { at: traceTime(context), kind: 'store', connector: home.name, who: config.thread, command } as const
      context.trace?.(reply === undefined ? line : { ...line, reply })
    }
  }

  #send(effect: Extract<Effect, { type: 'sendPrepare' }>): void {
    const { home, config } = this.#seat
    const { to, payment, attempt, requestId, prepare } = effect
    home.witness.sent({ to, payment, epoch: this.epoch, attempt, requestId, prepare })
    home.send(config.thread, effect, (reply) => this.#heardReply(to, payment, attempt, prepare, reply))
  }

  #heardReply(from: AccountId, payment: PaymentId, attempt: number, prepare: Prepare, reply: Reply | Refusal | Failure | Claim): void {
    const about: About = { from, payment, attempt, condition: prepare.condition, at: this.#now() }
    if (reply.type !== 'failure') this.#heardFrom(from)
    switch (reply.type) {
      case 'fulfill':
      case 'reject':
        return this.#heardPacket(about, reply)
      case 'refusal':
        return this.#failed(about, reply.status === 409 || reply.status === 410 ? 'unknown' : 'notTaken')
      case 'failure':
        return this.#failed(about, reply.how)
      case 'claim':
        return this.#heardClaim(about, reply)
    }
  }

  /** With its first answer in this life, an account says that it deduplicates. */
  #heardFrom(account: AccountId): void {
    const { deduplicates } = this.#seat.config.directory.accounts.get(account) ?? {}
    if (!deduplicates || this.#deduplicating.has(account)) return
    this.#deduplicating.add(account)
    this.input({ type: 'deduplicationHeard', at: this.#now(), account, deduplicates })
  }

  #heardPacket(about: About, reply: Reply): void {
    const { witness } = this.#seat.home
    const { at, from, payment, attempt } = about
    if (reply.type === 'fulfill') {
      const heard = { ...about, right: this.#isRight(about.condition, reply.fulfillment) }
      if (!this.#isAlive) return witness.fulfillMissed(heard)
      witness.fulfillHeard(heard)
      return this.input({ type: 'fulfillReceived', at, from, payment, attempt, fulfill: reply })
    }
    if (!this.#isAlive) return
    witness.rejectHeard(about)
    this.input({ type: 'rejectReceived', at, draw: this.#draw(), from, payment, attempt, reject: reply })
  }

  /** Asked of the world where it still knows, as hashing is dear. */
  #isRight(condition: Condition, fulfillment: Fulfillment): boolean {
    return this.#seat.home.fulfillmentOf(condition) === fulfillment || conditionOf(fulfillment) === condition
  }

  /** A reply that says it is for another payment of this life. */
  #heardClaim({ from, payment, attempt, at }: About, { payments, attempts, reply }: Claim): void {
    const claimed = `${this.epoch}.${Number(payment.slice(this.epoch.length + 1)) + payments}` as PaymentId
    const condition = this.#seat.home.witness.conditionOf(claimed) ?? NO_CONDITION
    this.#heardPacket({ from, payment: claimed, attempt: attempt + attempts, condition, at }, reply)
  }

  #failed(about: About, how: 'notTaken' | 'unknown'): void {
    if (!this.#isAlive) return
    this.#seat.home.witness.failed(about, how)
    const { payment, attempt, at } = about
    this.input({ type: 'sendFailed', at, draw: this.#draw(), payment, attempt, how })
  }

  #answer(request: number, reply: Reply | Refusal): void {
    const held = this.#held.get(request)
    if (held === undefined) return
    this.#held.delete(request)
    this.#seat.home.witness.told(held, reply)
    held.respond(reply)
  }

  #sleepUntil(atMs: number): void {
    const atUs = Math.ceil(atMs * 1000)
    this.#wakeAtUs = atUs
    this.#seat.context.events.at(atUs, () => {
      if (this.#wakeAtUs !== atUs || !this.#isAlive) return
      this.#wakeAtUs = Number.NaN
      this.input({ type: 'woke', at: this.#now(), draw: this.#draw() })
    })
  }
}
