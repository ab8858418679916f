/**
 * The bare rule, `balance > amount * parallelism`, seen whole: a thread reads the balance, judges, and decrements by a second
 * command. Found is the shortest way to a balance below zero.
 */
import { InvariantBroken } from '../check/violation.ts'
import { type Found, type Space, search } from './search.ts'

/** Base units. */
export interface BareAccount {
  readonly balance: number
  readonly parallelism: number
  /** What a payment may be of. */
  readonly amounts: readonly number[]
}

export interface Overdraft {
  /** A line each. */
  readonly steps: readonly string[]
  readonly balance: number
}

export const SMALLEST: BareAccount = { balance: 9, parallelism: 2, amounts: [4, 2] }

const BALANCE = 0
const MAX_STATES = 100_000

/** Undefined where there is none, or too many states to look at. */
export function shortestOverdraft(account: BareAccount): Overdraft | undefined {
  const { violation } = search(spaceOf(account), { maxStates: MAX_STATES })
  return violation === undefined ? undefined : told(account, violation.choices)
}

/** A state: the balance, then of each thread the amount that it has judged and not yet decremented by, or 0. */
function spaceOf(account: BareAccount): Space {
  const { balance, parallelism } = account
  const start = new Int32Array(1 + parallelism)
  start[BALANCE] = balance
  const expand = (state: Int32Array, found: Found): void => {
    for (let thread = 0; thread < parallelism; thread++) {
      for (const amount of state[1 + thread] === 0 ? account.amounts : [0]) tryStep(account, state, choiceOf(thread, amount), found)
    }
  }
  return { width: start.length, starts: [start], expand }
}

function tryStep(account: BareAccount, state: Int32Array, choice: number, found: Found): void {
  const next = step(account, state, choice)
  if (next === undefined) return
  const balance = balanceIn(next)
  if (balance < 0) found.broken(choice, new InvariantBroken('R3', `the balance falls to ${balance}`, []))
  else found.next(choice, next)
}

/** Undefined where the payment is refused. `amount` 0: the thread decrements. */
function step({ parallelism }: BareAccount, state: Int32Array, choice: number): Int32Array | undefined {
  const { thread, amount } = choiceFrom(choice)
  const next = state.slice()
  if (amount === 0) next[BALANCE] = balanceIn(state) - (state[1 + thread] ?? 0)
  else if (balanceIn(state) <= amount * parallelism) return undefined
  next[1 + thread] = amount
  return next
}

function balanceIn(state: Int32Array): number {
  return state[BALANCE] ?? 0
}

const MAX_THREADS = 64

function choiceOf(thread: number, amount: number): number {
  return amount * MAX_THREADS + thread
}

function choiceFrom(choice: number): { readonly thread: number; readonly amount: number } {
  return { thread: choice % MAX_THREADS, amount: Math.floor(choice / MAX_THREADS) }
}

function told(account: BareAccount, choices: readonly number[]): Overdraft {
  const { parallelism } = account
  let state = spaceOf(account).starts[0] ?? new Int32Array(1 + parallelism)
  const steps: string[] = []
  for (const choice of choices) {
    const { thread, amount } = choiceFrom(choice)
    const balance = balanceIn(state)
    const judged = state[1 + thread] ?? 0
    state = step(account, state, choice) ?? state
    if (amount === 0) steps.push(`t${thread} pays ${judged}: ${balance} - ${judged} = ${balanceIn(state)}`)
    else steps.push(`t${thread} reads ${balance}, more than ${parallelism} * ${amount}: a payment of ${amount} may pass`)
  }
  return { steps, balance: balanceIn(state) }
}
