/** One thread of a connector, through all its lives: when one ends another begins, under a new epoch. */

import { type Directory, isAmong } from '../../src/core/directory.ts'
import type { Operation } from '../../src/core/money/operation.ts'
import type { Snapshot } from '../../src/core/routing/snapshot.ts'
import type { ThreadConfig } from '../../src/core/threadState.ts'
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import type { Prepare } from '../../src/core/values/packet.ts'
import type { Crash, Cut, Pause, StoreCut } from '../faults/fault.ts'
import { Clock } from './clock.ts'
import type { MoneyAnswer } from './connector.ts'
import { type Context, stream } from './context.ts'
import { type Home, Incarnation, type Seat } from './incarnation.ts'
import { type Callback, NOT_TAKEN, type Respond, type Thank, UNKNOWN } from './link.ts'
import { latencyUs } from './random.ts'
import type { StoreWay } from './storeConnection.ts'
import type { Ending } from './trace.ts'

/** One that was fenced is started again after this time. */
const FENCED_RESTART_US = 100_000
/** Between a connection to the store that broke and the next. */
const RECONNECT_US = 20_000

export class ThreadHost {
  readonly id: ThreadId
  #seat: Seat
  readonly clock = new Clock()
  #life: Incarnation | undefined
  /** Taken for dead while they paused. Some connections still lead to them. */
  readonly #zombies = new Set<Incarnation>()
  #lives = 0
  #endedUs = Number.NEGATIVE_INFINITY
  #abandonedUs = Number.NEGATIVE_INFINITY
  #reachings = 0
  #restartUs = FENCED_RESTART_US
  /** It has left, and its book is closed. */
  #isGone = false
  /** What the announcer told last: whoever begins later must know it too. */
  #snapshot: Snapshot | undefined

  constructor(context: Context, home: Home, config: ThreadConfig, store: Pick<StoreWay, 'process' | 'confirmUs' | 'faults'>) {
    this.id = config.thread
    this.#seat = {
      context,
      home,
      config,
      draws: stream(context, `draws ${home.name} ${this.id}`),
      way: { ...store, thread: this.id, events: context.events, stream: stream(context, `store ${home.name} ${this.id}`), latency: context.plan.storeLatency },
      clock: this.clock,
      ended: (life, why) => this.#ended(life, why),
      lacksStore: (life) => context.events.after(RECONNECT_US, () => this.#reconnect(life)),
    }
  }

  get hasStore(): boolean {
    return this.#life?.hasStore === true
  }

  /** Its connections are closed, and nobody takes another here. */
  get isGone(): boolean {
    return this.#isGone
  }

  get isUp(): boolean {
    return this.#life !== undefined
  }

