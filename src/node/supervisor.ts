/**
 * The parent of all processes of a node. It accepts connections and deals them, starts its children again when they die, and
 * passes their messages on. It knows no payment and holds no money: whatever crashes, the books are in Redis.
 */
import { randomBytes } from 'node:crypto'
import type { Snapshot } from '../core/routing/snapshot.ts'
import type { ThreadId } from '../core/values/account.ts'
import { UsageError } from '../files/usageError.ts'
import { redisConnection } from '../store/connection.ts'
import { StoreRefused, StoreUnknown } from '../store/failure.ts'
import { RedisStore } from '../store/redisStore.ts'
import { AccountKeeper } from './accounts/accountKeeper.ts'
import { Pendings, type ThreadAnswer, type ThreadAsk } from './asks.ts'
import { openBooks } from './books.ts'
import { Child } from './child.ts'
import type { NodeConfig } from './config/config.ts'
import { FarmPort } from './farmPort.ts'
import { type Identity, writeIdentity } from './identity.ts'
import { OperationFailed } from './operationFailed.ts'
import type { AnnouncerOrder, AnnouncerReport, Decision, ThreadState, ThreadStatus, WorkerOrder, WorkerReport } from './orders.ts'
import { directoryOf, farmsOf, keyPrefixOf } from './threadConfig.ts'

export interface NodeOptions {
  readonly config: NodeConfig
  readonly redisUrl: string
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  /** A line for people, without its end. */
  readonly log: (line: string) => void
  /** The node cannot go on; whoever started it stops it. */
  readonly failed: (why: string) => void
}

export interface NodeUrls {
  readonly admin: string
  /** By parallelism, without a closing slash. */
  readonly farms: ReadonlyMap<number, string>
}

interface Thread {
  readonly id: ThreadId
  readonly farms: readonly number[]
  readonly child: Child<WorkerOrder, WorkerReport>
  state: ThreadState
  restarts: number
  /** How often its book was claimed by another. */
  fences: number
}

const MAX_FENCES = 5

/**
 * Requests live for some ten milliseconds. With the usual young generation of 16 MB much of what they consist of is still
 * alive when it is collected, and is copied: with 64 MB a packet costs a quarter less CPU (make bench).
 */
const WORKER_FLAGS = ['--min-semi-space-size=64', '--max-semi-space-size=64']

/** Of the ten seconds in which a node stops: what is not answered by then stays in the books. */
const DRAIN_MS = 8_000

export class Supervisor {
  readonly #options: NodeOptions
  readonly #accounts: AccountKeeper
  readonly #asked = new Pendings('supervisor')
  #identity: Identity | undefined
  readonly #farms = new Map<number, FarmPort>()
  readonly #farmUrls = new Map<number, string>()
  readonly #threads = new Map<ThreadId, Thread>()
  readonly #opened = new Set<ThreadId>()
  #announcer: Child<AnnouncerOrder, AnnouncerReport> | undefined
  #admin: string | undefined
  #snapshot: Snapshot | undefined
  #isStopping = false
  #allServe: () => void = () => {}
  #give: (why: Error) => void = () => {}

  /** Throws UsageErrors. */
  constructor(options: NodeOptions) {
    this.#options = options
    this.#accounts = new AccountKeeper(options.config)
  }

