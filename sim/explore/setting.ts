/** What a small world comes to for the core and the store: accounts, routes, packets, and who is meant by what. */
import { warmingPolicies } from '../../src/core/book/warming.ts'
import { makeDirectory } from '../../src/core/directory.ts'
import { type Operation, ownedId } from '../../src/core/money/operation.ts'
import type { Policy } from '../../src/core/routing/candidate.ts'
import { IDENTITY } from '../../src/core/routing/liquidityCurve.ts'
import type { Snapshot, Way } from '../../src/core/routing/snapshot.ts'
import type { ThreadConfig } from '../../src/core/threadState.ts'
import { type Account, type AccountId, accountIdOf, type ThreadId } from '../../src/core/values/account.ts'
import { address } from '../../src/core/values/address.ts'
import { amount } from '../../src/core/values/amount.ts'
import { type Condition, conditionOf, type Fulfillment, fulfillmentOf } from '../../src/core/values/condition.ts'
import { NO_DATA, type Prepare } from '../../src/core/values/packet.ts'
import type { SmallOperation, SmallPayment, SmallWorld } from './smallWorld.ts'

/** Time 0 of a small world, for the threads' clocks. */
export const START_MS = 1_000_000_000
const HUB = 'test.hub'
const UNIT = 'usd'
const MAX_OPEN = 100
const MAX_PACKET = amount(1_000_000_000n)
const ANSWER_RETENTION_MS = 60_000

/** In the order in which a route names its accounts. */
const firstNamed: Policy = { name: 'first-named', summary: 'the first that is left', pick: () => 0 }

export interface Payer {
  readonly payment: SmallPayment
  readonly from: AccountId
  readonly prepare: Prepare
  readonly fulfillment: Fulfillment
  readonly requestId: string | undefined
}

export interface Wish {
  readonly name: string
  readonly asks: readonly ThreadId[]
  /** Under which it is owned. */
  readonly id: string | undefined
}

export interface Setting {
  readonly world: SmallWorld
  readonly accounts: readonly Account[]
  readonly threads: readonly ThreadId[]
  readonly payers: readonly Payer[]
  readonly operations: readonly Operation[]
  /** Whatever is asked for, by its number: the payments, then the operations. */
  readonly wishes: readonly Wish[]
  readonly snapshot: Snapshot
  readonly configOf: (thread: ThreadId) => ThreadConfig
  /** By its condition; throws where it is nobody's. */
  readonly paymentOf: (condition: Condition) => number
  readonly accountNamed: (id: AccountId) => string
}

export function settingOf(world: SmallWorld): Setting {
  const accounts = world.accounts.map(accountOf)
  const named = (name: string): Account => found(accounts, (account) => account.name === name, name)
  const directory = makeDirectory(address(HUB), world.threads, accounts)
  const payers = world.payments.map((payment, i) => payerOf(payment, i, named(payment.from).id))
  const operations = world.operations.map((operation) => operationOf(operation, named(operation.account).id))
  const threads = Array.from({ length: world.threads }, (_, i): ThreadId => `t${i}`)
  return {
    world,
    accounts,
    threads,
    payers,
    operations,
    wishes: [
      ...payers.map(({ payment: { name, asks }, requestId }) => ({ name, asks, id: requestId })),
      ...operations.map((operation, i) => ({ name: operation.id, asks: world.operations[i]?.asks ?? [], id: ownedId(operation) })),
    ],
    snapshot: snapshotOf(world, named),
    configOf: (thread) => configOf(world, directory, thread),
    paymentOf: (condition) => payers.findIndex(({ prepare }) => prepare.condition === condition),
    accountNamed: (id) => found(accounts, (account) => account.id === id, id).name,
  }
}

function found<T>(list: readonly T[], is: (each: T) => boolean, name: string): T {
  const value = list.find(is)
  if (value === undefined) throw new Error(`there is no ${name}`)
  return value
}

function operationOf({ name, direction, amount, expiryMs }: SmallOperation, account: AccountId): Operation {
  return { id: name, account, direction, amount, expiresAt: START_MS + expiryMs }
}

function accountOf({ name, parallelism, creditLimit, callsBack }: SmallWorld['accounts'][number]): Account {
  return {
    id: accountIdOf(name, parallelism),
    name,
    address: address(`${HUB}.${name}`),
    unit: UNIT,
    scale: 2,
    relation: 'user',
    parallelism,
    creditLimit,
    deduplicates: false,
    callsBack,
    routes: [],
  }
}

function payerOf(payment: SmallPayment, number: number, from: AccountId): Payer {
  const fulfillment = fulfillmentOf(Buffer.alloc(32, number + 1))
  const prepare: Prepare = {
    amount: payment.amount,
    expiresAt: START_MS + payment.expiryMs,
    condition: conditionOf(fulfillment),
    destination: address(payment.to),
    data: NO_DATA,
  }
  return { payment, from, prepare, fulfillment, requestId: payment.withId ? payment.name : undefined }
}

function snapshotOf({ accounts, routes }: SmallWorld, named: (name: string) => Account): Snapshot {
  const wayOf = (name: string): Way => ({ account: named(name).id, path: [], curve: IDENTITY, since: START_MS })
  const mapper = new Map<string, readonly Way[]>()
  for (const { name } of accounts) mapper.set(`${HUB}.${name}`, [wayOf(name)])
  for (const [prefix, names] of routes) mapper.set(prefix, names.map(wayOf))
  return { version: 1, at: START_MS, mapper, accounts: new Map(), tallies: new Map(), seqs: new Map() }
}

function configOf(world: SmallWorld, directory: ThreadConfig['directory'], thread: ThreadId): ThreadConfig {
  const warming = found(warmingPolicies, ({ name }) => name === world.warming, world.warming)
  return {
    thread,
    directory,
    policy: firstNamed,
    warming,
    failover: world.failover,
    coolAfterMs: world.coolAfterMs,
    rates: new Map(),
    maxPacketAmount: MAX_PACKET,
    answerRetentionMs: ANSWER_RETENTION_MS,
    maxOpen: MAX_OPEN,
    maxKeptIds: MAX_OPEN,
    maxWaiting: MAX_OPEN,
    positionLimits: new Map(),
  }
}
