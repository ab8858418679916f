/** The node, if it runs: asked by its admin port. */
import { z } from 'zod'
import { type AdminPort, ask } from '../adminClient.ts'
import type { NodeConfig } from '../config/config.ts'
import { type Finding, fault, note } from './finding.ts'

const HEALTH = z.looseObject({ status: z.string(), address: z.string(), pid: z.number() })
const THREADS = z.array(z.looseObject({ thread: z.string(), state: z.string(), farms: z.array(z.number()), restarts: z.number() }))
const FINDING = z.object({ check: z.string(), level: z.enum(['fault', 'note']), what: z.string(), todo: z.string().optional() })
const FINDINGS = z.array(FINDING.transform(({ todo, ...rest }): Finding => (todo === undefined ? rest : { ...rest, todo })))

/** Undefined: it does not run, or is not asked there. */
export async function checkRunning(config: NodeConfig, admin: AdminPort): Promise<Finding[] | undefined> {
  const health = await ask(admin, '/health', HEALTH)
  if (!('value' in health) || health.value.address !== config.address) return undefined
  const [threads, store] = await Promise.all([ask(admin, '/threads', THREADS), ask(admin, '/doctor', FINDINGS)])
  const findings = [note('node', `it runs, process ${health.value.pid}`)]
  if ('value' in threads) findings.push(...threads.value.flatMap(checkThread))
  else findings.push(fault('node', threads.what, 'see the log of the node'))
  if ('value' in store) findings.push(...store.value)
  else findings.push(fault('Redis', store.what, 'see that Redis runs, and the log of the node'))
  return findings
}

function checkThread({ thread, state, farms, restarts }: z.output<typeof THREADS>[number]): Finding[] {
  if (state === 'serving') return []
  const served = farms.length === 0 ? 'serves no farm' : `serves farm ${farms.join(', ')}`
  const todo = 'see the log of the node for why it ends (journalctl -u ilp-node); its farm goes on with its other threads, if it has any'
  return [fault('threads', `thread ${thread} is ${state}, and ${served}; it was started again ${restarts} times`, todo)]
}
