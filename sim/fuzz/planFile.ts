/** A plan as JSON: amounts as decimal strings, back and forth. */
import type { Plan } from '../workload/plan.ts'
import { type AmountKeys, revived } from '../world/revive.ts'

const amountKeys: Readonly<Record<AmountKeys<Plan>, true>> = {
  amount: true,
  low: true,
  high: true,
  cap: true,
  fromGrants: true,
  toGrants: true,
  openingBalance: true,
  creditLimit: true,
}

/** For JSON.stringify. */
export function written(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

/** Of what the schema of plans has found right. */
export function planRead(value: unknown): Plan {
  return revived(value, amountKeys) as Plan
}
