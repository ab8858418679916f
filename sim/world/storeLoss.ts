/** A store that comes back without its last writes (B12): all of it after a power cut, one node of it after a failover. */
import { hash } from 'node:crypto'
import type { StoreFailover, StoreRestart } from '../faults/fault.ts'
import { STORE_NODES } from '../faults/storeFailover.ts'
import type { FaultPlan } from '../workload/faultPlan.ts'
import { longestMs } from '../workload/latency.ts'
import type { Durability } from '../workload/plan.ts'
import type { ShardName } from './journal.ts'

/** How long it takes until a write is where the fault does not reach: only then it is answered. */
const CONFIRM_US = 1_000

export function confirmUs(durability: Durability): number {
  return durability === 'everysec' ? 0 : CONFIRM_US
}

/** How far back this connector's store may go; undefined where it loses nothing. */
export function longestLossUs(faults: readonly FaultPlan[], who: string): number | undefined {
  const losses = faults.flatMap((fault) => (fault.who === who && 'loses' in fault && fault.loses !== undefined ? [longestMs(fault.loses) * 1000] : []))
  return losses.length === 0 ? undefined : Math.max(...losses)
}

/** `always`: on disk before it is answered. `wait`: with the replicas, one of which takes the place of what was lost. */
export function lostUs({ type, losesUs = 0 }: StoreRestart | StoreFailover, durability: Durability): number {
  const isSafe = durability === 'wait' || (durability === 'always' && type === 'store-restart')
  return isSafe ? Math.min(losesUs, CONFIRM_US) : losesUs
}

export function isOn(fault: StoreRestart | StoreFailover): (shard: ShardName) => boolean {
  return fault.type === 'store-restart' ? () => true : (shard) => nodeOf(shard) === fault.node
}

/** As a cluster does: by a hash of the name. */
function nodeOf(shard: ShardName): number {
  return hash('sha256', shard, 'buffer').readUInt32BE(0) % STORE_NODES
}
