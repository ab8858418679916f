/**
 * Circumstances that a world has only where they are drawn for: fees, operations that are asked again when they have expired, and
 * ids that are asked again while a thread that has left closes its book. Each from a stream of its own.
 */
import type { MoneyPlan, PaymentRow, Plan } from '../workload/plan.ts'
import { Draws } from './draw.ts'

const FEES_ODDS = 0.3
const FEES_PPM: readonly [number, ...number[]] = [1_000, 100_000]

const EXPIRING_ODDS = 0.5
const EXPIRIES_MS: readonly [number, ...number[]] = [1_000, 5_000]

const LATE_ODDS = 0.4
/** Who leaves closes its book when nothing can come in late any more, ten seconds later or some more (B11). */
const CLOSING_MS = { from: 9_500, to: 13_000 }

export function withRare(seed: number, plan: Plan): Plan {
  const { money } = plan
  return {
    ...plan,
    connectors: withFees(new Draws(seed, 'fees'), plan.connectors),
    ...(money === undefined ? {} : { money: thatExpire(new Draws(seed, 'expiring'), money) }),
    payments: askedLate(new Draws(seed, 'asked late'), plan),
  }
}

function withFees(draws: Draws, connectors: Plan['connectors']): Plan['connectors'] {
  return draws.happens(FEES_ODDS) ? connectors.map((connector) => ({ ...connector, feePpm: draws.of(FEES_PPM) })) : connectors
}

function thatExpire(draws: Draws, money: readonly MoneyPlan[]): readonly MoneyPlan[] {
  return money.map((each) => (draws.happens(EXPIRING_ODDS) ? { ...each, expiryMs: draws.of(EXPIRIES_MS) } : each))
}

function askedLate(draws: Draws, { payments, faults }: Plan): readonly PaymentRow[] {
  if (!faults.some(({ kind }) => kind === 'thread-leaves') || !draws.happens(LATE_ODDS)) return payments
  return payments.map((row) => (row.withId && !row.mustSucceed ? { ...row, repeatAfterMs: draws.whole(CLOSING_MS.from, CLOSING_MS.to) } : row))
}
