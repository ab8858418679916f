/** Some seeds, one after the other, until one breaks. */
import { BEHAVIOUR_KINDS, type BehaviourKind } from '../workload/behaviourKinds.ts'
import { RowCounts } from './coverage.ts'
import { planOf } from './generate.ts'
import { type Failure, judge } from './judge.ts'
import { NOTHING, sumOf, type Tally } from './tally.ts'

export interface Stretch {
  readonly first: number
  readonly count: number
}

export interface Judged {
  readonly tally: Tally
  readonly failure?: { readonly seed: number; readonly failure: Failure }
}

export function judgeStretch({ first, count }: Stretch): Judged {
  let tally = NOTHING
  for (let seed = first; seed < first + count; seed++) {
    const judged = judgeSeed(seed)
    tally = sumOf(tally, judged.tally)
    if (judged.failure !== undefined) return { tally, failure: { seed, failure: judged.failure } }
  }
  return { tally }
}

function judgeSeed(seed: number): { readonly tally: Tally; readonly failure: Failure | undefined } {
  const rows = new RowCounts()
  const behaviours = Object.fromEntries(BEHAVIOUR_KINDS.map((kind) => [kind, 0])) as Record<BehaviourKind, number>
  const plan = planOf(seed)
  const { figures, failure } = judge(
    { plan, seed },
    {
      transition: rows.count,
      behaved: (kind) => {
        behaviours[kind]++
      },
    },
  )
  const tally: Tally = {
    seeds: 1,
    payments: plan.payments.length,
    fulfilled: figures?.directions.reduce((sum, { fulfilled }) => sum + fulfilled, 0) ?? 0,
    faults: { ...NOTHING.faults, ...figures?.faults?.fired },
    behaviours,
    rows: rows.rows(),
    checked: figures?.invariants.checked ?? {},
  }
  return { tally, failure }
}
