/** Less that goes wrong: fewer faults and misbehaviours, of those that stay fewer strikes, or for a shorter time. */
import type { FaultPlan } from '../workload/faultPlan.ts'
import type { Plan } from '../workload/plan.ts'
import { type Cursor, fewer, type Steps } from './fewer.ts'
import { withMoney } from './lessMoney.ts'

/** Faults, misbehaviour, money: all of it, half, and so on. */
export function* lessTrouble(plan: Plan, cursor: Cursor | undefined): Steps {
  const { faults, behaviours, money = [] } = plan
  const all = [...faults, ...behaviours, ...money]
  for (const [left, next] of fewer(all, cursor, { most: all.length })) {
    const kept = new Set(left)
    const isKept = (trouble: (typeof all)[number]): boolean => kept.has(trouble)
    yield [withMoney({ ...plan, faults: faults.filter(isKept), behaviours: behaviours.filter(isKept) }, money.filter(isKept)), next]
  }
}

/** Of all faults together that fall at known times. */
export function* fewerStrikes(plan: Plan, cursor: Cursor | undefined): Steps {
  const all = plan.faults.flatMap((fault, i) => strikesOf(fault).map((strike) => ({ ...strike, fault: i })))
  for (const [left, next] of fewer(all, cursor)) {
    const faults = plan.faults.map((fault, i) =>
      strikesOf(fault).length === 0
        ? fault
        : atOnly(
            fault,
            left.filter((strike) => strike.fault === i),
          ),
    )
    yield [{ ...plan, faults: faults.filter((fault) => fault !== undefined) }, next]
  }
}

interface Strike {
  readonly atMs: number
  readonly draw: number
}

function strikesOf(fault: FaultPlan): readonly Strike[] {
  if (!('times' in fault) || fault.times.kind !== 'at') return []
  const { atMs, draws } = fault.times
  return atMs.map((each, i) => ({ atMs: each, draw: draws?.[i] ?? i + 1 }))
}

function atOnly(fault: FaultPlan, strikes: readonly Strike[]): FaultPlan | undefined {
  if (strikes.length === 0 || !('times' in fault)) return undefined
  return { ...fault, times: { kind: 'at', atMs: strikes.map(({ atMs }) => atMs), draws: strikes.map(({ draw }) => draw) } }
}

/** Each for half of its time, or less of it; and all of the run. */
export function* shorterTrouble(plan: Plan): Generator<Plan> {
  for (const [i, fault] of plan.faults.entries()) {
    if (strikesOf(fault).length === 0) for (const shorter of halves(fault)) yield { ...plan, faults: plan.faults.with(i, shorter) }
  }
  for (const [i, behaviour] of plan.behaviours.entries()) {
    for (const shorter of halves(behaviour)) yield { ...plan, behaviours: plan.behaviours.with(i, shorter) }
  }
  const rows = [...plan.payments, ...(plan.money ?? []).flatMap((each) => each.rows ?? [])]
  const end = Math.ceil(Math.max(0, ...rows.map(({ atMs }) => atMs))) + 1
  if (end < plan.durationMs) yield { ...plan, durationMs: end }
}

function* halves<T extends { readonly fromMs: number; readonly untilMs: number }>(trouble: T): Generator<T> {
  const { fromMs, untilMs } = trouble
  const middle = Math.floor((fromMs + untilMs) / 2)
  if (untilMs - fromMs < 2) return
  yield { ...trouble, untilMs: middle }
  yield { ...trouble, fromMs: middle }
}
