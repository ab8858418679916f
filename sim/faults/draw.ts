/** The kinds of faults, a file each, and how one of them is drawn. */
import type { FaultPlan } from '../workload/plan.ts'
import { drawCrash } from './crash.ts'
import type { Chance, Fault, FaultKind } from './fault.ts'
import { drawStoreRestart } from './storeRestart.ts'
import { drawStoreStall } from './storeStall.ts'

type Kinds = { readonly [K in FaultKind]: (plan: Extract<FaultPlan, { kind: K }>, threads: number, chance: Chance) => Extract<Fault, { type: K }> }

const kinds: Kinds = {
  crash: drawCrash,
  'store-restart': drawStoreRestart,
  'store-stall': drawStoreStall,
}

/** `threads`: how many the connector has. */
export function drawFault(plan: FaultPlan, threads: number, chance: Chance): Fault {
  const draw = kinds[plan.kind] as (plan: FaultPlan, threads: number, chance: Chance) => Fault
  return draw(plan, threads, chance)
}
