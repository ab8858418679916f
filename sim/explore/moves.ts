/**
 * What may happen next in a state of a small world, by the thread that it befalls: what must at last, what its senders may
 * do, what may go wrong. Threads meet only in the accounts' shards, and in what they leave for each other. So where a thread's
 * next commands touch no shard, its moves commute with all that the others can ever do before: trying them alone, and the
 * others' afterwards, misses no end and no broken rule (a persistent set).
 *
 * The same holds of one life beside another of its thread (a zombie), where all it can do is to hear what neither the record
 * nor anybody else sees, and nothing can go wrong with that thread any more.
 */
import type { ThreadId } from '../../src/core/values/account.ts'
import { choiceOf, numberOf } from './choice.ts'
import { deedsFor } from './deeds.ts'
import { COMMANDS, CUT_OFF, DELAYS, LATE, left, NETWORK, RECORD, REPLIES, TIME } from './layout.ts'
import type { Parts } from './parts.ts'

export interface ThreadMoves {
  /** Time stands still while there are any. */
  readonly due: number[]
  readonly asks: number[]
  readonly faults: number[]
  /** Whether one of its next commands touches a shard. */
  shared: boolean
}

interface LifeMoves extends ThreadMoves {
  /** Whether nobody else sees what it does next, nor can hinder it. */
  isByItself: boolean
}

export class Moves {
  readonly threads: readonly ThreadMoves[]
  /** By slot. */
  readonly #lives: readonly LifeMoves[]
  readonly #parts: Parts
  /** Whether threads may have to do with each other beyond the shards. */
  readonly #together: boolean

  constructor(parts: Parts) {
    this.#parts = parts
    this.threads = parts.setting.threads.map(() => ({ due: [], asks: [], faults: [], shared: false }))
    this.#lives = parts.layout.slots.map(() => ({ due: [], asks: [], faults: [], shared: false, isByItself: false }))
    const { wishes, world } = parts.setting
    this.#together = wishes.some(({ asks }) => asks.length > 1) || world.operations.length > 0 || world.accounts.some(({ callsBack }) => callsBack)
  }

  /** A thread whose moves may be tried alone. */
  alone(state: Int32Array): ThreadMoves | undefined {
    if (this.#together || state[DELAYS] !== 0) return undefined
    return this.threads.find(({ due, shared }) => due.length > 0 && !shared) ?? this.#lives.find(({ due, isByItself }) => due.length > 0 && isByItself)
  }

  /** Fills the lists. */
  list(state: Int32Array): void {
    for (const moves of this.threads) {
      moves.due.length = 0
      moves.asks.length = 0
      moves.faults.length = 0
      moves.shared = false
    }
    for (const moves of this.#lives) {
      moves.due.length = 0
      moves.isByItself = false
    }
    const { slots } = this.#parts.layout
    for (let i = 0; i < slots.length; i++) {
      if (state[slots[i] as number] !== 0) this.#ofLife(state, i)
      else if (i < this.#parts.layout.threads) this.#of(i).due.push(numberOf('start', i))
    }
    this.#ofNetwork(state)
    this.#ofLate(state)
    this.#ofSenders(state)
    for (let i = 0; i < slots.length; i++) if (state[slots[i] as number] !== 0) this.#judge(state, i)
  }

  #of(thread: number): ThreadMoves {
    return this.threads[thread] as ThreadMoves
  }

  #judge(state: Int32Array, i: number): void {
    const { slots } = this.#parts.layout
    const slot = slots[i] as number
    const life = state[slot] as number
    const moves = this.#lives[i] as LifeMoves
    const { epoch } = this.#parts.lives.view(life)
    const { asks, faults } = this.#of(this.#parts.threadOf(epoch))
    const mayGoWrong = faults.length > 0 || this.#mayGoWrong(state, life)
    if (moves.due.length === 0 || (state[slot + COMMANDS] as number) > 0 || asks.length > 0 || mayGoWrong) return
    if (this.#isWrittenTo(state, epoch)) return
    moves.isByItself = moves.due.every((choice) => this.#isUnseen(state, slot, choice))
  }

  #mayGoWrong(state: Int32Array, life: number): boolean {
    return state[this.#parts.budgetOf(life)] !== 0 && (state[TIME] as number) < this.#parts.setting.world.faultsUntilMs
  }

  /** Whether a message of this life, or to it, is on its way. */
  #isWrittenTo(state: Int32Array, epoch: number): boolean {
    const { network, words } = this.#parts
    return network.at(state[NETWORK] as number).some((number) => {
      const message = words.messages.at(number)
      return message.type !== 'wake' && message.type !== 'callback' && message.epoch === epoch
    })
  }

  #isUnseen(state: Int32Array, slot: number, choice: number): boolean {
    const { queues, woke, reconnected } = this.#parts
    const { kind } = choiceOf(choice)
    const heard = kind === 'hear' ? queues.head(state[slot + REPLIES] as number) : kind === 'wake' ? woke : reconnected
    try {
      const { ops, stopped } = this.#parts.hear(state[slot] as number, heard, state[TIME] as number).output
      return !stopped && ops.every(({ to, event }) => to === 'store' && event === undefined)
    } catch {
      return false
    }
  }

