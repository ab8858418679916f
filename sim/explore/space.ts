/**
 * A small world as a space of states: at each, whatever may happen next is a choice. Time stands still while anything else
 * must happen (but for `delays`), then goes on to the next deadline; where the world is at rest it goes on no more.
 */
import { InvariantBroken } from '../check/violation.ts'
import { choiceOf, type Kind, MAX_DETAIL, numberOf } from './choice.ts'
import { COMMANDS, DELAYS, granted, LATE, left, REPLIES, TIME } from './layout.ts'
import type { Op } from './life.ts'
import { Moves } from './moves.ts'
import { Parts } from './parts.ts'
import { checkRest, unrestIn } from './rest.ts'
import type { Found, Space } from './search.ts'
import type { Setting } from './setting.ts'
import { FAULTS, type Fault } from './smallWorld.ts'
import { Turn } from './turn.ts'

/** A thread may die in the midst of it. */
const STEPS: ReadonlySet<Kind> = new Set(['hear', 'wake', 'deliver', 'ask', 'reconnect'])

export interface Followed {
  readonly next: Int32Array | undefined
  /** What came of the step, if it was one. */
  readonly ops: readonly Op[]
  readonly error: unknown
}

export class WorldSpace implements Space {
  readonly parts: Parts
  readonly width: number
  readonly starts: readonly Int32Array[]
  readonly #reduced: boolean
  readonly #turn: Turn
  readonly #moves: Moves
  readonly #next: Int32Array

  /** `reduced`: without orders of things that commute; the first history that breaks a rule may then not be a shortest. */
  constructor(setting: Setting, reduced = true) {
    this.#reduced = reduced
    this.parts = new Parts(setting)
    this.width = this.parts.layout.width
    this.#turn = new Turn(this.parts)
    this.#moves = new Moves(this.parts)
    this.#next = new Int32Array(this.width)
    this.starts = this.#shared(this.#allServe())
  }

  expand(state: Int32Array, found: Found): void {
    this.#moves.list(state)
    const { threads } = this.#moves
    const alone = this.#reduced ? this.#moves.alone(state) : undefined
    const moving = alone === undefined ? threads : [alone]
    for (const { due, asks } of moving) {
      for (const choice of due) this.#take(state, choice, found)
      for (const choice of asks) this.#take(state, choice, found)
    }
    if (threads.every(({ due }) => due.length === 0)) {
      if (!this.#rests(state, found)) this.#goOn(state, found)
      else if (threads.every(({ asks }) => asks.length === 0)) return
    } else if (this.#mayDelay(state)) this.#take(state, numberOf('delay'), found)
    for (const { faults } of moving) for (const choice of faults) this.#take(state, choice, found)
  }

  /** All choices that there are, those that break a rule included. */
  choices(state: Int32Array): number[] {
    const all: number[] = []
    this.expand(state, {
      next: (choice) => all.push(choice),
      broken: (choice) => {
        if (choice !== undefined) all.push(choice)
      },
    })
    return all
  }

  /** `next`: undefined where the choice breaks a rule. */
  follow(state: Int32Array, choice: number): Followed {
    const next = new Int32Array(this.width)
    try {
      this.#turn.take(state, choice, next)
      return { next, ops: this.#turn.ops, error: undefined }
    } catch (error) {
      return { next: undefined, ops: this.#turn.ops, error }
    }
  }

  /** What follows; the steps that a crash may cut short, cut at every place. */
  #take(state: Int32Array, choice: number, found: Found): void {
    const effects = this.#try(state, choice, found)
    if (effects < 2 || !this.#mayDie(state)) return
    const { kind, what } = choiceOf(choice)
    if (!STEPS.has(kind)) return
    if (effects > MAX_DETAIL) throw new Error(`a step has ${effects} effects, more than ${MAX_DETAIL}`)
    for (let dies = 1; dies < effects; dies++) this.#try(state, numberOf(kind, what, dies), found)
  }

  /** The thread that took the last step. */
  #mayDie(state: Int32Array): boolean {
    const place = this.#turn.stepped
    return place !== 0 && left(state[place] as number, 'crashes') > 0 && (state[TIME] as number) < this.parts.setting.world.faultsUntilMs
  }

  /** Returns how many effects the step had, if it was one. */
  #try(state: Int32Array, choice: number, found: Found): number {
    try {
      this.#turn.take(state, choice, this.#next)
    } catch (error) {
      found.broken(choice, error)
      return 0
    }
    found.next(choice, this.#next)
    return this.#turn.ops.length
  }

  /** Whether the world is at rest; if so, everything must be right. */
  #rests(state: Int32Array, found: Found): boolean {
    if (unrestIn(state, this.parts) !== undefined) return false
    try {
      checkRest(state, this.parts)
    } catch (error) {
      found.broken(undefined, error)
    }
    return true
  }

  #goOn(state: Int32Array, found: Found): void {
    const { horizonMs } = this.parts.setting.world
    if (this.parts.deadlineMs(state) <= horizonMs) return this.#take(state, numberOf('time'), found)
    found.broken(undefined, new InvariantBroken('quiet', `after ${horizonMs} ms ${unrestIn(state, this.parts)}`, []))
  }

  /** What an earlier connection left behind comes in before time goes on: the core waits only so long for it. */
  #mayDelay(state: Int32Array): boolean {
    return state[DELAYS] !== 0 && state[LATE] === 0 && this.parts.deadlineMs(state) <= this.parts.setting.world.horizonMs
  }

  /** Each way in which the budgets may fall to the threads. */
  #shared(start: Int32Array): Int32Array[] {
    const { budgets } = this.parts.setting.world
    let starts = [start]
    for (const fault of FAULTS) {
      for (let i = 0; i < budgets[fault]; i++) starts = starts.flatMap((state) => this.parts.layout.budgets.map((place) => withFault(state, place, fault)))
    }
    return starts
  }

  /** All threads serve, and nobody has asked for anything. */
  #allServe(): Int32Array {
    const { layout, setting } = this.parts
    let state = new Int32Array(this.width)
    for (const [i, account] of setting.accounts.entries()) state[layout.shards[i] as number] = this.parts.openShard(account.id, i)
    for (const [i, thread] of setting.threads.entries()) state[layout.books[i] as number] = this.parts.openBook(thread, i)
    const take = (kind: Kind, what: number): void => {
      const next = new Int32Array(this.width)
      this.#turn.take(state, numberOf(kind, what), next)
      state = next
    }
    for (let thread = 0; thread < layout.threads; thread++) {
      const slot = layout.slots[thread] as number
      take('start', thread)
      while (state[slot + COMMANDS] !== 0 || state[slot + REPLIES] !== 0) take(state[slot + COMMANDS] === 0 ? 'hear' : 'apply', thread)
    }
    state[DELAYS] = setting.world.budgets.delays
    return state
  }
}

function withFault(state: Int32Array, place: number, fault: Fault): Int32Array {
  const next = state.slice()
  next[place] = granted(next[place] as number, fault)
  return next
}
