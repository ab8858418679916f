import type { CrashPlan } from '../workload/faultPlan.ts'
import { drawCut } from './cut.ts'
import type { Chance, Crash } from './fault.ts'

/** Every fact is drawn, wanted or not, so that what a plan fixes does not shift the rest. */
export function drawCrash(plan: CrashPlan, threads: number, chance: Chance): Crash {
  const any = Math.floor(chance.unit() * threads)
  const isMidStep = chance.unit() < plan.midStep
  const share = chance.unit()
  const cut = drawCut(plan.arrives, plan.lateBy, chance)
  const restartUs = chance.latencyUs(plan.restartAfter)
  return { type: 'crash', thread: plan.thread ?? `t${any}`, ...(isMidStep ? { midStep: share } : {}), cut, restartUs }
}
