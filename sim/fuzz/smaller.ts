/**
 * Worlds that are a step smaller than a given one, what promises most first: less that goes wrong, fewer payments, fewer
 * parts, plainer ones. Whether they still break is judged elsewhere.
 */
import { amount } from '../../src/core/values/amount.ts'
import type { FaultPlan } from '../workload/faultPlan.ts'
import { type ConnectorPlan, type EndpointPlan, type Latency, type PaymentRow, type Plan, userLine } from '../workload/plan.ts'
import type { World } from './judge.ts'

/** Other seeds under which a world may break, where it does not under its own. */
const OTHER_SEEDS = 3

/** Where the search goes on after a success: what promised nothing before that comes last. */
export interface Progress {
  readonly phase: number
  /** Rows that are taken away together; larger chunks have been tried. */
  readonly chunk: number
}

export const FROM_THE_START: Progress = { phase: 0, chunk: Number.MAX_SAFE_INTEGER }

export interface Smaller {
  readonly world: World
  readonly progress: Progress
}

const phases: readonly ((world: World, chunk: number) => Generator<readonly [World, number]>)[] = [
  inPlan(lessTrouble),
  fewerRows,
  inPlan(lessOftenEach),
  inPlan(fewerParts),
  inPlan(plainerParts),
  inPlan(plainerRows),
  underOtherSeeds,
]

export function* smallerThan(world: World, { phase: first, chunk: largest }: Progress): Generator<Smaller> {
  for (let i = 0; i < phases.length; i++) {
    const phase = (first + i) % phases.length
    for (const [smaller, chunk] of phases[phase]?.(world, i === 0 ? largest : FROM_THE_START.chunk) ?? []) yield { world: smaller, progress: { phase, chunk } }
  }
}

function inPlan(make: (plan: Plan) => Generator<Plan>): (world: World) => Generator<readonly [World, number]> {
  return function* ({ plan, seed }) {
    for (const less of make(plan)) yield [{ plan: less, seed }, FROM_THE_START.chunk]
  }
}

function* fewerRows({ plan, seed }: World, chunk: number): Generator<readonly [World, number]> {
  for (let size = Math.min(chunk, Math.ceil(plan.payments.length / 2)); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (const payments of withoutChunks(plan.payments, size)) yield [{ plan: { ...plan, payments }, seed }, size]
  }
}

function* underOtherSeeds({ plan, seed }: World): Generator<readonly [World, number]> {
  for (let other = 1; other <= OTHER_SEEDS; other++) {
    if (seed === other) continue
    for (const less of [...lessTrouble(plan), ...rowless(plan), ...fewerParts(plan)]) yield [{ plan: less, seed: other }, FROM_THE_START.chunk]
  }
}

function* rowless(plan: Plan): Generator<Plan> {
  for (const payments of withoutChunks(plan.payments, 1)) yield { ...plan, payments }
}

/** From the last to the first: what comes late is more often in vain. */
function* withoutChunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let end = items.length; end > 0; end -= size) {
    const left = [...items.slice(0, Math.max(0, end - size)), ...items.slice(end)]
    // Without rows a plan means its traffic.
    if (left.length > 0) yield left
  }
}

function* without<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = items.length - 1; i >= 0; i--) yield items.filter((_, j) => j !== i)
}

function* lessTrouble(plan: Plan): Generator<Plan> {
  if (plan.faults.length > 1) yield { ...plan, faults: [] }
  if (plan.behaviours.length > 1) yield { ...plan, behaviours: [] }
  for (const faults of without(plan.faults)) yield { ...plan, faults }
  for (const behaviours of without(plan.behaviours)) yield { ...plan, behaviours }
  const end = Math.ceil(plan.payments.at(-1)?.atMs ?? 0) + 1
  if (end < plan.durationMs) yield { ...plan, durationMs: end }
}

function* lessOftenEach(plan: Plan): Generator<Plan> {
  for (const [i, fault] of plan.faults.entries()) {
    for (const less of lessOften(fault)) yield { ...plan, faults: plan.faults.with(i, less) }
  }
}

function* lessOften(fault: FaultPlan): Generator<FaultPlan> {
  const { fromMs, untilMs } = fault
  if ('times' in fault && fault.times.kind === 'at') {
    const { times } = fault
    const draws = times.draws ?? times.atMs.map((_, i) => i + 1)
    for (let size = Math.ceil(times.atMs.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (const kept of withoutChunks([...times.atMs.keys()], size)) {
        yield { ...fault, times: { kind: 'at', atMs: kept.map((i) => times.atMs[i] ?? 0), draws: kept.map((i) => draws[i] ?? 0) } }
      }
    }
    return
  }
  const middle = Math.floor((fromMs + untilMs) / 2)
  if (untilMs - fromMs < 2) return
  yield { ...fault, untilMs: middle }
  yield { ...fault, fromMs: middle }
}

/** Users nobody names, connectors nobody needs, lines. */
function* fewerParts(plan: Plan): Generator<Plan> {
  const named = new Set(plan.payments.flatMap(({ from, to }) => [from, to]))
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
