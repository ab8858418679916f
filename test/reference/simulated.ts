/** The same world for the simulator, and its story as the model tells it: read from the trace, and from nothing else. */

import type { RunFigures } from '../../sim/experiment/figures.ts'
import type { BehaviourPlan, ConnectorPlan, EndpointPlan, Latency, LinePlan, PaymentRow, Plan } from '../../sim/workload/plan.ts'
import type { Amount } from '../../src/core/values/amount.ts'
import { accountLine, type Story, sentLine, toldLine, type World } from './model.ts'

export type RunWorld = (plan: Plan, seed: number, watch: { readonly trace: (line: string) => void }) => RunFigures

/** Nothing in these worlds is drawn. */
const SEED = 1
/** What the simulator adds to the longest life of a payment before it ends. */
const REST_MS = 3_000

export function lastsUs(world: World): number {
  const lives = world.orders.map(({ expiryMs, repeatAfterMs = 0 }) => expiryMs + repeatAfterMs)
  return (lastMs(world) + Math.max(0, ...lives) + REST_MS) * 1000
}

function lastMs({ orders }: World): number {
  return Math.ceil(Math.max(0, ...orders.map(({ atUs }) => atUs)) / 1000)
}

// --- the plan -------------------------------------------------------------------------------------------------------

function planOf(world: World): Plan {
  return {
    scenario: 'reference',
    regime: 'reference',
    durationMs: lastMs(world),
    warmUpMs: 0,
    unit: 'USD',
    scale: 2,
    storeLatency: latency(world.storeUs),
    localLatency: latency(world.localUs),
    connectors: world.connectors.map(({ snapshotMs, ...spec }): ConnectorPlan => ({ ...spec, snapshotIntervalMs: snapshotMs, announceIntervalMs: 60_000 })),
    lines: world.lines.map(
      ({ from, to, fromGrants, toGrants, latencyUs }): LinePlan => ({
        name: `${from}-${to}`,
        from,
        to,
        fromGrants: fromGrants as Amount,
        toGrants: toGrants as Amount,
        latency: latency(latencyUs),
      }),
    ),
    endpoints: world.users.map(
      ({ name, at, opening, creditLimit, parallelism, latencyUs }): EndpointPlan => ({
        group: name,
        name,
        at,
        openingBalance: opening as Amount,
        creditLimit: creditLimit as Amount,
        parallelism,
        announced: at.length > 1,
        latency: latency(latencyUs),
      }),
    ),
    traffic: [],
    payments: world.orders.map(({ atUs, amount, ...row }): PaymentRow => ({ ...row, atMs: atUs / 1000, amount: amount as Amount })),
    faults: [],
    behaviours: world.behaviours.map(({ delayUs, ...spec }, i): BehaviourPlan => ({ ...spec, name: `b${i}`, odds: 1, delay: latency(delayUs) })),
    subjects: [],
  }
}

function latency(us: number): Latency {
  return { kind: 'constant', ms: us / 1000 }
}

// --- the story ------------------------------------------------------------------------------------------------------

interface AccountState {
  readonly connector: string
  readonly holder: string
  readonly id: string
  cold: bigint
  readonly threads: { hot: bigint; granted: bigint; returned: bigint }[]
}

/** What is read of a change in a commit. */
interface Change {
  readonly type: string
  readonly account?: string
  readonly amount?: string
  readonly payment?: string
  readonly record?: {
    readonly payment: string
    readonly sender: string
    readonly receiver: string
    readonly incomingAmount: string
    readonly outgoingAmount: string
  }
  readonly receiver?: string
  readonly outgoingAmount?: string
  readonly pocket?: 'hot' | 'given'
}

export interface Simulated {
  readonly story: Story
  /** A broken invariant, in words. */
  readonly broken: string | undefined
}

/** `runWorld` of the sources, or of a copy of them. */
export function simulate(world: World, runWorld: RunWorld): Simulated {
  const reader = new TraceReader(world)
  const { invariants } = runWorld(planOf(world), SEED, { trace: (line) => reader.read(line) })
  const { violation } = invariants
  return { story: reader.story(), broken: violation === undefined ? undefined : `${violation.invariant}: ${violation.what}` }
}

class TraceReader {
  readonly #world: World
  readonly #users: ReadonlySet<string>
  readonly #lines: string[][]
  /** By condition, in the order in which they were first asked. */
  readonly #orders = new Map<string, number>()
  readonly #accounts: AccountState[] = []
  readonly #records = new Map<string, NonNullable<Change['record']>>()

  constructor(world: World) {
    this.#world = world
    this.#users = new Set(world.users.map(({ name }) => name))
    this.#lines = world.orders.map(() => [])
  }

  read(line: string): void {
    // Most lines are not parsed: a trace is long.
    const head = line.slice(0, 60)
    if (head.includes('"kind":"message"')) this.#heard(JSON.parse(line))
    else if (head.includes('"kind":"account"')) this.#opened(JSON.parse(line))
    else if (head.includes('"kind":"effect"') && line.includes('"type":"sendPrepare"')) this.#sent(JSON.parse(line))
    else if (head.includes('"kind":"store"') && /"command":\{"type":"(warm|cool|commit)"/.test(line)) this.#stored(JSON.parse(line))
  }

  story(): Story {
    // In the order of ids at each connector, as the model has them.
    const accounts = this.#world.connectors.flatMap(({ name }) =>
      this.#accounts.filter(({ connector }) => connector === name).sort((a, b) => (a.id < b.id ? -1 : 1)),
    )
    return {
      orders: this.#lines,
      accounts: accounts.map(({ connector, holder, cold, threads }) => accountLine(connector, holder, cold, threads)),
    }
  }

