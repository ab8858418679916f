/** One life of a thread: the real core, with the simulated world behind each of its effects, until it ends. */

import type { PaymentId } from '../../src/core/book/change.ts'
import type { Directory } from '../../src/core/directory.ts'
import type { Effect } from '../../src/core/effect.ts'
import type { Input } from '../../src/core/input.ts'
import type { MoneyReply, Operation } from '../../src/core/money/operation.ts'
import { attemptOfId } from '../../src/core/payment/payment.ts'
import type { Snapshot } from '../../src/core/routing/snapshot.ts'
import { makeThread } from '../../src/core/thread.ts'
import type { ThreadConfig } from '../../src/core/threadState.ts'
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import { type Condition, conditionOf, type Fulfillment } from '../../src/core/values/condition.ts'
import type { Prepare, Refusal, Reply } from '../../src/core/values/packet.ts'
import { type Performers, pump } from '../../src/pump.ts'
import type { About, Heard } from '../check/sending.ts'
import type { Asked } from '../check/telling.ts'
import type { Witness } from '../check/witness.ts'
import type { Cut } from '../faults/fault.ts'
import type { Clock } from './clock.ts'
import type { MoneyAnswer } from './connector.ts'
import { type Context, traceTime } from './context.ts'
import { type Callback, type Claim, type Respond, type Thank, UNKNOWN } from './link.ts'
import { Pausing } from './pausing.ts'
import type { Stream } from './random.ts'
import type { SimStore } from './store.ts'
import { StoreConnection, type StoreWay } from './storeConnection.ts'
import { storePerformers } from './storePerformers.ts'
import type { Ending, StoreCommand, StoreReply } from './trace.ts'

/** What a thread needs of its connector. */
export interface Home {
  readonly name: string
  readonly store: SimStore
  readonly storeClock: Clock
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
  readonly clock: Clock
  /** This life is over. */
  readonly ended: (life: Incarnation, why: Ending) => void
  /** It wakes, and its connection to the store was lost meanwhile. */
  readonly lacksStore: (life: Incarnation) => void
}

interface HeldMoney {
  readonly operation: Operation
  readonly respond: (reply: MoneyAnswer) => void
}

interface Held extends Asked {
  readonly respond: Respond
}

/** How the next step is cut short, after a share of its effects: it dies, or what is left of them waits. */
type Doom = { readonly share: number; isMet: boolean } & ({ readonly how: 'die'; readonly cut: Cut } | { readonly how: 'pause'; readonly lastsUs: number })

/** A thread that stops of itself waits for what it has sent. */
const ALL_ARRIVES: Cut = { arrives: 1, lateUs: 0 }

/** Of a payment that the store does not have. */
const NO_CONDITION = '' as Condition

export class Incarnation {
  /** As which it claims its book; another after a reconnect before it had it. */
  #epoch: string
  readonly #seat: Seat
  readonly #step: (input: Input) => void
  readonly #held = new Map<number, Held>()
  readonly #heldMoney = new Map<number, HeldMoney>()
  /** Replies that wait to be thanked. */
  readonly #callbacks = new Map<number, { readonly heard: Heard; readonly thank: Thank }>()
  /** Who gave this thread a prepare that it passed on to a colleague. */
  readonly #passedOn = new Set<Respond>()
  /** Accounts that have said so. */
  readonly #deduplicating = new Set<AccountId>()
  readonly #pause: Pausing
  #connection: StoreConnection | undefined
  #isAlive = true
  #doom: Doom | undefined
  #left: readonly Effect[] = []
  #lastRequest = 0
  #deadlineMs = Number.NaN

