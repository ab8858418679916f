/**
 * Worlds that are a step smaller than a given one, what promises most first: less that goes wrong, fewer payments, fewer
 * parts, plainer ones. Whether they still break is judged elsewhere.
 */
import type { Plan } from '../workload/plan.ts'
import { type Cursor, fewer, type Steps } from './fewer.ts'
import { fewerParts } from './fewerParts.ts'
import type { World } from './judge.ts'
import { fewerMoneyRows, plainerMoney } from './lessMoney.ts'
import { fewerStrikes, lessTrouble, shorterTrouble } from './lessTrouble.ts'
import { plainerParts, plainerRows } from './plainer.ts'

/** Other seeds under which a world may break, where it does not under its own. */
const OTHER_SEEDS = 3

/** Where the search goes on after a success: what promised nothing before that comes last. */
export interface Progress {
  readonly phase: number
  /** In the list that this phase makes shorter. */
  readonly cursor: Cursor | undefined
}

export const FROM_THE_START: Progress = { phase: 0, cursor: undefined }

export interface Smaller {
  readonly world: World
  readonly progress: Progress
}

/** Rows in large stretches make every further try cheaper. */
const phases: readonly ((plan: Plan, cursor: Cursor | undefined) => Steps)[] = [
  fewerRowsAtOnce,
  lessTrouble,
  fewerRows,
  fewerMoneyRows,
  fewerStrikes,
  each(shorterTrouble),
  each(fewerParts),
  each(plainerParts),
  each(plainerRows),
  each(plainerMoney),
]

export function* smallerThan({ plan, seed }: World, { phase: first, cursor }: Progress): Generator<Smaller> {
  for (let i = 0; i <= phases.length; i++) {
    const phase = (first + i) % phases.length
    for (const [smaller, next] of phases[phase]?.(plan, i === 0 ? cursor : undefined) ?? []) {
      yield { world: { plan: smaller, seed }, progress: { phase, cursor: next } }
    }
  }
  yield* underOtherSeeds({ plan, seed })
}

function each(make: (plan: Plan) => Generator<Plan>): (plan: Plan) => Steps {
  return function* (plan) {
    for (const less of make(plan)) yield [less, undefined]
  }
}

function* underOtherSeeds({ plan, seed }: World): Generator<Smaller> {
  for (let other = 1; other <= OTHER_SEEDS; other++) {
    if (seed === other) continue
    const singles = [...lessTrouble(plan, undefined), ...fewerRows(plan, { size: 1, end: plan.payments.length })].map(([less]) => less)
    for (const less of [...singles, ...fewerParts(plan)]) yield { world: { plan: less, seed: other }, progress: FROM_THE_START }
  }
}

/** The least share of the rows that goes at once. */
const AT_ONCE = 8

function fewerRowsAtOnce(plan: Plan, cursor: Cursor | undefined): Steps {
  return withoutRows(plan, cursor, Math.ceil(plan.payments.length / AT_ONCE))
}

function fewerRows(plan: Plan, cursor: Cursor | undefined): Steps {
  return withoutRows(plan, cursor, 1)
}

function* withoutRows(plan: Plan, cursor: Cursor | undefined, least: number): Steps {
  for (const [payments, next] of fewer(plan.payments, cursor, { least })) {
    // Without rows a plan means its traffic.
    if (payments.length > 0 || plan.traffic.length === 0) yield [{ ...plan, payments }, next]
  }
}
