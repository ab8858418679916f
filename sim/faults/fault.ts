/**
 * What goes wrong, once: everything about it is settled when it is drawn, so that it is a value that can be written down and
 * made to happen again. What it does stands in sim/world. A new kind is a type here, a plan in sim/workload/faultPlan.ts with
 * its keys in faultSchema.ts and its place in faults.ts, and one file beside this one in a table of `draw.ts`.
 */
import type { ThreadId } from '../../src/core/values/account.ts'
import type { Latency } from '../workload/plan.ts'

/** Falls at a time. */
export type Strike = ConnectorStrike | LineStrike

export type ConnectorStrike = Crash | Pause | ClockError | StoreRestart | StoreFailover | StoreStall | StoreCut | ThreadLeaves | ThreadJoins

export type LineStrike = Partition

/** Falls on a single message, or command, or reply, that passes. */
export type Slip = Drop | Repeat | Delay | Reorder | StoreSlip | WakeLost | WakeLate | WakeRepeat

/** A connection to the store breaks: of what is on its way, so much still gets there. */
export interface Cut {
  /** 0 to 1: which share of the commands, the first of them, the store still gets. */
  readonly arrives: number
  /** When the last of these comes in, after the cut. */
  readonly lateUs: number
}

/** A thread dies with all that it had in memory. */
export interface Crash {
  readonly type: 'crash'
  readonly thread: ThreadId
  /** 0 to 1: in its next step it dies after this share of the effects. Left out: it dies at once. */
  readonly midStep?: number | undefined
  readonly cut: Cut
  readonly restartUs: number
}

/** A thread does nothing for a time, while what comes waits for it. */
export interface Pause {
  readonly type: 'pause'
  readonly thread: ThreadId
  /** 0 to 1: in its next step it pauses after this share of the effects. Left out: it pauses at once. */
  readonly midStep?: number | undefined
  readonly lastsUs: number
  /** From its beginning until it is taken for dead, and another life is started. Left out: it wakes before. */
  readonly abandonUs?: number | undefined
}

/** A clock goes wrong. */
export interface ClockError {
  readonly type: 'clock'
  readonly clock: ThreadId | 'store'
  /** Forwards; backwards where negative. */
  readonly byUs: number
  /** Parts in a million; slow where negative. */
  readonly driftPpm: number
  /** Then it is set right. Left out: when the plan's entry is over. */
  readonly lastsUs?: number | undefined
}

/** Nothing gets through a line: in both directions, or only not forth (from its first end), or back. */
export interface Partition {
  readonly type: 'partition'
  readonly lastsUs: number
  readonly ways: 'both' | 'forth' | 'back'
  readonly how: 'refused' | 'silent'
}

/** The store dies and comes back. What was to arrive has arrived before. */
export interface StoreRestart {
  readonly type: 'store-restart'
  readonly restartUs: number
  /** For each thread, in their order. */
  readonly cuts: readonly Cut[]
  /** It comes back as it was so long before its death. Left out: as it was then. */
  readonly losesUs?: number | undefined
}

/** The shards of one node come back as they were so long before its death, the others with all their data. */
export interface StoreFailover {
  readonly type: 'store-failover'
  readonly restartUs: number
  /** For each thread, in their order. */
  readonly cuts: readonly Cut[]
  readonly losesUs: number
  readonly node: number
}

/** The last of the connector's threads leaves. */
export interface ThreadLeaves {
  readonly type: 'thread-leaves'
}

/** A thread comes, behind the last. */
export interface ThreadJoins {
  readonly type: 'thread-joins'
}

/** The connection of one thread breaks. */
export interface StoreCut {
  readonly type: 'store-cut'
  readonly thread: ThreadId
  readonly cut: Cut
}

/** No command is applied or answered; who waits too long gives up the connection. */
export interface StoreStall {
  readonly type: 'store-stall'
  readonly lastsUs: number
  /** For each thread, in their order, should it give up. */
  readonly cuts: readonly Cut[]
}

export interface Drop {
  readonly type: 'drop'
  /** A request without a connection: its sender knows that it was not taken. */
  readonly isRefused: boolean
  /** When the sender of the request notices. Left out: never. */
  readonly noticedUs?: number | undefined
}

export interface Repeat {
  readonly type: 'repeat'
  /** After the first. */
  readonly afterUs: number
}

export interface Delay {
  readonly type: 'delay'
  readonly byUs: number
}

export interface Reorder {
  readonly type: 'reorder'
  /** It waits for the next no longer. */
  readonly byUs: number
}

export type StoreSlip = StoreCommandLost | StoreReplyLost | StoreDelay | StoreReorder | StoreRepeat | StoreError

/** Nothing more gets to the store by this connection. */
export interface StoreCommandLost {
  readonly type: 'store-command-lost'
}

/** Nothing more comes from the store by this connection. */
export interface StoreReplyLost {
  readonly type: 'store-reply-lost'
}

export interface StoreDelay {
  readonly type: 'store-delay'
  readonly byUs: number
}

/** The connection breaks, and what was on its way comes in by then. */
export interface StoreReorder {
  readonly type: 'store-reorder'
  readonly byUs: number
}

export interface StoreRepeat {
  readonly type: 'store-repeat'
  /** After the first. */
  readonly afterUs: number
}

export interface StoreError {
  readonly type: 'store-error'
}

export interface WakeLost {
  readonly type: 'wake-lost'
}

export interface WakeLate {
  readonly type: 'wake-late'
  readonly byUs: number
}

export interface WakeRepeat {
  readonly type: 'wake-repeat'
  /** After the first. */
  readonly afterUs: number
}

/** What draws for a fault: one stream for each time that it falls, so that none shifts another. */
export interface Chance {
  /** Uniform in [0, 1). */
  readonly unit: () => number
  readonly exponential: (mean: number) => number
  readonly latencyUs: (latency: Latency) => number
}
