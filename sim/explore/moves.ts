/** What may happen next in a state of a small world, in three lists: what must at last, what senders may do, what may go wrong. */
import { numberOf } from './choice.ts'
import { deedsFor } from './deeds.ts'
import { BUDGET, COMMANDS, CUT_OFF, LATE, left, NETWORK, RECORD, REPLIES, TIME } from './layout.ts'
import type { Parts } from './parts.ts'

export class Moves {
  /** Time stands still while there are any. */
  readonly due: number[] = []
  readonly asks: number[] = []
  readonly faults: number[] = []
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Fills the lists. */
  list(state: Int32Array): void {
    this.due.length = 0
    this.asks.length = 0
    this.faults.length = 0
    const { slots } = this.#parts.layout
    for (let i = 0; i < slots.length; i++) {
      if (state[slots[i] as number] !== 0) this.#ofLife(state, i)
      else if (i < this.#parts.layout.threads) this.due.push(numberOf('start', i))
    }
    this.#ofNetwork(state)
    this.#ofLate(state)
    this.#ofSenders(state)
  }

  #ofLife(state: Int32Array, i: number): void {
    const { layout, lives } = this.#parts
    const slot = layout.slots[i] as number
    const commands = state[slot + COMMANDS] as number
    const replies = state[slot + REPLIES] as number
    if (commands > 0) this.due.push(numberOf('apply', i))
    if (commands === CUT_OFF) this.due.push(numberOf('reconnect', i))
    if (replies > 0) this.due.push(numberOf('hear', i))
    const { deadlineMs, serving } = lives.view(state[slot] as number)
    if (deadlineMs <= (state[TIME] as number)) this.due.push(numberOf('wake', i))
    const budget = state[BUDGET] as number
    if (left(budget, 'crashes') > 0) this.faults.push(numberOf('crash', i))
    if (left(budget, 'cuts') > 0 && (commands > 0 || replies > 0)) this.faults.push(numberOf('cut', i))
    if (left(budget, 'lostCommits') > 0 && this.#losesCommit(commands)) this.faults.push(numberOf('loseCommit', i))
    if (left(budget, 'zombies') > 0 && i < layout.threads && serving) this.faults.push(numberOf('overtake', i))
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
      if (message.type === 'prepare') {
        for (let deed = deedsFor(this.#parts, message).length - 1; deed >= 0; deed--) this.due.push(numberOf('deliver', number, deed))
        continue
      }
      if (message.type === 'wake') this.due.push(numberOf('drop', number))
      if (message.type === 'reply' || state[layout.slots[Number(message.to.slice(1))] as number] !== 0) this.due.push(numberOf('deliver', number))
    }
  }

  #ofLate(state: Int32Array): void {
    const late = state[LATE] as number
    if (late === 0) return
    let before = 0
    for (const queue of this.#parts.late.at(late)) {
      if (queue === before) continue
      before = queue
      this.due.push(numberOf('applyLate', queue), numberOf('loseLate', queue))
    }
  }

  #ofSenders(state: Int32Array): void {
    const { record, setting, layout } = this.#parts
    const recorded = record.at(state[RECORD] as number)
    for (let payment = 0; payment < recorded.length; payment++) {
      const thread = setting.payers[payment]?.payment.asks[recorded[payment]?.asks.length ?? 0]
      if (thread === undefined) continue
      for (let i = 0; i < layout.slots.length; i++) if (this.#serves(state, i, thread)) this.asks.push(numberOf('ask', this.#parts.asking(payment, i)))
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
