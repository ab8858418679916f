import type { PausePlan } from '../workload/faultPlan.ts'
import type { Chance, Pause } from './fault.ts'

/** Every fact is drawn, wanted or not, so that what a plan fixes does not shift the rest. */
export function drawPause(plan: PausePlan, threads: number, chance: Chance): Pause {
  const any = Math.floor(chance.unit() * threads)
  const isMidStep = chance.unit() < plan.midStep
  const share = chance.unit()
  const lastsUs = chance.latencyUs(plan.lasts)
  const abandonUs = plan.abandonAfter === undefined ? undefined : chance.latencyUs(plan.abandonAfter)
  return {
    type: 'pause',
    thread: plan.thread ?? `t${any}`,
    ...(isMidStep ? { midStep: share } : {}),
    lastsUs,
    ...(abandonUs !== undefined && abandonUs < lastsUs ? { abandonUs } : {}),
  }
}
