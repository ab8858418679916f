/**
 * A plan is one world in full: what a scenario comes to for one regime, one failover and one policy. Everything is
 * resolved (durations in ms, amounts as bigint, groups expanded), so the world asks no further questions.
 */
import type { Direction } from '../../src/core/money/operation.ts'
import type { Amount } from '../../src/core/values/amount.ts'
import type { BehaviourKind } from './behaviourKinds.ts'
import type { FaultPlan } from './faultPlan.ts'

export type Latency =
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'uniform'; readonly lowMs: number; readonly highMs: number }
  | { readonly kind: 'logNormal'; readonly medianMs: number; readonly sigma: number; readonly capMs: number }

export type AmountDistribution =
  | { readonly kind: 'constant'; readonly amount: Amount }
  | { readonly kind: 'uniform'; readonly low: Amount; readonly high: Amount }
  /** exp(N(ln median, sigma)), rounded to a whole unit, at least 1; what is above the cap becomes the cap. */
  | { readonly kind: 'logNormal'; readonly median: number; readonly sigma: number; readonly cap: Amount }

/**
 * How the replies of whoever is asked over a line come back. synchronous: on the connection of the prepare, or not at all.
 * deduplicating: so too, but a repeated id is answered with the first answer (S1). callback: later, to any thread of whoever
 * asked, again and again until it is thanked or the prepare has expired (B8); a repeated id is answered as the first.
 */
export type Answers = 'synchronous' | 'deduplicating' | 'callback'
/** What a store may lose of what it has acknowledged (B12): the last second; nothing to a power cut; nothing. */
export type Durability = 'everysec' | 'always' | 'wait'

export type WarmingName = 'exact' | 'share' | 'adaptive'

export interface ConnectorPlan {
  /** An ILP address segment; its address is `test.NAME`. */
  readonly name: string
  readonly threads: number
  /** Of the accounts that its lines have with it. */
  readonly parallelism: number
  readonly dealing: 'connection' | 'request'
  readonly policy: string
  readonly failover: number
  readonly slack: 0 | 1
  readonly warming: WarmingName
  readonly snapshotIntervalMs: number
  readonly announceIntervalMs: number
  /** Left out: half of what is left (S3). */
  readonly attemptTimeoutMs?: number
  readonly coolAfterMs: number
  /** What it keeps of every packet, in millionths (R7); left out: nothing. */
  readonly feePpm?: number
  /** Whether the peers' limits are known to its policies. */
  readonly limitsKnown: boolean
  /** Left out: everysec. */
  readonly durability?: Durability
}

/** A peering of two connectors on mirrored credit. */
export interface LinePlan {
  readonly name: string
  readonly from: string
  readonly to: string
  /** What `from` grants `to`: how far the account of `to` may go below zero in the book of `from`. */
  readonly fromGrants: Amount
  readonly toGrants: Amount
  readonly latency: Latency
  /** Of both ends. Left out: synchronous. */
  readonly answers?: Answers
}

/** Users: each member has one account at each connector of `at`. */
export interface EndpointPlan {
  /** The group's name in the scenario; its members are NAME, or NAME0, NAME1, … where count > 1. */
  readonly group: string
  readonly name: string
  readonly at: readonly string[]
  /** Of each of its accounts: the cold it starts with, and how far it may go below zero. */
  readonly openingBalance: Amount
  readonly creditLimit: Amount
  readonly parallelism: number
  /** Announced by each connector of `at` as a route of its own, `test.NAME`; otherwise it lives below the connector. */
  readonly announced: boolean
  readonly latency: Latency
  /** When its connectors ask it. Left out: synchronous. */
  readonly answers?: Answers
}

/** How a sender with accounts at several connectors picks the line that its payment takes. */
export type Via = { readonly kind: 'uniform' } | { readonly kind: 'inProportion' } | { readonly kind: 'policy'; readonly policy: string }

