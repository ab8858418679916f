/**
 * One world from one plan and one seed, run to its end. The same plan and seed give the same run, event by event, on every
 * machine; `watch.trace` gets it line by line.
 */
import { type Account, type AccountId, accountIdOf } from '../../src/core/values/account.ts'
import { type Address, address } from '../../src/core/values/address.ts'
import { ZERO } from '../../src/core/values/amount.ts'
import { EXPIRY_GRACE_MS, MAX_HOLD_MS } from '../../src/core/values/time.ts'
import { InvariantBroken, nothingChecked } from '../check/violation.ts'
import type { FaultFigures, RunFigures, Violation } from '../experiment/figures.ts'
import { lastMs, leavingMs, longestOutageMs } from '../faults/times.ts'
import { type BehaviourKind, kindOf } from '../workload/behaviourKinds.ts'
import { longestMs } from '../workload/latency.ts'
import { type ConnectorPlan, type EndpointPlan, type LinePlan, type MoneyPlan, type Plan, userLine } from '../workload/plan.ts'
import { closingOf } from './closing.ts'
import { type AccountPlan, Connector } from './connector.ts'
import { type Context, traceTime, type Watch } from './context.ts'
import { longestRowMs, startPayments, startTraffic } from './demand.ts'
import { Events } from './events.ts'
import { noneFired, startStrikes } from './faults.ts'
import { Connections } from './link.ts'
import { Meters } from './meters.ts'
import { Line } from './network.ts'
import { Payments } from './payments.ts'
import type { Population } from './population.ts'
import type { SimStore } from './store.ts'
import { longestOperationMs, OPERATION_LIFE_MS, Teller } from './teller.ts'
import { tracerTo } from './trace.ts'
import { addressOf, everyPaymentEnded, MAX_WAIT_MS, User } from './users.ts'

/** Before time 0: books are claimed and routes settle. */
const SETTLE_US = 10_000_000
/** After the last expiry: what is booked goes back to cold. */
const REST_MS = 3_000
/** Of that, the time in which what can be cooled has been: hot that was in use until the last is idle, given back, and sent. */
const COOLING_MS = 2_000
/** After a last outage: connections are given up, claims made, totals compared, and what comes late has come. */
const HEAL_MS = 25_000

export function runWorld(plan: Plan, seed: number, watch: Watch = {}): RunFigures {
  const context: Context = {
    plan,
    seed,
    events: new Events(-SETTLE_US, watch.mostEvents),
    checked: nothingChecked(),
    fired: noneFired(plan.faults),
    excused: new Set(),
    trace: watch.trace === undefined ? undefined : tracerTo(watch.trace),
    watch,
  }
  const payments = new Payments()
  const meters = new Meters(context, payments, watch.ended)
  context.trace?.({ at: traceTime(context), kind: 'world', seed, scenario: plan.scenario, regime: plan.regime, plan })
  const outcome = guarded(context, () => live(context, payments, meters, watch))
  return figuresOf(context, meters, outcome)
}

/** What a run leaves behind. */
interface Lived {
  readonly connectors: readonly Connector[]
  readonly drift: ReadonlyMap<string, bigint>
}

interface Outcome {
  readonly lived: Lived
  readonly violation: Violation | undefined
}

const NOTHING: Lived = { connectors: [], drift: new Map() }

/** Runs until an invariant breaks, or to the end. Anything else that is thrown is a bug and goes up. */
function guarded(context: Context, run: () => Lived): Outcome {
  try {
    return { lived: run(), violation: undefined }
  } catch (error) {
    if (!(error instanceof InvariantBroken)) throw error
    return { lived: NOTHING, violation: { invariant: error.invariant, at: context.events.nowUs / 1000, what: error.what, about: error.about } }
  }
}

