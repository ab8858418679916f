/**
 * What connectors, receivers and senders may do instead of their duty. A kind says on which occasion: when a prepare comes
 * (anyone), when routes are announced (a connector), when a payment is made (a user). What each does stands in
 * sim/world/behaviours.
 */
import type { Latency } from './plan.ts'

export type Occasion = 'prepare' | 'announcement' | 'payment'

interface Kind {
  readonly on: Occasion
  /** What it does, for lists and for the schema. */
  readonly does: string
  /** Has a reject's code. */
  readonly code?: true
  /** Has a delay: this one where none is given, or none but a given one. */
  readonly delay?: Latency | 'given'
}

const AT_MOST = (highMs: number): Latency => ({ kind: 'uniform', lowMs: 0, highMs })

export const behaviourKinds = {
  reject: { on: 'prepare', does: 'rejects with code', code: true },
  refuse: { on: 'prepare', does: 'refuses with T04' },
  hold: { on: 'prepare', does: 'never answers' },
  slow: { on: 'prepare', does: 'waits for delay first', delay: 'given' },
  'wrong-fulfillment': { on: 'prepare', does: 'answers at once with a fulfillment that is not the preimage' },
  'late-fulfillment': { on: 'prepare', does: 'keeps its fulfillment until delay after the expiry', delay: AT_MOST(1_000) },
  'last-moment': { on: 'prepare', does: 'keeps its answer until delay before the expiry', delay: AT_MOST(100) },
  'early-fulfillment': { on: 'prepare', does: 'first claims with its fulfillment an attempt or a payment that comes after this one' },
  'repeated-fulfillment': { on: 'prepare', does: 'fulfills, and after delay again', delay: AT_MOST(1_000) },
  'fulfill-then-reject': { on: 'prepare', does: 'fulfills, and after delay rejects with code', code: true, delay: AT_MOST(100) },
  'reject-then-fulfill': { on: 'prepare', does: 'rejects with code what it fulfills after delay', code: true, delay: AT_MOST(100) },
  'known-fulfillment': { on: 'prepare', does: 'fulfills at once, and passes nothing on, where it has seen the fulfillment before' },
  'claim-other': { on: 'prepare', does: 'claims another payment with the fulfillment of this one, before it answers' },
  'reject-other': { on: 'prepare', does: 'rejects with code other payments, which may not be its own, before it answers', code: true },
  'routes-silent': { on: 'announcement', does: 'does not announce' },
  'routes-flap': { on: 'announcement', does: 'withdraws what it has announced after delay, and announces it again after as long', delay: AT_MOST(500) },
  'routes-loop': { on: 'announcement', does: 'announces what it has heard back to where it came from, as if it were its own neighbour' },
  'routes-near': { on: 'announcement', does: 'announces every route as if it were next to it' },
  'routes-curve': { on: 'announcement', does: 'announces with huge curves that promise everything for nothing' },
  'routes-of-others': { on: 'announcement', does: 'announces also what belongs to the other one, its users and everything' },
  'routes-through-you': { on: 'announcement', does: 'announces paths that lead through the other one' },
  'routes-long': { on: 'announcement', does: 'announces paths of 65 to 1000 connectors' },
  'routes-replayed': { on: 'announcement', does: 'announces once more what it announced earlier' },
  'extreme-amount': { on: 'payment', does: 'pays 0, 1, or amounts about the largest that are allowed or can be written' },
  'extreme-expiry': { on: 'payment', does: 'sends what has expired, expires at once, or about when too far ahead' },
  'extreme-data': { on: 'payment', does: 'sends one byte of data, or as much as a packet holds' },
  'same-condition': { on: 'payment', does: 'uses the condition of its last payment to the same receiver' },
  'same-id': { on: 'payment', does: 'asks for something else under the same Request-Id, after delay, where there is one', delay: AT_MOST(200) },
  'asks-again': { on: 'payment', does: 'asks again for the same after delay, where it has a Request-Id', delay: AT_MOST(150_000) },
} as const satisfies Readonly<Record<string, Kind>>

export type BehaviourKind = keyof typeof behaviourKinds

export const BEHAVIOUR_KINDS = Object.keys(behaviourKinds) as [BehaviourKind, ...BehaviourKind[]]

export function kindOf(kind: BehaviourKind): Kind {
  return behaviourKinds[kind]
}

/** Where the scenario names none. */
export function defaultDelay(kind: BehaviourKind): Latency {
  const { delay } = kindOf(kind)
  return delay === undefined || delay === 'given' ? { kind: 'constant', ms: 0 } : delay
}
