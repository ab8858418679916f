/** A child process that is kept alive: when it dies it is started again, at once and then ever more slowly. */
import { type ChildProcess, fork, type Serializable } from 'node:child_process'
import type { Socket } from 'node:net'

/** How a child's death is told. */
export interface Death {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ChildOptions<Order, Report> {
  /** The module that it runs. */
  readonly module: URL
  /** For its Node, besides our own. */
  readonly flags?: readonly string[]
  /** What it is given to begin with, made anew for each incarnation. */
  readonly begin: () => Order
  readonly heard: (report: Report) => void
  /** It died unasked, and will be started again. */
  readonly died: (death: Death) => void
}

interface Handed {
  readonly connection: Socket
  readonly back: () => void
  isSent: boolean
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5_000
/** Who lived so long begins with the shortest pause again. */
const GOOD_LIFE_MS = 10_000

export class Child<Order, Report> {
  readonly #options: ChildOptions<Order, Report>
  #process: ChildProcess | undefined
  #pauseMs = FIRST_PAUSE_MS
  #startedAt = 0
  #isOver = false
  #timer: NodeJS.Timeout | undefined
  readonly #handed = new Map<number, Handed>()
  #lastHanded = 0

  constructor(options: ChildOptions<Order, Report>) {
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  start(): void {
    const { module, flags = [], begin, heard } = this.#options
    // In source form the children need what the parent was started with to read TypeScript.
    const child = fork(module, [], { serialization: 'advanced', execArgv: [...process.execArgv, ...flags], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#process = child
    this.#startedAt = performance.now()
    child.on('message', (report) => heard(report as Report))
    // A child that dies while something is sent to it: its `exit` says what is to be known.
    child.on('error', () => {})
    child.once('exit', (code, signal) => this.#exited(child, { code, signal }))
    this.send(begin())
  }

  /** Lost where there is no child to hear it. */
  send(order: Order): void {
    if (this.#process?.connected) this.#process.send(order as Serializable)
  }

  /**
   * Hands over a connection of which nothing has been read; the child says that it took it, by its number. `back` is called
   * where the child dies before it was sent: Node sends one after the other, and forgets those that wait then.
   */
  hand(order: (number: number) => Order, connection: Socket, back: () => void): void {
    const number = ++this.#lastHanded
    const handed: Handed = { connection, back, isSent: false }
    this.#handed.set(number, handed)
    if (!this.#process?.connected) return
    // Kept open here: Node would not close the one that is on its way when the child dies.
    this.#process.send(order(number) as Serializable, connection, { keepOpen: true }, (error) => {
      handed.isSent = error === null
    })
  }

  took(number: number): void {
    this.#handed.get(number)?.connection.destroy()
    this.#handed.delete(number)
  }

  /** It is started again, as after any death. */
  kill(): void {
    this.#process?.kill('SIGKILL')
  }

  /** Resolves when it has exited; after `graceMs` it is killed. */
  async stop(order: Order, graceMs: number): Promise<void> {
    this.#isOver = true
    clearTimeout(this.#timer)
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    this.send(order)
    const killing = setTimeout(() => child.kill('SIGKILL'), graceMs)
    await exited
    clearTimeout(killing)
  }

  #exited(child: ChildProcess, death: Death): void {
    if (this.#process === child) this.#process = undefined
    if (!this.#isOver) this.#options.died(death)
    this.#takeBack()
    if (this.#isOver) return
    if (performance.now() - this.#startedAt > GOOD_LIFE_MS) this.#pauseMs = FIRST_PAUSE_MS
    this.#timer = setTimeout(() => this.start(), this.#pauseMs)
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS)
  }

  /** Of one that was sent, the child may have read. */
  #takeBack(): void {
    const handed = [...this.#handed.values()]
    this.#handed.clear()
    for (const { connection, back, isSent } of handed) {
      if (isSent || this.#isOver) connection.destroy()
      else back()
    }
  }
}
