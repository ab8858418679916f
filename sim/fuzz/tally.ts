/** What a stretch of seeds came to: plain data that crosses between worker threads, and adds up. */
import { BEHAVIOUR_KINDS, type BehaviourKind } from '../workload/behaviourKinds.ts'
import type { FaultKind } from '../workload/faultPlan.ts'
import type { Rows } from './coverage.ts'
import { faultKinds } from './faults.ts'

export interface Tally {
  readonly seeds: number
  readonly payments: number
  readonly fulfilled: number
  readonly faults: Readonly<Record<FaultKind, number>>
  readonly behaviours: Readonly<Record<BehaviourKind, number>>
  readonly rows: Rows
  readonly checked: Readonly<Record<string, number>>
}

export const NOTHING: Tally = {
  seeds: 0,
  payments: 0,
  fulfilled: 0,
  faults: Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Tally['faults'],
  behaviours: Object.fromEntries(BEHAVIOUR_KINDS.map((kind) => [kind, 0])) as Tally['behaviours'],
  rows: {},
  checked: {},
}

export function sumOf(a: Tally, b: Tally): Tally {
  return {
    seeds: a.seeds + b.seeds,
    payments: a.payments + b.payments,
    fulfilled: a.fulfilled + b.fulfilled,
    faults: added(a.faults, b.faults),
    behaviours: added(a.behaviours, b.behaviours),
    rows: added(a.rows, b.rows),
    checked: added(a.checked, b.checked),
  }
}

function added<K extends string>(a: Partial<Record<K, number>>, b: Partial<Record<K, number>>): Record<K, number> {
  const sums: Partial<Record<K, number>> = { ...a }
  for (const key of Object.keys(b) as K[]) sums[key] = (sums[key] ?? 0) + (b[key] ?? 0)
  return sums as Record<K, number>
}