  #opened({ connector, account, openingBalance }: { connector: string; account: { id: string; name: string }; openingBalance: string }): void {
    const threads = this.#world.connectors.find(({ name }) => name === connector)?.threads ?? 0
    this.#accounts.push({
      connector,
      holder: account.name,
      id: account.id,
      cold: BigInt(openingBalance),
      threads: Array.from({ length: threads }, () => ({ hot: 0n, granted: 0n, returned: 0n })),
    })
  }

  #heard(line: { from: string; to: string; arrives: number; message: { type: string; condition: string; code?: string; status?: number } }): void {
    const { message, from, to, arrives } = line
    if (message.type === 'prepare') {
      if (this.#users.has(from) && !this.#orders.has(message.condition)) this.#orders.set(message.condition, this.#orders.size)
      return
    }
    if (!this.#users.has(to) || message.type === 'announcement') return
    const reply = message.type === 'fulfill' ? 'fulfilled' : message.type === 'reject' ? `${message.code}` : `HTTP ${message.status}`
    this.#say(message.condition, toldLine(reply, Math.round(arrives * 1000)))
  }

  #sent(line: {
    connector: string
    who: string
    effect: { to: string; attempt: number; prepare: { amount: string; expiresAt: number; condition: string } }
  }): void {
    const { connector, who, effect } = line
    const { condition, amount, expiresAt } = effect.prepare
    this.#say(condition, sentLine(connector, who, effect.attempt, this.#account(connector, effect.to).holder, BigInt(amount), expiresAt))
  }

  #say(condition: string, words: string): void {
    this.#lines[this.#orders.get(condition) ?? -1]?.push(words)
  }

  #stored(line: {
    connector: string
    who: string
    command: { type: string; account: string; given: string; changes: readonly Change[] }
    reply: unknown
  }): void {
    const { connector, command } = line
    const thread = Number(line.who.slice(1))
    if (command.type === 'commit') {
      if (line.reply === 'ok') for (const change of command.changes) this.#changed(connector, thread, change)
      return
    }
    const account = this.#account(connector, command.account)
    const book = bookOf(account, thread)
    if (command.type === 'warm') {
      const { granted, grant, coldBefore } = line.reply as { granted: string; grant: string; coldBefore: string }
      account.cold = BigInt(coldBefore) - BigInt(grant)
      book.granted = BigInt(granted)
    } else {
      const { returned, cold } = line.reply as { returned: string; cold: string }
      account.cold = BigInt(cold)
      book.returned = BigInt(returned)
    }
  }

  #changed(connector: string, thread: number, change: Change): void {
    const key = `${connector} ${change.payment ?? change.record?.payment}`
    const record = change.record ?? this.#records.get(key)
    const hot = (id: string | undefined, by: string | undefined, sign: 1n | -1n): void => {
      bookOf(this.#account(connector, id ?? ''), thread).hot += sign * BigInt(by ?? 0)
    }
    switch (change.type) {
      case 'take':
        return hot(change.account, change.amount, 1n)
      case 'give':
        return hot(change.account, change.amount, -1n)
      case 'charge':
        if (record !== undefined) this.#records.set(key, record)
        return hot(record?.sender, record?.incomingAmount, -1n)
      case 'reroute':
        if (record !== undefined && change.receiver !== undefined && change.outgoingAmount !== undefined)
          this.#records.set(key, { ...record, receiver: change.receiver, outgoingAmount: change.outgoingAmount })
        return
      case 'credit':
        return change.pocket === 'hot' ? hot(record?.receiver, record?.outgoingAmount, 1n) : undefined
      case 'refund':
        return change.pocket === 'hot' ? hot(record?.sender, record?.incomingAmount, 1n) : undefined
    }
  }

  #account(connector: string, id: string): AccountState {
    const found = this.#accounts.find((each) => each.connector === connector && each.id === id)
    if (found === undefined) throw new Error(`the trace names no account ${id} of ${connector}`)
    return found
  }
}

function bookOf(account: AccountState, thread: number): AccountState['threads'][number] {
  const book = account.threads[thread]
  if (book === undefined) throw new Error(`${account.connector} has no thread t${thread}`)
  return book
}

// --- the comparison -------------------------------------------------------------------------------------------------

/** The first thing that the two tell otherwise, in words; undefined where they tell the same. */
export function differenceOf(model: Story, { story, broken }: Simulated): string | undefined {
  if (broken !== undefined) return `the simulator broke ${broken}`
  for (const [i, expected] of model.orders.entries()) {
    const found = story.orders[i] ?? []
    const at = expected.findIndex((line, n) => line !== found[n])
    if (at < 0 && found.length === expected.length) continue
    return [`order ${i} went otherwise. The model says:`, ...expected, 'and the simulator:', ...found].join('\n  ')
  }
  const at = model.accounts.findIndex((line, i) => line !== story.accounts[i])
  return at < 0 ? undefined : `at the end the model says\n  ${model.accounts[at]}\nand the simulator\n  ${story.accounts[at]}`
}
