import type { ThreadJoinsPlan, ThreadLeavesPlan } from '../workload/faultPlan.ts'
import type { ThreadJoins, ThreadLeaves } from './fault.ts'

export function drawThreadLeaves(_: ThreadLeavesPlan): ThreadLeaves {
  return { type: 'thread-leaves' }
}

export function drawThreadJoins(_: ThreadJoinsPlan): ThreadJoins {
  return { type: 'thread-joins' }
}