  start(): void {
    this.#lives++
    this.#isGone = false
    this.#restartUs = FENCED_RESTART_US
    this.#life = new Incarnation(this.#seat, `${this.id}-${this.#lives}`)
    this.#life.start()
    if (this.#snapshot !== undefined) this.hearSnapshot(this.#snapshot)
  }

  hearSnapshot(snapshot: Snapshot): void {
    if (this.#snapshot === undefined || snapshot.version > this.#snapshot.version) this.#snapshot = snapshot
    this.#life?.hearSnapshot(snapshot)
    for (const zombie of this.#zombies) zombie.hearSnapshot(snapshot)
  }

  /** Threads come and go, and farms are dealt anew. */
  replaceDirectory(directory: Directory): void {
    this.#seat = { ...this.#seat, config: { ...this.#seat.config, directory } }
    for (const life of this.#all()) life.replaceDirectory(directory)
    if (isAmong(directory, this.id)) this.comeBack()
  }

  /** Where it is gone, it begins again, and opens its book. */
  comeBack(): void {
    if (this.#isGone) this.start()
  }

  hearWake(): void {
    this.#life?.hearWake()
  }

  /** A concentric prepare that left its sender at `leftUs`, by a connection to this thread. */
  receive(from: AccountId, prepare: Prepare, requestId: string | undefined, respond: Respond, leftUs: number): void {
    const life = this.#reached(leftUs)
    if (life === undefined) respond(leftUs <= this.#endedUs ? UNKNOWN : NOT_TAKEN)
    else life.receive(from, prepare, requestId, respond)
  }

  /** A reply that is called back, by a connection to this thread. */
  hear(from: AccountId, callback: Callback, thank: Thank, leftUs: number): void {
    if (leftUs <= this.#endedUs) thank(UNKNOWN)
    else if (this.#life === undefined) thank(NOT_TAKEN)
    else this.#life.hear(from, callback, thank)
  }

  /** As `receive`, by a connection to this thread that hands it on to another. */
  receiveFor(hand: (respond: Respond) => void, respond: Respond, leftUs: number): void {
    const life = this.#reached(leftUs)
    if (life === undefined) respond(leftUs <= this.#endedUs ? UNKNOWN : NOT_TAKEN)
    else hand(life.passOn(respond))
  }

  /** Where a connection leads by which something left then: every other one still to a zombie, while there is one. */
  #reached(leftUs: number): Incarnation | undefined {
    const [zombie] = this.#zombies
    if (zombie !== undefined && (leftUs <= this.#abandonedUs || ++this.#reachings % 2 === 0)) return zombie
    return leftUs <= this.#endedUs ? undefined : this.#life
  }

  moveMoney(operation: Operation, respond: (reply: MoneyAnswer) => void): void {
    if (this.#life === undefined) respond(NOT_TAKEN)
    else this.#life.moveMoney(operation, respond)
  }

  #ended(life: Incarnation, why: Ending): void {
    const { config, context } = this.#seat
    const { events } = context
    if (this.#zombies.delete(life)) {
      // What it was granted meanwhile is taken back by another life, which closes the book once more.
      if (this.#isGone && why !== 'closed') this.#startAfter(FENCED_RESTART_US)
      return
    }
    this.#life = undefined
    this.#endedUs = events.nowUs
    if (why === 'closed' && !isAmong(config.directory, this.id)) this.#isGone = true
    else this.#startAfter(this.#restartUs)
  }

  #startAfter(us: number): void {
    this.#isGone = false
    this.#seat.context.events.after(us, () => this.start())
  }

  /** Another life is started in place of one that only pauses. */
  #abandon(life: Incarnation): void {
    if (this.#life !== life || !life.isPaused) return
    this.#zombies.add(life)
    this.#abandonedUs = this.#seat.context.events.nowUs
    this.start()
  }

  // --- what goes wrong ------------------------------------------------------------------------------------------------

  crash({ midStep, cut, restartUs }: Crash): void {
    this.#restartUs = restartUs
    if (midStep === undefined) this.#life?.die(cut)
    else this.#life?.dieInNextStep(midStep, cut)
  }

  get canPause(): boolean {
    return this.#life?.isPaused === false
  }

  pause({ midStep, lastsUs, abandonUs }: Pause): void {
    const life = this.#life
    if (life === undefined) return
    if (midStep === undefined) life.pause(lastsUs)
    else life.pauseInNextStep(midStep, lastsUs)
    if (abandonUs !== undefined) this.#seat.context.events.after(abandonUs, () => this.#abandon(life))
  }

  storeDied(cut: Cut): void {
    for (const life of this.#all()) life.breakStore(cut)
  }

  storeCut({ cut }: StoreCut): void {
    this.#life?.loseStore(cut)
    this.#seat.context.events.after(RECONNECT_US, () => this.storeIsBack())
  }

  storeStandsStill(): void {
    for (const life of this.#all()) life.standsStill()
  }

  /** The store can be reached again: whoever has no connection makes one. */
  storeIsBack(): void {
    for (const life of this.#all()) if (!life.hasStore) this.#reconnect(life)
  }

  #reconnect(life: Incarnation): void {
    const { events, stream, latency, process } = this.#seat.way
    if (process.isUp && process.stall === undefined) events.after(latencyUs(stream, latency), () => life.reconnect())
  }

  #all(): Incarnation[] {
    return this.#life === undefined ? [...this.#zombies] : [this.#life, ...this.#zombies]
  }
}
