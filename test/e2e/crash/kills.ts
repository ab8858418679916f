/** Kills processes of the nodes, as planned: kill -9, with nothing said before; or stops one for a while. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '../../../src/node/processes.ts'
import type { LiveNode } from '../../fixtures/liveNode.ts'
import type { Field } from './field.ts'
import { type Kill, killPlans, type NodeName, type Victim } from './plan.ts'

export interface Killed {
  /** Unix ms. */
  readonly at: number
  readonly node: NodeName
  readonly victim: Victim
  /** It stood still, and went on. */
  readonly isStall: boolean
}

export interface Killing {
  readonly killed: readonly Killed[]
  readonly end: () => Promise<void>
}

/** A node gives up on a Redis that ends five times in a row without living for 10 s: a campaign is not to find that. */
const MOST_IN_A_ROW = 4
const STEADY_MS = 12_000

/** `everyMs` 0: none. */
export function startKilling(seed: number, everyMs: number, { nodes }: Pick<Field, 'nodes'>): Killing {
  const killed: Killed[] = []
  const ending = new AbortController()
  const run = async (): Promise<void> => {
    if (everyMs === 0) return
    for (const plan of killPlans(seed, everyMs)) {
      await sleep(plan.afterMs, undefined, { signal: ending.signal }).catch(() => {})
      if (ending.signal.aborted) return
      if (plan.victim === 'redis' && plan.stallMs === 0 && isTired(killed, plan.node)) continue
      const pid = pidOf(plan, nodes[plan.node])
      if (pid === undefined) continue
      const isStall = plan.stallMs > 0
      killed.push({ at: Date.now(), node: plan.node, victim: plan.victim, isStall })
      if (isStall) await stall(pid, plan.stallMs)
      else process.kill(pid, 'SIGKILL')
    }
  }
  const running = run()
  // Heard by whoever ends it.
  running.catch(() => {})
  return {
    killed,
    end: async () => {
      ending.abort()
      await running
    },
  }
}

/** To its end, whatever ends the campaign meanwhile. */
async function stall(pid: number, ms: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  await sleep(ms)
  if (isAlive(pid)) process.kill(pid, 'SIGCONT')
}

/** Undefined while there is none to kill. */
function pidOf({ victim, which }: Kill, node: LiveNode): number | undefined {
  if (victim === 'redis') {
    const pid = node.redisPid()
    return pid !== undefined && isAlive(pid) ? pid : undefined
  }
  const pids = node.children(victim)
  return pids[which % pids.length]
}

function isTired(killed: readonly Killed[], node: NodeName): boolean {
  let inARow = 0
  let later = Date.now()
  for (const { at } of killed.filter((each) => each.node === node && each.victim === 'redis' && !each.isStall).toReversed()) {
    if (later - at >= STEADY_MS) break
    later = at
    inARow++
  }
  return inARow >= MOST_IN_A_ROW
}
