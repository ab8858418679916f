/**
 * What goes wrong in a world, as its plan has it. *Strikes* fall at a time and put a place out of order; *odds* fall on
 * single messages that pass. Every kind is over at `untilMs`, and heals.
 */
import type { ThreadId } from '../../src/core/values/account.ts'
import type { Latency } from './plan.ts'

export type FaultPlan = StrikePlan | OddsPlan

export type FaultKind = FaultPlan['kind']

interface Entry {
  /** Of the scenario; it may stand for several places, a plan for each. */
  readonly name: string
  /** A connector; or a line by its name, where the kind falls on lines (sim/workload/faults.ts). */
  readonly who: string
  readonly fromMs: number
  readonly untilMs: number
}

// --- strikes --------------------------------------------------------------------------------------------------------

export type StrikePlan = ConnectorStrikePlan | LineStrikePlan

export type ConnectorStrikePlan =
  | CrashPlan
  | PausePlan
  | ClockPlan
  | StoreRestartPlan
  | StoreFailoverPlan
  | StoreStallPlan
  | StoreCutPlan
  | ThreadLeavesPlan
  | ThreadJoinsPlan

export type LineStrikePlan = PartitionPlan

/** When a strike falls. */
export type FaultTimes =
  /** Poisson, with this mean. */
  | { readonly kind: 'every'; readonly meanMs: number }
  /** At exactly these times. `draws`: for each, which draw of its entry it is; left out: counted from 1. */
  | { readonly kind: 'at'; readonly atMs: readonly number[]; readonly draws?: readonly number[] }

export interface StrikeTimes extends Entry {
  readonly times: FaultTimes
}

/** What becomes of the commands that are on their way when a connection to the store is cut. */
interface CutPlan {
  /** Share of them, the first, that the store still gets: 0 none, 1 all. Left out: drawn each time. */
  readonly arrives?: number
  /** How long after the cut the last of these comes in. */
  readonly lateBy: Latency
}

/** A thread dies with all that it had in memory, and starts again under a new epoch. */
export interface CrashPlan extends StrikeTimes, CutPlan {
  readonly kind: 'crash'
  /** Left out: any of the connector's threads. */
  readonly thread?: ThreadId
  /** Odds that it falls between two effects of the next step; otherwise between two inputs. */
  readonly midStep: number
  readonly restartAfter: Latency
}

/** A thread does nothing for a time, while what comes waits for it; then it goes on with what it knew. */
export interface PausePlan extends StrikeTimes {
  readonly kind: 'pause'
  /** Left out: any. */
  readonly thread?: ThreadId
  /** Odds that it falls between two effects of the next step; otherwise between two inputs. */
  readonly midStep: number
  readonly lasts: Latency
  /** When it is taken for dead and another life is started, while it may yet wake. Left out: never. */
  readonly abandonAfter?: Latency
}

/** A clock goes wrong: from one moment to the next, and from then on by a share of the time; then it is set right. */
export interface ClockPlan extends StrikeTimes {
  readonly kind: 'clock'
  /** Whose: a thread's or the store's. Left out: any of the threads'. */
  readonly thread?: ThreadId
  readonly store?: boolean
  /** How far, forwards or backwards. */
  readonly by: Latency
  /** Parts in a million, at most, fast or slow. */
  readonly driftPpm: number
  /** Left out: until `untilMs`. */
  readonly lasts?: Latency
}

/** Nothing gets through a line, in one direction or in both. */
export interface PartitionPlan extends StrikeTimes {
  readonly kind: 'partition'
  readonly lasts: Latency
  readonly ways: 'both' | 'one'
  /** Connections are refused and broken; or nothing is heard at all. */
  readonly how: 'refused' | 'silent'
}

/** The store dies and comes back; every connection breaks. */
export interface StoreRestartPlan extends StrikeTimes, Pick<CutPlan, 'arrives'> {
  readonly kind: 'store-restart'
  readonly restartAfter: Latency
  /** It comes back, whole, as it was so long before. Left out: with all its data. */
  readonly loses?: Latency
}

/** One node of the store dies, and its replica takes over as it was so long before; every connection breaks. */
export interface StoreFailoverPlan extends StrikeTimes, Pick<CutPlan, 'arrives'> {
  readonly kind: 'store-failover'
  readonly restartAfter: Latency
  readonly loses: Latency
}

