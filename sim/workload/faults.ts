/** The faults of a scenario, resolved to the places where they fall and checked. */
import { suggestion } from '../../src/files/usageError.ts'
import type { FaultKind, FaultPlan } from './faultPlan.ts'
import { longestMs } from './latency.ts'
import type { Report } from './network.ts'
import { type ConnectorPlan, type EndpointPlan, type Latency, type LinePlan, userLine } from './plan.ts'
import type { Body } from './schema.ts'

type GivenFault = Body['faults'][string]

/** A run lasts until everything has healed. */
const MAX_OUTAGE_MS = 600_000

/** Where each kind falls: at connectors, or on lines, of peers and of users. */
const PLACES: Readonly<Record<FaultKind, 'connector' | 'line'>> = {
  crash: 'connector',
  pause: 'connector',
  clock: 'connector',
  partition: 'line',
  drop: 'line',
  repeat: 'line',
  delay: 'line',
  reorder: 'line',
  'store-restart': 'connector',
  'store-failover': 'connector',
  'store-stall': 'connector',
  'store-cut': 'connector',
  'store-command-lost': 'connector',
  'store-reply-lost': 'connector',
  'store-delay': 'connector',
  'store-reorder': 'connector',
  'store-repeat': 'connector',
  'store-error': 'connector',
  'thread-leaves': 'connector',
  'thread-joins': 'connector',
  'wake-lost': 'connector',
  'wake-late': 'connector',
  'wake-repeat': 'connector',
}

interface World {
  readonly connectors: readonly ConnectorPlan[]
  readonly lines: readonly LinePlan[]
  readonly endpoints: readonly EndpointPlan[]
  readonly report: Report
}

export function faultsOf(body: Body, world: World): FaultPlan[] {
  const named = { connector: connectorsNamed(world), line: linesNamed(world) }
  const { report } = world
  return Object.entries(body.faults).flatMap(([name, given]) => {
    const path = ['faults', name]
    checkTimes(given, { path, report, durationMs: body.duration })
    for (const latency of latenciesOf(given)) if (longestMs(latency) > MAX_OUTAGE_MS) report(path, 'takes longer than 10m')
    const places = new Set<string>()
    for (const each of given.who) {
      const found = named[PLACES[given.kind]].get(each)
      if (found === undefined) report([...path, 'who'], `'${each}' is not a ${PLACES[given.kind]}; ${suggestion(each, named[PLACES[given.kind]].keys())}`)
      for (const place of found ?? []) places.add(place)
    }
    if ('thread' in given) checkThread(given.thread, { path, places, world })
    return [...places].map((who) => planOf({ name, who, given, durationMs: body.duration }))
  })
}

type Named = ReadonlyMap<string, readonly string[]>

function connectorsNamed({ connectors }: World): Named {
  const names = connectors.map(({ name }) => name)
  return new Map<string, readonly string[]>([...names.map((name) => [name, [name]] as const), ['any', names]])
}

/** A line by its name; those of a connector or an endpoint by theirs. */
function linesNamed({ lines, endpoints }: World): Named {
  const named = new Map<string, string[]>()
  const add = (line: string, ...names: readonly string[]): void => {
    for (const name of new Set([...names, 'any'])) named.set(name, [...(named.get(name) ?? []), line])
  }
  for (const { name, from, to } of lines) add(name, name, from, to)
  for (const endpoint of endpoints) for (const at of endpoint.at) add(userLine(endpoint.name, at), endpoint.group, endpoint.name, at)
  return named
}

function latenciesOf(given: GivenFault): Latency[] {
  return Object.values(given).filter((value): value is Latency => typeof value === 'object' && 'kind' in value)
}

function checkThread(thread: string | undefined, at: { readonly path: readonly string[]; readonly places: ReadonlySet<string>; readonly world: World }): void {
  if (thread === undefined) return
  for (const { name, threads } of at.world.connectors) {
    if (at.places.has(name) && Number(thread.slice(1)) >= threads)
      at.world.report([...at.path, 'thread'], `'${name}' has only the threads t0 to t${threads - 1}`)
  }
}

interface Checked {
  readonly path: readonly string[]
  readonly report: Report
  readonly durationMs: number
}

function checkTimes(given: GivenFault, { path, report, durationMs }: Checked): void {
  const { since, until } = given
  if (since >= durationMs) report([...path, 'since'], 'is after the end of the run')
  const late = 'odds' in given ? undefined : given.at?.find((ms) => ms >= (until ?? durationMs))
  if (late !== undefined) report([...path, 'at'], until === undefined ? 'is after the end of the run' : 'is not before until')
}

function planOf({ name, who, given, durationMs }: { name: string; who: string; given: GivenFault; durationMs: number }): FaultPlan {
  const { who: _, since: fromMs, until: untilMs = durationMs, ...rest } = given
  const base = { name, who, fromMs, untilMs }
  if ('odds' in rest) return { ...base, ...rest }
  const { every, at, ...facts } = rest
  return { ...base, times: every === undefined ? { kind: 'at', atMs: [...(at ?? [])].sort((a, b) => a - b) } : { kind: 'every', meanMs: every }, ...facts }
}
