/** One line of the network: what leaves at one end arrives at the other after a drawn latency, each way for itself. */
import type { Prepare, Refusal, Reply } from '../../src/core/values/packet.ts'
import type { Latency } from '../workload/plan.ts'
import { type Context, traceTime } from './context.ts'
import type { Door, Respond } from './link.ts'
import { latencyUs, type Stream } from './random.ts'

export class Line {
  readonly #context: Context
  readonly #latency: Latency
  readonly #stream: Stream

  constructor(context: Context, latency: Latency, stream: Stream) {
    this.#context = context
    this.#latency = latency
    this.#stream = stream
  }

  /** A prepare to `door`; its answer comes to `hear`. */
  prepare(from: string, door: Door, prepare: Prepare, requestId: string | undefined, hear: Respond): void {
    const arrive = (): void => door.take(prepare, requestId, (reply) => this.#reply(door.name, from, prepare, reply, hear))
    if (this.#context.trace === undefined) this.#later(arrive)
    else this.carry(from, door.name, { type: 'prepare', ...prepare, ...(requestId === undefined ? {} : { requestId }) }, arrive)
  }

  #reply(from: string, to: string, prepare: Prepare, reply: Reply | Refusal, hear: Respond): void {
    if (this.#context.trace === undefined) this.#later(() => hear(reply))
    else this.carry(from, to, { condition: prepare.condition, ...reply }, () => hear(reply))
  }

  carry(from: string, to: string, message: unknown, arrive: () => void): void {
    const delay = this.#later(arrive)
    const { trace } = this.#context
    if (trace !== undefined) {
      const at = traceTime(this.#context)
      trace({ at, kind: 'message', from, to, arrives: at + delay / 1000, message })
    }
  }

  #later(arrive: () => void): number {
    const delay = latencyUs(this.#stream, this.#latency)
    this.#context.events.after(delay, arrive)
    return delay
  }
}