/** A thread's connection to the store breaks, and it makes a new one. */
export interface StoreCutPlan extends StrikeTimes, CutPlan {
  readonly kind: 'store-cut'
  /** Left out: any of the connector's threads. */
  readonly thread?: ThreadId
}

/** The store stands still: no command is applied or answered. */
export interface StoreStallPlan extends StrikeTimes, CutPlan {
  readonly kind: 'store-stall'
  readonly lasts: Latency
}

/** The last of the connector's threads leaves, where all farms have enough without it: it ends what it has begun, and closes its book. */
export interface ThreadLeavesPlan extends StrikeTimes {
  readonly kind: 'thread-leaves'
}

/** A thread comes, behind the last, up to two more than the connector begins with. */
export interface ThreadJoinsPlan extends StrikeTimes {
  readonly kind: 'thread-joins'
}

// --- odds -----------------------------------------------------------------------------------------------------------

export type OddsPlan = LineOddsPlan | StoreOddsPlan | WakePlan

export type OddsKind = OddsPlan['kind']

interface OddsEntry extends Entry {
  /** For each message that passes in its time. */
  readonly odds: number
}

/** On the messages of a line: prepares, their replies, announcements. */
export type LineOddsPlan = DropPlan | RepeatPlan | DelayPlan | ReorderPlan

/** A message is lost, with the connection that it came by. */
export interface DropPlan extends OddsEntry {
  readonly kind: 'drop'
  /** Odds that a request was lost with a connection that never came about, so that its sender knows that it was not taken. */
  readonly refused: number
  /** When its sender notices that the connection is broken. Left out: never. */
  readonly noticedAfter?: Latency
}

/** A message that may be sent again comes twice: an announcement, or a prepare with an id. */
export interface RepeatPlan extends OddsEntry {
  readonly kind: 'repeat'
  /** After the first. */
  readonly after: Latency
}

/** A message takes so much longer. */
export interface DelayPlan extends OddsEntry {
  readonly kind: 'delay'
  readonly by: Latency
}

/** A message is overtaken by the next in its direction, or comes so much later. */
export interface ReorderPlan extends OddsEntry {
  readonly kind: 'reorder'
  readonly by: Latency
}

/**
 * On the commands that a connector's threads send to its store. A connection to it gives nothing twice and keeps its order;
 * one that falls silent stays so, and is given up when a command was not answered in time.
 */
export type StoreOddsPlan = StoreCommandLostPlan | StoreReplyLostPlan | StoreDelayPlan | StoreReorderPlan | StoreRepeatPlan | StoreErrorPlan

/** A command is lost, and with it all that are sent after it by this connection. */
export interface StoreCommandLostPlan extends OddsEntry {
  readonly kind: 'store-command-lost'
}

/** A command is applied and its reply is lost, and with it all replies after it by this connection. */
export interface StoreReplyLostPlan extends OddsEntry {
  readonly kind: 'store-reply-lost'
}

/** A command, and those behind it on its connection, takes so much longer. */
export interface StoreDelayPlan extends OddsEntry {
  readonly kind: 'store-delay'
  readonly by: Latency
}

/** A connection breaks behind a command: it comes in so much later, after what the next connection brings. */
export interface StoreReorderPlan extends OddsEntry {
  readonly kind: 'store-reorder'
  readonly by: Latency
}

/** A command is applied once more, as by a proxy that sends it again. */
export interface StoreRepeatPlan extends OddsEntry {
  readonly kind: 'store-repeat'
  /** After the first. */
  readonly after: Latency
}

/** Nothing of a command is done, and its reply is an error that passes (out of memory, a slot on its way). */
export interface StoreErrorPlan extends OddsEntry {
  readonly kind: 'store-error'
}

/** A hint between two threads of the connector is lost, comes late, or comes once more. */
export type WakePlan = WakeLostPlan | WakeLatePlan | WakeRepeatPlan

export interface WakeLostPlan extends OddsEntry {
  readonly kind: 'wake-lost'
}

export interface WakeLatePlan extends OddsEntry {
  readonly kind: 'wake-late'
  readonly by: Latency
}

export interface WakeRepeatPlan extends OddsEntry {
  readonly kind: 'wake-repeat'
  /** After the first. */
  readonly after: Latency
}
