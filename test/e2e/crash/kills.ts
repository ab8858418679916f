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
/** Less than a command is waited for. */
const STANDING_MS = 500

/** `everyMs` 0: none. */
export function startKilling(seed: number, everyMs: number, { nodes }: Pick<Field, 'nodes'>): Killing {
  const killed: Killed[] = []
  const ending = new AbortController()
  const run = async (): Promise<void> => {
    if (everyMs === 0) return
    for (const plan of killPlans(seed, everyMs)) {
      await sleep(plan.afterMs, undefined, { signal: ending.signal }).catch(() => {})
      if (ending.signal.aborted) return
      const isStall = plan.stallMs > 0
      if (takesRedis(plan) && !isStall && isTired(killed, plan.node)) continue
      if (plan.victim === 'all') await standStill(nodes[plan.node])
      const pids = pidsOf(plan, nodes[plan.node])
      if (pids.length === 0) continue
      killed.push({ at: Date.now(), node: plan.node, victim: plan.victim, isStall })
      if (isStall) await stall(pids, plan.stallMs)
      else for (const pid of pids) process.kill(pid, 'SIGKILL')
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
async function stall(pids: readonly number[], ms: number): Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  await sleep(ms)
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, 'SIGCONT')
}

async function standStill(node: LiveNode): Promise<void> {
  const pid = node.redisPid()
  if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGSTOP')
  await sleep(STANDING_MS)
}

function takesRedis({ victim }: Pick<Kill, 'victim'>): boolean {
  return victim === 'redis' || victim === 'all'
}

/** None while there is none to kill. */
function pidsOf({ victim, which }: Kill, node: LiveNode): readonly number[] {
  const pid = node.redisPid()
  const redis = pid !== undefined && isAlive(pid) ? [pid] : []
  if (victim === 'redis') return redis
  const pids = node.children(victim === 'announcer' ? 'announcer' : 'worker')
  if (victim === 'all') return [...redis, ...pids]
  return pids.length === 0 ? [] : [pids[which % pids.length] as number]
}

function isTired(killed: readonly Killed[], node: NodeName): boolean {
  let inARow = 0
  let later = Date.now()
  for (const { at } of killed.filter((each) => each.node === node && takesRedis(each) && !each.isStall).toReversed()) {
    if (later - at >= STEADY_MS) break
    later = at
    inARow++
  }
  return inARow >= MOST_IN_A_ROW
}
