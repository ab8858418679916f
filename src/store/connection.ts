/** A connection to Redis that never runs a command again behind our back: whoever sent it hears that its outcome is unknown. */
import { Redis } from 'ioredis'

/** No answer for this long: unknown. */
const COMMAND_TIMEOUT_MS = 2_000
/** No answer to anything for this long: the connection is dead, a new one is made. */
const SILENCE_MS = 8_000
const RECONNECT_MIN_MS = 20
const RECONNECT_MAX_MS = 1_000

export interface ConnectionOptions {
  /** `redis://host:port`, with user, password and database where there are any; `rediss:` for TLS. */
  readonly url: string
  readonly commandTimeoutMs?: number
  /** Hears what is wrong with the connection, each time; the connection goes on trying. */
  readonly faulted: (error: Error) => void
}

/** Not connected yet: `redis.connect()`. */
export function redisConnection({ url, commandTimeoutMs = COMMAND_TIMEOUT_MS, faulted }: ConnectionOptions): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: commandTimeoutMs,
    socketTimeout: Math.max(SILENCE_MS, 4 * commandTimeoutMs),
    retryStrategy: (times) => Math.min(RECONNECT_MIN_MS * times, RECONNECT_MAX_MS),
  })
  redis.on('error', faulted)
  return redis
}
