/** Fewer deposits and withdrawals, and plainer ones. */
import { amount } from '../../src/core/values/amount.ts'
import type { MoneyPlan, MoneyRow, Plan } from '../workload/plan.ts'
import { type Cursor, fewer, type Steps, without } from './fewer.ts'

export function withMoney({ money: _, ...plan }: Plan, money: readonly MoneyPlan[]): Plan {
  return money.length === 0 ? plan : { ...plan, money }
}

/** Of all rows together. Whoever asks for nothing more still draws out what he has. */
export function* fewerMoneyRows(plan: Plan, cursor: Cursor | undefined): Steps {
  const { money = [] } = plan
  for (const [left, next] of fewer(
    money.flatMap(({ rows = [] }) => rows),
    cursor,
  )) {
    const kept = new Set(left)
    yield [
      withMoney(
        plan,
        money.map((each) => withRows(each, (row) => kept.has(row))),
      ),
      next,
    ]
  }
}

/** Without the rows of accounts that are gone. */
export function fittingMoney({ money = [], endpoints }: Plan): readonly MoneyPlan[] {
  const accounts = new Set(endpoints.flatMap(({ name, at }) => at.map((home) => `${name} ${home}`)))
  const names = new Set(endpoints.map(({ name }) => name))
  return money.map((each) => ({ ...withRows(each, ({ who, at }) => accounts.has(`${who} ${at}`)), who: each.who.filter((name) => names.has(name)) }))
}

function withRows(money: MoneyPlan, isKept: (row: MoneyRow) => boolean): MoneyPlan {
  return money.rows === undefined ? money : { ...money, rows: money.rows.filter(isKept) }
}

/** Fewer who draw out all they have, rarer operations where they are drawn, smaller ones. */
export function* plainerMoney(plan: Plan): Generator<Plan> {
  const { money = [] } = plan
  for (const [i, each] of money.entries()) for (const plainer of plainerMoneyPlan(each)) yield { ...plan, money: money.with(i, plainer) }
}

function* plainerMoneyPlan(money: MoneyPlan): Generator<MoneyPlan> {
  const { who, rows, ratePerS, repeatOdds } = money
  const { expiryMs, ...lasting } = money
  if (expiryMs !== undefined) yield lasting
  if (who.length > 1) for (const fewerWho of without(who)) yield { ...money, who: fewerWho }
  if (rows === undefined && ratePerS > 1) yield { ...money, ratePerS: 1 }
  if (rows === undefined && repeatOdds > 0) yield { ...money, repeatOdds: 0 }
  for (const [i, row] of (rows ?? []).entries()) for (const plainer of plainerMoneyRow(row)) yield { ...money, rows: rows?.with(i, plainer) ?? [] }
}

function* plainerMoneyRow(row: MoneyRow): Generator<MoneyRow> {
  if (row.isRepeated) yield { ...row, isRepeated: false }
  if (row.amount > 1n) yield { ...row, amount: amount(row.amount / 2n) }
}
