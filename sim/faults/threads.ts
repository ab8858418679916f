import type { ThreadJoinsPlan, ThreadLeavesPlan } from '../workload/faultPlan.ts'
import type { ThreadJoins, ThreadLeaves } from './fault.ts'

/** A connector has at most so many beyond those that it begins with. */
export const MOST_JOINED = 2

export function drawThreadLeaves(_: ThreadLeavesPlan): ThreadLeaves {
  return { type: 'thread-leaves' }
}

export function drawThreadJoins(_: ThreadJoinsPlan): ThreadJoins {
  return { type: 'thread-joins' }
}
