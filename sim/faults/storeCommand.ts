import type { StoreDelayPlan, StoreReorderPlan, StoreRepeatPlan } from '../workload/faultPlan.ts'
import type { Chance, StoreCommandLost, StoreDelay, StoreError, StoreReorder, StoreRepeat, StoreReplyLost } from './fault.ts'

export function drawStoreCommandLost(): StoreCommandLost {
  return { type: 'store-command-lost' }
}

export function drawStoreReplyLost(): StoreReplyLost {
  return { type: 'store-reply-lost' }
}

export function drawStoreDelay({ by }: StoreDelayPlan, chance: Chance): StoreDelay {
  return { type: 'store-delay', byUs: chance.latencyUs(by) }
}

export function drawStoreReorder({ by }: StoreReorderPlan, chance: Chance): StoreReorder {
  return { type: 'store-reorder', byUs: chance.latencyUs(by) }
}

export function drawStoreRepeat({ after }: StoreRepeatPlan, chance: Chance): StoreRepeat {
  return { type: 'store-repeat', afterUs: chance.latencyUs(after) }
}

export function drawStoreError(): StoreError {
  return { type: 'store-error' }
}
