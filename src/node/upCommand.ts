/** `ilp-node up`: starts everything, says when it serves, and ends everything when asked to. */
import type { Terminal } from '../terminal/terminal.ts'
import { certificateFor, certificateNames } from './certificate.ts'
import { type NodeConfig, readConfig } from './config/config.ts'
import { makeFolder } from './dataDir.ts'
import { logText } from './logs/logLine.ts'
import { OperationFailed } from './operationFailed.ts'
import { type CertificateTexts, readCertificate } from './pemFiles.ts'
import { startEmbeddedRedis } from './redisServer.ts'
import { type NodeUrls, Supervisor } from './supervisor.ts'

const FAILED = 1

interface UpOptions {
  readonly config: string
  readonly json?: boolean
}

/** Returns when the node has stopped: 0 where it was asked to, 1 where it could not go on. Throws UsageErrors. */
export async function upCommand({ config: file, json = false }: UpOptions, { stdout, stderr }: Terminal): Promise<number> {
  const config = readConfig(file)
  const log = (line: string): void => {
    stderr.write(logText({ at: Date.now(), who: 'node', what: line }, config.logs.format))
  }
  const end = whenAsked()
  const failed = (why: string): void => end.now({ failed: why })
  makeFolder(config.dataDir)
  let stopRedis = async (): Promise<void> => {}
  try {
    const tls = await certificateOf(config)
    let redisUrl = config.redis
    if (config.redis === 'embedded') {
      const { dataDir, durability } = config
      const redis = await startEmbeddedRedis({ dataDir, durability, lost: failed, say: log })
      stopRedis = redis.stop
      redisUrl = redis.url
    }
    const node = new Supervisor({ config, redisUrl, tls, log, failed })
    const ended = await lifeOf(node, end.asked, () => stdout.write(json ? `${readyLine(node.urls)}\n` : readyText(config, node.urls)), log)
    if ('failed' in ended) throw new OperationFailed(ended.failed)
    log('stopped')
    return 0
  } catch (error) {
    if (!(error instanceof OperationFailed)) throw error
    stderr.write(`ilp-node: ${error.message}\n`)
    return FAILED
  } finally {
    await stopRedis()
    end.forget()
  }
}

/** From its start to the end of its last child, whatever ends it. */
async function lifeOf(node: Supervisor, asked: Promise<Ended>, ready: () => void, log: (line: string) => void): Promise<Ended> {
  try {
    const early = await Promise.race([node.start(), asked])
    if (early === undefined) ready()
    const ended = await asked
    if ('signal' in ended) log(`${ended.signal}: what is under way may end, for 8 s`)
    return ended
  } finally {
    await node.stop()
  }
}

type Ended = { readonly signal: NodeJS.Signals } | { readonly failed: string }

/** A second signal ends the process as it stands. */
function whenAsked(): { readonly asked: Promise<Ended>; readonly now: (ended: Ended) => void; readonly forget: () => void } {
  let resolve: (ended: Ended) => void = () => {}
  const asked = new Promise<Ended>((settle) => {
    resolve = settle
  })
  const heard = (signal: NodeJS.Signals): void => resolve({ signal })
  process.once('SIGTERM', heard).once('SIGINT', heard)
  return { asked, now: resolve, forget: () => process.off('SIGTERM', heard).off('SIGINT', heard) }
}

async function certificateOf({ tls, dataDir, host, publicUrl }: NodeConfig): Promise<CertificateTexts | undefined> {
  if (tls.kind === 'off') return undefined
  if (tls.kind === 'files') return readCertificate(tls)
  return certificateFor({ dataDir, names: certificateNames({ host, publicUrl }), now: Date.now() })
}

function readyLine({ admin, farms }: NodeUrls): string {
  return JSON.stringify({ event: 'ready', admin, farms: Object.fromEntries(farms) })
}

function readyText({ address, threads, accounts }: NodeConfig, { admin, farms }: NodeUrls): string {
  const ports = [...farms].map(([parallelism, url]) => `  farm ${parallelism}   ${url}\n`).join('')
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
  return `${address} serves: ${count(accounts.length, 'account')}, ${count(threads, 'thread')}. Ctrl-C stops it.\n${ports}  admin    ${admin}\n`
}
