/** Endpoints, traffic and behaviours of a scenario, resolved to members and checked. */
import { ZERO } from '../../src/core/values/amount.ts'
import { suggestion } from '../../src/files/usageError.ts'
import { type BehaviourKind, defaultDelay, kindOf } from './behaviourKinds.ts'
import { piecesOf, pieceText } from './graph.ts'
import { RESERVED, type Report } from './network.ts'
import type { BehaviourPlan, ConnectorPlan, EndpointPlan, LinePlan, MoneyPlan, TrafficPlan } from './plan.ts'
import type { Body } from './schema.ts'

interface Known {
  readonly connectors: readonly ConnectorPlan[]
  readonly report: Report
}

export function endpointsOf(body: Body, { connectors, report }: Known): EndpointPlan[] {
  const threads = new Map(connectors.map((connector) => [connector.name, connector.threads]))
  const names = new Set<string>()
  const all: EndpointPlan[] = []
  for (const [group, given] of Object.entries(body.endpoints)) {
    const { at, count, latency = body.latency, answers, ...rest } = given
    const path = ['endpoints', group]
    const each = at.includes('each')
    if (each && (at.length > 1 || count > 1)) report([...path, 'at'], '`each` makes one member for every connector; name no other, and no count')
    for (const [i, connector] of (each ? [...threads.keys()] : at).entries()) {
      const available = threads.get(connector)
      if (available === undefined) report([...path, 'at'], `'${connector}' is not a connector; ${suggestion(connector, threads.keys())}`)
      else if (available < rest.parallelism)
        report([...path, 'parallelism'], `parallelism ${rest.parallelism} needs as many threads, '${connector}' has ${available}`)
      if (at.indexOf(connector) !== i && !each) report([...path, 'at'], `'${connector}' stands twice`)
    }
    const members = each
      ? [...threads.keys()].map((name) => ({ name, at: [name] }))
      : Array.from({ length: count }, (_, i) => ({ name: count === 1 ? group : `${group}${i}`, at }))
    for (const member of members) {
      if (names.has(member.name) || (member.name !== group && Object.hasOwn(body.endpoints, member.name)))
        report(path, `'${member.name}' is another endpoint's name too`)
      if (!each && threads.has(member.name)) report(path, `'${member.name}' is a connector's name too`)
      names.add(member.name)
      all.push({ group, ...member, ...rest, latency, ...(answers === undefined ? {} : { answers }) })
    }
    if (RESERVED.includes(group)) report(path, `is no name for an endpoint; ${RESERVED.join(', ')} stand for several`)
  }
  return all
}

/** Members by the name of their group or their own; `any` is all. */
function membersNamed(endpoints: readonly EndpointPlan[]): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>([['any', endpoints.map(({ name }) => name)]])
  for (const { group, name } of endpoints) {
    members.set(group, [...(group === name ? [] : (members.get(group) ?? [])), name])
    members.set(name, [name])
  }
  return members
}

interface Network extends Known {
  readonly lines: readonly LinePlan[]
  readonly endpoints: readonly EndpointPlan[]
}

function resolver({ endpoints, report }: Pick<Network, 'endpoints' | 'report'>): (names: readonly string[], path: readonly string[]) => readonly string[] {
  const members = membersNamed(endpoints)
  return (names, path) => {
    const found = new Set<string>()
    for (const name of names) {
      const named = members.get(name)
      if (named === undefined) report(path, `'${name}' is not an endpoint; ${suggestion(name, members.keys())}`)
      for (const member of named ?? []) found.add(member)
    }
    return [...found]
  }
}

export function moneyOf(body: Body, network: Pick<Network, 'endpoints' | 'report'>): MoneyPlan[] {
  const resolve = resolver(network)
  return Object.entries(body.money).map(([name, { who, rate, ...rest }]) => ({ name, ...rest, who: resolve(who, ['money', name, 'who']), ratePerS: rate }))
}

export function trafficOf(body: Body, network: Network): TrafficPlan[] {
  const resolve = resolver(network)
  return Object.entries(body.traffic).map(([name, { rate, expiry, repeatAfter, from, to, ...rest }]) => {
    const path = ['traffic', name]
    const senders = resolve(from, [...path, 'from'])
    const receivers = resolve(to, [...path, 'to'])
    if (senders.length === 1 && receivers.length === 1 && senders[0] === receivers[0])
      network.report([...path, 'to'], `'${senders[0]}' pays itself; from and to differ`)
    else refuseCrossing({ senders, receivers, path }, network)
    return { name, ...rest, from: senders, to: receivers, ratePerS: rate, expiryMs: expiry, repeatAfterMs: repeatAfter }
  })
}

