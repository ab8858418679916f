/** A world that is small enough to be seen whole: who there is, what is paid, and how often what may go wrong. */
import type { Direction } from '../../src/core/money/operation.ts'
import type { ThreadId } from '../../src/core/values/account.ts'
import type { Amount } from '../../src/core/values/amount.ts'
import type { RejectCode } from '../../src/core/values/packet.ts'
import type { WarmingName } from '../workload/plan.ts'

/** What a receiver may do with a prepare. */
export type Deed =
  | { readonly kind: 'fulfill' }
  | { readonly kind: 'reject'; readonly code: RejectCode }
  /** No answer ever comes. */
  | { readonly kind: 'hold' }
  /** It cannot be reached, or nobody can say whether it took it (S1). */
  | { readonly kind: 'notTaken' | 'unknown' }

export interface SmallAccount {
  readonly name: string
  readonly parallelism: number
  /** The cold it begins with. */
  readonly balance: Amount
  readonly creditLimit: Amount
  readonly does: readonly Deed[]
  /** Its answers come later, to any thread, until one thanks it (B8). */
  readonly callsBack: boolean
}

export interface SmallPayment {
  readonly name: string
  readonly from: string
  /** An ILP address, or a route's prefix. */
  readonly to: string
  readonly amount: Amount
  readonly expiryMs: number
  /** By which thread it comes; more than one: it is asked again under its id. */
  readonly asks: readonly ThreadId[]
  readonly withId: boolean
}

/** Money that comes in or goes out without a condition (B10). */
export interface SmallOperation {
  readonly name: string
  readonly account: string
  readonly direction: Direction
  readonly amount: Amount
  readonly expiryMs: number
  /** As of a payment. */
  readonly asks: readonly ThreadId[]
}

/** How often each may happen in one history. */
export interface Budgets {
  /** A thread dies, between two steps or between two effects of one. */
  readonly crashes: number
  /** A thread is only slow, and another life claims its book. */
  readonly zombies: number
  /** A connection to the store breaks: replies are lost, of the commands the first few may yet arrive. */
  readonly cuts: number
  /** A commit is lost, and those behind it arrive. */
  readonly lostCommits: number
  /** Time goes on although something could still happen now. */
  readonly delays: number
}

export interface SmallWorld {
  readonly name: string
  readonly question: string
  readonly threads: number
  readonly failover: number
  readonly warming: WarmingName
  readonly coolAfterMs: number
  /** Nothing goes wrong from then on. */
  readonly faultsUntilMs: number
  /** By then the world is at rest. */
  readonly horizonMs: number
  readonly accounts: readonly SmallAccount[]
  /** By prefix: who announced it. */
  readonly routes: ReadonlyMap<string, readonly string[]>
  readonly payments: readonly SmallPayment[]
  readonly operations: readonly SmallOperation[]
  readonly budgets: Budgets
}

/** Those that befall one thread. */
export const FAULTS = ['crashes', 'zombies', 'cuts', 'lostCommits'] as const satisfies readonly (keyof Budgets)[]

export type Fault = (typeof FAULTS)[number]
