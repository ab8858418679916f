/** One connection of a thread to its store: commands and replies keep their order, until it is cut. */
import { arriving } from '../faults/cut.ts'
import type { Cut } from '../faults/fault.ts'
import type { Latency } from '../workload/plan.ts'
import type { Events } from './events.ts'
import { latencyUs, type Stream } from './random.ts'
import type { StoreProcess } from './storeProcess.ts'

/** A command that is not answered for so long: the connection is given up. */
const COMMAND_TIMEOUT_US = 2_000_000

export interface StoreWay {
  readonly events: Events
  readonly process: StoreProcess
  readonly stream: Stream
  readonly latency: Latency
  /** A write is answered so long after it was applied. */
  readonly confirmUs: number
}

/** What became of the commands that were on their way. */
export interface CutOff {
  readonly arriving: number
  readonly lost: number
}

export class StoreConnection {
  readonly #way: StoreWay
  readonly #life: number
  readonly #giveUp: () => void
  #isOpen = true
  /** Commands that are on their way, or wait for a store that stands still. */
  #commands: (() => void)[] = []
  #storeReachedUs = Number.NEGATIVE_INFINITY
  #replyReachedUs = Number.NEGATIVE_INFINITY
  /** The stall for which a time-out is running. */
  #timed: unknown
  readonly #arrive = (): void => {
    if (this.#way.process.stall === undefined) this.#commands.shift()?.()
    else this.#way.process.wait(this.#arrive)
  }

  /** `giveUp`: a command was not answered in time. */
  constructor(way: StoreWay, giveUp: () => void) {
    this.#way = way
    this.#life = way.process.life
    this.#giveUp = giveUp
    this.standsStill()
  }

  ask<R>(apply: () => R, hear: (reply: R) => void): void {
    const { events, stream, latency, process, confirmUs } = this.#way
    this.#storeReachedUs = Math.max(this.#storeReachedUs, events.nowUs + latencyUs(stream, latency))
    this.#commands.push(() => {
      const reply = apply()
      if (!this.#isOpen) return
      this.#replyReachedUs = Math.max(this.#replyReachedUs, events.nowUs + confirmUs + latencyUs(stream, latency))
      events.at(this.#replyReachedUs, () => {
        if (this.#isOpen) hear(reply)
      })
    })
    events.at(this.#storeReachedUs, this.#arrive)
    if (process.stall !== undefined) this.standsStill()
  }

  /** The store stands still: whatever is not answered in time ends the connection. */
  standsStill(): void {
    const { events, process } = this.#way
    const { stall } = process
    if (stall === undefined || this.#timed === stall || this.#commands.length === 0) return
    this.#timed = stall
    events.after(COMMAND_TIMEOUT_US, () => {
      if (this.#isOpen && process.stall === stall) this.#giveUp()
    })
  }

  /** No reply is heard any more; the first of the commands still arrive, the last of them `lateUs` from now. */
  cut(cut: Cut): CutOff {
    const { process } = this.#way
    const { off, commands } = this.#close(cut)
    for (const [i, run] of commands.entries()) process.late(this.#life, Math.round((cut.lateUs * (i + 1)) / commands.length), run)
    return off
  }

  /** The store dies: what was to arrive has arrived. */
  breakOff(cut: Cut): CutOff {
    const { off, commands } = this.#close(cut)
    for (const run of commands) run()
    return off
  }

  #close(cut: Cut): { readonly off: CutOff; readonly commands: readonly (() => void)[] } {
    this.#isOpen = false
    const count = arriving(cut, this.#commands.length)
    const off = { arriving: count, lost: this.#commands.length - count }
    const commands = this.#commands.slice(0, count)
    this.#commands = []
    return { off, commands }
  }
}
