/** The state behind a thread's one door. Only the modules of the core touch it. */
import type { Change, PaymentId } from './book/change.ts'
import { type Holding, makeHolding } from './book/holding.ts'
import type { Leaving } from './book/leave.ts'
import type { Asker } from './book/message.ts'
import { RecentCommits } from './book/recent.ts'
import type { WarmingPolicy } from './book/warming.ts'
import { type Directory, serves } from './directory.ts'
import type { Effect } from './effect.ts'
import type { Booking, Operation } from './money/operation.ts'
import type { Payment } from './payment/payment.ts'
import type { PaymentEvent, PaymentState } from './payment/table.ts'
import type { Policy } from './routing/candidate.ts'
import type { Snapshot } from './routing/snapshot.ts'
import { Timers } from './timers.ts'
import type { Account, AccountId, ThreadId, Unit } from './values/account.ts'
import type { Amount, Balance } from './values/amount.ts'
import type { Draw } from './values/draw.ts'
import type { Rates } from './values/rate.ts'
import { RevolvingMap } from './values/revolvingMap.ts'
import type { UnixMs } from './values/time.ts'

export interface ThreadConfig {
  readonly thread: ThreadId
  readonly directory: Directory
  readonly policy: Policy
  /** Further candidates that are tried after the first. */
  readonly failover: number
  /** How long one attempt may take while another candidate is left; left out: half of what is left (S3). */
  readonly attemptTimeoutMs?: number | undefined
  readonly warming: WarmingPolicy
  /** Hot that was not used for so long goes back (B7). */
  readonly coolAfterMs: number
  readonly rates: Rates
  readonly maxPacketAmount: Amount
  readonly answerRetentionMs: number
  /** For each account: payments under way, kept answers, prepares that wait for one warm. */
  readonly maxOpen: number
  readonly maxKeptIds: number
  readonly maxWaiting: number
  /** How far the connector's own position may fall, for each unit (R5); this book has limit / threads. */
  readonly positionLimits: ReadonlyMap<Unit, Amount>
  /** The opening balances of all accounts together, for each unit; left out: none (R6). */
  readonly opened?: ReadonlyMap<Unit, Amount>
  /** Hears which row of the transition table is used, before its action: for whoever measures what has been covered. */
  readonly observe?: ((state: PaymentState, event: PaymentEvent) => void) | undefined
}

/** A job for a deadline (timers.ts). */
export type Job =
  /** By id: a job must not keep what has ended. */
  | { readonly type: 'attempt'; readonly payment: PaymentId; readonly attempt: number }
  | { readonly type: 'repeat'; readonly payment: PaymentId; readonly attempt: number }
  | { readonly type: 'idle'; readonly holding: Holding }
  | { readonly type: 'cool'; readonly holding: Holding }
  | { readonly type: 'forget'; readonly payment: Payment }
  | { readonly type: 'gather'; readonly holding: Holding }
  | { readonly type: 'forgetMoney'; readonly booking: Booking }
  | { readonly type: 'poll' }
  | { readonly type: 'sweep' }
  | { readonly type: 'sweepLate' }
  | { readonly type: 'sweepWarmed' }

/** An operation whose id a colleague owns, for whoever asked for it here. */
export interface AskedOperation {
  readonly asker: Asker
  readonly owner: ThreadId
  readonly operation: Operation
}

/** A prepare whose id a colleague owns, for whoever asked for it here. */
export interface Asked {
  readonly asker: Asker
  readonly sender: Holding
  /** A store may lose it before it is answered (B12). */
  readonly question: Leaving['effect'] | undefined
}

/** A commit that was emitted and not yet acknowledged, with what its acknowledgement sets free. */
export interface Emitted {
  readonly seq: number
  changes: readonly Change[]
  readonly payments: readonly Payment[]
  /** What this commit gave back. */
  readonly given: readonly Given[]
}

export interface Given {
  readonly holding: Holding
  readonly amount: Amount
}

