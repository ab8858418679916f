/** Redis as the books need it: nothing evicted, everything on disk, a clock like ours, and the books that were there. */
import type { Redis } from 'ioredis'
import type { NodeConfig } from '../config/config.ts'
import { readIdentity } from '../identity.ts'
import { keyPrefixOf } from '../threadConfig.ts'
import { checkClock } from './clock.ts'
import { type Finding, fault, note } from './finding.ts'

const CHECK = 'Redis'

/** Rejects where it does not answer. */
export async function checkStore(redis: Redis, config: NodeConfig): Promise<Finding[]> {
  const info = new Map(
    (await redis.info()).split(/\r?\n/).flatMap((line) => (line.includes(':') ? [line.split(/:(.*)/s).slice(0, 2) as [string, string]] : [])),
  )
  const findings = [...checkEviction(info), ...(await checkDurability(redis, info, config)), ...(await checkTime(redis)), ...(await checkBooks(redis, config))]
  return findings.some(({ level }) => level === 'fault')
    ? findings
    : [...findings, note(CHECK, `${info.get('redis_version')}: evicts nothing, writes its append-only file`)]
}

function checkEviction(info: ReadonlyMap<string, string>): Finding[] {
  const policy = info.get('maxmemory_policy')
  if (policy === undefined || policy === 'noeviction') return []
  return [
    fault(
      CHECK,
      `its eviction policy is ${policy}: with its memory full it would throw books away`,
      'redis-cli config set maxmemory-policy noeviction, and the same in redis.conf',
    ),
  ]
}

async function checkDurability(redis: Redis, info: ReadonlyMap<string, string>, { durability }: NodeConfig): Promise<Finding[]> {
  if (info.get('aof_enabled') === '0') {
    return [
      fault(CHECK, 'its append-only file is off: a crash loses all since its last snapshot', 'redis-cli config set appendonly yes, and the same in redis.conf'),
    ]
  }
  const findings: Finding[] = []
  if (info.get('aof_last_write_status') === 'err')
    findings.push(fault(CHECK, 'it cannot write its append-only file', "make room on its disk, and look into Redis' own log"))
  const fsync = await appendfsync(redis)
  if (fsync === 'no')
    findings.push(fault(CHECK, 'appendfsync is no: a power cut loses what the system has not written yet', `redis-cli config set appendfsync ${durability}`))
  if (durability === 'always' && fsync === 'everysec') {
    findings.push(
      fault(CHECK, 'durability is always, and its appendfsync is everysec', 'redis-cli config set appendfsync always, or set durability to everysec'),
    )
  }
  return findings
}

/** Undefined where it does not let itself be asked. */
async function appendfsync(redis: Redis): Promise<string | undefined> {
  try {
    return ((await redis.config('GET', 'appendfsync')) as string[])[1]
  } catch {
    return undefined
  }
}

async function checkTime(redis: Redis): Promise<Finding[]> {
  const before = Date.now()
  const [seconds, micros] = await redis.time()
  return checkClock('Redis', { at: Number(seconds) * 1_000 + Number(micros) / 1_000, before, after: Date.now(), stepMs: 0 })
}

async function checkBooks(redis: Redis, config: NodeConfig): Promise<Finding[]> {
  const known = readIdentity(config.dataDir)
  if (known === undefined) return []
  const owner = await redis.get(`${keyPrefixOf(config)}owner`)
  if (owner === known.id) return []
  const todo = `restore its data from a backup, or set redis to the one that holds the books; to give up all balances and begin anew, remove ${config.dataDir}/node.json`
  if (owner !== null) return [fault(CHECK, "it holds another node's books under the same address", todo)]
  return [fault(CHECK, `it is empty, but the books of this node existed (${known.books.join(', ') || 'accounts'})`, todo)]
}
