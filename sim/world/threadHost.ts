/** One thread of a connector, through all its lives: when one ends another begins, under a new epoch. */

import type { Snapshot } from '../../src/core/routing/snapshot.ts'
import type { ThreadConfig } from '../../src/core/threadState.ts'
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import type { Prepare } from '../../src/core/values/packet.ts'
import type { Crash, Cut } from '../faults/fault.ts'
import { type Context, stream } from './context.ts'
import { type Home, Incarnation, type Seat } from './incarnation.ts'
import { NOT_TAKEN, type Respond, UNKNOWN } from './link.ts'
import { latencyUs } from './random.ts'
import type { StoreProcess } from './storeProcess.ts'

/** One that was fenced is started again after this time. */
const FENCED_RESTART_US = 100_000

export class ThreadHost {
  readonly id: ThreadId
  readonly #seat: Seat
  #life: Incarnation | undefined
  #lives = 0
  #endedUs = Number.NEGATIVE_INFINITY
  #restartUs = FENCED_RESTART_US
  /** What the announcer told last: whoever begins later must know it too. */
  #snapshot: Snapshot | undefined

  constructor(context: Context, home: Home, config: ThreadConfig, process: StoreProcess) {
    this.id = config.thread
    this.#seat = {
      context,
      home,
      config,
      draws: stream(context, `draws ${home.name} ${this.id}`),
      way: { events: context.events, process, stream: stream(context, `store ${home.name} ${this.id}`), latency: context.plan.storeLatency },
      ended: () => this.#ended(),
    }
  }

  get isUp(): boolean {
    return this.#life !== undefined
  }

  start(): void {
    this.#lives++
    this.#restartUs = FENCED_RESTART_US
    this.#life = new Incarnation(this.#seat, `${this.id}-${this.#lives}`)
    this.#life.start()
    if (this.#snapshot !== undefined) this.hearSnapshot(this.#snapshot)
  }

  hearSnapshot(snapshot: Snapshot): void {
    if (this.#snapshot === undefined || snapshot.version > this.#snapshot.version) this.#snapshot = snapshot
    this.#life?.input({ type: 'snapshotTaken', at: this.#seat.context.events.nowMs(), snapshot })
  }

  hearWake(): void {
    this.#life?.input({ type: 'wakeHeard', at: this.#seat.context.events.nowMs() })
  }

  /** A concentric prepare that left its sender at `leftUs`, by a connection to this thread. */
  receive(from: AccountId, prepare: Prepare, requestId: string | undefined, respond: Respond, leftUs: number): void {
    if (leftUs <= this.#endedUs) respond(UNKNOWN)
    else if (this.#life === undefined) respond(NOT_TAKEN)
    else this.#life.receive(from, prepare, requestId, respond)
  }

  /** As `receive`, by a connection to this thread that hands it on to another. */
  receiveFor(hand: (respond: Respond) => void, respond: Respond, leftUs: number): void {
    if (leftUs <= this.#endedUs) respond(UNKNOWN)
    else if (this.#life === undefined) respond(NOT_TAKEN)
    else hand(this.#life.passOn(respond))
  }

  #ended(): void {
    const { events } = this.#seat.context
    this.#life = undefined
    this.#endedUs = events.nowUs
    events.after(this.#restartUs, () => this.start())
  }

  // --- what goes wrong ------------------------------------------------------------------------------------------------

  crash({ midStep, cut, restartUs }: Crash): void {
    this.#restartUs = restartUs
    if (midStep === undefined) this.#life?.die(cut)
    else this.#life?.dieInNextStep(midStep, cut)
  }

  storeDied(cut: Cut): void {
    this.#life?.breakStore(cut)
  }

  storeStandsStill(): void {
    this.#life?.standsStill()
  }

  /** The store can be reached again: whoever has no connection makes one. */
  storeIsBack(): void {
    const life = this.#life
    const { events, stream, latency } = this.#seat.way
    if (life !== undefined && !life.hasStore) events.after(latencyUs(stream, latency), () => life.reconnect())
  }
}
