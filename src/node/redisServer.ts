/**
 * The embedded Redis: a `redis-server` process of this node's own, on loopback, with its append-only file in
 * `dataDir/redis`. It comes back by itself, at the same port, when it dies; one node at a time has a dataDir.
 */
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RedisMemoryServer } from 'redis-memory-server'
import { UsageError } from '../files/usageError.ts'
import { cannotBe, makeFolder } from './dataDir.ts'
import { type Lock, takeLock } from './lockFile.ts'
import { isAlive, isGoneWithin, worksIn } from './processes.ts'

export interface EmbeddedRedisOptions {
  readonly dataDir: string
  readonly durability: 'everysec' | 'always'
  /** Told once, when Redis is gone and does not come back. */
  readonly lost: (why: string) => void
  /** Told what takes long, for stderr. */
  readonly say?: (text: string) => void
}

export interface EmbeddedRedis {
  /** The same as long as it runs. */
  readonly url: string
  /** Undefined while it is down. */
  readonly pid: () => number | undefined
  /** Resolves when it is gone, with everything on disk. */
  readonly stop: () => Promise<void>
}

/** In a row: a Redis that lived for a while is not held against the next. */
const MAX_RESTARTS = 5
const STEADY_MS = 10_000
const BACKOFF_MIN_MS = 50
const BACKOFF_MAX_MS = 1_000
/** A node that was killed leaves its Redis, which a watcher ends within 2 s. */
const LEFT_BEHIND_MS = 5_000
const TERMINATION_MS = 5_000