function live(context: Context, payments: Payments, meters: Meters, watch: Watch): Lived {
  const { plan, events } = context
  const population = populate(context, payments, meters)
  watch.built?.(population)
  const connectors = [...population.connectors.values()]
  for (const connector of connectors) connector.start()
  for (const name of plan.subjects) meters.watch(population.connectors.get(name) as Connector)
  meters.startSampling()
  startStrikes(context, population)
  events.runUntil(0)
  if (plan.payments.length > 0) startPayments(context, population, plan.payments)
  else for (const [index, traffic] of plan.traffic.entries()) startTraffic(context, population, traffic, index)
  const teller = new Teller(context, population)
  for (const each of plan.money ?? []) teller.start(each)
  events.runUntil(plan.warmUpMs * 1000)
  meters.startCounting(connectors)
  events.runUntil(endMs(plan) * 1000)
  if (plan.money !== undefined) drainAll(context, teller, plan.money)
  for (const { name, store } of connectors) context.trace?.({ at: traceTime(context), kind: 'closing', connector: name, ...closingOf(store) })
  everyPaymentEnded(payments, context)
  for (const { witness, store, directory, plan: each } of connectors) {
    witness.gone(store, directory.threads)
    witness.quiet(store, isCoolAtRest(each))
    witness.reported(store, lostIn(store))
  }
  return { connectors, drift: driftOf(context, population.connectors) }
}

/** First one unit more than there is, then all there is. */
function drainAll({ events }: Context, teller: Teller, plans: readonly MoneyPlan[]): void {
  for (const beyond of [1n, 0n]) {
    const look = teller.drain(plans, beyond)
    events.runUntil(events.nowUs + (OPERATION_LIFE_MS + REST_MS) * 1000)
    look()
  }
}

/** Whether what is hot and not used has had time to go back when all is over. */
export function isCoolAtRest({ coolAfterMs }: ConnectorPlan): boolean {
  return coolAfterMs + COOLING_MS <= REST_MS
}

/** When all is over: what began has ended, and what was broken has healed. */
function endMs(plan: Plan): number {
  const end = plan.durationMs + longestLife(plan) + longestOddityMs(plan)
  const { faults } = plan
  return faults.length === 0 ? end + REST_MS : Math.max(end, lastMs(faults)) + longestOutageMs(faults) + HEAL_MS + leavingMs(faults)
}

type Books = Pick<Connector, 'plan' | 'store' | 'witness'>

const CLAIMS: readonly BehaviourKind[] = ['claim-other', 'early-fulfillment']

/** Who may fulfill what he has not passed on: with what he saw before, or with the fulfillment of another payment with its condition. */
function thievesIn({ behaviours }: Plan): ReadonlySet<string> {
  const isTwice = behaviours.some(({ kind }) => kind === 'same-condition')
  return new Set(behaviours.filter(({ kind }) => kind === 'known-fulfillment' || (isTwice && CLAIMS.includes(kind))).map(({ who }) => who))
}

/** S4: on each line, how much more its ends were charged by each other than they were credited. */
export function driftOf({ plan, checked }: Pick<Context, 'plan' | 'checked'>, connectors: ReadonlyMap<string, Books>): Map<string, bigint> {
  const balance = (at: string, holder: string): bigint => {
    const connector = connectors.get(at) as Books
    return connector.store.balanceOf(accountIdOf(holder, connector.plan.parallelism))
  }
  // Charges that the store lost after they were told (B12).
  const forgiven = (at: string, holder: string): bigint => {
    const connector = connectors.get(at) as Books
    return connector.witness.forgiven.get(accountIdOf(holder, connector.plan.parallelism)) ?? 0n
  }
  const liars = thievesIn(plan)
  return new Map(
    plan.lines.map(({ name, from, to }) => {
      const drift = -(balance(from, to) + balance(to, from))
      checked.S4++
      // They are credited for it, and charge nobody.
      if (!liars.has(from) && !liars.has(to) && drift + forgiven(from, to) + forgiven(to, from) < 0n)
        throw new InvariantBroken('S4', `the ends of ${name} credit each other ${-drift} more than they charge`, [name])
      return [name, drift]
    }),
  )
}

