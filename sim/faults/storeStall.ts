import type { StoreStallPlan } from '../workload/faultPlan.ts'
import { drawCuts } from './cut.ts'
import type { Chance, StoreStall } from './fault.ts'

export function drawStoreStall(plan: StoreStallPlan, threads: number, chance: Chance): StoreStall {
  return { type: 'store-stall', lastsUs: chance.latencyUs(plan.lasts), cuts: drawCuts(threads, plan.arrives, plan.lateBy, chance) }
}
