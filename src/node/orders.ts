/** What the supervisor and its children tell each other. Plain data: it is cloned on the way, bigints and maps too. */
import type { Effect } from '../core/effect.ts'
import type { Snapshot } from '../core/routing/snapshot.ts'
import type { AccountId, ThreadId } from '../core/values/account.ts'
import type { Routed, Routing } from '../https/toOurselves.ts'
import type { AccountChange } from './accounts/change.ts'
import type { GivenBody } from './accounts/given.ts'
import type { ThreadAnswer, ThreadAsk } from './asks.ts'
import type { AccountConfig, NodeConfig } from './config/config.ts'

/** What both kinds of children are given to begin with. */
export interface Setup {
  readonly config: NodeConfig
  readonly redisUrl: string
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  /** By parallelism, without a closing slash. */
  readonly farmUrls: ReadonlyMap<number, string>
}

export interface ThreadSetup extends Setup {
  readonly thread: ThreadId
  /** A unique id of this incarnation (B3). */
  readonly epoch: string
  /** False where this thread had a book before: then it must be there. */
  readonly mayOpen: boolean
  /** What the announcer published last. */
  readonly snapshot: Snapshot | undefined
}

/** What came of an announcement that this worker passed on. */
export interface Heard {
  readonly type: 'routed'
  readonly number: number
  readonly routed: Routed
}

export type WorkerOrder =
  | { readonly type: 'begin'; readonly setup: ThreadSetup }
  /** With the connection itself, of which nothing has been read. → `took` */
  | { readonly type: 'connection'; readonly farm: number; readonly number: number }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'wake' }
  /** → `answer` under the same id. */
  | { readonly type: 'ask'; readonly id: string; readonly ask: ThreadAsk }
  | Heard
  | { readonly type: 'drain' }

export type WorkerReport =
  /** The book is claimed, requests are taken. */
  | { readonly type: 'serving' }
  | { readonly type: 'took'; readonly number: number }
  | { readonly type: 'wake'; readonly to: ThreadId }
  | { readonly type: 'answer'; readonly id: string; readonly answer: ThreadAnswer }
  | { readonly type: 'fault'; readonly what: string }
  /** → `routed` under the same number, or nothing where there is no announcer. */
  | { readonly type: 'routing'; readonly number: number; readonly from: AccountId; readonly routing: Routing }
  /**
   * Another has claimed this thread's book, or the store lost what it had acknowledged: a new incarnation begins with what there
   * is. Or the thread has left, and its book is closed (B11).
   */
  | { readonly type: 'ended'; readonly why: Extract<Effect, { type: 'stop' }>['why'] }
  /** The store will not go on with this node: nobody serves before a person has looked. */
  | { readonly type: 'refused'; readonly why: string }

export type ThreadState = 'starting' | 'serving' | 'stopping' | 'down'

export interface ThreadStatus {
  readonly thread: ThreadId
  readonly pid: number | undefined
  readonly state: ThreadState
  readonly farms: readonly number[]
  /** How often its process died, or was ended because its book was another's. */
  readonly restarts: number
  readonly fences: number
}

/** What the admin port decided: to be kept, and told to all threads. */
export type Decision =
  | { readonly type: 'added'; readonly change: AccountChange; readonly body: GivenBody }
  | { readonly type: 'removed'; readonly change: AccountChange }
  /** Not kept: `removed` follows, or the account is put back. */
  | { readonly type: 'suspended'; readonly change: AccountChange }
  /** As the configuration's file has them now. */
  | { readonly type: 'reloaded'; readonly change: AccountChange; readonly inFile: readonly AccountConfig[] }

export type AnnouncerOrder =
  | { readonly type: 'begin'; readonly setup: Setup }
  | { readonly type: 'threads'; readonly threads: readonly ThreadStatus[] }
  /** Undefined: there is no such thread, or it died before it answered. */
  | { readonly type: 'answer'; readonly id: string; readonly answer: ThreadAnswer | undefined }
  /** Kept, and taken by all threads; or why not. */
  | { readonly type: 'decided'; readonly id: string; readonly why: string | undefined }
  | { readonly type: 'routing'; readonly thread: ThreadId; readonly number: number; readonly from: AccountId; readonly routing: Routing }
  | { readonly type: 'drain' }

export type AnnouncerReport =
  | { readonly type: 'listening'; readonly admin: string }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  /** → `answer` under the same id. */
  | { readonly type: 'ask'; readonly id: string; readonly thread: ThreadId; readonly ask: ThreadAsk }
  /** → `decided` under the same id. */
  | { readonly type: 'decide'; readonly id: string; readonly decision: Decision }
  | { readonly type: 'routed'; readonly thread: ThreadId; readonly heard: Heard }
  | { readonly type: 'fault'; readonly what: string }
  | { readonly type: 'refused'; readonly why: string }
