/**
 * A small world as a space of states: at each, whatever may happen next is a choice. Time stands still while anything else
 * must happen (but for `delays`), then goes on to the next deadline; where the world is at rest it goes on no more.
 */
import { InvariantBroken } from '../check/violation.ts'
import { choiceOf, type Kind, MAX_DETAIL, numberOf } from './choice.ts'
import { BUDGET, COMMANDS, LATE, left, packed, REPLIES } from './layout.ts'
import type { Op } from './life.ts'
import { Moves } from './moves.ts'
import { Parts } from './parts.ts'
import { checkRest, unrestIn } from './rest.ts'
import type { Found, Space } from './search.ts'
import type { Setting } from './setting.ts'
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
  readonly start: Int32Array
  readonly #turn: Turn
  readonly #moves: Moves
  readonly #next: Int32Array

  constructor(setting: Setting) {
    this.parts = new Parts(setting)
    this.width = this.parts.layout.width
    this.#turn = new Turn(this.parts)
    this.#moves = new Moves(this.parts)
    this.#next = new Int32Array(this.width)
    this.start = this.#allServe()
  }

  expand(state: Int32Array, found: Found): void {
    const { due, asks, faults } = this.#moves
    this.#moves.list(state)
    for (const choice of due) this.#take(state, choice, found)
    for (const choice of asks) this.#take(state, choice, found)
    const isDue = due.length > 0
    if (!isDue && this.#rests(state, found)) {
      if (asks.length === 0) return
    } else if (!isDue) this.#goOn(state, found)
    else if (this.#mayDelay(state)) this.#take(state, numberOf('delay'), found)
    for (const choice of faults) this.#take(state, choice, found)
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
    if (effects < 2 || left(state[BUDGET] as number, 'crashes') === 0) return
    const { kind, what } = choiceOf(choice)
    if (!STEPS.has(kind)) return
    if (effects > MAX_DETAIL) throw new Error(`a step has ${effects} effects, more than ${MAX_DETAIL}`)
    for (let dies = 1; dies < effects; dies++) this.#try(state, numberOf(kind, what, dies), found)
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
    return left(state[BUDGET] as number, 'delays') > 0 && state[LATE] === 0 && this.parts.deadlineMs(state) <= this.parts.setting.world.horizonMs
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
    state[BUDGET] = packed(setting.world.budgets)
    return state
  }
}
