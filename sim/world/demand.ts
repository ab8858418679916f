/** The workload: who pays whom, when and how much. Every stream of randomness here is its own, and no policy reaches it. */
import type { RejectCode } from '../../src/core/values/packet.ts'
import type { PaymentRow, TrafficPlan } from '../workload/plan.ts'
import { type Context, stream } from './context.ts'
import type { Population } from './population.ts'
import { drawAmount, type Stream } from './random.ts'
import type { Access, Order, User } from './users.ts'
import { makeVia, type Via } from './via.ts'

/** Poisson arrivals from time 0 until the plan's end. */
export function startTraffic(context: Context, population: Population, plan: TrafficPlan, index: number): void {
  const arrivals = stream(context, `arrivals ${plan.name}`)
  const facts = stream(context, `payments ${plan.name}`)
  const via = makeVia(context, population, plan)
  const receivers = receiversOf(plan)
  const endUs = context.plan.durationMs * 1000
  const next = (): number => Math.max(1, Math.round(arrivals.exponential(1_000_000 / plan.ratePerS)))
  const arrive = (): void => {
    payOne(population, plan, index, facts, receivers, via)
    const at = context.events.nowUs + next()
    if (at < endUs) context.events.at(at, arrive)
  }
  if (plan.ratePerS > 0) context.events.at(next(), arrive)
}

/** Every fact is drawn, wanted or not, so that the stream stays in step whatever comes of it. */
function payOne(population: Population, plan: TrafficPlan, index: number, facts: Stream, receivers: Receivers, via: Via): void {
  const from = pickUser(population, plan.from, facts)
  const to = pickUser(population, receivers.get(from.name) ?? plan.to, facts)
  const amount = drawAmount(facts, plan.amounts)
  const willFulfill = facts.happens(plan.fulfills)
  const withId = facts.happens(plan.idOdds)
  const repeated = facts.happens(plan.repeatOdds)
  const access = via(from, amount)
  from.pay({
    traffic: index,
    to,
    access,
    amount,
    expiryMs: plan.expiryMs,
    willFulfill,
    rejectCode: plan.rejectCode as RejectCode,
    requestId: withId,
    repeatAfterMs: withId && repeated ? plan.repeatAfterMs : undefined,
    mustSucceed: false,
  })
}

/** Of a sender that stands among the receivers: all but itself. */
type Receivers = ReadonlyMap<string, readonly string[]>

function receiversOf({ from, to }: TrafficPlan): Receivers {
  return new Map(from.filter((sender) => to.includes(sender)).map((sender) => [sender, to.filter((name) => name !== sender)]))
}

function pickUser(population: Population, names: readonly string[], facts: Stream): User {
  const user = population.users.get(names[facts.below(names.length)] ?? '')
  if (user === undefined) throw new Error('traffic without users')
  return user
}

/** PAYMENTS.csv: rows in order of time, one event planned at a time. */
export function startPayments(context: Context, population: Population, rows: readonly PaymentRow[]): void {
  const picks = stream(context, 'via payments')
  let i = 0
  const plan = (): void => {
    const row = rows[i]
    if (row !== undefined) context.events.at(Math.round(row.atMs * 1000), pay)
  }
  const pay = (): void => {
    const row = rows[i] as PaymentRow
    i++
    const from = population.users.get(row.from)
    const to = population.users.get(row.to)
    if (from === undefined || to === undefined) throw new Error(`no user ${row.from} or ${row.to}`)
    const access = from.accesses[from.accesses.length === 1 ? 0 : picks.below(from.accesses.length)] as Access
    from.pay(orderOf(row, to, access))
    plan()
  }
  plan()
}

/** INTERFACES.md: PAYMENTS.csv has expiry 30 s. */
const FILE_EXPIRY_MS = 30_000

function orderOf(
  { amount, expiryMs = FILE_EXPIRY_MS, fulfills = true, rejectCode = 'F99', withId, repeatAfterMs, mustSucceed = false }: PaymentRow,
  to: User,
  access: Access,
): Order {
  return {
    traffic: 0,
    to,
    access,
    amount,
    expiryMs,
    willFulfill: fulfills,
    rejectCode: rejectCode as RejectCode,
    requestId: withId === true,
    repeatAfterMs: withId === true ? repeatAfterMs : undefined,
    mustSucceed,
  }
}

/** From the first asking of any row to when its last must have been answered, ms. */
export function longestRowMs(rows: readonly PaymentRow[]): number {
  return rows.reduce((longest, { expiryMs = FILE_EXPIRY_MS, repeatAfterMs = 0 }) => Math.max(longest, expiryMs + repeatAfterMs), 0)
}
