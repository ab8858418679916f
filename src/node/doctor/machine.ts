/** What the machine gives: processors for the threads, and ports that nobody else has. */
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { adminHost } from '../admin/listen.ts'
import type { NodeConfig } from '../config/config.ts'
import { type Finding, fault, note } from './finding.ts'

export function checkProcessors({ threads }: NodeConfig, processors: number = availableParallelism()): Finding[] {
  if (threads <= processors) return [note('threads', `${threads} on ${processors} processors`)]
  const todo = `set threads to ${processors} or fewer (and farms to at most as many), or take a larger machine`
  return [fault('threads', `${threads} worker threads are more than the ${processors} processors of this machine: they wait for each other`, todo)]
}

/** Of a node that does not run: each port is taken for a moment. */
export async function checkPorts(config: NodeConfig): Promise<Finding[]> {
  const { host, farms, adminPort } = config
  const ports = [
    ...[...farms].map(([parallelism, port]) => ({ what: `farm ${parallelism}`, key: 'farms', host, port })),
    { what: 'the admin port', key: 'adminPort', host: adminHost(config), port: adminPort },
  ]
  const findings: Finding[] = []
  for (const { what, key, host: at, port } of ports) {
    const why = port === 0 ? undefined : await tryPort(at, port)
    if (why === undefined) continue
    const todo =
      why === 'EADDRINUSE' ? `end whoever has it (ss -ltnp 'sport = :${port}'), or set ${key} to another` : `set ${key}, or host, to what this user may have`
    findings.push(fault('ports', `port ${port} of ${what} ${why === 'EADDRINUSE' ? 'is taken' : `cannot be had on ${at} (${why})`}`, todo))
  }
  return findings.length > 0 ? findings : [note('ports', 'all are free')]
}

/** The code of what is wrong. */
function tryPort(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}
