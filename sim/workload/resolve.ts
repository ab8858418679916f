/** From a scenario's body, as read and patched, to a plan: names resolved, everything checked against everything else. */
import { MAX_TOTAL } from '../../src/core/values/amount.ts'
import { suggestion } from '../../src/files/usageError.ts'
import { behavioursOf, endpointsOf, moneyOf, totalsOf, trafficOf } from './demand.ts'
import { faultsOf } from './faults.ts'
import { connectorsOf, linesOf, type Report } from './network.ts'
import type { Plan } from './plan.ts'
import type { Body } from './schema.ts'

/** All but who is compared. */
export type World = Omit<Plan, 'scenario' | 'regime' | 'subjects'>

export function resolve(body: Body, report: Report): World {
  const connectors = connectorsOf(body, report)
  const lines = linesOf(body, { connectors, report })
  const endpoints = endpointsOf(body, { connectors, report })
  const traffic = trafficOf(body, { connectors, lines, endpoints, report })
  const money = moneyOf(body, { endpoints, report })
  const behaviours = behavioursOf(body, { connectors, endpoints, report })
  const faults = faultsOf(body, { connectors, lines, endpoints, report })
  if (traffic.length === 0) report(['traffic'], 'there is none; give a stream of payments by name')
  if (body.warmUp >= body.duration) report(['warmUp'], 'leaves nothing of the duration')
  const granted = totalsOf(lines, [])
  for (const [connector, total] of totalsOf(lines, endpoints)) {
    if (total < MAX_TOTAL) continue
    const key = (granted.get(connector) ?? 0n) >= MAX_TOTAL ? 'lines' : 'endpoints'
    report([key], `balances and credit at '${connector}' come to ${total}; all of a unit stays below 2^61 = ${MAX_TOTAL} (R6)`)
  }
  const { duration: durationMs, warmUp: warmUpMs, unit, scale, storeLatency, localLatency } = body
  return {
    durationMs,
    warmUpMs,
    unit,
    scale,
    storeLatency,
    localLatency,
    connectors,
    lines,
    endpoints,
    traffic,
    payments: [],
    ...(money.length === 0 ? {} : { money }),
    behaviours,
    faults,
  }
}

export function subjectsOf(named: readonly string[], { world, report }: { readonly world: World; readonly report: Report }): readonly string[] {
  const names = world.connectors.map(({ name }) => name)
  if (named.includes('all')) return names
  for (const name of named) if (!names.includes(name)) report(['compare', 'connectors'], `'${name}' is not a connector; ${suggestion(name, [...names, 'all'])}`)
  return named
}
