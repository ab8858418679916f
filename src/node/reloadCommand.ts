/** `ilp-node reload`. */
import { z } from 'zod'
import type { Terminal } from '../terminal/terminal.ts'
import { type AdminOptions, adminPort, ask, tell } from './adminClient.ts'

const NAMES = z.array(z.string())
const RELOADED = z.looseObject({ added: NAMES, changed: NAMES, removed: NAMES, needRestart: NAMES })

/** Returns the exit code. */
export async function reloadCommand(options: AdminOptions, terminal: Terminal): Promise<number> {
  const answer = await ask(adminPort(options), '/reload', RELOADED, { method: 'POST', body: {} })
  return tell(answer, options, terminal, ({ added, changed, removed, needRestart }) => {
    const done = Object.entries({ added, changed, removed }).flatMap(([what, names]) => (names.length === 0 ? [] : [`${what}: ${names.join(', ')}`]))
    const restart = needRestart.length === 0 ? '' : `a restart is needed for: ${needRestart.join(', ')}\n`
    return `${done.length === 0 ? 'no account has changed' : done.join('; ')}\n${restart}`
  })
}
