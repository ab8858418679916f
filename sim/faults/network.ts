import type { DelayPlan, DropPlan, PartitionPlan, ReorderPlan, RepeatPlan } from '../workload/faultPlan.ts'
import type { Chance, Delay, Drop, Partition, Reorder, Repeat } from './fault.ts'

export function drawPartition({ lasts, ways, how }: PartitionPlan, _: number, chance: Chance): Partition {
  const isForth = chance.unit() < 0.5
  return { type: 'partition', lastsUs: chance.latencyUs(lasts), ways: ways === 'both' ? ways : isForth ? 'forth' : 'back', how }
}

export function drawDrop({ refused, noticedAfter }: DropPlan, chance: Chance): Drop {
  const isRefused = chance.unit() < refused
  return { type: 'drop', isRefused, ...(noticedAfter === undefined ? {} : { noticedUs: chance.latencyUs(noticedAfter) }) }
}

export function drawRepeat({ after }: RepeatPlan, chance: Chance): Repeat {
  return { type: 'repeat', afterUs: chance.latencyUs(after) }
}

export function drawDelay({ by }: DelayPlan, chance: Chance): Delay {
  return { type: 'delay', byUs: chance.latencyUs(by) }
}

export function drawReorder({ by }: ReorderPlan, chance: Chance): Reorder {
  return { type: 'reorder', byUs: chance.latencyUs(by) }
}
