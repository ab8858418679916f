import type { StoreRestartPlan } from '../workload/faultPlan.ts'
import { AT_ONCE, drawCuts } from './cut.ts'
import type { Chance, StoreRestart } from './fault.ts'

export function drawStoreRestart(plan: StoreRestartPlan, threads: number, chance: Chance): StoreRestart {
  const restartUs = chance.latencyUs(plan.restartAfter)
  // Whatever comes after its death is lost.
  const cuts = drawCuts(threads, plan.arrives, AT_ONCE, chance)
  return { type: 'store-restart', restartUs, cuts, ...(plan.loses === undefined ? {} : { losesUs: chance.latencyUs(plan.loses) }) }
}
