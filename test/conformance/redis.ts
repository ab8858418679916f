/** A real Redis for a test: the `redis-server` on PATH, on a port that was free, with its append-only file in a folder of its own. */
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Redis } from 'ioredis'
import { RedisMemoryServer } from 'redis-memory-server'
import { redisConnection } from '../../src/store/connection.ts'

export interface TestRedis {
  readonly port: number
  /** What went wrong with connections so far. */
  readonly faults: Error[]
  readonly connect: (commandTimeoutMs?: number) => Promise<Redis>
  readonly signal: (signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT') => void
  /** After a SIGKILL: the same port, the same data. */
  readonly restart: () => Promise<void>
  readonly stop: () => Promise<void>
}

export async function startRedis(): Promise<TestRedis> {
  const systemBinary = redisServer()
  const dir = mkdtempSync(join(tmpdir(), 'ilp-redis-'))
  const args = ['--appendonly', 'yes', '--dir', dir]
  const server = await RedisMemoryServer.create({ binary: { systemBinary }, instance: { args } })
  const port = await server.getPort()
  const connections: Redis[] = []
  const faults: Error[] = []
  return {
    port,
    faults,
    connect: async (commandTimeoutMs) => {
      const limit = commandTimeoutMs === undefined ? {} : { commandTimeoutMs }
      const redis = redisConnection({ url: `redis://127.0.0.1:${port}`, ...limit, faulted: (error) => faults.push(error) })
      connections.push(redis)
      await redis.connect()
      return redis
    },
    signal: (signal) => {
      process.kill(pidOf(server), signal)
    },
    restart: async () => {
      await server.stop()
      await server.start()
      const taken = await server.getPort()
      if (taken !== port) throw new Error(`Redis came back on port ${taken}: ${port} was taken meanwhile`)
    },
    stop: async () => {
      for (const redis of connections) redis.disconnect()
      await server.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function pidOf(server: RedisMemoryServer): number {
  const info = server.getInstanceInfo()
  const pid = info === false ? undefined : info.childProcess?.pid
  if (pid === undefined) throw new Error('Redis is not running')
  return pid
}

/** Looked for here: where it is missing, redis-memory-server would try a download. */
function redisServer(): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'redis-server')
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // not in this folder
    }
  }
  throw new Error('these tests need redis-server on PATH (Debian: apt-get install redis-server)')
}
