/** Fewer users, connectors and lines. */
import { type EndpointPlan, type Plan, userLine } from '../workload/plan.ts'
import { without } from './fewer.ts'
import { fittingMoney, withMoney } from './lessMoney.ts'

/** Users nobody names, connectors nobody needs, lines. */
export function* fewerParts(plan: Plan): Generator<Plan> {
  const named = new Set([
    ...plan.payments.flatMap(({ from, to }) => [from, to]),
    ...(plan.money ?? []).flatMap(({ who, rows = [] }) => [...who, ...rows.map((row) => row.who)]),
  ])
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
  for (const [i, { at, ...endpoint }] of needed.entries()) {
    for (const homes of at.length === 1 ? [] : without(at)) yield withEndpoints(plan, needed.with(i, { ...endpoint, at: homes }))
  }
  for (const lines of without(plan.lines)) yield { ...plan, lines, faults: plan.faults.filter(({ who }) => isPlace(who, { ...plan, lines })) }
}

function withEndpoints(plan: Plan, endpoints: readonly EndpointPlan[]): Plan {
  const names = new Set([...endpoints, ...plan.connectors].map(({ name }) => name))
  const faults = plan.faults.filter(({ who }) => isPlace(who, { ...plan, endpoints }))
  return {
    ...withMoney(plan, fittingMoney({ ...plan, endpoints })),
    endpoints,
    faults,
    behaviours: plan.behaviours.filter(({ who, towards }) => names.has(who) && (towards === undefined || names.has(towards))),
  }
}

/** Whether a fault may fall there: a connector, or a line of peers or of a user. */
function isPlace(who: string, { connectors, lines, endpoints }: Plan): boolean {
  return [...connectors, ...lines].some(({ name }) => name === who) || endpoints.some(({ name, at }) => at.some((home) => userLine(name, home) === who))
}
