/**
 * The trace: one JSON object a line for every input, effect, message and store command, with the virtual time at which it
 * happened; before them the world and its accounts, after them what the stores hold. Amounts are decimal strings, bytes base64, maps objects. Its shape is in `scenarios/trace.schema.json`.
 */
import type { AnnouncerEffect, AnnouncerInput } from '../../src/core/announcer.ts'
import type { BookContents } from '../../src/core/book/contents.ts'
import type { LeftMessage } from '../../src/core/book/message.ts'
import type { Effect } from '../../src/core/effect.ts'
import type { CloseReply, CommitReply, Cooled, Input, LeaveReply, Owned, Warmed } from '../../src/core/input.ts'
import type { Announcement } from '../../src/core/routing/announcement.ts'
import type { Reading } from '../../src/core/routing/reading.ts'
import type { Account, AccountId, ThreadId } from '../../src/core/values/account.ts'
import type { Amount } from '../../src/core/values/amount.ts'
import type { Condition } from '../../src/core/values/condition.ts'
import type { Prepare, Refusal, Reply } from '../../src/core/values/packet.ts'
import type { ConnectorStrike, LineStrike, Slip } from '../faults/fault.ts'
import type { BehaviourKind } from '../workload/behaviourKinds.ts'
import type { Plan } from '../workload/plan.ts'
import type { Closing } from './closing.ts'
import type { Accepted, Claim, Failure, Thanks } from './link.ts'

/** `at`: virtual ms. */
export type TraceLine =
  | { readonly at: number; readonly kind: 'world'; readonly seed: number; readonly scenario: string; readonly regime: string; readonly plan: Plan }
  /** `line`: on which its holder is reached. */
  | {
      readonly at: number
      readonly kind: 'account'
      readonly connector: string
      readonly line: string
      readonly account: Account
      readonly openingBalance: Amount
    }
  | (Stepped & { readonly kind: 'input' } & ({ readonly who: ThreadId; readonly input: Input } | { readonly who: 'announcer'; readonly input: AnnouncerInput }))
  | (Stepped & { readonly kind: 'effect' } & (
        | { readonly who: ThreadId; readonly effect: Effect }
        | { readonly who: 'announcer'; readonly effect: AnnouncerEffect }
      ))
  /** Told when it leaves; `arrives` in virtual ms, left out where it is lost. A prepare and its reply are one exchange, numbered on each line. */
  | {
      readonly at: number
      readonly kind: 'message'
      readonly line: string
      readonly exchange: number
      readonly from: string
      readonly to: string
      readonly arrives?: number
      readonly message: Message
    }
  /** A command as the store applied it, and its reply; without one where it breaks an invariant, and the trace ends. */
  | (Stepped & { readonly kind: 'store'; readonly who: ThreadId | 'announcer'; readonly command: StoreCommand; readonly reply?: StoreReply })
  /** Something goes wrong at a connector; `name` is its entry of the plan. */
  | (Stepped & { readonly kind: 'fault'; readonly name: string; readonly fault: ConnectorStrike })
  /** The same on a line. */
  | { readonly at: number; readonly kind: 'lineFault'; readonly line: string; readonly name: string; readonly fault: LineStrike }
  /** Something goes wrong with a single message, `on` says which; `who`: the connector or the line where it passes. */
  | { readonly at: number; readonly kind: 'slip'; readonly name: string; readonly who: string; readonly on: string; readonly slip: Slip }
  /** A connector or user does something else than its duty; `name` is its entry of the plan. */
  | {
      readonly at: number
      readonly kind: 'behaviour'
      readonly who: string
      readonly name: string
      readonly behaviour: BehaviourKind
      readonly towards: string
    }
  /** A store has died, and these shards come back without what was applied after `since`. */
  | (Stepped & { readonly kind: 'undone'; readonly since: number; readonly shards: readonly (AccountId | ThreadId)[] })
  /** A life of a thread is over, with all that it had in memory; the next begins with its input `started`. */
  | (Stepped & { readonly kind: 'ended'; readonly who: ThreadId; readonly epoch: string; readonly why: Ending })
  /** A thread's connection to its store is cut: of its commands that were on their way, the first may still arrive. */
  | (Stepped & { readonly kind: 'cut'; readonly who: ThreadId; readonly arriving: number; readonly lost: number })
  /** What its store holds when the run is over. */
  | (Stepped & { readonly kind: 'closing' } & Closing)

export type Ending = 'crash' | Extract<Effect, { type: 'stop' }>['why']

interface Stepped {
  readonly at: number
  readonly connector: string
}

export type Message =
  | ({ readonly type: 'prepare'; readonly requestId?: string } & Prepare)
  | ({ readonly condition: Condition } & (Reply | Refusal | Accepted | Failure | Claim | Thanks))
  | { readonly type: 'callback'; readonly condition: Condition; readonly requestId: string; readonly reply: Reply }
  | ({ readonly type: 'announcement' } & Announcement)

export type StoreCommand =
  | Extract<Effect, { type: 'claim' | 'commit' | 'warm' | 'cool' | 'own' | 'leave' | 'readLeft' | 'close' }>
  | Extract<AnnouncerEffect, { type: 'readBooks' }>

export type StoreReply = BookContents | CommitReply | CloseReply | LeaveReply | 'full' | Warmed | Cooled | Owned | readonly LeftMessage[] | Reading

export type Tracer = (line: TraceLine) => void

export function tracerTo(write: (line: string) => void): Tracer {
  return (line) => write(JSON.stringify(line, plain))
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Map) return Object.fromEntries(value)
  return value
}
