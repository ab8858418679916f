/** When a fault of a plan falls. */
import { longestMs } from '../workload/latency.ts'
import type { FaultPlan } from '../workload/plan.ts'
import type { Chance } from './fault.ts'

/** Two faults of one plan are at least so far apart. */
const LEAST_GAP_US = 1

/** The first time after `afterUs`; undefined when there is none any more. */
export function nextFaultUs({ times, fromMs, untilMs }: FaultPlan, afterUs: number, chance: Chance): number | undefined {
  const at =
    times.kind === 'every'
      ? Math.max(afterUs, fromMs * 1000) + Math.max(LEAST_GAP_US, Math.round(chance.exponential(times.meanMs * 1000)))
      : times.atMs.map((ms) => Math.round(ms * 1000)).find((us) => us > afterUs && us >= fromMs * 1000)
  return at !== undefined && at < untilMs * 1000 ? at : undefined
}

/** When the last of these faults may have begun, and how long the longest of them keeps something away, ms. */
export function lastMs(faults: readonly FaultPlan[]): number {
  return faults.reduce((last, { times, untilMs }) => Math.max(last, times.kind === 'at' ? Math.min(untilMs, times.atMs.at(-1) ?? 0) : untilMs), 0)
}

export function longestOutageMs(faults: readonly FaultPlan[]): number {
  return faults.reduce((longest, fault) => Math.max(longest, longestMs(fault.kind === 'store-stall' ? fault.lasts : fault.restartAfter)), 0)
}