  /** With its accounts as they are now. */
  get #config(): NodeConfig {
    return this.#accounts.config
  }

  get urls(): NodeUrls {
    return { admin: this.#admin ?? '', farms: this.#farmUrls }
  }

  /** Resolves when all threads serve. Throws UsageErrors for what a person has to put right. */
  async start(): Promise<void> {
    const { redisUrl } = this.#options
    const config = this.#config
    // What `connect` rejects with says only that the connection is closed.
    let fault: Error | undefined
    const redis = redisConnection({
      url: redisUrl,
      faulted: (error) => {
        fault = error
      },
    })
    try {
      await redis.connect().catch((error: Error) => unreachableRedis(redisUrl, fault ?? error))
      const store = new RedisStore(redis, { prefix: keyPrefixOf(config) })
      const identity = await openBooks(store, config).catch((error: unknown) => booksNotOpened(error))
      for (const thread of identity.books) this.#opened.add(thread)
      await this.#listen()
      const serving = new Promise<void>((resolve, reject) => {
        this.#allServe = resolve
        this.#give = reject
      })
      this.#startChildren()
      await serving
      // From here on a book that is missing is a book that was lost.
      this.#identity = { ...identity, books: [...this.#threads.keys()] }
      writeIdentity(config.dataDir, this.#identity)
    } finally {
      redis.disconnect()
    }
  }

  /** Stops taking connections, lets what is under way end for a while, and ends every child. */
  async stop(): Promise<void> {
    this.#isStopping = true
    for (const farm of this.#farms.values()) farm.close()
    const threads = [...this.#threads.values()]
    for (const thread of threads) thread.state = 'stopping'
    await Promise.all(threads.map(({ child }) => child.stop({ type: 'drain' }, DRAIN_MS)))
    await this.#announcer?.stop({ type: 'drain' }, 1_000)
  }

  async #listen(): Promise<void> {
    const { config } = this.#options
    const directory = directoryOf(config)
    for (const [parallelism, port] of config.farms) {
      const farm = new FarmPort({
        host: config.host,
        port,
        threads: directory.farms.get(parallelism) ?? [],
        isServing: (thread) => this.#threads.get(thread)?.state === 'serving',
        hand: (thread, connection, back) =>
          this.#threads.get(thread)?.child.hand((number) => ({ type: 'connection', farm: parallelism, number }), connection, back),
      })
      this.#farms.set(parallelism, farm)
      this.#farmUrls.set(parallelism, this.#urlOf(await farm.listen().catch((error: Error) => fail(parallelism, port, error))))
    }
  }

  #urlOf(port: number): string {
    const { config, tls } = this.#options
    const host = config.host.includes(':') ? `[${config.host}]` : config.host
    const url = new URL(config.publicUrl ?? `${tls === undefined ? 'http' : 'https'}://${host}`)
    if (url.port === '') url.port = String(port)
    return url.href.replace(/\/$/, '')
  }

  #startChildren(): void {
    const { redisUrl, tls } = this.#options
    const config = this.#config
    const directory = directoryOf(config)
    for (let i = 0; i < config.threads; i++) this.#addThread(`t${i}`, farmsOf(directory, `t${i}`))
    this.#announcer = new Child<AnnouncerOrder, AnnouncerReport>({
      module: sibling('announcer'),
      begin: () => ({ type: 'begin', setup: { config: this.#withAdminPort(this.#config), redisUrl, tls, farmUrls: this.#farmUrls } }),
      heard: (report) => this.#heardAnnouncer(report),
      died: ({ code, signal }) => this.#options.log(`the announcer died (${signal ?? code}) and is started again`),
    })
    this.#announcer.start()
  }

  /** What was told of the admin port stays true: a new announcer takes the one that the first was given. */
  #withAdminPort(config: NodeConfig): NodeConfig {
    return this.#admin === undefined ? config : { ...config, adminPort: Number(new URL(this.#admin).port) }
  }

  #addThread(id: ThreadId, farms: readonly number[]): void {
    const { redisUrl, tls, log } = this.#options
    const child = new Child<WorkerOrder, WorkerReport>({
      module: sibling('worker'),
      flags: WORKER_FLAGS,
      begin: () => ({
        type: 'begin',
        setup: {
          config: this.#config,
          redisUrl,
          tls,
          thread: id,
          epoch: newEpoch(id),
          mayOpen: !this.#opened.has(id),
          farmUrls: this.#farmUrls,
          snapshot: this.#snapshot,
        },
      }),
      heard: (report) => this.#heardWorker(id, report),
      died: ({ code, signal }) => {
        log(`thread ${id} died (${signal ?? code}) and is started again`)
        this.#asked.isGone(id)
        thread.restarts++
        this.#become(id, 'down')
      },
    })
    const thread: Thread = { id, farms, child, state: 'starting', restarts: 0, fences: 0 }
    this.#threads.set(id, thread)
  }

  #heardWorker(id: ThreadId, report: WorkerReport): void {
    switch (report.type) {
      case 'serving':
        this.#opened.add(id)
        this.#become(id, 'serving')
        for (const farm of this.#farms.values()) farm.dealWaiting()
        if (this.#isReady()) this.#allServe()
        return
      case 'took':
        this.#threads.get(id)?.child.took(report.number)
        return
      case 'wake':
        this.#threads.get(report.to)?.child.send({ type: 'wake' })
        return
      case 'answer':
        return this.#asked.answered(report.id, report.answer)
      case 'routing':
        this.#announcer?.send({ ...report, thread: id })
        return
      case 'fault':
        return this.#options.log(`thread ${id}: ${report.what}`)
      case 'ended':
        return this.#threadEnded(id, report.why)
      case 'refused':
        return this.#refuse(report.why)
    }
  }

  /**
   * A claim of a process that is dead may come in late and fence its successor; that heals itself. Again and again it is
   * somebody else.
   */
  #threadEnded(id: ThreadId, why: Extract<WorkerReport, { type: 'ended' }>['why']): void {
    const thread = this.#threads.get(id)
    if (thread === undefined || this.#isStopping) return
    if (why === 'lostWrites') this.#options.log(`thread ${id}: Redis lost writes that it had acknowledged (a power cut?); the thread goes on with what it has`)
    else if (why === 'closed') this.#options.log(`thread ${id}: its book was closed; it is opened again`)
    else if (++thread.fences > MAX_FENCES) return this.#refuse(`another node claims the book of ${id}: two nodes run on the same Redis under one address`)
    else this.#options.log(`thread ${id}: its book was claimed by another; it is claimed again`)
    thread.child.kill()
  }

  #heardAnnouncer(report: AnnouncerReport): void {
    switch (report.type) {
      case 'listening':
        this.#admin = report.admin
        this.#tellThreads()
        if (this.#isReady()) this.#allServe()
        return
      case 'snapshot':
        return this.#publish(report.snapshot)
      case 'ask':
        void this.#ask(report.thread, report.ask).then((answer) => this.#announcer?.send({ type: 'answer', id: report.id, answer }))
        return
      case 'decide':
        void this.#decide(report.decision).then((why) => this.#announcer?.send({ type: 'decided', id: report.id, why }))
        return
      case 'routed':
        this.#threads.get(report.thread)?.child.send(report.heard)
        return
      case 'fault':
        return this.#options.log(`announcer: ${report.what}`)
      case 'refused':
        return this.#refuse(report.why)
    }
  }

  /** Undefined where that thread does not serve, or dies before it answers. */
  #ask(id: ThreadId, ask: ThreadAsk): Promise<ThreadAnswer | undefined> {
    const thread = this.#threads.get(id)
    if (thread === undefined || thread.child.pid === undefined) return Promise.resolve(undefined)
    return this.#asked.ask(id, (number) => thread.child.send({ type: 'ask', id: number, ask }))
  }

  /** Kept first; then all threads know it. Returns why it could not be kept. */
  async #decide(decision: Decision): Promise<string | undefined> {
    if (this.#identity === undefined || this.#isStopping) return 'the node does not serve now'
    try {
      this.#identity = this.#accounts.decide(decision, this.#identity)
    } catch (error) {
      if (error instanceof UsageError) return error.message
      throw error
    }
    // Who is being started now is given them to begin with.
    await Promise.all([...this.#threads.keys()].map((id) => this.#ask(id, { type: 'accounts', change: decision.change })))
    return undefined
  }

  /** The first one lets the threads begin: before it they would know no route. */
  #publish(snapshot: Snapshot): void {
    const isFirst = this.#snapshot === undefined
    this.#snapshot = snapshot
    for (const { child } of this.#threads.values()) {
      if (isFirst) child.start()
      else child.send({ type: 'snapshot', snapshot })
    }
    if (isFirst) this.#tellThreads()
  }

  #refuse(why: string): void {
    if (this.#isStopping) return
    this.#give(new OperationFailed(why))
    this.#options.failed(why)
  }

  #become(id: ThreadId, state: ThreadState): void {
    const thread = this.#threads.get(id)
    if (thread === undefined || this.#isStopping) return
    thread.state = state
    this.#tellThreads()
  }

  #isReady(): boolean {
    return this.#admin !== undefined && [...this.#threads.values()].every(({ state }) => state === 'serving')
  }

  #tellThreads(): void {
    const threads: ThreadStatus[] = [...this.#threads.values()].map(({ id, farms, child, state, restarts, fences }) => ({
      thread: id,
      pid: child.pid,
      state,
      farms,
      restarts,
      fences,
    }))
    this.#announcer?.send({ type: 'threads', threads })
  }
}

/** Whoever hears a payment's id can tell whose it is (B8). */
function newEpoch(thread: ThreadId): string {
  return `${thread}-${randomBytes(9).toString('base64url')}`
}

/** Beside this file, compiled or not. */
function sibling(name: string): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`./${name}.${extension}`, import.meta.url)
}

/** Without the password that may be in the URL. */
function unreachableRedis(url: string, error: Error): never {
  throw new OperationFailed(`Redis at ${new URL(url).host} cannot be reached: ${error.message}; start it, or set redis: embedded`)
}

/** A Redis that dies or refuses meanwhile is no bug of ours. */
function booksNotOpened(error: unknown): never {
  if (error instanceof StoreUnknown || error instanceof StoreRefused) throw new OperationFailed(`the books cannot be opened: ${error.message}`)
  throw error
}

function fail(parallelism: number, port: number, error: Error): never {
  throw new OperationFailed(
    `port ${port} of farm ${parallelism} cannot be had: ${error.message}; is another node running? Set farms to other ports, or to 0 for any`,
  )
}
