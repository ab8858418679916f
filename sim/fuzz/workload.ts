/** The payments of a drawn world: what is asked of it while things go wrong, and what must succeed when all has healed. */
import { type Amount, amount, MAX_INT64, MAX_TOTAL } from '../../src/core/values/amount.ts'
import type { EndpointPlan, MoneyPlan, PaymentRow } from '../workload/plan.ts'
import type { Draws } from './draw.ts'
import { PROBE_AMOUNT, type Shape } from './shape.ts'

/** Whatever is refused for its size alone, and what is just within it (sim/world/threadConfig.ts: 10^15 is the largest packet). */
const EXTREMES: readonly [Amount, ...Amount[]] = [amount(0n), amount(1n), amount(1_000_000_000_000_000n), amount(1_000_000_000_000_001n), MAX_TOTAL, MAX_INT64]
const EXPIRIES_MS: readonly [number, ...number[]] = [1_200, 2_500, 2_500, 10_000]

/** How payments are drawn, the same for all of one world. */
interface Habits {
  readonly most: bigint
  readonly fulfills: number
  readonly withId: number
  readonly repeats: number
  readonly repeatMs: number
  readonly extremes: number
  readonly expiryMs: number | undefined
}

export interface Workload {
  readonly count: number
  readonly fromMs: number
  readonly untilMs: number
}

/** In order of time. */
export function drawRows(draws: Draws, { users, scale }: Shape, { count, fromMs, untilMs }: Workload): PaymentRow[] {
  const habits: Habits = {
    most: draws.of([scale / 5n, scale, 5n * scale]),
    fulfills: draws.of([0.5, 0.9, 0.9, 1]),
    withId: draws.of([0, 0.1, 0.5, 1]),
    repeats: draws.of([0, 0.2, 0.8]),
    repeatMs: draws.of([0, 30, 500, 3_000]),
    extremes: draws.of([0, 0, 0.02]),
    expiryMs: draws.happens(0.5) ? draws.of(EXPIRIES_MS) : undefined,
  }
  const meanGapMs = (untilMs - fromMs) / count
  const rows: PaymentRow[] = []
  for (let i = 0, atMs = fromMs; i < count; i++) {
    // Bursts, and pauses between them.
    if (draws.happens(0.5)) atMs += draws.whole(0, Math.floor(4_000 * meanGapMs)) / 1_000
    rows.push(drawRow(draws, users, habits, atMs))
  }
  return rows
}

function drawRow(draws: Draws, users: readonly EndpointPlan[], habits: Habits, atMs: number): PaymentRow {
  const from = draws.whole(0, users.length - 1)
  const to = (from + draws.whole(1, users.length - 1)) % users.length
  const fulfills = draws.happens(habits.fulfills)
  const withId = draws.happens(habits.withId)
  return {
    atMs,
    from: users[from]?.name ?? '',
    to: users[to]?.name ?? '',
    amount: draws.happens(habits.extremes) ? draws.of(EXTREMES) : draws.amount(0n, habits.most),
    expiryMs: habits.expiryMs ?? draws.of(EXPIRIES_MS),
    ...(fulfills ? {} : { fulfills, rejectCode: draws.of(['F99', 'T00', 'T04', 'R99']) }),
    ...(withId ? { withId } : {}),
    ...(withId && draws.happens(habits.repeats) ? { repeatAfterMs: draws.whole(0, 2 * habits.repeatMs) } : {}),
  }
}

/** Deposits and withdrawals of those users whose money a ledger keeps, some of them asked twice. */
export function drawMoney(draws: Draws, { users, scale }: Shape): MoneyPlan[] {
  if (draws.happens(0.6)) return []
  const who = users.map(({ name }) => name).slice(0, draws.whole(1, users.length))
  return [
    {
      name: 'ledger',
      who,
      ratePerS: draws.of([1, 5, 20]),
      amounts: { kind: 'uniform', low: amount(0n), high: amount(draws.of([scale, 10n * scale])) },
      deposits: draws.of([0, 0.5, 0.5, 0.9]),
      repeatOdds: draws.of([0, 0.3, 1]),
    },
  ]
}

/** Beyond `coolAfter`: what one thread holds has gone back, and the next may have it (B10). */
const COOLING_MS = 300
/** Enough for each of three hops that gives a candidate half of what is left, and not for one more. */
const TAIL_EXPIRY_MS = 10_000
const MAX_FAR = 3

/**
 * Of each connector one payment for each thread, and where lines have room for everything, to each other connector; all of
 * it twice. With ids: a thread whose book another life has claimed meanwhile (it was paused, or a late claim of a dead one
 * came after its own) stops at its next commit, breaking what it holds, and only who has an id may ask again. In order of
 * time.
 */
export function tailRows({ connectors, isRoomy }: Shape, fromMs: number): PaymentRow[] {
  const isFar = isRoomy && connectors.length <= MAX_FAR
  const rows = connectors.flatMap(({ name, threads, coolAfterMs }) => {
    const near = Array.from({ length: threads }, () => name)
    const far = connectors.filter((other) => isFar && other.name !== name).map((other) => other.name)
    const round = [...near, ...far]
    return [...round, ...round].map(
      (to, i): PaymentRow => ({
        atMs: fromMs + i * (coolAfterMs + COOLING_MS),
        from: `p-${name}`,
        to: `q-${to}`,
        amount: amount(PROBE_AMOUNT - BigInt(i % 3)),
        expiryMs: TAIL_EXPIRY_MS,
        withId: true,
        mustSucceed: true,
      }),
    )
  })
  return rows.sort((a, b) => a.atMs - b.atMs)
}