interface Streams {
  readonly senders: readonly string[]
  readonly receivers: readonly string[]
  readonly path: readonly string[]
}

/** Payments between connectors that no lines join would all end in F02. */
function refuseCrossing({ senders, receivers, path }: Streams, { connectors, lines, endpoints, report }: Network): void {
  const pieces = piecesOf(
    connectors.map(({ name }) => name),
    lines,
  )
  if (new Set(pieces.values()).size < 2) return
  const piecesAt = new Map(endpoints.map(({ name, at }) => [name, at.map((connector) => pieces.get(connector) ?? -1)]))
  const places = (names: readonly string[]): number[][] => [...new Map(names.map((name) => [String(piecesAt.get(name)), piecesAt.get(name) ?? []])).values()]
  for (const from of places(senders)) {
    for (const to of places(receivers)) {
      if (from.some((piece) => to.includes(piece))) continue
      report(path, `no lines lead from ${pieceText(pieces, from.slice(0, 1))} to ${pieceText(pieces, to.slice(0, 1))}; join them, or change from and to`)
      return
    }
  }
}

export function behavioursOf(body: Body, { connectors, endpoints, report }: Known & Pick<Network, 'endpoints'>): BehaviourPlan[] {
  // A connector bears its name first: the members of `at: each` are named as their connectors.
  const named = new Map([...membersNamed(endpoints), ...connectors.map(({ name }) => [name, [name]] as const)])
  const find = (name: string, path: readonly string[]): readonly string[] => {
    const found = name === 'any' ? undefined : named.get(name)
    if (found === undefined)
      report(
        path,
        `'${name}' is neither a connector nor an endpoint; ${suggestion(
          name,
          [...named.keys()].filter((each) => each !== 'any'),
        )}`,
      )
    return found ?? []
  }
  return Object.entries(body.behaviours).flatMap(
    ([name, { who, towards, kind, odds, code = 'T00', delay = defaultDelay(kind), since, until = Number.MAX_SAFE_INTEGER }]) => {
      const path = ['behaviours', name]
      const sources: readonly (string | undefined)[] = towards === undefined ? [undefined] : find(towards, [...path, 'towards'])
      if (since >= body.duration) report([...path, 'since'], 'is after the end of the run')
      checkParty(who, { kind, path, isConnector: connectors.some((each) => each.name === who), report })
      const plan = { name, kind, odds, code: kind === 'refuse' ? 'T04' : code, delay, fromMs: since, untilMs: until }
      return find(who, [...path, 'who']).flatMap((member) =>
        sources.map((source) => ({ ...plan, who: member, ...(source === undefined ? {} : { towards: source }) })),
      )
    },
  )
}

interface Party {
  readonly kind: BehaviourKind
  readonly path: readonly string[]
  readonly isConnector: boolean
  readonly report: Report
}

/** Connectors announce, users pay; either answers. */
function checkParty(who: string, { kind, path, isConnector, report }: Party): void {
  const { on } = kindOf(kind)
  if (on === 'announcement' && !isConnector) report([...path, 'who'], `'${who}' announces no routes; ${kind} is for a connector`)
  if (on === 'payment' && isConnector) report([...path, 'who'], `'${who}' pays nobody; ${kind} is for an endpoint`)
}

/** Sum of what may be drawn at each connector: R6 wants it below 2^61. */
export function totalsOf(lines: readonly LinePlan[], endpoints: readonly EndpointPlan[]): ReadonlyMap<string, bigint> {
  const totals = new Map<string, bigint>()
  const count = (connector: string, value: bigint): void => void totals.set(connector, (totals.get(connector) ?? ZERO) + value)
  for (const { from, to, fromGrants, toGrants } of lines) {
    count(from, fromGrants)
    count(to, toGrants)
  }
  for (const { at, openingBalance, creditLimit } of endpoints) for (const connector of at) count(connector, openingBalance + creditLimit)
  return totals
}
