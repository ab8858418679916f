/**
 * The quiet world of `--topology` and `--payments`: whichever is given replaces the scenario's own. One thread a
 * connector, parallelism 1, payers with unlimited own funds, receivers that fulfill at once; no regimes, no
 * behaviours, no faults. Policy, failover and intervals are the scenario's.
 */
import { type Amount, add, MAX_TOTAL, most, ZERO } from '../../src/core/values/amount.ts'
import { suggestion, UsageError } from '../../src/files/usageError.ts'
import { totalsOf } from './demand.ts'
import { type Graph, piecesOf, pieceText } from './graph.ts'
import { connectorPlan, halves } from './network.ts'
import type { Payments } from './payments.ts'
import type { ConnectorPlan, EndpointPlan, Latency, LinePlan, Plan, TrafficPlan } from './plan.ts'
import { UNLIMITED } from './scalars.ts'
import { type Scenario, type Variation, variation } from './scenario.ts'

const EXPIRY_MS = 30_000
/** The seed varies latencies by as much, up and down. */
const SPREAD = 0.1
const AT_ONCE: Latency = { kind: 'constant', ms: 0 }

export interface Files {
  readonly graph?: Graph
  readonly payments?: Payments
}

interface QuietRun {
  readonly policy: string
  readonly variation: Variation
}

/** One for each failover: the scenario's regimes do not apply. */
export function quietVariationsOf({ name, failovers }: Scenario): Variation[] {
  return failovers.map((failover) => variation(name, { failover, failovers }))
}

/** Throws UsageError where the files do not go together. */
export function planOfFiles(scenario: Scenario, { graph, payments }: Files, run: QuietRun): Plan {
  const quiet = { ...scenario.defaults, threads: 1, parallelism: 1, limitsKnown: true, policy: run.policy, failover: run.variation.failover }
  const names = graph?.connectors ?? scenario.base.connectors.map(({ name }) => name)
  const connectors = names.map((name): ConnectorPlan => connectorPlan(name, quiet))
  const lines = graph === undefined ? scenario.base.lines : graph.lines.map(linePlan)
  const homes = graph === undefined ? scenarioEndpoints(scenario, payments) : names.map(endpointAt)
  if (payments === undefined) refuseTwoPieces(graph, connectors)
  else checkNames(payments, { graph, connectors, lines, endpoints: homes })
  const endpoints = payments === undefined ? homes : funded(homes, payments)
  refuseOverflow({ file: payments?.file ?? graph?.file, lines, endpoints })
  return {
    ...scenario.base,
    scenario: scenario.name,
    regime: run.variation.name,
    ...(payments === undefined ? {} : { durationMs: (payments.rows.at(-1)?.atMs ?? 0) + 1, warmUpMs: 0 }),
    connectors,
    lines,
    endpoints,
    traffic: payments === undefined ? scenario.base.traffic.map((stream) => amongAll(stream, endpoints)) : [],
    payments: payments?.rows ?? [],
    behaviours: [],
    faults: [],
    subjects: names,
  }
}

function linePlan({ from, to, capacity, latencyMs }: Graph['lines'][number]): LinePlan {
  const latency: Latency = { kind: 'uniform', lowMs: latencyMs * (1 - SPREAD), highMs: latencyMs * (1 + SPREAD) }
  return { name: `${from}-${to}`, from, to, ...halves(capacity), latency }
}

function endpointAt(name: string): EndpointPlan {
  return { group: 'any', name, at: [name], openingBalance: UNLIMITED, creditLimit: ZERO, parallelism: 1, announced: false, latency: AT_ONCE }
}

/** The scenario's own, and one at each connector that the payments name. */
function scenarioEndpoints(scenario: Scenario, payments?: Payments): readonly EndpointPlan[] {
  const endpoints = scenario.base.endpoints.map((endpoint) => ({ ...endpoint, openingBalance: UNLIMITED, parallelism: 1 }))
  const known = new Set(endpoints.map(({ name }) => name))
  const named = new Set(payments?.rows.flatMap(({ from, to }) => [from, to]))
  return [...endpoints, ...scenario.base.connectors.filter(({ name }) => named.has(name) && !known.has(name)).map(({ name }) => endpointAt(name))]
}

interface Names {
  readonly graph: Graph | undefined
  readonly connectors: readonly ConnectorPlan[]
  readonly lines: readonly LinePlan[]
  readonly endpoints: readonly EndpointPlan[]
}

function checkNames(payments: Payments, { graph, connectors, lines, endpoints }: Names): void {
  const { file } = payments
  const at = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint.at]))
  const pieces = piecesOf(
    connectors.map(({ name }) => name),
    lines,
  )
  const pieceOf = (name: string): number[] => (at.get(name) ?? []).map((connector) => pieces.get(connector) ?? -1)
  const world = graph === undefined ? 'the scenario' : graph.file
  for (const [i, row] of payments.rows.entries()) {
    const line = payments.lines[i] ?? 0
    for (const key of ['from', 'to'] as const) {
      if (!at.has(row[key]))
        throw new UsageError({ file, line, key, what: `'${row[key]}' is not in ${world}`, todo: suggestion(row[key], [...at.keys(), ...pieces.keys()]) })
    }
    const [from, to] = [pieceOf(row.from), pieceOf(row.to)]
    if (from.some((piece) => to.includes(piece))) continue
    const what = `no lines lead from '${row.from}' in ${pieceText(pieces, from)} to '${row.to}' in ${pieceText(pieces, to)}`
    throw new UsageError({ file, line, key: 'to', what, todo: `join them in ${world}, or leave such payments out` })
  }
}

/** Without payments of its own, everybody pays everybody. */
function refuseTwoPieces(graph: Graph | undefined, connectors: readonly ConnectorPlan[]): void {
  if (graph === undefined) return
  const pieces = piecesOf(
    connectors.map(({ name }) => name),
    graph.lines,
  )
  const count = new Set(pieces.values()).size
  if (count < 2) return
  const todo = 'join them with a line, or give --payments that stay within a piece'
  throw new UsageError({ file: graph.file, what: `is in ${count} pieces that no line joins: ${pieceText(pieces, [0, 1])}`, todo })
}

/** Unlimited is more than an account ever sends. */
function funded(endpoints: readonly EndpointPlan[], { rows }: Payments): readonly EndpointPlan[] {
  const sent = new Map<string, Amount>()
  for (const { from, amount: value } of rows) sent.set(from, add(sent.get(from) ?? ZERO, value))
  return endpoints.map((endpoint) => ({ ...endpoint, openingBalance: most(UNLIMITED, sent.get(endpoint.name) ?? ZERO) }))
}

interface Drawn {
  readonly file: string | undefined
  readonly lines: readonly LinePlan[]
  readonly endpoints: readonly EndpointPlan[]
}

function refuseOverflow({ file, lines, endpoints }: Drawn): void {
  for (const [connector, total] of totalsOf(lines, endpoints)) {
    if (total < MAX_TOTAL) continue
    const what = `what '${connector}' sends and the credit it grants come to ${total}`
    throw new UsageError({ ...(file === undefined ? {} : { file }), what, todo: `all of a unit stays below 2^61 = ${MAX_TOTAL} (R6): divide the amounts` })
  }
}

function amongAll(stream: TrafficPlan, endpoints: readonly EndpointPlan[]): TrafficPlan {
  const all = endpoints.map(({ name }) => name)
  return { ...stream, from: all, to: all, via: { kind: 'uniform' }, expiryMs: EXPIRY_MS, fulfills: 1, idOdds: 0, repeatOdds: 0 }
}
