/**
 * Sequences of store commands: two books, three accounts, a handful of ids, so that steps meet. A step says what is meant
 * ("settle one that is under way"); what that is at the time is found when it runs.
 */
import fc from 'fast-check'
import type { Outcome, Pocket } from '../../src/core/book/change.ts'
import type { Direction, MoneyReply } from '../../src/core/money/operation.ts'
import { address } from '../../src/core/values/address.ts'
import { type Amount, amount, MAX_INT64, MAX_RUNNING_TOTAL, MAX_TOTAL } from '../../src/core/values/amount.ts'
import type { Fulfillment } from '../../src/core/values/condition.ts'
import type { Reply } from '../../src/core/values/packet.ts'

export interface Opening {
  readonly creditLimit: Amount
  readonly balance: Amount
}

/** A payment by its place among those under way; or one by its number, whether it is there or not. */
export type Which = { readonly underWay: number } | { readonly number: number }

/** B8: what a refund or a reroute becomes where a left fulfillment meets it. */
export interface InsteadStep {
  readonly pocket: Pocket
  readonly counted: Counts
  readonly late: boolean
  readonly keptMs: number | undefined
}

interface Counts {
  readonly outcome: Outcome
  readonly amount: Amount
  readonly route: string
}

export type ChangeStep =
  | { readonly type: 'take' | 'give'; readonly account: number; readonly amount: Amount }
  | {
      readonly type: 'charge'
      readonly number: number
      readonly sender: number
      readonly receiver: number
      readonly incomingAmount: Amount
      readonly outgoingAmount: Amount
      readonly unit: string
      readonly data: Uint8Array | undefined
      readonly withId: boolean
    }
  | {
      readonly type: 'reroute'
      readonly which: Which
      readonly receiver: number
      readonly outgoingAmount: Amount
      readonly unit: string
      readonly data: Uint8Array | undefined
      readonly counted: Counts | undefined
      readonly unresolved: Amount | undefined
      readonly instead: InsteadStep | undefined
    }
  | {
      readonly type: 'credit'
      readonly which: Which
      readonly pocket: Pocket
      readonly reply: Reply
      readonly counted: Counts
      readonly refunds: Pocket | undefined
      readonly keptMs: number | undefined
    }
  | {
      readonly type: 'refund'
      readonly which: Which
      readonly pocket: Pocket
      readonly reply: Reply
      readonly counted: Counts | undefined
      readonly unresolved: Amount | undefined
      readonly instead: InsteadStep | undefined
      readonly keptMs: number | undefined
    }
  | { readonly type: 'reject'; readonly number: number; readonly sender: number; readonly reply: Reply }
  | {
      readonly type: 'unconditional'
      readonly number: number
      readonly account: number
      readonly unit: string
      readonly direction: Direction
      readonly amount: Amount
      readonly pocket: Pocket
      readonly reply: MoneyReply
    }
  | { readonly type: 'consumed'; readonly message: number }
  | { readonly type: 'dropped'; readonly which: Which }

export interface CommitStep {
  /** From the number that is next. */
  readonly off: number
  readonly changes: readonly ChangeStep[]
}

/** What a thread says it took or gave: what the store knows, or what its book says, and how far off; or anything. */
export type Total = { readonly of: 'shard' | 'book'; readonly off: bigint } | { readonly exactly: Amount }

export type StoreStep =
  | { readonly do: 'register'; readonly account: number; readonly opening: Opening }
  | { readonly do: 'claim'; readonly thread: number; readonly mayOpen: boolean }
  | { readonly do: 'commit'; readonly thread: number; readonly stale: boolean; readonly commits: readonly CommitStep[] }
  | { readonly do: 'warm'; readonly thread: number; readonly account: number; readonly taken: Total; readonly wanted: Amount }
  | { readonly do: 'cool'; readonly thread: number; readonly account: number; readonly given: Total }
  | {
      readonly do: 'own'
      readonly thread: number
      readonly account: number
      readonly id: number
      readonly hash: number
      readonly keepMs: number
      readonly term: number
      /** A thread and its term. */
      readonly instead: readonly [number, number] | undefined
    }
  | { readonly do: 'close'; readonly thread: number; readonly stale: boolean }
  | { readonly do: 'leave'; readonly to: number; readonly message: number; readonly body: Left }
  | { readonly do: 'readLeft'; readonly thread: number; readonly stale: boolean }
  | { readonly do: 'read'; readonly accounts: readonly number[] }
  | { readonly do: 'balanceOf'; readonly account: number }

