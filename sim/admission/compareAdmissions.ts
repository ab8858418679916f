/** Every admission under the same demand. */
import type { Plan } from '../workload/plan.ts'
import { type AdmissionName, admissions } from './admissions.ts'
import { runBare } from './bareWorld.ts'
import { runBooks } from './bookWorld.ts'
import { type Demand, demandOf } from './demand.ts'
import { type AdmissionFigures, shareOf } from './figures.ts'

export function compareAdmissions(plan: Plan, seed: number): AdmissionFigures[] {
  const demand = demandOf(plan, seed)
  return admissions.map(({ name }) => figuresOf(name, demand, seed))
}

function figuresOf(admission: AdmissionName, demand: Demand, seed: number): AdmissionFigures {
  const { plan, subject, rows } = demand
  const counted = admission === 'hot-cold' ? runBooks(demand, seed) : runBare(admission, demand, seed)
  const refilled = rows.reduce((sum, { to, amount }) => (to === subject.name ? sum + amount : sum), 0n)
  return {
    admission,
    regime: plan.regime,
    payments: counted.payments,
    fulfilled: counted.fulfilled,
    lowest: counted.lowest,
    bound: admission === 'seed-rule' ? overdraft(demand) : 0n,
    falseRejects: counted.falseRejects,
    storeCommandsPerPayment: counted.commands / rows.length,
    spent: shareOf(counted.volume, subject.openingBalance + refilled),
  }
}

/**
 * How low the bare rule lets a balance fall, where N threads each judge one payment at a time: the last to read sees one more
 * than its least amount needs, and all others have read before and take the most.
 */
export function overdraft({ subject, smallest, largest }: Pick<Demand, 'subject' | 'smallest' | 'largest'>): bigint {
  const threads = BigInt(subject.parallelism)
  return threads * smallest + 1n - smallest - (threads - 1n) * largest
}
