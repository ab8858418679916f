import type { StoreFailoverPlan } from '../workload/faultPlan.ts'
import { AT_ONCE, drawCuts } from './cut.ts'
import type { Chance, StoreFailover } from './fault.ts'

/** Shards lie on so many nodes. */
export const STORE_NODES = 3

export function drawStoreFailover(plan: StoreFailoverPlan, threads: number, chance: Chance): StoreFailover {
  const restartUs = chance.latencyUs(plan.restartAfter)
  const cuts = drawCuts(threads, plan.arrives, AT_ONCE, chance)
  const losesUs = chance.latencyUs(plan.loses)
  return { type: 'store-failover', restartUs, cuts, losesUs, node: Math.floor(chance.unit() * STORE_NODES) }
}
