import type { ClockPlan } from '../workload/faultPlan.ts'
import type { Chance, ClockError } from './fault.ts'

export function drawClock(plan: ClockPlan, threads: number, chance: Chance): ClockError {
  const any = Math.floor(chance.unit() * threads)
  const isBack = chance.unit() < 0.5
  const drift = Math.round((2 * chance.unit() - 1) * plan.driftPpm)
  const byUs = chance.latencyUs(plan.by)
  const lastsUs = plan.lasts === undefined ? undefined : chance.latencyUs(plan.lasts)
  return {
    type: 'clock',
    clock: plan.store === true ? 'store' : (plan.thread ?? `t${any}`),
    byUs: isBack ? -byUs : byUs,
    driftPpm: drift,
    ...(lastsUs === undefined ? {} : { lastsUs }),
  }
}
