/** A farm's port (A1): the supervisor accepts its connections and deals them round-robin to the threads that serve. */
import { createServer, type Server, type Socket } from 'node:net'
import type { ThreadId } from '../core/values/account.ts'

export interface FarmPortOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly threads: readonly ThreadId[]
  readonly isServing: (thread: ThreadId) => boolean
  /** `back` is called where the thread died before it had the connection. */
  readonly hand: (thread: ThreadId, connection: Socket, back: () => void) => void
}

/** Connections that wait while none of its threads serves: a restart takes a moment. */
const MAX_WAITING = 1_024

export class FarmPort {
  readonly #options: FarmPortOptions
  readonly #server: Server
  #waiting: Socket[] = []
  #next = 0

  constructor(options: FarmPortOptions) {
    this.#options = options
    this.#server = createServer({ pauseOnConnect: true, noDelay: true }, (connection) => {
      // Until a thread has it, nobody else hears that it broke.
      connection.on('error', () => connection.destroy())
      this.#take(connection)
    })
  }

  /** The port that it got. Rejects with Node's own error where it could not be had. */
  async listen(): Promise<number> {
    const { host, port } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    const bound = this.#server.address()
    if (bound === null || typeof bound === 'string') throw new Error('a farm port has no number')
    return bound.port
  }

  /** A thread begins to serve: whoever waited is dealt. */
  dealWaiting(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const connection of waiting) this.#take(connection)
  }

  close(): void {
    this.#server.close()
    for (const connection of this.#waiting) connection.destroy()
    this.#waiting = []
  }

  #take(connection: Socket): void {
    const { threads, isServing, hand } = this.#options
    for (let i = 0; i < threads.length; i++) {
      const thread = threads[this.#next++ % threads.length] as ThreadId
      if (isServing(thread)) return hand(thread, connection, () => this.#take(connection))
    }
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(connection)
    else connection.destroy()
  }
}
