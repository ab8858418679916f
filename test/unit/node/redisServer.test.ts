import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, test } from 'vitest'
import { UsageError } from '../../../src/files/usageError.ts'
import { type EmbeddedRedis, redisBinary, startEmbeddedRedis } from '../../../src/node/redisServer.ts'
import { startNode } from '../../fixtures/redisHolder.ts'

// A space in the path: Redis reads its arguments as lines of a configuration.
const root = mkdtempSync(join(tmpdir(), 'ilp redis-'))
const running: EmbeddedRedis[] = []
const connections: Redis[] = []
afterAll(async () => {
  for (const connection of connections) connection.disconnect()
  await Promise.all(running.map((redis) => redis.stop()))
  rmSync(root, { recursive: true, force: true })
})

const mustNotBeLost = (why: string): void => {
  throw new Error(why)
}

async function start(dataDir: string, durability: 'everysec' | 'always' = 'everysec', say?: (text: string) => void): Promise<EmbeddedRedis> {
  const redis = await startEmbeddedRedis({ dataDir, durability, lost: mustNotBeLost, ...(say === undefined ? {} : { say }) })
  running.push(redis)
  return redis
}

/** Tries again until it is there. */
function connect({ url }: { readonly url: string }): Redis {
  const connection = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 20 })
  connection.on('error', () => {})
  connections.push(connection)
  return connection
}

describe('the embedded Redis', () => {
  test('stopped and started again → the data are there', async () => {
    const dataDir = join(root, 'again')
    const first = await start(dataDir)
    await connect(first).set('kept', '1')
    await first.stop()
    const second = await start(dataDir)
    expect(await connect(second).get('kept')).toBe('1')
  })

  test('started → on loopback, every write in the append-only file as the durability says', async () => {
    const redis = await start(join(root, 'always'), 'always')
    const connection = connect(redis)
    const settings = await Promise.all(['bind', 'appendonly', 'appendfsync'].map((name) => connection.config('GET', name)))
    expect(settings.flat()).toEqual(['bind', '127.0.0.1', 'appendonly', 'yes', 'appendfsync', 'always'])
  })

  test('Redis is killed, twice → it comes back each time, at the same port, with its data', async () => {
    const redis = await start(join(root, 'killed'))
    const connection = connect(redis)
    for (const value of ['1', '2']) {
      await connection.set('kept', value)
      const before = redis.pid() ?? 0
      process.kill(before, 'SIGKILL')
      // Waits for the connection that is made anew.
      await new Promise((resolve) => connection.once('ready', resolve))
      expect(await connection.get('kept')).toBe(value)
      expect(redis.pid()).not.toBe(before)
    }
  })

  test('stopped while Redis comes back → stays gone', async () => {
    const redis = await start(join(root, 'both'))
    process.kill(redis.pid() ?? 0, 'SIGKILL')
    await redis.stop()
    const connection = new Redis(redis.url, { lazyConnect: true, retryStrategy: () => null })
    connection.on('error', () => {})
    await expect(connection.connect()).rejects.toThrow()
  })

  test('Redis cannot come back → lost, once', async () => {
    const dataDir = join(root, 'lost')
    const why = await new Promise<string>((resolve, reject) => {
      startEmbeddedRedis({ dataDir, durability: 'everysec', lost: resolve }).then((redis) => {
        running.push(redis)
        const pid = redis.pid() ?? 0
        // What it is to write stands in its way.
        process.kill(pid, 'SIGSTOP')
        rmSync(join(dataDir, 'redis', 'appendonlydir'), { recursive: true })
        writeFileSync(join(dataDir, 'redis', 'appendonlydir'), '')
        process.kill(pid, 'SIGKILL')
      }, reject)
    })
    expect(why).toMatch(/^Redis is gone and does not come back: /)
  })
})

describe('one dataDir', () => {
  test('two nodes → the second is refused, and may start when the first has stopped', async () => {
    const dataDir = join(root, 'two')
    const first = await start(dataDir)
    await expect(start(dataDir)).rejects.toThrow(
      `dataDir: ${dataDir} is in use by another ilp-node, process ${process.pid}; stop that one, or give this one a folder of its own`,
    )
    await first.stop()
    const second = await start(dataDir)
    expect(second.pid()).toBeGreaterThan(0)
  })

  test('another process has it → refused; that is killed → its Redis ends first, then this one has the data', async () => {
    const dataDir = join(root, 'left')
    const other = await startNode(dataDir)
    await connect(other).set('kept', '1')
    await expect(start(dataDir)).rejects.toThrow(`is in use by another ilp-node, process ${other.pid}`)
    await other.kill()
    const redis = await start(dataDir)
    expect(await connect(redis).get('kept')).toBe('1')
    expect(redis.pid()).not.toBe(other.redisPid)
  })

  test('a lock of a process that is gone, or of another with its pid → taken', async () => {
    const dataDir = join(root, 'stale')
    mkdirSync(join(dataDir, 'redis'), { recursive: true })
    writeFileSync(join(dataDir, 'redis', 'lock'), `${process.pid} 1\n`)
    writeFileSync(join(dataDir, 'redis', 'redis.pid'), `${process.pid}\n`)
    expect((await start(dataDir)).pid()).toBeGreaterThan(0)
  })

  test('a file in its place → says so', async () => {
    writeFileSync(join(root, 'file'), '')
    const refused = start(join(root, 'file'))
    await expect(refused).rejects.toThrow(UsageError)
    await expect(refused).rejects.toThrow(/^dataDir: .*file\/redis cannot be made \(ENOTDIR\); give a folder that this user may write$/)
  })
})

describe('redis-server on PATH', () => {
  test('one that may not be executed, a folder of that name, then one → that one', () => {
    const [plain, folder, good] = ['plain', 'folder', 'good'].map((name) => join(root, 'path', name))
    for (const place of [plain, folder, good]) mkdirSync(place ?? '', { recursive: true })
    writeFileSync(join(plain ?? '', 'redis-server'), '', { mode: 0o644 })
    mkdirSync(join(folder ?? '', 'redis-server'))
    writeFileSync(join(good ?? '', 'redis-server'), '', { mode: 0o755 })
    expect(redisBinary([plain, folder, good].join(':'))).toBe(join(good ?? '', 'redis-server'))
  })

  test('none → none', () => {
    expect(redisBinary(join(root, 'nowhere'))).toBeUndefined()
    expect(redisBinary('')).toBeUndefined()
  })
})
