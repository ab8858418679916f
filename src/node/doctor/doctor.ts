/** All checks together. Nothing is changed by them; of an embedded Redis, one that does not run is started for a moment. */

import { UsageError } from '../../files/usageError.ts'
import { redisConnection } from '../../store/connection.ts'
import type { AdminPort } from '../adminClient.ts'
import type { NodeConfig } from '../config/config.ts'
import { redisBinary, startEmbeddedRedis } from '../redisServer.ts'
import { checkCertificate } from './certificate.ts'
import { checkFiles } from './files.ts'
import { type Finding, fault, faultsIn, note } from './finding.ts'
import { checkPorts, checkProcessors } from './machine.ts'
import { checkPeers } from './peers.ts'
import { checkRunning } from './running.ts'
import { checkStore } from './store.ts'

const COMMAND_TIMEOUT_MS = 3_000

/** `admin`: undefined where nobody knows where it is. */
export async function examine(config: NodeConfig, admin: AdminPort | undefined): Promise<Finding[]> {
  const files = checkFiles(config)
  const still = [...files, ...checkCertificate(config, Date.now()), ...checkProcessors(config)]
  const running = admin === undefined ? undefined : await checkRunning(config, admin)
  if (running !== undefined) return [...still, ...running, ...(await checkPeers(config))]
  const isWritable = !files.some(({ check, level }) => check === 'dataDir' && level === 'fault')
  return [...still, ...(await checkPorts(config)), ...(await checkRedis(config, isWritable)), ...(await checkPeers(config))]
}

async function checkRedis(config: NodeConfig, isWritable: boolean): Promise<Finding[]> {
  const { redis, dataDir, durability } = config
  if (redis !== 'embedded') return checkRedisAt(redis, config)
  if (redisBinary() === undefined)
    return [
      fault(
        'Redis',
        'there is no redis-server on PATH for redis: embedded',
        'install it (Debian, Ubuntu: apt-get install redis-server), or give the url of a Redis',
      ),
    ]
  if (!isWritable) return [note('Redis', 'not looked at: dataDir cannot be written')]
  try {
    const embedded = await startEmbeddedRedis({ dataDir, durability, lost: () => {} })
    try {
      return await checkRedisAt(embedded.url, config)
    } finally {
      await embedded.stop()
    }
  } catch (error) {
    if (error instanceof UsageError) return faultsIn('Redis', error)
    throw error
  }
}

async function checkRedisAt(url: string, config: NodeConfig): Promise<Finding[]> {
  let why: Error | undefined
  const redis = redisConnection({
    url,
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    faulted: (error) => {
      why = error
    },
  })
  try {
    await redis.connect()
    return await checkStore(redis, config)
  } catch (error) {
    if (error instanceof UsageError) return faultsIn('Redis', error)
    const reason = why ?? error
    return [
      fault(
        'Redis',
        `${new URL(url).host} does not answer (${reason instanceof Error ? reason.message : String(reason)})`,
        'start it, or set redis to where it is',
      ),
    ]
  } finally {
    redis.disconnect()
  }
}