  constructor(seat: Seat, epoch: string) {
    this.#epoch = epoch
    this.#seat = seat
    const { context } = seat
    const thread = makeThread(seat.config)
    const step = context.plan.faults.length === 0 ? thread.step : this.#mortal(thread.step)
    const performers = this.#performers()
    this.#step = pump(context.trace === undefined ? step : this.#traced(step), performers)
    const perform = pump(() => this.#left, performers)
    this.#pause = new Pausing(context.events, () => this.#finishStep(perform))
  }

  #mortal(step: (input: Input) => readonly Effect[]): (input: Input) => readonly Effect[] {
    return (input) => {
      const effects = step(input)
      const doom = this.#doom
      if (doom === undefined) return effects
      doom.isMet = true
      const done = Math.floor(doom.share * (effects.length + 1))
      if (doom.how === 'pause') this.#left = effects.slice(done)
      return effects.slice(0, done)
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
    const doom = this.#doom
    if (!doom?.isMet) return
    this.#doom = undefined
    if (doom.how === 'die') this.die(doom.cut)
    else this.#pause.begin(doom.lastsUs)
  }

  /** What was left of the step in which it paused. */
  #finishStep(perform: (input: Input) => void): void {
    if (this.#isAlive) perform({ type: 'wakeHeard', at: this.#now() })
    this.#left = []
    if (this.#isAlive && !this.hasStore) this.#seat.lacksStore(this)
  }

  hearSnapshot(snapshot: Snapshot): void {
    if (this.#pause.isOn) this.#pause.wait(() => this.hearSnapshot(snapshot))
    else this.input({ type: 'snapshotTaken', at: this.#now(), snapshot })
  }

  replaceDirectory(directory: Directory): void {
    if (this.#pause.isOn) this.#pause.wait(() => this.replaceDirectory(directory))
    else this.input({ type: 'directoryReplaced', at: this.#now(), directory })
  }

  hearWake(): void {
    if (this.#pause.isOn) this.#pause.wait(() => this.hearWake())
    else this.input({ type: 'wakeHeard', at: this.#now() })
  }

  start(): void {
    this.#connect()
    this.input({ type: 'started', at: this.#now(), epoch: this.#epoch })
  }

  /** A concentric prepare from an account of this thread's farm. */
  receive(from: AccountId, prepare: Prepare, requestId: string | undefined, respond: Respond): void {
    const request = ++this.#lastRequest
    const held: Held = { from, prepare, requestId, thread: this.#seat.config.thread, epoch: this.#epoch, respond }
    this.#held.set(request, held)
    this.#seat.home.witness.asked(held)
    if (this.#pause.isOn) this.#pause.wait(() => this.#take(request, held))
    else this.#take(request, held)
  }

  #take(request: number, { from, prepare, requestId }: Asked): void {
    if (!this.#isAlive) return
    const at = this.#now()
    const draw = this.#seat.draws.draw()
    if (requestId === undefined) this.input({ type: 'prepareReceived', at, draw, from, request, prepare })
    else this.input({ type: 'prepareReceived', at, draw, from, request, requestId, prepare })
  }

  moveMoney(operation: Operation, respond: (reply: MoneyAnswer) => void): void {
    const request = ++this.#lastRequest
    this.#heldMoney.set(request, { operation, respond })
    if (this.#pause.isOn) this.#pause.wait(() => this.#takeMoney(request, operation))
    else this.#takeMoney(request, operation)
  }

  #takeMoney(request: number, operation: Operation): void {
    this.input({ type: 'moneyAsked', at: this.#now(), request, operation })
  }

  /** A reply that is called back, to whichever thread. */
  hear(from: AccountId, { id, condition, reply }: Callback, thank: Thank): void {
    if (this.#pause.isOn) return this.#pause.wait(() => this.hear(from, { id, condition, reply }, thank))
    const of = attemptOfId(id)
    if (of === undefined) return thank({ type: 'thanks', how: 'late' })
    const { payment, attempt } = of
    const at = this.#now()
    const request = ++this.#lastRequest
    const { witness } = this.#seat.home
    const right = reply.type === 'fulfill' && this.#isRight(condition, reply.fulfillment)
    const heard = { from, condition, payment, attempt, right, at, epoch: this.#epoch }
    this.#callbacks.set(request, { heard, thank })
    witness.calledBack(heard, reply.type)
    if (reply.type === 'fulfill') this.input({ type: 'fulfillReceived', at, from, payment, attempt, fulfill: reply, request })
    else this.input({ type: 'rejectReceived', at, draw: this.#draw(), from, payment, attempt, reject: reply, request })
  }

  #thank({ request, how }: Extract<Effect, { type: 'thank' }>): void {
    const callback = this.#callbacks.get(request)
    if (callback === undefined) return
    this.#callbacks.delete(request)
    this.#seat.home.witness.thanked(callback.heard, how)
    callback.thank({ type: 'thanks', how })
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
    this.#doom ??= { how: 'die', share, cut, isMet: false }
  }

  get isPaused(): boolean {
    return this.#pause.isOn
  }

  pause(lastsUs: number): void {
    this.#pause.begin(lastsUs)
  }

  /** In the midst of its next step, after a share of its effects. */
  pauseInNextStep(share: number, lastsUs: number): void {
    this.#doom ??= { how: 'pause', share, lastsUs, isMet: false }
  }

  /** What it held is broken, what it sent is on its way, what it would have heard is heard by nobody. */
  #end(why: Ending, cut: Cut): void {
    const { context, home, config, ended } = this.#seat
    this.#isAlive = false
    context.trace?.({ at: traceTime(context), kind: 'ended', connector: home.name, who: config.thread, epoch: this.#epoch, why })
    this.loseStore(cut)
    for (const held of this.#held.values()) {
      home.witness.cutOff(held)
      held.respond(UNKNOWN)
    }
    this.#held.clear()
    for (const { respond } of this.#heldMoney.values()) respond(UNKNOWN)
    this.#heldMoney.clear()
    for (const { thank } of this.#callbacks.values()) thank(UNKNOWN)
    this.#callbacks.clear()
    for (const respond of this.#passedOn) respond(UNKNOWN)
    this.#passedOn.clear()
    ended(this, why)
  }

  get hasStore(): boolean {
    return this.#connection !== undefined
  }

  #connect(): void {
    const { way } = this.#seat
    if (way.process.isUp) this.#connection = new StoreConnection(way, (cut) => this.#giveUpStore(cut))
  }

  #giveUpStore(cut?: Cut): void {
    if (this.#pause.isOn) return this.#pause.wait(() => this.#giveUpStore(cut))
    const { way, config } = this.#seat
    this.loseStore(cut ?? way.process.stall?.cuts[Number(config.thread.slice(1))] ?? ALL_ARRIVES)
    if (this.#isAlive) this.#seat.lacksStore(this)
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
    if (this.#pause.isOn) return this.#pause.wait(() => this.reconnect())
    this.#connect()
    this.input({ type: 'reconnected', at: this.#now() })
  }

  standsStill(): void {
    this.#connection?.standsStill()
  }

  // --- effects --------------------------------------------------------------------------------------------------------

  #now(): number {
    return this.#seat.clock.readMs(this.#seat.context.events.nowUs)
  }

  #draw(): number {
    return this.#seat.draws.draw()
  }

  #performers(): Performers {
    const { home, config } = this.#seat
    const ofStore = storePerformers({
      id: config.thread,
      home,
      ask: (command, apply, hear) => this.#ask(command, apply, hear),
      input: (input) => this.input(input),
      now: () => this.#now(),
      storeNow: () => home.storeClock.readMs(this.#seat.context.events.nowUs),
      draw: () => this.#draw(),
    })
    return {
      ...ofStore,
      recommit: () => {
        throw new Error('a simulated world writes no commit down')
      },
      claim: (effect) => {
        this.#epoch = effect.epoch
        ofStore.claim(effect)
      },
      wake: (effect) => home.wake(effect.to),
      sendPrepare: (effect) => this.#send(effect),
      answer: (effect) => this.#answer(effect.request, effect.reply),
      answerMoney: (effect) => this.#answerMoney(effect.request, effect.reply),
      thank: (effect) => this.#thank(effect),
      stop: (effect) => {
        home.witness.stopped(config.thread, this.#epoch, effect.why)
        this.#end(effect.why, ALL_ARRIVES)
      },
      sleepUntil: (effect) => this.#sleepUntil(effect.at),
    }
  }

  /** There and back on the thread's one connection to the store. */
  #ask<R extends StoreReply>(command: StoreCommand, apply: () => R, hear: (reply: R) => void): void {
    const traced = this.#seat.context.trace === undefined ? apply : () => this.#tracedCommand(command, apply)
    const connection = this.#connection
    connection?.ask(traced, (reply) => {
      if (!this.#pause.isOn) return hear(reply)
      this.#pause.wait(() => {
        if (this.#connection === connection) hear(reply)
      })
    })
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
    home.witness.sent({ to, payment, thread: config.thread, epoch: this.#epoch, attempt, requestId, prepare, at: this.#now() })
    home.send(config.thread, effect, (reply) => this.#heardReply(to, payment, attempt, prepare, reply))
  }

  #heardReply(from: AccountId, payment: PaymentId, attempt: number, prepare: Prepare, reply: Parameters<Respond>[0]): void {
    if (this.#pause.isOn) return this.#pause.wait(() => this.#heardReply(from, payment, attempt, prepare, reply))
    const about: About = { from, payment, attempt, condition: prepare.condition, epoch: this.#epoch, at: this.#now() }
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
      case 'accepted':
        return
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

  /** Asked of the world where it still knows, as hashing is dear: of what has ended it may not. */
  #isRight(condition: Condition, fulfillment: Fulfillment): boolean {
    return this.#seat.home.fulfillmentOf(condition) === fulfillment || conditionOf(fulfillment) === condition
  }

  /** A reply that says it is for another payment of this life. */
  #heardClaim({ from, payment, attempt, epoch, at }: About, { payments, attempts, reply }: Claim): void {
    const claimed = `${this.#epoch}.${Number(payment.slice(this.#epoch.length + 1)) + payments}` as PaymentId
    const condition = this.#seat.home.witness.conditionOf(claimed) ?? NO_CONDITION
    this.#heardPacket({ from, payment: claimed, attempt: attempt + attempts, condition, epoch, at }, reply)
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

  #answerMoney(request: number, reply: MoneyReply | Refusal): void {
    const held = this.#heldMoney.get(request)
    if (held === undefined) return
    this.#heldMoney.delete(request)
    if (reply.type !== 'refusal') this.#seat.home.witness.operationTold(held.operation, reply)
    held.respond(reply)
  }

  /** By its own clock, and never early; a clock that jumps forwards while it sleeps does not wake it. */
  #sleepUntil(atMs: number): void {
    const { clock, context } = this.#seat
    this.#deadlineMs = atMs
    context.events.after(Math.ceil(atMs * 1000) - clock.read(context.events.nowUs), () => this.#wakeAt(atMs))
  }

  #wakeAt(atMs: number): void {
    if (this.#deadlineMs !== atMs || !this.#isAlive) return
    if (this.#pause.isOn) return this.#pause.waitAsTimer(() => this.#wakeAt(atMs))
    if (this.#now() < atMs) return this.#sleepUntil(atMs)
    this.#deadlineMs = Number.NaN
    this.input({ type: 'woke', at: this.#now(), draw: this.#draw() })
  }
}
