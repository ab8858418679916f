/** Connectors and lines of a scenario, resolved and checked: the topology's own first, then those given by name. */

import type { Amount } from '../../src/core/values/amount.ts'
import { amount, divideFloor } from '../../src/core/values/amount.ts'
import type { PathProblem } from '../../src/files/forms.ts'
import { suggestion } from '../../src/files/usageError.ts'
import type { ConnectorPlan, Latency, LinePlan } from './plan.ts'
import type { Body, Settings, Topology } from './schema.ts'

/** Where a check reports what it finds. */
export type Report = (path: PathProblem['path'], what: string) => void

/** What stands for several: a connector or an endpoint of that name could not be meant. */
export const RESERVED = ['any', 'all', 'each']

const DEFAULTS = {
  threads: 1,
  parallelism: 1,
  dealing: 'connection',
  policy: 'random',
  failover: 1,
  slack: 0,
  warming: 'adaptive',
  snapshotInterval: 1_000,
  announceInterval: 60_000,
  coolAfter: 100,
  limitsKnown: true,
} as const

/** A connector of these settings; what they leave out is the default. */
export function connectorPlan(name: string, { attemptTimeout, feePpm, ...given }: Settings): ConnectorPlan {
  const { slack, snapshotInterval, announceInterval, coolAfter, ...rest } = { ...DEFAULTS, ...given }
  return {
    name,
    ...rest,
    slack: slack === 1 ? 1 : 0,
    snapshotIntervalMs: snapshotInterval,
    announceIntervalMs: announceInterval,
    coolAfterMs: coolAfter,
    ...(attemptTimeout === undefined ? {} : { attemptTimeoutMs: attemptTimeout }),
    ...(feePpm === undefined ? {} : { feePpm }),
  }
}

/** `from` grants half of the capacity, rounded down, `to` the rest. */
export function halves(capacity: Amount): { readonly fromGrants: Amount; readonly toGrants: Amount } {
  const fromGrants = amount(divideFloor(capacity, 2n))
  return { fromGrants, toGrants: amount(capacity - fromGrants) }
}

export function connectorsOf({ topology, defaults, connectors }: Body, report: Report): ConnectorPlan[] {
  const names = new Set([...(topology === undefined ? [] : generated(topology).names), ...Object.keys(connectors)])
  if (names.size === 0) report(['connectors'], 'there are none; give a topology, or connectors and lines by name')
  return [...names].map((name) => {
    if (RESERVED.includes(name)) report(['connectors', name], `is no name for a connector; ${RESERVED.join(', ')} stand for several`)
    const plan = connectorPlan(name, { ...defaults, ...connectors[name] })
    if (plan.parallelism > plan.threads) {
      const path = connectors[name]?.parallelism === undefined ? ['connectors', name] : ['connectors', name, 'parallelism']
      report(path, `parallelism ${plan.parallelism} needs ${plan.parallelism} threads, '${name}' has ${plan.threads}`)
    }
    return plan
  })
}

interface Generated {
  readonly names: readonly string[]
  readonly lines: readonly LinePlan[]
}

function generated(topology: Topology, latency: Latency = { kind: 'constant', ms: 0 }): Generated {
  const names =
    topology.kind === 'star'
      ? [topology.hub, ...Array.from({ length: topology.leaves }, (_, i) => `leaf${i}`)]
      : Array.from({ length: topology.length }, (_, i) => `c${i}`)
  const [hub = ''] = names
  const lines = names.slice(1).map((to, i): LinePlan => {
    const from = topology.kind === 'star' ? hub : (names[i] ?? '')
    return { name: `${from}-${to}`, from, to, ...halves(topology.capacity), latency: topology.latency ?? latency }
  })
  return { names, lines }
}

export function linesOf(
  { topology, lines, latency }: Body,
  { connectors, report }: { readonly connectors: readonly ConnectorPlan[]; readonly report: Report },
): LinePlan[] {
  const all = topology === undefined ? [] : [...generated(topology, latency).lines]
  const names = connectors.map(({ name }) => name)
  const known = new Set(names)
  const lineOfPair = new Map(all.map(({ name, from, to }) => [pairOf(from, to), name]))
  const taken = new Set(all.map(({ name }) => name))
  for (const [name, line] of Object.entries(lines)) {
    const { from, to, capacity = amount(0n), grants } = line
    for (const end of ['from', 'to'] as const) {
      if (!known.has(line[end])) report(['lines', name, end], `'${line[end]}' is not a connector; ${suggestion(line[end], names)}`)
    }
    const pair = pairOf(from, to)
    const other = lineOfPair.get(pair)
    if (from === to) report(['lines', name, 'to'], `'${to}' peers with itself; a line joins two connectors`)
    else if (other !== undefined) report(['lines', name], `'${other}' joins '${from}' and '${to}' already; give it the capacity of both`)
    else if (taken.has(name)) report(['lines', name], 'the topology makes a line of this name; rename it')
    lineOfPair.set(pair, name)
    const granted = grants === undefined ? halves(capacity) : { fromGrants: grants[0], toGrants: grants[1] }
    all.push({ name, from, to, ...granted, latency: line.latency ?? latency, ...(line.answers === undefined ? {} : { answers: line.answers }) })
  }
  return all
}

function pairOf(from: string, to: string): string {
  return from < to ? `${from},${to}` : `${to},${from}`
}
