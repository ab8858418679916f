/** All that a small world is made of, by numbers: the lives, the store, what is under way, the record. */
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import { Bags, Queues } from './interned.ts'
import { type Layout, layoutOf, TIME } from './layout.ts'
import { Life, type LifeInput, type LifeOutput, type LifeView } from './life.ts'
import { Memo, type Stepped } from './memo.ts'
import { Part, type PartInput, type PartOutput, type PartView } from './part.ts'
import { Record } from './record.ts'
import { type Setting, START_MS } from './setting.ts'
import { askOf, type Callback, callbackRequest, type Heard, makeWords, requestOf, type Words } from './words.ts'

/** `t1`, `t1-3` → 1 */
function threadNumber(word: string): number {
  return Number.parseInt(word.slice(1), 10)
}

/** Virtual times of one world. */
const MAX_TIMES = 256

export class Parts {
  readonly setting: Setting
  readonly words: Words
  readonly layout: Layout
  readonly lives: Memo<LifeInput, LifeOutput, LifeView>
  readonly store: Memo<PartInput, PartOutput, PartView>
  readonly record: Record
  readonly queues = new Queues()
  readonly network = new Bags()
  /** Of queues. */
  readonly late = new Bags()
  readonly woke: number
  readonly reconnected: number
  readonly wakeHeard: number
  readonly #times = new Map<number, number>()
  readonly #places: number[] = []
  readonly #asks: number[] = []
  readonly #callbacks: number[] = []
  readonly #ended: number[] = []
  readonly #threads: number[] = []

  constructor(setting: Setting) {
    const { world } = setting
    this.setting = setting
    this.words = makeWords()
    this.layout = layoutOf({ threads: world.threads, zombies: world.budgets.zombies, accounts: world.accounts.length })
    this.lives = new Memo(() => new Life(setting, this.words))
    this.store = new Memo(() => new Part(setting, this.words))
    this.record = new Record(setting, this.words)
    const { heard } = this.words
    this.woke = heard.idOf({ type: 'woke' })
    this.reconnected = heard.idOf({ type: 'reconnected' })
    this.wakeHeard = heard.idOf({ type: 'wakeHeard' })
  }