export interface TrafficPlan {
  readonly name: string
  /** Names of endpoint members; for each payment one is drawn from each list, and they differ. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly via: Via
  /** Poisson arrivals, payments per second. */
  readonly ratePerS: number
  readonly amounts: AmountDistribution
  readonly expiryMs: number
  /** Odds that the receiver fulfills; otherwise it rejects with `rejectCode`. */
  readonly fulfills: number
  readonly rejectCode: string
  /** Odds that a payment carries a Request-Id, and that one with an id is asked a second time on another connection. */
  readonly idOdds: number
  readonly repeatOdds: number
  readonly repeatAfterMs: number
}

/** Deposits and withdrawals of endpoints, each asked at any thread of one of its connectors until it is answered. */
export interface MoneyPlan {
  readonly name: string
  /** Names of endpoint members; for each operation one is drawn. When all is over each draws out all that it has. */
  readonly who: readonly string[]
  /** Poisson arrivals, operations per second. */
  readonly ratePerS: number
  readonly amounts: AmountDistribution
  /** Odds that it is a deposit. */
  readonly deposits: number
  /** Odds that it is asked a second time at once, at another thread. */
  readonly repeatOdds: number
  /** Left out: longer than any run. Otherwise whatever is asked a second time is asked once more when it has expired. */
  readonly expiryMs?: number
  /** In order of time; used instead of what would be drawn. */
  readonly rows?: readonly MoneyRow[]
}

/** One deposit or withdrawal. */
export interface MoneyRow {
  readonly atMs: number
  /** An endpoint member, and that one of its connectors where it is asked. */
  readonly who: string
  readonly at: string
  readonly direction: Direction
  readonly amount: Amount
  /** The number of the thread that is asked first, modulo the connector's threads. */
  readonly thread: number
  /** The thread after it is asked at once, too. */
  readonly isRepeated: boolean
}

/** What a connector or user does instead of its duty, with the given odds each time: behaviourKinds.ts says what, and when. */
export interface BehaviourPlan {
  readonly name: string
  /** A connector or an endpoint member. */
  readonly who: string
  /** Only for prepares that come from this connector or endpoint, or what is announced to it; left out: anyone. */
  readonly towards?: string
  readonly kind: BehaviourKind
  readonly odds: number
  /** Of kinds that reject. */
  readonly code: string
  /** Of kinds that have one. */
  readonly delay: Latency
  readonly fromMs: number
  readonly untilMs: number
}

/** One row of PAYMENTS.csv: `from` and `to` are endpoint members. */
export interface PaymentRow {
  readonly atMs: number
  readonly from: string
  readonly to: string
  readonly amount: Amount
  // What a row of the file does not say, for worlds that are made and not read.
  /** Left out: 30 s. */
  readonly expiryMs?: number
  /** Whether the receiver fulfills; otherwise it rejects with `rejectCode` (F99 where left out). Left out: it does. */
  readonly fulfills?: boolean
  readonly rejectCode?: string
  /** With a Request-Id, and when it is asked again on the next connection, ms after the first; left out: without, or once. */
  readonly withId?: boolean
  readonly repeatAfterMs?: number
  /** Nothing stands in its way, as far as anybody outside can tell: a run in which it is not fulfilled makes no progress. */
  readonly mustSucceed?: boolean
}

export interface Plan {
  readonly scenario: string
  /** The regime's name with its variation, as the results name it. */
  readonly regime: string
  readonly durationMs: number
  /** What starts before this is left out of the figures. */
  readonly warmUpMs: number
  readonly unit: string
  readonly scale: number
  /** One-way, thread to store and back. */
  readonly storeLatency: Latency
  /** Between threads of one connector. */
  readonly localLatency: Latency
  readonly connectors: readonly ConnectorPlan[]
  readonly lines: readonly LinePlan[]
  readonly endpoints: readonly EndpointPlan[]
  readonly traffic: readonly TrafficPlan[]
  /** In order of time; used instead of `traffic` where not empty. */
  readonly payments: readonly PaymentRow[]
  /** Left out: none. */
  readonly money?: readonly MoneyPlan[]
  readonly behaviours: readonly BehaviourPlan[]
  readonly faults: readonly FaultPlan[]
  /** The connectors whose policy is compared. */
  readonly subjects: readonly string[]
}

/** The name of the line of an endpoint member to one of its connectors. No line of a plan has a name with a space in it. */
export function userLine(endpoint: string, connector: string): string {
  return `${endpoint} ${connector}`
}
