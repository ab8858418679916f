/** The same payments for every admission: a scenario's traffic drawn into rows, around the one account that is looked at. */
import { UsageError } from '../../src/files/usageError.ts'
import type { EndpointPlan, PaymentRow, Plan, TrafficPlan } from '../workload/plan.ts'
import { drawAmount, Stream } from '../world/random.ts'

export interface Demand {
  readonly plan: Plan
  /** Whose balance is looked at: the sender of the first traffic. */
  readonly subject: EndpointPlan
  readonly smallest: bigint
  readonly largest: bigint
  /** In order of time. */
  readonly rows: readonly PaymentRow[]
}

/** Throws UsageError for a scenario that is more than one account's parallel sending. */
export function demandOf(plan: Plan, seed: number): Demand {
  const [first] = plan.traffic
  const subject = plan.endpoints.find(({ name }) => name === first?.from[0])
  const distribution = first?.amounts
  if (plan.connectors.length !== 1 || plan.faults.length > 0 || plan.behaviours.length > 0) throw unfit('has several connectors, faults or behaviours')
  if (subject === undefined || first?.from.length !== 1) throw unfit('has no first traffic with a single sender')
  if (distribution?.kind !== 'uniform') throw unfit("has no least and largest amount: the first traffic's amounts must be uniform")
  const rows = plan.traffic.flatMap((traffic) => rowsOf(traffic, plan, seed)).sort((a, b) => a.atMs - b.atMs)
  return { plan: { ...plan, payments: rows }, subject, smallest: distribution.low, largest: distribution.high, rows }
}

function rowsOf({ name, ratePerS, amounts, from, to, expiryMs }: TrafficPlan, { durationMs }: Plan, seed: number): PaymentRow[] {
  const stream = new Stream(seed, `admission ${name}`)
  const rows: PaymentRow[] = []
  const [sender = '', receiver = ''] = [from[0], to[0]]
  for (let us = 0; ratePerS > 0; ) {
    us += Math.max(1, Math.round(stream.exponential(1_000_000 / ratePerS)))
    if (us >= durationMs * 1000) break
    rows.push({ atMs: us / 1000, from: sender, to: receiver, amount: drawAmount(stream, amounts), expiryMs })
  }
  return rows
}

function unfit(what: string): UsageError {
  return new UsageError({ what: `this scenario cannot compare admissions: it ${what}`, todo: 'see scenarios/admissions.yaml for one that can' })
}