/** Throws UsageError where another node has the dataDir, or there is no Redis to start. */
export async function startEmbeddedRedis({ dataDir, durability, lost, say = () => {} }: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const folder = join(dataDir, 'redis')
  makeFolder(folder)
  const lock = lockOf(folder, dataDir)
  try {
    await endLeftBehind(folder, say)
    const launch: Launch = { folder, durability, binary: redisBinary() }
    if (launch.binary === undefined) say('there is no redis-server on PATH: one is downloaded and built, which takes minutes, once')
    const keeper = new Keeper(await firstStart(launch), launch, lost)
    return {
      url: `redis://127.0.0.1:${keeper.port}`,
      pid: () => keeper.pid,
      stop: async () => {
        await keeper.stop()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

function lockOf(folder: string, dataDir: string): Lock {
  let lock: ReturnType<typeof takeLock>
  try {
    lock = takeLock(join(folder, 'lock'))
  } catch (error) {
    throw cannotBe('written', folder, error)
  }
  if ('release' in lock) return lock
  const what = `${dataDir} is in use by another ilp-node, process ${lock.heldBy}`
  throw new UsageError({ key: 'dataDir', what, todo: 'stop that one, or give this one a folder of its own' })
}

/** A Redis of an earlier run in this folder, which would write the same files. */
async function endLeftBehind(folder: string, say: (text: string) => void): Promise<void> {
  const pid = pidOfRedis(folder)
  if (pid === undefined || (await isGoneWithin(pid, LEFT_BEHIND_MS))) return
  // Where the system does not say what the process is, it is not ours to end.
  if (worksIn(pid, folder) === 'yes') {
    say(`the Redis of an earlier run is ended, process ${pid}`)
    process.kill(pid, 'SIGTERM')
    if (await isGoneWithin(pid, TERMINATION_MS)) return
  }
  const what = `${folder} is in use by a Redis of an earlier run, process ${pid}`
  throw new UsageError({ key: 'dataDir', what, todo: `end it (kill ${pid}), and start again` })
}

/** Redis writes its pid there when it starts, and takes the file away when it ends in peace. */
function pidOfRedis(folder: string): number | undefined {
  let pid: number
  try {
    pid = Number(readFileSync(join(folder, 'redis.pid'), 'latin1'))
  } catch {
    return undefined
  }
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) && worksIn(pid, folder) !== 'no' ? pid : undefined
}

interface Launch {
  readonly folder: string
  readonly durability: 'everysec' | 'always'
  /** Undefined: redis-memory-server downloads one. */
  readonly binary: string | undefined
  /** Undefined: any free one. */
  readonly port?: number
}

interface Running {
  readonly port: number
  readonly pid: number
  readonly since: number
  readonly ended: Promise<void>
  readonly stop: () => Promise<void>
}

async function firstStart(launch: Launch): Promise<Running> {
  try {
    return await start(launch)
  } catch (error) {
    if (launch.binary === undefined) {
      const what = `there is no redis-server on PATH, and none could be downloaded: ${reasonOf(error)}`
      throw new UsageError({ what, todo: 'install it (Debian, Ubuntu: apt-get install redis-server), or give the url of a Redis as `redis`' })
    }
    const todo = `see why: redis-server --port 0 --appendonly yes --dir ${launch.folder}`
    throw new UsageError({ what: `Redis does not start (${reasonOf(error)})`, todo })
  }
}

async function start({ folder, durability, binary, port }: Launch): Promise<Running> {
  // As an argument, which outranks the package's own: that one would choose another rather than take the same again so soon.
  const samePort = port === undefined ? [] : ['--port', String(port)]
  const args = ['--appendonly', 'yes', '--appendfsync', durability, '--dir', folder, '--pidfile', join(folder, 'redis.pid'), ...samePort]
  const server = new RedisMemoryServer({
    ...(binary === undefined ? {} : { binary: { systemBinary: binary } }),
    instance: { args },
    // Out of the terminal's process group: Ctrl-C stops the node, which still needs it then.
    spawn: { detached: true },
  })
  await server.start()
  const info = server.getInstanceInfo()
  const child = info === false ? undefined : info.childProcess
  if (info === false || child?.pid === undefined) throw new Error('it ended at once')
  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })
  // Sends SIGINT, on which Redis writes out its append-only file as on SIGTERM, and ends the watcher too.
  const stop = async (): Promise<void> => void (await server.stop())
  return { port: port ?? info.port, pid: child.pid, since: performance.now(), ended, stop }
}

/** Keeps one Redis running. */
class Keeper {
  readonly port: number
  readonly #launch: Launch
  readonly #lost: (why: string) => void
  readonly #stopping = new AbortController()
  #running: Running | undefined
  #restarts = 0
  #reviving: Promise<void> = Promise.resolve()

  constructor(running: Running, launch: Launch, lost: (why: string) => void) {
    this.port = running.port
    this.#launch = { ...launch, port: running.port }
    this.#lost = lost
    this.#keep(running)
  }

  get pid(): number | undefined {
    return this.#running?.pid
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#reviving
    await this.#running?.stop()
  }

  #keep(running: Running): void {
    this.#running = running
    void running.ended.then(() => {
      if (this.#stopping.signal.aborted) return
      this.#running = undefined
      if (performance.now() - running.since >= STEADY_MS) this.#restarts = 0
      this.#reviving = this.#revive(running)
    })
  }

  async #revive(dead: Running): Promise<void> {
    const { signal } = this.#stopping
    // Ends its watcher, which would end by itself in a while.
    await dead.stop().catch(() => {})
    for (let why = 'it ends again and again'; !signal.aborted; ) {
      if (this.#restarts >= MAX_RESTARTS) return this.#lost(`Redis is gone and does not come back: ${why}`)
      if (this.#restarts > 0) await sleep(Math.min(BACKOFF_MIN_MS << this.#restarts, BACKOFF_MAX_MS), undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      this.#restarts++
      const again = await start(this.#launch).catch((error: unknown) => reasonOf(error))
      if (typeof again !== 'string') return this.#keep(again)
      why = again
    }
  }
}

/** The first `redis-server` of `path` that can be executed. */
export function redisBinary(path: string = process.env['PATH'] ?? ''): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, 'redis-server'))
    .find((file) => isExecutable(file))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** redis-memory-server throws texts too. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