export type Left =
  | { readonly asks: string; readonly amount: Amount }
  | { readonly answers: Reply | number }
  | { readonly recalls: number }
  | { readonly operation: string; readonly amount: Amount }
  | { readonly answersMoney: MoneyReply | number }
  /** Of a payment of the book it is left in; `from` left out: its receiver. */
  | {
      readonly replies: 'fulfilled' | 'rejected'
      readonly which: Which
      readonly attempt: number
      readonly from: number | undefined
      readonly right: boolean
      /** From the last moment at which it is in time. */
      readonly offMs: number
    }

const HOUR_MS = 3_600_000

const EDGES = [
  0n,
  1n,
  2n ** 53n,
  2n ** 53n + 1n,
  10n ** 17n - 1n,
  10n ** 18n,
  MAX_TOTAL - 1n,
  MAX_TOTAL,
  MAX_TOTAL + 1n,
  MAX_RUNNING_TOTAL - 1n,
  MAX_RUNNING_TOTAL,
  MAX_RUNNING_TOTAL + 1n,
  MAX_INT64 - 1n,
  MAX_INT64,
]
const edge = fc.constantFrom(...EDGES).map(amount)
const small = fc.bigInt({ min: 0n, max: 30n }).map(amount)
const sum: fc.Arbitrary<Amount> = fc.oneof({ weight: 6, arbitrary: small }, { weight: 2, arbitrary: edge }, fc.bigInt({ min: 0n, max: MAX_INT64 }).map(amount))

/** The last of each is one that the store does not have. */
const account = fc.oneof({ weight: 30, arbitrary: fc.nat({ max: 2 }) }, fc.constant(3))
const thread = fc.oneof({ weight: 30, arbitrary: fc.nat({ max: 1 }) }, fc.constant(2))
const known = fc.nat({ max: 2 })
const unit = fc.constantFrom('XRP', 'gwei', 'a b\n')
const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const data = fc.uint8Array({ maxLength: 12 })
const sentAgain = fc.option(data, { nil: undefined })
const number = fc.nat({ max: 5 })
const which: fc.Arbitrary<Which> = fc.oneof(
  { weight: 8, arbitrary: number.map((place) => ({ underWay: place })) },
  number.map((each) => ({ number: each })),
)
const keptMs = fc.constantFrom(undefined, 1_700_000_000_000)
const pocket = fc.constantFrom<Pocket>('hot', 'given')
const counted = fc.record({
  outcome: fc.constantFrom<Outcome>('success', 'fault', 'noRoom'),
  amount: sum,
  route: fc.constantFrom('', 'test.a', 'test.a.b'),
})

const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc.record({ type: fc.constant('fulfill' as const), fulfillment: fc.constant('f'.repeat(43) as Fulfillment), data }),
  fc.record({
    type: fc.constant('reject' as const),
    code: fc.constantFrom('F00' as const, 'T04' as const, 'R00' as const),
    triggeredBy: fc.constant(address('test.hub')),
    message: text,
    data,
  }),
)

const moneyReply = fc.constantFrom<MoneyReply>(
  { type: 'moved' },
  { type: 'moved' },
  { type: 'declined', why: 'insufficient' },
  { type: 'declined', why: 'tooMuch' },
)

const instead: fc.Arbitrary<InsteadStep | undefined> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ pocket, counted, late: fc.boolean(), keptMs }) },
  fc.constant(undefined),
)