  /** A life is born where nobody lived. */
  bear(thread: number, number: number, timeMs: number): Stepped<LifeOutput> {
    const id: ThreadId = `t${thread}`
    return this.lives.step(0, -1 - this.#timed(thread * 16 + number, timeMs), () => ({
      type: 'born',
      thread: id,
      epoch: `${id}-${number}`,
      at: START_MS + timeMs,
    }))
  }

  hear(life: number, heard: number, timeMs: number): Stepped<LifeOutput> {
    return this.lives.step(life, this.#timed(heard, timeMs), () => ({ type: 'hears', input: this.#inputOf(heard, timeMs) }))
  }

  #inputOf(heard: number, timeMs: number): Extract<LifeInput, { type: 'hears' }>['input'] {
    const said: Heard = this.words.heard.at(heard)
    return { ...said, at: START_MS + timeMs, draw: 0 } as Extract<LifeInput, { type: 'hears' }>['input']
  }

  apply(part: number, command: number, timeMs: number): Stepped<PartOutput> {
    return this.store.step(part, this.#timed(command, timeMs), () => ({ type: 'command', command: this.words.commands.at(command), at: START_MS + timeMs }))
  }

  openShard(account: AccountId, index: number): number {
    return this.store.step(0, -1 - 2 * index, () => ({ type: 'shard', account })).next
  }

  openBook(thread: ThreadId, index: number): number {
    return this.store.step(0, -2 - 2 * index, () => ({ type: 'book', thread })).next
  }

  /** Where in a state the part stands that a command touches. */
  placeOf(command: number): number {
    let place = this.#places[command]
    if (place === undefined) {
      place = this.#findPlace(command)
      this.#places[command] = place
    }
    return place
  }

  #findPlace(command: number): number {
    const { thread, effect } = this.words.commands.at(command)
    const { shards, books } = this.layout
    if (effect.type === 'claim' || effect.type === 'commit' || effect.type === 'readLeft') return books[Number(thread.slice(1))] as number
    if (effect.type === 'leave') return books[Number(effect.to.slice(1))] as number
    return shards[this.setting.accounts.findIndex(({ id }) => id === effect.account)] as number
  }

  /** The prepare as its thread hears of it. */
  askHeard(payment: number, ask: number): number {
    const request = requestOf(payment, ask)
    let heard = this.#asks[request]
    if (heard === undefined) {
      heard = this.words.heard.idOf(this.#wishHeard(payment, request))
      this.#asks[request] = heard
    }
    return heard
  }

  #wishHeard(wish: number, request: number): Heard {
    const { payers, operations } = this.setting
    const payer = payers[wish]
    if (payer !== undefined) {
      const { from, prepare, requestId } = payer
      return { type: 'prepareReceived', from, request, prepare, ...(requestId === undefined ? {} : { requestId }) }
    }
    const operation = operations[wish - payers.length]
    if (operation === undefined) throw new Error(`there is nothing with the number ${wish}`)
    return { type: 'moneyAsked', request, operation }
  }

  /** A callback as it is heard, with what it is thanked under. */
  callbackHeard(callback: number): number {
    let heard = this.#callbacks[callback]
    if (heard === undefined) {
      const message = this.words.messages.at(callback)
      if (message.type !== 'callback') throw new Error(`message ${callback} is no callback`)
      heard = this.words.heard.idOf({ ...this.words.heard.at(message.heard), request: callbackRequest(callback) } as Heard)
      this.#callbacks[callback] = heard
    }
    return heard
  }

  heldCallback(callback: number, epoch: number): number {
    return this.words.messages.idOf({ type: 'heldCallback', epoch, callback })
  }

  /** When the next life wakes; infinite where none does. */
  deadlineMs(state: Int32Array): number {
    let next = Number.POSITIVE_INFINITY
    for (const slot of this.layout.slots) {
      const life = state[slot] as number
      if (life === 0) continue
      const { deadlineMs } = this.lives.view(life)
      if (deadlineMs < next && deadlineMs > (state[TIME] as number)) next = deadlineMs
    }
    return next
  }

  /** Where what may still go wrong with the thread of this life stands. */
  budgetOf(life: number): number {
    return this.layout.budgets[threadNumber(this.lives.view(life).thread)] as number
  }

  /** The thread of a life's number. */
  threadOf(epoch: number): number {
    let thread = this.#threads[epoch]
    if (thread === undefined) {
      thread = threadNumber(this.words.epochs.at(epoch))
      this.#threads[epoch] = thread
    }
    return thread
  }

  /** Where the life of this epoch stands. */
  slotOf(state: Int32Array, epoch: number): number {
    for (const slot of this.layout.slots) {
      const life = state[slot] as number
      if (life !== 0 && this.lives.view(life).epoch === epoch) return slot
    }
    throw new Error(`${this.words.epochs.at(epoch)} lives no more`)
  }

  /** Messages of a life that is no more, and to it, are lost; callbacks that it has not thanked for come again. */
  withoutLife(network: number, epoch: number): number {
    const { messages } = this.words
    return this.network.map(network, epoch, (number) => {
      const message = messages.at(number)
      if (message.type === 'heldCallback') return message.epoch === epoch ? message.callback : number
      const isKept = message.type === 'wake' || message.type === 'callback' || message.epoch !== epoch
      return isKept ? number : 0
    })
  }

  ended(epoch: number): number {
    let event = this.#ended[epoch]
    if (event === undefined) {
      event = this.words.events.idOf({ type: 'ended', epoch: this.words.epochs.at(epoch) })
      this.#ended[epoch] = event
    }
    return event
  }

  /** In time, by the life of this epoch. */
  fulfilled({ payment, attempt }: Callback, epoch: number): number {
    return this.words.events.idOf({ type: 'fulfilled', payment, attempt, epoch: this.words.epochs.at(epoch) })
  }

  asked(payment: number, ask: number, epoch: number): number {
    return this.words.events.idOf({ type: 'asked', payment, ask, epoch: this.words.epochs.at(epoch) })
  }

  /** A callback and the slot of the life that it comes to, as one number. */
  callingBack(callback: number, slot: number): number {
    return callback * this.layout.slots.length + slot
  }

  callingBackOf(calling: number): { readonly callback: number; readonly slot: number } {
    const count = this.layout.slots.length
    return { callback: Math.floor(calling / count), slot: this.layout.slots[calling % count] as number }
  }

  /** Which asking of a payment, and the slot of the life that its sender asks, as one number. */
  asking(payment: number, ask: number, slot: number): number {
    return requestOf(payment, ask) * this.layout.slots.length + slot
  }

  askingOf(asking: number): { readonly payment: number; readonly ask: number; readonly slot: number } {
    const count = this.layout.slots.length
    return { ...askOf(Math.floor(asking / count)), slot: this.layout.slots[asking % count] as number }
  }

  /** Whether other threads' commands may touch the same part. */
  isShared(command: number): boolean {
    return this.placeOf(command) < (this.layout.books[0] as number)
  }

  #timed(number: number, timeMs: number): number {
    let time = this.#times.get(timeMs)
    if (time === undefined) {
      time = this.#times.size
      if (time >= MAX_TIMES) throw new Error(`more than ${MAX_TIMES} points in time: give the world a nearer horizon`)
      this.#times.set(timeMs, time)
    }
    return number * MAX_TIMES + time
  }
}
