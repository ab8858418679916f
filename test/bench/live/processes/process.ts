/** What the bench's processes have in common: they speak to who started them, and end with it. */
import type { AddressInfo, Server } from 'node:net'
import type { Ready, Received, Sent } from '../messages.ts'

export function tell(message: Ready | Received | Sent): void {
  process.send?.(message)
}

/** Whoever started this gave it one argument, in JSON. */
export function given<T>(): T {
  return JSON.parse(process.argv[2] ?? 'null') as T
}

/** On a free port of loopback. */
export async function serve(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  tell({ url: urlOf(server) })
}

export function urlOf(server: Server): string {
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}/`
}

// On Ctrl-C it is stopped by who started it, once that one is done with it.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
