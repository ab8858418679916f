import type { WakeLatePlan, WakeRepeatPlan } from '../workload/faultPlan.ts'
import type { Chance, WakeLate, WakeLost, WakeRepeat } from './fault.ts'

export function drawWakeLost(): WakeLost {
  return { type: 'wake-lost' }
}

export function drawWakeLate({ by }: WakeLatePlan, chance: Chance): WakeLate {
  return { type: 'wake-late', byUs: chance.latencyUs(by) }
}

export function drawWakeRepeat({ after }: WakeRepeatPlan, chance: Chance): WakeRepeat {
  return { type: 'wake-repeat', afterUs: chance.latencyUs(after) }
}
