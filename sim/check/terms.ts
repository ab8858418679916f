/** What a witness knows of its connector from the plan, and the rules that follow from it alone (A1, R6, R7). */
import type { PaymentRecord } from '../../src/core/book/change.ts'
import type { Account, ThreadId } from '../../src/core/values/account.ts'
import type { RouteTerms } from './routes.ts'

export interface Terms extends RouteTerms {
  /** How many there may be, where they come and go. */
  readonly threads: readonly number[]
  readonly maxPacketAmount: bigint
  /** What it keeps of every packet, in millionths; undefined: packets pass 1:1. */
  readonly feePpm: number | undefined
  /** World time, which the announcer goes by. */
  readonly nowMs: () => number
  /** The latest time that a thread's own clock has shown: what it decided, it decided no later. */
  readonly latestMs: (thread: ThreadId) => number
  /** No command of its store ever waits: what is told is told in time. */
  readonly isPrompt: boolean
}

const MAX_INT64 = 2n ** 63n - 1n
const MILLION = 1_000_000n

/** R7: what leaves is the one floor. */
export function outgoingOf(incoming: bigint, { feePpm }: Terms): bigint {
  return feePpm === undefined ? incoming : (incoming * (MILLION - BigInt(feePpm))) / MILLION
}

/** R6: whether an amount may be charged at all. */
export function isWithinBounds(amount: bigint, { parallelism }: Account, { maxPacketAmount }: Terms): boolean {
  return amount >= 0n && amount <= maxPacketAmount && amount * BigInt(parallelism) <= MAX_INT64
}

/** A1: whether a thread is one of the farm of this parallelism, the farms dealt from the ring as DESIGN.md says. */
export function isOfFarm(
  thread: ThreadId,
  parallelism: number,
  { threads, parallelisms }: { threads: readonly number[]; parallelisms: ReadonlySet<number> },
): boolean {
  const before = [...parallelisms].filter((each) => each < parallelism).reduce((sum, each) => sum + each, 0)
  const number = Number(thread.slice(1))
  return threads.some((count) => (((number - before) % count) + count) % count < parallelism)
}

/** S3: a thread that passes it on keeps a second for itself. */
export function leavesTime(outgoingExpiry: number, { incomingExpiry }: PaymentRecord): boolean {
  return outgoingExpiry <= incomingExpiry - 1_000
}
