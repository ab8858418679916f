/** What goes from one part of a small world to another, each by its number. */
import type { Effect, Thanks } from '../../src/core/effect.ts'
import type { Input } from '../../src/core/input.ts'
import type { MoneyReply } from '../../src/core/money/operation.ts'
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import type { Reply } from '../../src/core/values/packet.ts'
import { Interned } from './interned.ts'

/** An input without what the clock and the draw add to it. */
export type Heard = Input extends infer I ? (I extends Input ? Omit<I, 'at' | 'draw'> : never) : never

type EffectOf<T extends Effect['type']> = Extract<Effect, { type: T }>

/** An effect that asks something of the store, and who asks. */
export interface Command {
  readonly thread: ThreadId
  readonly effect: EffectOf<'claim' | 'commit' | 'warm' | 'cool' | 'own' | 'leave' | 'readLeft'>
}

/** Under way between processes, in no order. `epoch`: the number of the life that sent it, or that waits for it. */
export type Message =
  | { readonly type: 'prepare'; readonly epoch: number; readonly effect: EffectOf<'sendPrepare'> }
  | { readonly type: 'reply'; readonly epoch: number; readonly heard: number; readonly fulfills: Fulfilling | undefined }
  | { readonly type: 'wake'; readonly to: ThreadId }
  | Callback
  /** By a life that has not thanked for it yet; should it die, the callback comes again. */
  | { readonly type: 'heldCallback'; readonly epoch: number; readonly callback: number }

/** An answer that goes to any thread (B8). `from`: the thread whose prepare it answers. */
export interface Callback {
  readonly type: 'callback'
  readonly from: number
  readonly heard: number
  readonly fulfills: Fulfilling | undefined
  readonly payment: number
  readonly attempt: number
}

/** A fulfillment counts if it is heard before this time: afterwards the attempt may have been given up. */
export interface Fulfilling {
  readonly event: number
  readonly beforeMs: number
}

/** What the record hears: from the outside, and from the store's writes. */
export type Event =
  | { readonly type: 'asked'; readonly payment: number; readonly ask: number; readonly epoch: string }
  | {
      readonly type: 'answered'
      readonly payment: number
      readonly ask: number
      readonly epoch: string
      readonly reply: Reply | MoneyReply | { readonly type: 'refusal'; readonly status: number }
    }
  | { readonly type: 'booked'; readonly payment: number; readonly reply: MoneyReply }
  /** For a callback that fulfills an attempt. */
  | { readonly type: 'thanked'; readonly payment: number; readonly attempt: number; readonly epoch: string; readonly how: Thanks }
  | { readonly type: 'ended'; readonly epoch: string }
  | { readonly type: 'sent'; readonly payment: number; readonly attempt: number; readonly epoch: string; readonly to: AccountId }
  | { readonly type: 'fulfilled'; readonly payment: number; readonly attempt: number; readonly epoch: string }
  | { readonly type: 'owned'; readonly payment: number; readonly owner: ThreadId }
  | {
      readonly type: 'charge' | 'reroute' | 'credit' | 'paidLate' | 'refund' | 'reject'
      readonly payment: number
      readonly attempt: number
      readonly epoch: string
    }

export interface Words {
  readonly epochs: Interned<string>
  readonly heard: Interned<Heard>
  readonly commands: Interned<Command>
  readonly messages: Interned<Message>
  readonly events: Interned<Event>
  /** Mirrors of books, to be compared with the books. */
  readonly mirrors: Interned<string>
}

export function makeWords(): Words {
  return {
    epochs: new Interned(),
    heard: new Interned(),
    commands: new Interned(),
    messages: new Interned(),
    events: new Interned(),
    mirrors: new Interned(),
  }
}

/** A sender's request as a number: which payment or operation, asked for the how-manieth time. */
const MAX_ASKS = 8

export function requestOf(payment: number, ask: number): number {
  return payment * MAX_ASKS + ask
}

/** A callback's request, by the number of its message: below zero, apart from the senders'. */
export function callbackRequest(message: number): number {
  return -message
}

export function callbackOf(request: number): number {
  return -request
}

export function askOf(request: number): { readonly payment: number; readonly ask: number } {
  return { payment: Math.floor(request / MAX_ASKS), ask: request % MAX_ASKS }
}
