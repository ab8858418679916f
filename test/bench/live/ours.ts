/** The real node: one worker thread, Redis with its append-only file synced every second. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { endOf, pidOf, stopped } from './children.ts'
import { CONNECTOR } from './packet.ts'
import { TOKEN } from './subject.ts'

export interface OurNode {
  readonly pid: number
  /** Where `sender` POSTs its prepares. */
  readonly url: string
}

export interface StartingNode {
  readonly ready: Promise<OurNode>
  readonly stop: () => Promise<void>
}

/** It is to have drained within 10 s. */
const DRAIN_MS = 12_000

/** `ilp-node up` of this file, built. */
export function startOurs(cli: string, receiver: string): StartingNode {
  const dir = mkdtempSync(join(tmpdir(), 'ilp-bench-'))
  const config = join(dir, 'node.yaml')
  writeFileSync(config, configOf(dir, receiver))
  const child = spawn(process.execPath, [cli, 'up', '--config', config, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ending = endOf(child, 'ilp-node up')
  const ready = async (): Promise<OurNode> => {
    const lines = createInterface({ input: child.stdout })
    const farm = await new Promise<string>((resolve) => lines.on('line', (line) => resolveReady(line, resolve)))
    return { pid: pidOf(child), url: `${farm.replace(/\/$/, '')}/accounts/sender/ilp` }
  }
  return {
    ready: Promise.race([ready(), ending]),
    stop: async () => {
      await stopped(child, 'SIGTERM', DRAIN_MS)
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

export function whyNotOurs(cli: string): string | undefined {
  return existsSync(cli) ? undefined : `${cli} is not there`
}

function resolveReady(line: string, resolve: (farm: string) => void): void {
  if (!line.startsWith('{')) return
  const { event, farms } = JSON.parse(line) as { readonly event?: string; readonly farms?: Readonly<Record<string, string>> }
  const farm = farms?.['1']
  if (event === 'ready' && farm !== undefined) resolve(farm)
}

/** JSON is YAML. */
function configOf(dir: string, receiver: string): string {
  return JSON.stringify({
    address: CONNECTOR,
    dataDir: join(dir, 'data'),
    redis: 'embedded',
    durability: 'everysec',
    threads: 1,
    farms: { 1: 0 },
    adminPort: 0,
    tls: 'off',
    // Each id is kept for the usual minute, and a minute of this is more than the usual number.
    maxKeptIds: 10_000_000,
    ledgers: { usd: { scale: 2 } },
    accounts: [
      { name: 'sender', ledger: 'usd', parallelism: 1, token: TOKEN, openingBalance: '1000000000000000' },
      { name: 'receiver', ledger: 'usd', parallelism: 1, token: `${TOKEN}-receiver`, peer: { url: receiver, token: TOKEN } },
    ],
  })
}
