/** What a thread's core is given, out of the node's configuration. */
import { warmingPolicies } from '../core/book/warming.ts'
import { type Directory, makeDirectory } from '../core/directory.ts'
import { policyNamed } from '../core/routing/policies.ts'
import type { ThreadConfig } from '../core/threadState.ts'
import { dealFarms, type ThreadId, type Unit } from '../core/values/account.ts'
import { type Amount, add, ZERO } from '../core/values/amount.ts'
import type { NodeConfig } from './config/config.ts'

/** Prepares of one account that wait for one warm. */
const MAX_WAITING = 10_000

/** All farms of the configuration are dealt, with an account or without. */
export function directoryOf({ address, threads, farms, accounts }: NodeConfig): Directory {
  const directory = makeDirectory(
    address,
    threads,
    accounts.map(({ account }) => account),
  )
  return { ...directory, farms: dealFarms(threads, [...farms.keys()]) }
}

export function threadConfigOf(config: NodeConfig, thread: ThreadId): ThreadConfig {
  const { routing, rates, maxPacketAmount, answerRetentionMs, maxOpen, maxKeptIds } = config
  const policy = policyNamed(routing.policy)
  const warming = warmingPolicies.find(({ name }) => name === routing.warming)
  if (policy === undefined || warming === undefined) throw new Error(`there is no policy ${routing.policy} or no warming ${routing.warming}`)
  return {
    thread,
    directory: directoryOf(config),
    policy,
    failover: routing.failover,
    attemptTimeoutMs: routing.attemptTimeoutMs,
    warming,
    coolAfterMs: routing.coolAfterMs,
    rates,
    maxPacketAmount,
    answerRetentionMs,
    maxOpen,
    maxKeptIds,
    maxWaiting: MAX_WAITING,
    positionLimits: new Map(),
    opened: openedIn(config),
  }
}

/** R6: what has entered before any deposit, for each unit. */
function openedIn({ accounts }: NodeConfig): Map<Unit, Amount> {
  const opened = new Map<Unit, Amount>()
  for (const { account, openingBalance } of accounts) opened.set(account.unit, add(opened.get(account.unit) ?? ZERO, openingBalance))
  return opened
}

/** The farms that this thread is in, ascending. */
export function farmsOf(directory: Directory, thread: ThreadId): number[] {
  return [...directory.farms].filter(([, threads]) => threads.includes(thread)).map(([parallelism]) => parallelism)
}

/** Before every key in Redis: nodes that share one have different addresses. */
export function keyPrefixOf({ address }: NodeConfig): string {
  return `ilp:${address}:`
}
