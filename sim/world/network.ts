/** One line of the network: what leaves at one end arrives at the other after a drawn latency, each way for itself. */
import type { Announcement } from '../../src/core/routing/announcement.ts'
import type { Prepare } from '../../src/core/values/packet.ts'
import type { Latency } from '../workload/plan.ts'
import { type Context, stream } from './context.ts'
import type { Door, Respond } from './link.ts'
import { latencyUs, type Stream } from './random.ts'
import type { Message } from './trace.ts'

export class Line {
  readonly name: string
  readonly #context: Context
  readonly #latency: Latency
  readonly #stream: Stream
  /** Prepares and announcements so far: only a trace numbers them. */
  #exchanges = 0

  constructor(context: Context, name: string, latency: Latency) {
    this.name = name
    this.#context = context
    this.#latency = latency
    this.#stream = stream(context, `line ${name}`)
  }

  /** A prepare to `door`; its answer comes to `hear`. */
  prepare(from: string, door: Door, prepare: Prepare, requestId: string | undefined, hear: Respond): void {
    const { nowUs } = this.#context.events
    if (this.#context.trace === undefined) {
      this.#later(() => door.take(prepare, requestId, (reply) => this.#later(() => hear(reply)), nowUs))
      return
    }
    const exchange = ++this.#exchanges
    const asked: Message = { type: 'prepare', ...prepare, ...(requestId === undefined ? {} : { requestId }) }
    this.#carry(exchange, { from, to: door.name }, asked, () =>
      door.take(
        prepare,
        requestId,
        (reply) => this.#carry(exchange, { from: door.name, to: from }, { condition: prepare.condition, ...reply }, () => hear(reply)),
        nowUs,
      ),
    )
  }

  announce(from: string, to: string, announcement: Announcement, arrive: () => void): void {
    if (this.#context.trace === undefined) this.#later(arrive)
    else this.#carry(++this.#exchanges, { from, to }, { type: 'announcement', ...announcement }, arrive)
  }

  #carry(exchange: number, ends: { readonly from: string; readonly to: string }, message: Message, arrive: () => void): void {
    const { trace, events } = this.#context
    const delay = this.#later(arrive)
    trace?.({ at: events.nowUs / 1000, kind: 'message', line: this.name, exchange, ...ends, arrives: (events.nowUs + delay) / 1000, message })
  }

  #later(arrive: () => void): number {
    const delay = latencyUs(this.#stream, this.#latency)
    this.#context.events.after(delay, arrive)
    return delay
  }
}