/** What somebody does later, and how long a packet with an extreme expiry can be under way. */
function longestOddityMs({ behaviours, connectors, faults }: Plan): number {
  const attempts = 1 + Math.max(0, ...connectors.map(({ failover }) => failover))
  const longest = behaviours.map(({ kind, delay }) => {
    if (kind === 'extreme-expiry') return attempts * (MAX_HOLD_MS + EXPIRY_GRACE_MS) + (faults.length === 0 ? 0 : MAX_WAIT_MS)
    return kind === 'slow' || kindOf(kind).delay === undefined ? 0 : 2 * longestMs(delay)
  })
  return Math.max(0, ...longest)
}

function longestLife(plan: Plan): number {
  const expiries = plan.payments.length > 0 ? [longestRowMs(plan.payments)] : plan.traffic.map(({ expiryMs, repeatAfterMs }) => expiryMs + repeatAfterMs)
  return Math.max(longestOperationMs(plan.money), ...expiries)
}

function figuresOf(context: Context, meters: Meters, { lived, violation }: Outcome): RunFigures {
  const { plan, seed, checked } = context
  const { connectors } = lived
  const badShare = meters.badShare()
  const recoveryMs = meters.recoveryMs()
  return {
    regime: plan.regime,
    policy: policyOf(plan),
    seed,
    directions: meters.directions(),
    accounts: meters.accounts(),
    storeCommands: meters.storeCommands(connectors),
    ...(badShare === undefined ? {} : { badShare }),
    ...(recoveryMs === undefined ? {} : { recoveryMs }),
    ...(plan.faults.length === 0 ? {} : { faults: faultFigures(context, lived) }),
    invariants: { checked: { ...checked }, ...(violation === undefined ? {} : { violation }) },
    hops: connectors.reduce((sum, { hops }) => sum + hops, 0),
  }
}

function faultFigures({ fired, excused }: Context, { connectors, drift }: Lived): FaultFigures {
  const named = (amountsOf: (connector: Connector) => Iterable<readonly [AccountId, bigint]>): Record<string, string> =>
    Object.fromEntries(
      connectors.flatMap((each) => [...amountsOf(each)].map(([id, amount]) => [`${each.name} ${each.directory.accounts.get(id)?.name}`, `${amount}`] as const)),
    )
  const mayLose = connectors.some(({ store }) => store.mayLose)
  return {
    fired: Object.fromEntries(fired),
    lostInCrash: named(({ witness }) => witness.lostInCrash),
    ...(mayLose
      ? {
          lostByStores: {
            uncredited: named(({ witness }) => witness.lostByStore),
            uncharged: named(({ witness }) => witness.forgiven),
            reported: named(({ store }) => lostIn(store)),
            excused: excused.size,
          },
        }
      : {}),
    drift: Object.fromEntries([...drift].map(([line, amount]) => [line, `${amount}`])),
  }
}

/** As the connector itself reports it. */
export function lostIn(store: SimStore): Map<AccountId, bigint> {
  const { accounts } = store.read([...store.shards.keys()])
  return new Map(accounts.flatMap(({ account, lostByFailover }) => (lostByFailover === undefined ? [] : [[account, lostByFailover] as const])))
}

function policyOf(plan: Plan): string {
  const subject = plan.connectors.find(({ name }) => plan.subjects.includes(name))
  return subject?.policy ?? ''
}

// --- building -------------------------------------------------------------------------------------------------------

function populate(context: Context, payments: Payments, meters: Meters): Population {
  const { plan } = context
  const accounts = new Map(plan.connectors.map(({ name }) => [name, [] as AccountPlan[]]))
  for (const line of plan.lines) addPeers(plan, accounts, line)
  for (const endpoint of plan.endpoints) for (const at of endpoint.at) accounts.get(at)?.push(userAccount(plan, endpoint, at))
  const fulfillmentOf = (condition: string): string | undefined => payments.find(condition)?.fulfillment
  const connectors = new Map(plan.connectors.map((each) => [each.name, new Connector(context, each, accounts.get(each.name) ?? [], meters, fulfillmentOf)]))
  const users = new Map(plan.endpoints.map((each) => [each.name, new User(context, each, payments, meters)]))
  const lines = [
    ...plan.lines.map((line) => joinPeers(context, connectors, line)),
    ...plan.endpoints.flatMap((endpoint) => joinUser(context, connectors, users, endpoint)),
  ]
  return { users, connectors, lines: new Map(lines.map((line) => [line.name, line])) }
}

