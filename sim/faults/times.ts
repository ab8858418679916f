/** When a fault of a plan falls, and how long it is felt. */
import type { FaultPlan, StrikePlan } from '../workload/faultPlan.ts'
import { longestMs } from '../workload/latency.ts'
import type { Latency } from '../workload/plan.ts'
import type { Chance } from './fault.ts'

/** Two faults of one plan are at least so far apart. */
const LEAST_GAP_US = 1

/** The first time after `afterUs`; undefined when there is none any more. */
export function nextFaultUs({ times, fromMs, untilMs }: StrikePlan, afterUs: number, chance: Chance): number | undefined {
  const at =
    times.kind === 'every'
      ? Math.max(afterUs, fromMs * 1000) + Math.max(LEAST_GAP_US, Math.round(chance.exponential(times.meanMs * 1000)))
      : times.atMs.map((ms) => Math.round(ms * 1000)).find((us) => us > afterUs && us >= fromMs * 1000)
  return at !== undefined && at < untilMs * 1000 ? at : undefined
}

/** When the last of these faults may have begun, and how long the longest of them keeps something away, ms. */
export function lastMs(faults: readonly FaultPlan[]): number {
  return faults.reduce((last, fault) => Math.max(last, lastOf(fault)), 0)
}

function lastOf(fault: FaultPlan): number {
  // A clock that is not set right before is set right then.
  if (fault.kind === 'clock' && fault.lasts === undefined) return fault.untilMs
  return 'times' in fault && fault.times.kind === 'at' ? Math.min(fault.untilMs, fault.times.atMs.at(-1) ?? 0) : fault.untilMs
}

/** From the time that a thread leaves until its book is closed, be it that another life has to close it once more. */
const LEAVING_MS = 30_000

export function leavingMs(faults: readonly FaultPlan[]): number {
  return faults.some(({ kind }) => kind === 'thread-leaves') ? LEAVING_MS : 0
}

export function longestOutageMs(faults: readonly FaultPlan[]): number {
  return faults.reduce((longest, fault) => outagesOf(fault).reduce((most, outage) => Math.max(most, longestMs(outage)), longest), 0)
}

function outagesOf(fault: FaultPlan): readonly Latency[] {
  switch (fault.kind) {
    case 'crash':
    case 'store-restart':
    case 'store-failover':
      return [fault.restartAfter]
    case 'store-stall':
    case 'pause':
    case 'partition':
      return [fault.lasts]
    case 'clock':
      return fault.lasts === undefined ? [fault.by] : [fault.by, fault.lasts]
    case 'delay':
    case 'reorder':
    case 'store-delay':
    case 'store-reorder':
    case 'wake-late':
      return [fault.by]
    case 'repeat':
    case 'store-repeat':
    case 'wake-repeat':
      return [fault.after]
    case 'store-cut':
    case 'store-command-lost':
    case 'store-reply-lost':
    case 'store-error':
    case 'thread-leaves':
    case 'thread-joins':
    case 'drop':
    case 'wake-lost':
      return []
  }
}
