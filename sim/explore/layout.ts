/** Where in a state's row of whole numbers each part of the world stands. */
import { FAULTS, type Fault } from './smallWorld.ts'

/** Since time 0, ms. */
export const TIME = 0
/** Of record.ts. */
export const RECORD = 1
/** A bag of messages. */
export const NETWORK = 2
/** A bag of queues of commands that connections left behind which are no more: from now on only the first of each can arrive. */
export const LATE = 3
/** How many lives each thread has had, 4 bits each. */
export const BORN = 4
/** How often time may still go on too early. */
export const DELAYS = 5
/** Then for each thread what may still go wrong with it, 3 bits each. */
const BUDGETS_AT = 6

export const MAX_BUDGET = 7

/** Of a slot: the life's state (0: nobody), the queue of commands to the store, that of its replies. */
export const COMMANDS = 1
export const REPLIES = 2
const SLOT = 3
/** In place of a queue of commands: there is no connection. */
export const CUT_OFF = -1

export interface Layout {
  readonly width: number
  /** The first are the present lives of the threads, those after them zombies. */
  readonly slots: readonly number[]
  readonly threads: number
  readonly budgets: readonly number[]
  readonly shards: readonly number[]
  readonly books: readonly number[]
}

export function layoutOf({ threads, zombies, accounts }: { readonly threads: number; readonly zombies: number; readonly accounts: number }): Layout {
  const first = BUDGETS_AT + threads
  const slots = Array.from({ length: threads + zombies }, (_, i) => first + i * SLOT)
  const parts = first + slots.length * SLOT
  return {
    width: parts + accounts + threads,
    slots,
    threads,
    budgets: Array.from({ length: threads }, (_, i) => BUDGETS_AT + i),
    shards: Array.from({ length: accounts }, (_, i) => parts + i),
    books: Array.from({ length: threads }, (_, i) => parts + accounts + i),
  }
}

const BITS = 3

export function left(budget: number, fault: Fault): number {
  return (budget >> (BITS * FAULTS.indexOf(fault))) & MAX_BUDGET
}

/** One more of it. */
export function granted(budget: number, fault: Fault): number {
  return budget + (1 << (BITS * FAULTS.indexOf(fault)))
}

/** One less of it. */
export function spent(budget: number, fault: Fault): number {
  return budget - (1 << (BITS * FAULTS.indexOf(fault)))
}