function addPeers(plan: Plan, accounts: ReadonlyMap<string, AccountPlan[]>, line: LinePlan): void {
  for (const at of [line.from, line.to]) accounts.get(at)?.push({ account: peerAccount(plan, line, at), openingBalance: ZERO, line: line.name })
}

/** Of the line's other end. */
function peerAccount(plan: Plan, line: LinePlan, at: string): Account {
  const [name, creditLimit, peerLimit] = at === line.from ? [line.to, line.fromGrants, line.toGrants] : [line.from, line.toGrants, line.fromGrants]
  const host = plan.connectors.find((each) => each.name === at)
  if (host === undefined) throw new Error(`a line at an unknown connector ${at}`)
  return {
    id: accountIdOf(name, host.parallelism),
    name,
    address: below(at, name),
    unit: plan.unit,
    scale: plan.scale,
    relation: 'peer',
    parallelism: host.parallelism,
    creditLimit,
    peerLimit: host.limitsKnown ? peerLimit : undefined,
    ...answering(line),
    routes: [],
  }
}

function answering({ answers }: Pick<LinePlan, 'answers'>): Pick<Account, 'deduplicates' | 'callsBack'> {
  return answers === 'callback' ? { deduplicates: true, callsBack: true } : { deduplicates: answers === 'deduplicating' }
}

function userAccount(plan: Plan, endpoint: EndpointPlan, at: string): AccountPlan {
  const account: Account = {
    id: accountIdOf(`user ${endpoint.name}`, endpoint.parallelism),
    name: endpoint.name,
    address: below(at, endpoint.name),
    unit: plan.unit,
    scale: plan.scale,
    relation: 'user',
    parallelism: endpoint.parallelism,
    creditLimit: endpoint.creditLimit,
    ...answering(endpoint),
    routes: endpoint.announced ? [addressOf(endpoint)] : [],
  }
  return { account, openingBalance: endpoint.openingBalance, line: userLine(endpoint.name, at) }
}

function below(connector: string, name: string): Address {
  return address(`test.${connector}.${name}`)
}

function joinPeers(context: Context, connectors: ReadonlyMap<string, Connector>, { name, from, to, latency }: LinePlan): Line {
  const a = connectors.get(from) as Connector
  const b = connectors.get(to) as Connector
  const atA = accountIdOf(to, a.plan.parallelism)
  const atB = accountIdOf(from, b.plan.parallelism)
  const line = new Line(context, name, from, latency)
  a.connect(atA, line, () => b.open(accountNamed(b, atB), from), { connector: b, account: atB })
  b.connect(atB, line, () => a.open(accountNamed(a, atA), to), { connector: a, account: atA })
  return line
}

function accountNamed(connector: Connector, id: string): Account {
  const account = [...connector.directory.accounts.values()].find((each) => each.id === id)
  if (account === undefined) throw new Error(`${connector.name} has no account ${id}`)
  return account
}

function joinUser(context: Context, connectors: ReadonlyMap<string, Connector>, users: ReadonlyMap<string, User>, endpoint: EndpointPlan): Line[] {
  const user = users.get(endpoint.name) as User
  return endpoint.at.map((at) => {
    const connector = connectors.get(at) as Connector
    const account = accountNamed(connector, accountIdOf(`user ${endpoint.name}`, endpoint.parallelism))
    const line = new Line(context, userLine(endpoint.name, at), endpoint.name, endpoint.latency)
    connector.connect(account.id, line, () => new Connections([user.door(at)]))
    user.accesses.push({ connector: at, account, connections: connector.open(account, endpoint.name), line })
    return line
  })
}
