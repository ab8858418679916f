/**
 * Worlds that are a step smaller than a given one, what promises most first: less that goes wrong, fewer payments, fewer
 * parts, plainer ones. Whether they still break is judged elsewhere.
 */
import { amount } from '../../src/core/values/amount.ts'
import type { FaultPlan } from '../workload/faultPlan.ts'
import { type ConnectorPlan, type EndpointPlan, type Latency, type MoneyPlan, type PaymentRow, type Plan, userLine } from '../workload/plan.ts'
import { type Cursor, fewer } from './fewer.ts'
import type { World } from './judge.ts'

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

type Steps = Generator<readonly [Plan, Cursor | undefined]>

/** Rows in large stretches make every further try cheaper. */
const phases: readonly ((plan: Plan, cursor: Cursor | undefined) => Steps)[] = [
  fewerRowsAtOnce,
  lessTrouble,
  fewerRows,
  fewerStrikes,
  each(shorterTrouble),
  each(fewerParts),
  each(plainerParts),
  each(plainerRows),
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
    if (payments.length > 0) yield [{ ...plan, payments }, next]
  }
}

/** Faults, misbehaviour, money: all of it, half, and so on. */
function* lessTrouble(plan: Plan, cursor: Cursor | undefined): Steps {
  const { faults, behaviours, money = [] } = plan
  const all = [...faults, ...behaviours, ...money]
  for (const [left, next] of fewer(all, cursor, { most: all.length })) {
    const kept = new Set(left)
    const isKept = (trouble: (typeof all)[number]): boolean => kept.has(trouble)
    yield [withMoney({ ...plan, faults: faults.filter(isKept), behaviours: behaviours.filter(isKept) }, money.filter(isKept)), next]
  }
}

function withMoney({ money: _, ...plan }: Plan, money: readonly MoneyPlan[]): Plan {
  return money.length === 0 ? plan : { ...plan, money }
}

/** Of all faults together that fall at known times. */
function* fewerStrikes(plan: Plan, cursor: Cursor | undefined): Steps {
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

function* without<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = items.length - 1; i >= 0; i--) yield items.filter((_, j) => j !== i)
}

/** Each for half of its time, or less of it; and all of the run. */
function* shorterTrouble(plan: Plan): Generator<Plan> {
  for (const [i, fault] of plan.faults.entries()) {
    if (strikesOf(fault).length === 0) for (const shorter of halves(fault)) yield { ...plan, faults: plan.faults.with(i, shorter) }
  }
  for (const [i, behaviour] of plan.behaviours.entries()) {
    for (const shorter of halves(behaviour)) yield { ...plan, behaviours: plan.behaviours.with(i, shorter) }
  }
  for (const [i, each] of (plan.money ?? []).entries()) {
    for (const less of lessMoney(each)) yield { ...plan, money: (plan.money ?? []).with(i, less) }
  }
  const end = Math.ceil(plan.payments.at(-1)?.atMs ?? 0) + 1
  if (end < plan.durationMs) yield { ...plan, durationMs: end }
}

function* halves<T extends { readonly fromMs: number; readonly untilMs: number }>(trouble: T): Generator<T> {
  const { fromMs, untilMs } = trouble
  const middle = Math.floor((fromMs + untilMs) / 2)
  if (untilMs - fromMs < 2) return
  yield { ...trouble, untilMs: middle }
  yield { ...trouble, fromMs: middle }
}

function* lessMoney(money: MoneyPlan): Generator<MoneyPlan> {
  if (money.who.length > 1) for (const who of without(money.who)) yield { ...money, who }
  if (money.ratePerS > 1) yield { ...money, ratePerS: 1 }
  const { expiryMs, ...lasting } = money
  if (expiryMs !== undefined) yield lasting
  if (money.repeatOdds > 0) yield { ...money, repeatOdds: 0 }
}

/** Users nobody names, connectors nobody needs, lines. */
function* fewerParts(plan: Plan): Generator<Plan> {
  const named = new Set([...plan.payments.flatMap(({ from, to }) => [from, to]), ...(plan.money ?? []).flatMap(({ who }) => who)])
  const needed = plan.endpoints.filter(({ name }) => named.has(name))
  if (needed.length < plan.endpoints.length) yield withEndpoints(plan, needed)
  // What must succeed needs a way.
  if (plan.payments.some(({ mustSucceed }) => mustSucceed)) return
  for (const { name } of plan.connectors) {
    if (plan.connectors.length === 1) break
    const endpoints = needed.map((each) => ({ ...each, at: each.at.filter((at) => at !== name) }))
    if (endpoints.some(({ at }) => at.length === 0)) continue
    yield {
      ...withEndpoints(plan, endpoints),
      connectors: plan.connectors.filter((each) => each.name !== name),
      lines: plan.lines.filter(({ from, to }) => from !== name && to !== name),
      faults: plan.faults.filter(({ who }) => who !== name && !plan.lines.some((line) => line.name === who && (line.from === name || line.to === name))),
      behaviours: plan.behaviours.filter(({ who, towards }) => who !== name && towards !== name),
    }
  }
  for (const lines of without(plan.lines)) yield { ...plan, lines, faults: plan.faults.filter(({ who }) => isPlace(who, { ...plan, lines })) }
}

