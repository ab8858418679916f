import { describe, expect, test } from 'vitest'
import { planOf } from '../../../../sim/fuzz/generate.ts'
import type { MoneyRow, Plan } from '../../../../sim/workload/plan.ts'
import { runWorld } from '../../../../sim/world/world.ts'

/** A drawn world with deposits and withdrawals, and few payments. */
const seed = 2
const drawn: Plan = { ...planOf(seed), payments: planOf(seed).payments.slice(0, 20) }

/** Without the first line, which is the plan. */
function traced(plan: Plan): { readonly lines: readonly string[]; readonly rows: readonly MoneyRow[] } {
  const lines: string[] = []
  const rows: MoneyRow[] = []
  runWorld(plan, seed, { trace: (line) => lines.push(line), moneyAsked: (_, row) => rows.push(row) })
  return { lines: lines.slice(1), rows }
}

describe('deposits and withdrawals', () => {
  const { lines, rows } = traced(drawn)
  const asRows = (kept: readonly MoneyRow[]): Plan => ({ ...drawn, money: (drawn.money ?? []).map((each) => ({ ...each, rows: kept })) })

  test('what was drawn, given as rows → the same history', () => {
    expect(rows.length).toBeGreaterThan(1)
    expect(traced(asRows(rows))).toEqual({ lines, rows })
  })

  test('one row left out → the others are asked as before', () => {
    const [first, ...others] = rows
    expect(first).toBeDefined()
    expect(traced(asRows(others)).rows).toEqual(others)
  })
})
