/**
 * One connection of a thread to its store: commands and replies keep their order, until it is cut. It does what the live one
 * does (src/store/connection.ts): a command that is not answered in time, or with an error that passes, ends it.
 */
import type { ThreadId } from '../../src/core/values/account.ts'
import { arriving } from '../faults/cut.ts'
import type { Cut } from '../faults/fault.ts'
import type { Latency } from '../workload/plan.ts'
import type { Events } from './events.ts'
import { latencyUs, type Stream } from './random.ts'
import type { CommandFate, StoreFaults } from './storeFaults.ts'
import type { StoreProcess } from './storeProcess.ts'

/** A command that is not answered for so long: the connection is given up. */
const COMMAND_TIMEOUT_US = 2_000_000

const ALL_ARRIVES: Cut = { arrives: 1, lateUs: 0 }

export interface StoreWay {
  readonly thread: ThreadId
  readonly events: Events
  readonly process: StoreProcess
  readonly stream: Stream
  readonly latency: Latency
  /** A write is answered so long after it was applied. */
  readonly confirmUs: number
  readonly faults: StoreFaults | undefined
}

/** What became of the commands that were on their way. */
export interface CutOff {
  readonly arriving: number
  readonly lost: number
}

export class StoreConnection {
  readonly #way: StoreWay
  readonly #life: number
  readonly #giveUp: (cut?: Cut) => void
  #isOpen = true
  /** Nothing gets through any more. */
  #isLost = { forth: false, back: false }
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

  /** `giveUp`: a command was not answered in time, or with an error; `cut`: what becomes of those on their way. */
  constructor(way: StoreWay, giveUp: (cut?: Cut) => void) {
    this.#way = way
    this.#life = way.process.life
    this.#giveUp = giveUp
    this.standsStill()
  }

  ask<R>(apply: () => R, hear: (reply: R) => void): void {
    const { faults, thread } = this.#way
    if (this.#isLost.forth) return
    const fate = faults?.fateOf(thread)
    if (fate === undefined) return this.#send(() => this.#answer(apply(), hear), 0)
    const { events } = this.#way
    if (fate.isLost) {
      this.#isLost.forth = true
      return this.#answerIsDueFrom(events.nowUs)
    }
    this.#askAmiss(fate, apply, hear)
  }

  #askAmiss<R>(fate: CommandFate, apply: () => R, hear: (reply: R) => void): void {
    const { events, process } = this.#way
    const sentUs = events.nowUs
    let isAnswered = false
    this.#send(() => {
      if (fate.isRefused) return this.#answer(undefined, () => this.#giveUp(ALL_ARRIVES))
      const reply = apply()
      if (fate.againUs !== undefined) process.late(this.#life, fate.againUs, () => void apply())
      if (fate.isReplyLost) {
        this.#isLost.back = true
        this.#answerIsDueFrom(sentUs)
      } else
        this.#answer(reply, (heard) => {
          isAnswered = true
          hear(heard)
        })
    }, fate.byUs)
    if (fate.byUs > 0) this.#answerIsDueFrom(sentUs, () => isAnswered)
    if (fate.brokenUs !== undefined) this.#giveUp({ arrives: 1, lateUs: fate.brokenUs })
  }

  #send(arrive: () => void, byUs: number): void {
    const { events, stream, latency, process } = this.#way
    this.#storeReachedUs = Math.max(this.#storeReachedUs, events.nowUs + latencyUs(stream, latency) + byUs)
    this.#commands.push(arrive)
    events.at(this.#storeReachedUs, this.#arrive)
    if (process.stall !== undefined) this.standsStill()
  }

  #answer<R>(reply: R, hear: (reply: R) => void): void {
    const { events, stream, latency, confirmUs } = this.#way
    if (!this.#isOpen || this.#isLost.back) return
    this.#replyReachedUs = Math.max(this.#replyReachedUs, events.nowUs + confirmUs + latencyUs(stream, latency))
    events.at(this.#replyReachedUs, () => {
      if (this.#isOpen) hear(reply)
    })
  }

  /** For a command that was sent then: after the time-out the connection is given up. What is late comes in when it would have. */
  #answerIsDueFrom(sentUs: number, isAnswered = (): boolean => false): void {
    const { events } = this.#way
    events.at(Math.max(events.nowUs, sentUs + COMMAND_TIMEOUT_US), () => {
      if (this.#isOpen && !isAnswered()) this.#giveUp({ arrives: 1, lateUs: Math.max(0, this.#storeReachedUs - events.nowUs) })
    })
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