const change: fc.Arbitrary<ChangeStep> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('take' as const, 'give' as const), account: known, amount: sum }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('charge' as const),
      number,
      sender: known,
      receiver: known,
      incomingAmount: sum,
      outgoingAmount: sum,
      unit,
      data: sentAgain,
      withId: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('reroute' as const),
      which,
      receiver: known,
      outgoingAmount: sum,
      unit,
      data: sentAgain,
      counted: fc.option(counted, { nil: undefined }),
      unresolved: fc.option(sum, { nil: undefined }),
      instead,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('credit' as const),
      which,
      pocket,
      reply,
      counted,
      refunds: fc.constantFrom(undefined, undefined, 'hot' as const, 'given' as const),
      keptMs,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('refund' as const),
      which,
      pocket,
      reply,
      counted: fc.option(counted, { nil: undefined }),
      unresolved: fc.option(sum, { nil: undefined }),
      instead,
      keptMs,
    }),
  },
  fc.record({ type: fc.constant('reject' as const), number, sender: known, reply }),
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('unconditional' as const),
      number,
      account: known,
      unit,
      direction: fc.constantFrom<Direction>('deposit', 'withdrawal'),
      amount: sum,
      pocket,
      reply: moneyReply,
    }),
  },
  fc.record({ type: fc.constant('consumed' as const), message: number }),
  fc.record({ type: fc.constant('dropped' as const), which }),
)

const commit: fc.Arbitrary<CommitStep> = fc.record({
  off: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, fc.constantFrom(-2, -1, 1, 2)),
  changes: fc.array(change, { maxLength: 4 }),
})

const total: fc.Arbitrary<Total> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ of: fc.constantFrom('shard' as const, 'book' as const), off: fc.constantFrom(0n, 0n, -1n, 1n, 7n, -30n) }) },
  { weight: 2, arbitrary: sum.map((exactly) => ({ exactly })) },
  fc.constantFrom(-1n, 0n, 1n).map((off) => ({ exactly: amount(MAX_RUNNING_TOTAL + off) })),
)

const left: fc.Arbitrary<Left> = fc.oneof(
  fc.record({ asks: text, amount: sum }),
  // Those under which books keep answers.
  fc.record({ asks: number.map((n) => `an "id"\n${n}`), amount: sum }),
  fc.record({ recalls: known }),
  fc.record({ operation: text, amount: sum }),
  fc.record({ answersMoney: fc.oneof<fc.Arbitrary<MoneyReply | number>[]>(moneyReply, fc.constantFrom(409, 410)) }),
  fc.record({ answers: fc.oneof<fc.Arbitrary<Reply | number>[]>(reply, fc.constantFrom(409, 410)) }),
  {
    weight: 4,
    arbitrary: fc.record({
      replies: fc.constantFrom('fulfilled' as const, 'fulfilled' as const, 'rejected' as const),
      which,
      attempt: fc.constantFrom(1, 1, 1, 2),
      from: fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, known),
      right: fc.nat({ max: 7 }).map((n) => n > 0),
      offMs: fc.constantFrom(-1_000, 0, 0, 0, 1),
    }),
  },
)

const term = fc.constantFrom(0, 0, 1)
const limit = fc.oneof(fc.constant(amount(0n)), small, fc.constantFrom(MAX_TOTAL, MAX_INT64).map(amount))
const opening: fc.Arbitrary<Opening> = fc.record({ creditLimit: limit, balance: sum })

const step: fc.Arbitrary<StoreStep> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      thread,
      stale: fc.nat({ max: 15 }).map((n) => n === 0),
      commits: fc.array(commit, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('warm' as const), thread, account, taken: total, wanted: sum }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cool' as const), thread, account, given: total }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('own' as const),
      thread,
      account,
      id: fc.nat({ max: 2 }),
      hash: fc.nat({ max: 2 }),
      keepMs: fc.constantFrom(-HOUR_MS, HOUR_MS, HOUR_MS),
      term,
      instead: fc.option(fc.tuple(thread, term), { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), to: thread, message: number, body: left }) },
  fc.record({ do: fc.constant('claim' as const), thread, mayOpen: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('close' as const), thread, stale: fc.nat({ max: 7 }).map((n) => n === 0) }) },
  fc.record({ do: fc.constant('readLeft' as const), thread, stale: fc.nat({ max: 7 }).map((n) => n === 0) }),
  fc.record({ do: fc.constant('read' as const), accounts: fc.subarray([0, 1, 2]) }),
  fc.record({ do: fc.constant('balanceOf' as const), account }),
  fc.record({ do: fc.constant('register' as const), account: known, opening }),
)

