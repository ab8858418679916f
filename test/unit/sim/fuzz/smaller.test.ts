import { describe, expect, test } from 'vitest'
import { planOf } from '../../../../sim/fuzz/generate.ts'
import { FROM_THE_START, smallerThan } from '../../../../sim/fuzz/smaller.ts'
import type { MoneyRow, Plan } from '../../../../sim/workload/plan.ts'
import { amount } from '../../../../src/core/values/amount.ts'

const base = planOf(2)
const [home] = base.endpoints
const row = (atMs: number): MoneyRow => ({
  atMs,
  who: home?.name ?? '',
  at: home?.at[0] ?? '',
  direction: 'deposit',
  amount: amount(8n),
  thread: 0,
  isRepeated: true,
})
const rows = [row(600), row(700), row(800)]
const plan: Plan = {
  ...base,
  payments: [],
  faults: [],
  behaviours: [],
  money: [{ name: 'ledger', who: [home?.name ?? ''], ratePerS: 1, amounts: { kind: 'constant', amount: amount(8n) }, deposits: 1, repeatOdds: 0, rows }],
}
const smaller = [...smallerThan({ plan, seed: 2 }, FROM_THE_START)].map(({ world }) => world.plan)

describe('a world with deposits as rows → smaller ones', () => {
  test('each row struck out alone', () => {
    const left = smaller.map(({ money }) => money?.[0]?.rows?.map(({ atMs }) => atMs).join())
    expect(left).toEqual(expect.arrayContaining(['600,700', '600,800', '700,800']))
  })

  test('rows that are plainer', () => {
    const changed = smaller.flatMap(({ money }) => money?.[0]?.rows ?? [])
    expect(changed).toContainEqual({ ...row(600), isRepeated: false })
    expect(changed).toContainEqual({ ...row(600), amount: amount(4n) })
  })

  test('nobody is there who asks for nothing, and whoever asks stays', () => {
    const withoutOthers = smaller.find(({ endpoints }) => endpoints.length === 1)
    expect(withoutOthers?.endpoints).toEqual([home])
    expect(withoutOthers?.money).toEqual(plan.money)
  })
})
