/** Keeps a number of prepares under way at a connector, each on a connection of its own, and checks every reply. */
import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type { Job, Measured } from '../messages.ts'
import { FULFILL, prepareBytes } from '../packet.ts'
import { readMessages } from './messageReader.ts'
import { tell } from './process.ts'

/** Of all jobs, so that no two prepares of this process are alike. */
let number = 0

class Sending {
  readonly job: Job
  readonly head: string
  #phase: 'warmingUp' | 'measuring' | 'over' = 'warmingUp'
  readonly #lanes: readonly Lane[]
  #latencies: number[] = []
  #beganAt = 0
  #sent = 0
  #underWay = 0

  constructor(job: Job) {
    const { pathname, host } = new URL(job.url)
    this.job = job
    this.head = [
      `POST ${pathname} HTTP/1.1`,
      `host: ${host}`,
      `authorization: Bearer ${job.token}`,
      'content-type: application/ilp+octet-stream',
      `content-length: ${prepareBytes(0, Date.now()).length}`,
      '',
    ].join('\r\n')
    this.#lanes = Array.from({ length: job.atOnce }, () => new Lane(this))
    setTimeout(() => this.#begin(), job.warmUpMs)
  }

  get isOver(): boolean {
    return this.#phase === 'over'
  }

  began(): void {
    this.#sent++
    this.#underWay++
  }

  fulfilled(latencyMs: number): void {
    this.#underWay--
    if (!this.isOver) this.#latencies.push(latencyMs)
    else if (this.#underWay === 0) this.#close()
  }

  failed(why: string): void {
    this.#phase = 'over'
    tell({ type: 'failed', why })
  }

  #begin(): void {
    if (this.isOver) return
    this.#phase = 'measuring'
    this.#latencies = []
    this.#beganAt = performance.now()
    tell({ type: 'begun' })
    setTimeout(() => this.#end(), this.job.measureMs)
  }

  #end(): void {
    if (this.isOver) return
    this.#phase = 'over'
    tell(measuredOf(this.#latencies, (performance.now() - this.#beganAt) / 1000))
  }

  #close(): void {
    for (const lane of this.#lanes) lane.close()
    tell({ type: 'idle', sent: this.#sent })
  }
}

/** One connection, with one prepare on it at a time. */
class Lane {
  readonly #sending: Sending
  readonly #socket: Socket
  #sentAt = 0

  constructor(sending: Sending) {
    const { hostname, port } = new URL(sending.job.url)
    this.#sending = sending
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => this.#send())
    this.#socket.on('error', (error) => sending.failed(`a prepare was not answered: ${error.message}`))
    this.#socket.on('end', () => sending.isOver || sending.failed('a connection was closed before its prepare was answered'))
    readMessages(this.#socket, (head, body) => this.#heard(head, body))
  }

  close(): void {
    this.#socket.destroy()
  }

  #send(): void {
    const { head, job } = this.#sending
    this.#sending.began()
    this.#sentAt = performance.now()
    const id = job.ids ? `request-id: ${randomUUID()}\r\n` : ''
    this.#socket.write(Buffer.concat([Buffer.from(`${head}${id}\r\n`, 'latin1'), prepareBytes(++number, Date.now())]))
  }

  #heard(head: string, body: Buffer): void {
    const latencyMs = performance.now() - this.#sentAt
    if (!head.startsWith('HTTP/1.1 200 ') || !body.equals(FULFILL)) {
      return this.#sending.failed(
        `a prepare was answered with ${JSON.stringify(`${head.split('\r\n', 1)[0]}: ${body.toString('latin1')}`)} instead of its Fulfill`,
      )
    }
    this.#sending.fulfilled(latencyMs)
    if (!this.#sending.isOver) this.#send()
  }
}

function measuredOf(latencies: readonly number[], seconds: number): Measured {
  const ordered = Float64Array.from(latencies).sort()
  const at = (share: number) => ordered[Math.floor(ordered.length * share)] ?? 0
  return { type: 'measured', fulfilled: latencies.length, seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}

process.on('message', (job: Job) => {
  new Sending(job)
})
