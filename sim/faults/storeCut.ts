import type { StoreCutPlan } from '../workload/faultPlan.ts'
import { drawCut } from './cut.ts'
import type { Chance, StoreCut } from './fault.ts'

export function drawStoreCut(plan: StoreCutPlan, threads: number, chance: Chance): StoreCut {
  const any = Math.floor(chance.unit() * threads)
  return { type: 'store-cut', thread: plan.thread ?? `t${any}`, cut: drawCut(plan.arrives, plan.lateBy, chance) }
}