export interface ThreadState {
  readonly config: ThreadConfig
  /** As it is now: it is replaced whole. */
  directory: Directory
  epoch: string
  serving: boolean
  /** Of the book: how often it was closed before. */
  term: number
  /** The book is being closed (B11). */
  isClosing: boolean
  /** Nothing is done here any more. */
  ended: Extract<Effect, { type: 'stop' }>['why'] | undefined
  /** Numbers for payments and messages of this epoch. */
  lastPayment: number
  lastMessage: number
  readonly holdings: Map<AccountId, Holding>
  readonly payments: RevolvingMap<PaymentId, Payment>
  /** Those whose id the store was asked for, and has not answered. */
  readonly owning: Set<Payment>
  readonly positions: Map<Unit, Balance>
  /** Outgoing amounts under way by unit, for units with a position limit. */
  readonly outgoing: Map<Unit, Balance>
  snapshot: Snapshot | undefined
  readonly timers: Timers<Job>
  sleepingUntil: UnixMs | undefined
  /** Left messages that were taken up, until their striking out is durable. */
  readonly consumed: Set<string>
  /** Messages to colleagues, until they lie in their books. */
  readonly leaving: Map<string, Leaving>
  /** Requests that a colleague will answer, by the message that asked. */
  readonly asked: RevolvingMap<string, Asked>
  /** Operations whose owner the store was asked for; that are being committed; and the requests that a colleague will answer. */
  readonly owningMoney: Set<Booking>
  readonly committingMoney: Map<PaymentId, Booking>
  readonly askedMoney: Map<string, AskedOperation>
  /** Questions among these that the store, or the answers to them, may have lost: the connection broke since (B12). */
  readonly doubted: Set<string>
  /** What entered through this book less what left (R5, R6). */
  readonly entered: Map<Unit, Balance>
  /** After a claim: accounts whose shards are still to be asked for grants that the book does not name (B9). */
  unswept: readonly Holding[]
  /** Accounts that were asked for cold, until their shards were asked once more (B6). */
  readonly warmed: Set<Holding>
  /** Until then the store may still apply what was sent by an earlier life or an earlier connection; in the past once the shards were asked after it. */
  lateUntil: UnixMs
  /** Cools that were sent and not answered. */
  readonly cooling: Set<Holding>
  /** The present input's draw, or what follows from it (values/draw.ts). */
  draw: Draw
  // The commit that the present step is writing, and those before it.
  changes: Change[]
  changedPayments: Payment[]
  changedGiven: Given[]
  drops: Change[]
  seq: number
  readonly unacknowledged: Emitted[]
  /** What was acknowledged lately (B12). */
  readonly recent: RecentCommits
  resentUpTo: number
  lastGap: number
  effects: Effect[]
}

export function makeThreadState(config: ThreadConfig): ThreadState {
  const payments = new RevolvingMap<PaymentId, Payment>()
  return {
    config,
    directory: config.directory,
    epoch: '',
    serving: false,
    term: 0,
    isClosing: false,
    ended: undefined,
    lastPayment: 0,
    lastMessage: 0,
    holdings: new Map(),
    payments,
    owning: new Set(),
    positions: new Map(),
    outgoing: new Map(),
    snapshot: undefined,
    timers: new Timers((job) => isLive(payments, job)),
    sleepingUntil: undefined,
    draw: 0,
    consumed: new Set(),
    leaving: new Map(),
    asked: new RevolvingMap(),
    owningMoney: new Set(),
    committingMoney: new Map(),
    askedMoney: new Map(),
    doubted: new Set(),
    entered: new Map(),
    unswept: [],
    warmed: new Set(),
    lateUntil: Number.NEGATIVE_INFINITY,
    cooling: new Set(),
    changes: [],
    changedPayments: [],
    changedGiven: [],
    drops: [],
    seq: 0,
    unacknowledged: [],
    recent: new RecentCommits(),
    resentUpTo: 0,
    lastGap: 0,
    effects: [],
  }
}

function isLive(payments: RevolvingMap<PaymentId, Payment>, job: Job): boolean {
  if (job.type !== 'attempt' && job.type !== 'repeat') return true
  const payment = payments.get(job.payment)
  if (payment === undefined || payment.attempt?.number !== job.attempt) return false
  return payment.state === 'sent' || payment.state === 'charging' || payment.state === 'rerouting'
}

export function findAccount(state: ThreadState, id: AccountId): Account | undefined {
  return state.directory.accounts.get(id)
}

export function holdingOf(state: ThreadState, account: Account): Holding {
  let holding = state.holdings.get(account.id)
  if (holding === undefined) {
    holding = makeHolding(account, serves(state.directory, state.config.thread, account))
    state.holdings.set(account.id, holding)
  }
  return holding
}
