/** One line of the network: what leaves at one end arrives at the other after a drawn latency, each way for itself. */

import type { Announcement } from '../../src/core/routing/announcement.ts'
import type { Prepare } from '../../src/core/values/packet.ts'
import type { LineStrike } from '../faults/fault.ts'
import type { Latency } from '../workload/plan.ts'
import { type Context, stream, traceTime } from './context.ts'
import { LineFaults, type Passage } from './lineFaults.ts'
import type { Callback, Door, Failure, Respond, Thank } from './link.ts'
import { latencyUs, type Stream } from './random.ts'
import type { Message } from './trace.ts'

interface Ends {
  readonly from: string
  readonly to: string
}

/** A message that was held back until the next in its direction has come. */
type Held = () => void

/** A message on its way: what it does where it arrives, and what its sender hears when its connection breaks. */
interface Carried extends Ends {
  readonly passage: Passage
  readonly message: () => Message
  readonly arrive: () => void
  readonly fail?: (failure: Failure) => void
}

export class Line {
  readonly name: string
  readonly #context: Context
  readonly #latency: Latency
  readonly #stream: Stream
  /** Undefined where nothing ever goes wrong. */
  readonly #faults: LineFaults | undefined
  /** The end from which messages go forth. */
  readonly #first: string
  /** Forth and back: those that the next overtakes. */
  readonly #held: { readonly forth: Set<Held>; readonly back: Set<Held> } = { forth: new Set(), back: new Set() }
  /** Prepares and announcements so far. */
  #exchanges = 0

  constructor(context: Context, name: string, first: string, latency: Latency) {
    this.name = name
    this.#context = context
    this.#latency = latency
    this.#first = first
    this.#stream = stream(context, `line ${name}`)
    this.#faults = context.plan.faults.some(({ who }) => who === name) ? new LineFaults(context, name) : undefined
  }

  /** Whether a request may stay without an answer for good. */
  get mayLose(): boolean {
    return this.#faults !== undefined
  }

  /** A prepare to `door`; its answer comes to `hear`. */
  prepare(from: string, door: Door, prepare: Prepare, requestId: string | undefined, hear: Respond): void {
    const { nowUs } = this.#context.events
    if (this.#context.trace === undefined && this.#faults === undefined) {
      this.#later(0, () => door.take(prepare, requestId, (reply) => this.#later(0, () => hear(reply)), nowUs))
      return
    }
    const exchange = ++this.#exchanges
    const isForth = from === this.#first
    const heard = untilBroken(hear)
    let isFirst = true
    const answer: Respond = (reply) =>
      this.#carry({
        from: door.name,
        to: from,
        passage: { exchange, isForth: !isForth, type: 'reply', mayRepeat: false },
        message: () => ({ condition: prepare.condition, ...reply }),
        arrive: () => heard(reply),
        fail: heard,
      })
    this.#carry({
      from,
      to: door.name,
      passage: { exchange, isForth, type: 'prepare', mayRepeat: requestId !== undefined },
      message: () => ({ type: 'prepare', ...prepare, ...(requestId === undefined ? {} : { requestId }) }),
      // What comes again came by another connection: its reply goes nowhere.
      arrive: () => {
        door.take(prepare, requestId, isFirst ? answer : () => {}, nowUs)
        isFirst = false
      },
      fail: heard,
    })
  }

  /** A reply to what `door` asked before; whether it was heard comes to `hear`. */
  callBack(from: string, door: Door, callback: Callback, hear: Thank): void {
    const { nowUs } = this.#context.events
    const { id, condition, reply } = callback
    const exchange = ++this.#exchanges
    const isForth = from === this.#first
    const answer: Thank = (thanks) =>
      this.#carry({
        from: door.name,
        to: from,
        passage: { exchange, isForth: !isForth, type: 'reply', mayRepeat: true },
        message: () => ({ condition, ...thanks }),
        arrive: () => hear(thanks),
      })
    this.#carry({
      from,
      to: door.name,
      passage: { exchange, isForth, type: 'reply', mayRepeat: true },
      message: () => ({ type: 'callback', condition, requestId: id, reply }),
      arrive: () => {
        if (door.hear === undefined) throw new Error(`${door.name} is called back on ${this.name}, and takes no callbacks`)
        door.hear(callback, answer, nowUs)
      },
    })
  }

  announce(from: string, to: string, announcement: Announcement, arrive: () => void): void {
    if (this.#context.trace === undefined && this.#faults === undefined) {
      this.#later(0, arrive)
      return
    }
    const passage: Passage = { exchange: ++this.#exchanges, isForth: from === this.#first, type: 'announcement', mayRepeat: true }
    this.#carry({ from, to, passage, message: () => ({ type: 'announcement', ...announcement }), arrive })
  }

  strike(fault: LineStrike): void {
    this.#faults?.strike(fault)
  }

  #carry({ from, to, passage, message, arrive, fail }: Carried): void {
    const { trace, events } = this.#context
    const fate = this.#faults?.fateOf(passage) ?? { arrives: true, byUs: 0 }
    const line = { at: traceTime(this.#context), kind: 'message', line: this.name, exchange: passage.exchange, from, to } as const
    if (!fate.arrives) {
      trace?.({ ...line, message: message() })
      if (fate.noticedUs !== undefined && fail !== undefined) events.after(fate.noticedUs, () => fail(fate.failure))
      return
    }
    const delay = fate.isOvertaken ? this.#holdBack(passage, fate.byUs, arrive) : this.#later(fate.byUs, this.#overtaking(passage, arrive))
    if (fate.againUs !== undefined) events.after(delay + fate.againUs, arrive)
    trace?.({ ...line, arrives: (events.nowUs + delay) / 1000, message: message() })
  }

  #later(byUs: number, arrive: () => void): number {
    const delay = latencyUs(this.#stream, this.#latency) + byUs
    this.#context.events.after(delay, arrive)
    return delay
  }

  /** Comes after the next in its direction, at the latest `byUs` after its time. */
  #holdBack({ isForth }: Passage, byUs: number, arrive: () => void): number {
    const held = isForth ? this.#held.forth : this.#held.back
    const release = (): void => {
      if (held.delete(release)) arrive()
    }
    held.add(release)
    return this.#later(byUs, release)
  }

  #overtaking({ isForth }: Passage, arrive: () => void): () => void {
    const held = isForth ? this.#held.forth : this.#held.back
    if (this.#faults === undefined) return arrive
    return () => {
      arrive()
      for (const release of [...held]) release()
    }
  }
}

/** By a connection that is broken nothing is heard, and one that breaks after the answer matters to nobody. A liar may answer again. */
function untilBroken(hear: Respond): Respond {
  let isBroken = false
  let isAnswered = false
  return (reply) => {
    if (isBroken) return
    if (reply.type === 'failure') {
      isBroken = true
      if (isAnswered) return
    }
    if (reply.type !== 'claim') isAnswered = true
    hear(reply)
  }
}
