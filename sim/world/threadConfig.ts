/** What a connector of the plan comes to for one of its threads. */
import { warmingPolicies } from '../../src/core/book/warming.ts'
import type { Directory } from '../../src/core/directory.ts'
import { policyNamed } from '../../src/core/routing/policies.ts'
import type { ThreadConfig } from '../../src/core/threadState.ts'
import type { ThreadId, Unit } from '../../src/core/values/account.ts'
import { type Amount, amount } from '../../src/core/values/amount.ts'
import { type Rates, ratioOf } from '../../src/core/values/rate.ts'
import type { ConnectorPlan } from '../workload/plan.ts'

export const MAX_PACKET = amount(1_000_000_000_000_000n)
const ANSWER_RETENTION_MS = 60_000
const MAX_OPEN = 100_000
const MAX_KEPT_IDS = 1_000_000
const MAX_WAITING = 10_000

interface Terms {
  readonly directory: Directory
  readonly rates: Rates
  /** The opening balances, for each unit. */
  readonly opened: ReadonlyMap<Unit, Amount>
  readonly thread: ThreadId
  readonly observe?: ThreadConfig['observe']
}

/** One unit, and what the connector keeps of it. */
export function ratesOf({ feePpm }: ConnectorPlan, unit: Unit): Rates {
  return new Map(feePpm === undefined ? [] : [[`${unit}/${unit}`, ratioOf('1', 0, 0, feePpm)]])
}

export function configOf(plan: ConnectorPlan, { directory, rates, opened, thread, observe }: Terms): ThreadConfig {
  const policy = policyNamed(plan.policy)
  const warming = warmingPolicies.find(({ name }) => name === plan.warming)
  if (policy === undefined || warming === undefined) throw new Error(`${plan.name}: no policy ${plan.policy} or warming ${plan.warming}`)
  return {
    thread,
    directory,
    policy,
    warming,
    failover: plan.failover,
    attemptTimeoutMs: plan.attemptTimeoutMs,
    coolAfterMs: plan.coolAfterMs,
    rates,
    maxPacketAmount: MAX_PACKET,
    answerRetentionMs: ANSWER_RETENTION_MS,
    maxOpen: MAX_OPEN,
    maxKeptIds: MAX_KEPT_IDS,
    maxWaiting: MAX_WAITING,
    positionLimits: new Map(),
    opened,
    observe,
  }
}