function withEndpoints(plan: Plan, endpoints: readonly EndpointPlan[]): Plan {
  const names = new Set([...endpoints, ...plan.connectors].map(({ name }) => name))
  const faults = plan.faults.filter(({ who }) => isPlace(who, { ...plan, endpoints }))
  return {
    ...plan,
    endpoints,
    faults,
    behaviours: plan.behaviours.filter(({ who, towards }) => names.has(who) && (towards === undefined || names.has(towards))),
  }
}

/** Whether a fault may fall there: a connector, or a line of peers or of a user. */
function isPlace(who: string, { connectors, lines, endpoints }: Plan): boolean {
  return [...connectors, ...lines].some(({ name }) => name === who) || endpoints.some(({ name, at }) => at.some((home) => userLine(name, home) === who))
}

const ONE_MS: Latency = { kind: 'constant', ms: 1 }

function* plainerParts(plan: Plan): Generator<Plan> {
  for (const [i, connector] of plan.connectors.entries()) {
    for (const plainer of plainerConnectors(connector)) yield fitting({ ...plan, connectors: plan.connectors.with(i, plainer) })
  }
  for (const [i, endpoint] of plan.endpoints.entries()) {
    if (endpoint.parallelism > 1) yield { ...plan, endpoints: plan.endpoints.with(i, { ...endpoint, parallelism: endpoint.parallelism - 1 }) }
    if (endpoint.announced) yield { ...plan, endpoints: plan.endpoints.with(i, { ...endpoint, announced: false }) }
  }
  if (plan.storeLatency.kind !== 'constant') yield { ...plan, storeLatency: ONE_MS }
  if (plan.localLatency.kind !== 'constant') yield { ...plan, localLatency: ONE_MS }
  const lines = plan.lines.map((line) => ({ ...line, latency: ONE_MS }))
  const endpoints = plan.endpoints.map((endpoint) => ({ ...endpoint, latency: ONE_MS }))
  if ([...plan.lines, ...plan.endpoints].some(({ latency }) => latency.kind !== 'constant')) yield { ...plan, lines, endpoints }
}

function* plainerConnectors(connector: ConnectorPlan): Generator<ConnectorPlan> {
  if (connector.threads > 1) yield { ...connector, threads: connector.threads - 1, parallelism: Math.min(connector.parallelism, connector.threads - 1) }
  if (connector.parallelism > 1) yield { ...connector, parallelism: connector.parallelism - 1 }
  if (connector.failover > 0) yield { ...connector, failover: connector.failover - 1 }
  if (connector.dealing !== 'connection') yield { ...connector, dealing: 'connection' }
  if (connector.warming !== 'exact') yield { ...connector, warming: 'exact' }
}

/** No account has more threads than its connectors, and no fault names one that is not there. */
function fitting(plan: Plan): Plan {
  const threads = new Map(plan.connectors.map((each) => [each.name, each.threads]))
  const endpoints = plan.endpoints.map((each) => ({ ...each, parallelism: Math.min(each.parallelism, ...each.at.map((at) => threads.get(at) ?? 1)) }))
  const faults = plan.faults.filter(
    (fault) => !('thread' in fault) || fault.thread === undefined || Number(fault.thread.slice(1)) < (threads.get(fault.who) ?? 1),
  )
  return { ...plan, endpoints, faults }
}

function* plainerRows(plan: Plan): Generator<Plan> {
  for (const [i, row] of plan.payments.entries()) {
    for (const plainer of plainerRow(row)) yield { ...plan, payments: plan.payments.with(i, plainer) }
  }
}

function* plainerRow(row: PaymentRow): Generator<PaymentRow> {
  const { repeatAfterMs, withId, ...rest } = row
  if (withId === true) yield rest
  if (repeatAfterMs !== undefined) yield { ...rest, withId: true }
  if (row.amount > 1n) yield { ...row, amount: amount(row.amount / 2n) }
}