export const openings: fc.Arbitrary<readonly Opening[]> = fc.array(opening, { minLength: 3, maxLength: 3 })

export const storeSteps: fc.Arbitrary<readonly StoreStep[]> = fc.array(step, { minLength: 1, maxLength: 40, size: 'max' })

function warm(wanted: Amount): StoreStep {
  return { do: 'warm', thread: 0, account: 0, taken: { of: 'shard', off: 0n }, wanted }
}

function cool(given: Amount): StoreStep {
  return { do: 'cool', thread: 0, account: 0, given: { exactly: given } }
}

function example(creditLimit: bigint, ...steps: StoreStep[]): [readonly Opening[], readonly StoreStep[]] {
  const opening = { creditLimit: amount(creditLimit), balance: MAX_INT64 }
  return [[opening, opening, opening], steps]
}

function rejected(number: number): StoreStep {
  const reply = { type: 'reject', code: 'F00', triggeredBy: address('test.hub'), message: '', data: new Uint8Array() } as const
  return { do: 'commit', thread: 0, stale: false, commits: [{ off: 0, changes: [{ type: 'reject', number, sender: 0, reply }] }] }
}

function asks(number: number): StoreStep {
  return { do: 'leave', to: 0, message: number, body: { asks: `an "id"\n${number}`, amount: amount(1n) } }
}

/** What chance seldom comes by. R6: running totals at 2^62 go on, one above they are full; a grant beyond int64 is refused whole. */
export const edgeExamples: [readonly Opening[], readonly StoreStep[]][] = [
  ...[0n, 1n].map((off) => {
    const sum = amount(MAX_RUNNING_TOTAL + off)
    return example(0n, warm(sum), warm(amount(1n)), cool(sum), cool(amount(MAX_RUNNING_TOTAL + 2n)))
  }),
  example(MAX_INT64, warm(MAX_RUNNING_TOTAL), warm(MAX_INT64)),
  // B11: a closed book answers from what it keeps, takes no commit, and is opened in another term.
  example(
    0n,
    rejected(0),
    { do: 'own', thread: 0, account: 0, id: 0, hash: 0, keepMs: HOUR_MS, term: 0, instead: undefined },
    asks(7),
    { do: 'close', thread: 0, stale: false },
    { do: 'commit', thread: 0, stale: false, commits: [{ off: 0, changes: [{ type: 'consumed', message: 7 }] }] },
    { do: 'close', thread: 0, stale: false },
    { do: 'close', thread: 0, stale: false },
    rejected(1),
    asks(0),
    asks(1),
    { do: 'leave', to: 0, message: 3, body: { recalls: 0 } },
    { do: 'own', thread: 1, account: 0, id: 0, hash: 0, keepMs: HOUR_MS, term: 0, instead: [0, 1] },
    { do: 'own', thread: 1, account: 0, id: 0, hash: 0, keepMs: HOUR_MS, term: 2, instead: [0, 0] },
    { do: 'own', thread: 0, account: 0, id: 0, hash: 0, keepMs: HOUR_MS, term: 1, instead: [0, 0] },
    { do: 'claim', thread: 0, mayOpen: false },
    asks(2),
    rejected(2),
  ),
  // Left once more, a message keeps its place.
  example(
    0n,
    { do: 'leave', to: 0, message: 1, body: { recalls: 0 } },
    { do: 'leave', to: 0, message: 2, body: { recalls: 1 } },
    { do: 'leave', to: 0, message: 1, body: { recalls: 0 } },
    { do: 'readLeft', thread: 0, stale: false },
  ),
]
