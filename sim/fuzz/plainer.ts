/** Plainer connectors, users, latencies and payments, as many as before. */
import { amount } from '../../src/core/values/amount.ts'
import type { ConnectorPlan, Latency, PaymentRow, Plan } from '../workload/plan.ts'

const ONE_MS: Latency = { kind: 'constant', ms: 1 }

export function* plainerParts(plan: Plan): Generator<Plan> {
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

export function* plainerRows(plan: Plan): Generator<Plan> {
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