  #ofLife(state: Int32Array, i: number): void {
    const { layout, lives, queues } = this.#parts
    const slot = layout.slots[i] as number
    const commands = state[slot + COMMANDS] as number
    const replies = state[slot + REPLIES] as number
    const { deadlineMs, serving, epoch } = lives.view(state[slot] as number)
    const moves = this.#of(this.#parts.threadOf(epoch))
    const { faults } = moves
    const { due } = this.#lives[i] as LifeMoves
    if (commands > 0) {
      due.push(numberOf('apply', i))
      if (this.#parts.isShared(queues.head(commands))) moves.shared = true
    }
    if (commands === CUT_OFF) due.push(numberOf('reconnect', i))
    if (replies > 0) due.push(numberOf('hear', i))
    if (deadlineMs <= (state[TIME] as number)) due.push(numberOf('wake', i))
    moves.due.push(...due)
    const budget = state[this.#parts.budgetOf(state[slot] as number)] as number
    if (budget === 0 || (state[TIME] as number) >= this.#parts.setting.world.faultsUntilMs) return
    if (left(budget, 'crashes') > 0) faults.push(numberOf('crash', i))
    if (left(budget, 'cuts') > 0 && (commands > 0 || replies > 0)) faults.push(numberOf('cut', i))
    if (left(budget, 'lostCommits') > 0 && this.#losesCommit(commands)) faults.push(numberOf('loseCommit', i))
    if (left(budget, 'zombies') > 0 && i < layout.threads && serving) faults.push(numberOf('overtake', i))
  }

  /** One that another commit follows, so that the gap is seen. */
  #losesCommit(queue: number): boolean {
    if (queue <= 0) return false
    const { commands } = this.#parts.words
    const [first, ...others] = this.#parts.queues.at(queue)
    const isCommit = (command: number | undefined) => command !== undefined && commands.at(command).effect.type === 'commit'
    return isCommit(first) && others.some(isCommit)
  }

  #ofNetwork(state: Int32Array): void {
    const { network, words, layout } = this.#parts
    let before = 0
    for (const number of network.at(state[NETWORK] as number)) {
      if (number === before) continue
      before = number
      const message = words.messages.at(number)
      if (message.type === 'heldCallback') continue
      if (message.type === 'callback') {
        for (let i = 0; i < layout.slots.length; i++) {
          const life = state[layout.slots[i] as number] as number
          if (life !== 0) this.#of(this.#parts.threadOf(this.#parts.lives.view(life).epoch)).due.push(numberOf('callBack', this.#parts.callingBack(number, i)))
        }
        continue
      }
      const { due } = this.#of(message.type === 'wake' ? Number(message.to.slice(1)) : this.#parts.threadOf(message.epoch))
      if (message.type === 'prepare') {
        for (let deed = deedsFor(this.#parts, message).length - 1; deed >= 0; deed--) due.push(numberOf('deliver', number, deed))
        continue
      }
      if (message.type === 'wake') due.push(numberOf('drop', number))
      if (message.type === 'reply' || state[layout.slots[Number(message.to.slice(1))] as number] !== 0) due.push(numberOf('deliver', number))
    }
  }

  #ofLate(state: Int32Array): void {
    const late = state[LATE] as number
    if (late === 0) return
    let before = 0
    for (const queue of this.#parts.late.at(late)) {
      if (queue === before) continue
      before = queue
      const command = this.#parts.queues.head(queue)
      const moves = this.#of(Number(this.#parts.words.commands.at(command).thread.slice(1)))
      // Nobody sees it lost: that can wait until nothing else of its thread is to come.
      const isLast = moves.due.every((choice) => choiceOf(choice).kind === 'applyLate' || choiceOf(choice).kind === 'loseLate')
      moves.due.push(numberOf('applyLate', queue))
      if (isLast || state[DELAYS] !== 0) moves.due.push(numberOf('loseLate', queue))
      if (this.#parts.isShared(command)) moves.shared = true
    }
  }

  #ofSenders(state: Int32Array): void {
    const { record, setting, layout } = this.#parts
    const recorded = record.at(state[RECORD] as number)
    for (let payment = 0; payment < recorded.length; payment++) {
      const asks = recorded[payment]?.asks ?? []
      for (let ask = 0; ask < asks.length; ask++) {
        if (asks[ask] !== '') continue
        const thread = setting.wishes[payment]?.asks[ask] as ThreadId
        const moves = this.#of(Number(thread.slice(1)))
        for (let i = 0; i < layout.slots.length; i++) if (this.#serves(state, i, thread)) moves.asks.push(numberOf('ask', this.#parts.asking(payment, ask, i)))
      }
    }
  }

  /** Its sender may still have a connection to the zombie. */
  #serves(state: Int32Array, i: number, thread: string): boolean {
    const life = state[this.#parts.layout.slots[i] as number] as number
    if (life === 0) return false
    const view = this.#parts.lives.view(life)
    return view.serving && view.thread === thread
  }
}
