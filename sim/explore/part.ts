/**
 * One part of the store that no command goes beyond: an account's shard, or a thread's book. It is the simulator's store,
 * and each write is judged: R3, R5, and that only the epoch that has claimed a book moves it, one commit after the other.
 */
import type { Change } from '../../src/core/book/change.ts'
import type { StoredPayment } from '../../src/core/book/contents.ts'
import type { Input } from '../../src/core/input.ts'
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import { ZERO } from '../../src/core/values/amount.ts'
import type { StoreWatch } from '../check/books.ts'
import { MoneyCheck } from '../check/money.ts'
import { InvariantBroken, nothingChecked } from '../check/violation.ts'
import type { Book, Shard } from '../world/book.ts'
import { SimStore } from '../world/store.ts'
import { storePerformers } from '../world/storePerformers.ts'
import { canonical } from './canonical.ts'
import { mirrorText } from './life.ts'
import type { Machine } from './memo.ts'
import type { Setting } from './setting.ts'
import type { Command, Event, Heard, Words } from './words.ts'

/** Which shard or book it is; then what is asked of it, and when. */
export type PartInput =
  | { readonly type: 'shard'; readonly account: AccountId }
  | { readonly type: 'book'; readonly thread: ThreadId }
  | { readonly type: 'command'; readonly command: Command; readonly at: number }

export interface PartOutput {
  /** What its thread will hear; 0: nothing. */
  readonly heard: number
  readonly events: readonly number[]
}

/** Running totals: of a shard by thread, of a book by account, in the setting's order. */
export interface PartView {
  /** granted, or taken. */
  readonly out: readonly bigint[]
  /** returned, or given. */
  readonly back: readonly bigint[]
  /** Of a shard: what it adds to its account's balance; of a book: to each account's. */
  readonly balance: readonly bigint[]
  /** What a thread's mirror of this book must be. */
  readonly mirror: number
  /** What in it is not at rest. */
  readonly unrest: string | undefined
}

export class Part implements Machine<PartInput, PartOutput, PartView> {
  readonly #setting: Setting
  readonly #words: Words
  readonly #store: SimStore
  readonly #money = new MoneyCheck('hub', nothingChecked())
  #events: Event[] = []
  #shard: Shard | undefined
  #thread: ThreadId | undefined
  #epoch: string | undefined
  #seq = 0

  constructor(setting: Setting, words: Words) {
    this.#setting = setting
    this.#words = words
    this.#store = new SimStore(this.#watch())
  }

  step(input: PartInput): PartOutput {
    this.#events = []
    const heard = this.#take(input)
    const { heard: numbers, events } = this.#words
    return { heard: heard === undefined ? 0 : numbers.idOf(heard), events: this.#events.map((event) => events.idOf(event)) }
  }

  #take(input: PartInput): Heard | undefined {
    const { world, accounts } = this.#setting
    if (input.type === 'command') return this.#apply(input.command, input.at)
    for (const [i, account] of accounts.entries()) {
      const isThis = input.type === 'shard' && input.account === account.id
      this.#store.register(account, isThis ? (world.accounts[i]?.balance ?? ZERO) : ZERO)
    }
    if (input.type === 'shard') this.#shard = this.#store.shards.get(input.account)
    else this.#thread = input.thread
    return undefined
  }

  #apply({ thread, effect }: Command, at: number): Heard | undefined {
    let heard: Input | undefined
    const performers = storePerformers({
      id: thread,
      home: { store: this.#store, witness: { acknowledged: () => {} } },
      ask: (_, apply, hear) => hear(apply()),
      input: (input) => {
        heard = input
      },
      now: () => at,
      storeNow: () => at,
      draw: () => 0,
    }) as Record<Command['effect']['type'], (effect: Command['effect']) => void>
    performers[effect.type](effect)
    if (heard === undefined) return undefined
    const { at: _, ...rest } = heard
    return rest as Heard
  }

  get #book(): Book | undefined {
    return this.#thread === undefined ? undefined : this.#store.books.get(this.#thread)
  }

  text(): string {
    if (this.#shard !== undefined) {
      const { account, ...shard } = this.#shard
      return `shard ${account.name} ${canonical(shard)}`
    }
    if (this.#thread === undefined) return ''
    const book = this.#book
    if (book === undefined) return `book ${this.#thread}`
    const { tallies, entries, ...rest } = book
    const money = [...entries].map(([account, { hot, taken, given, underWay }]) => [account, hot, taken, given, underWay])
    return `book ${this.#epoch} ${this.#seq} ${canonical(rest)} ${canonical(money)} ${canonical(tallies.read())}`
  }

  view(): PartView {
    const { accounts, threads } = this.#setting
    const shard = this.#shard
    if (shard !== undefined) {
      const out = threads.map((thread) => shard.granted.get(thread) ?? 0n)
      const back = threads.map((thread) => shard.returned.get(thread) ?? 0n)
      return { out, back, balance: [shard.cold + sum(out) - sum(back)], mirror: 0, unrest: undefined }
    }
    const book = this.#book
    const entries = accounts.map(({ id }) => book?.entries.get(id))
    const money = [...(book?.entries ?? [])].map(([account, entry]) => ({ ...entry, account }))
    return {
      out: entries.map((entry) => entry?.taken ?? 0n),
      back: entries.map((entry) => entry?.given ?? 0n),
      balance: entries.map((entry) => (entry === undefined ? 0n : entry.hot - entry.taken + entry.given)),
      mirror: this.#words.mirrors.idOf(mirrorText(money, book?.positions ?? new Map())),
      unrest: book === undefined ? undefined : unrestIn(book),
    }
  }

  #watch(): StoreWatch {
    return {
      entered: (unit, sum) => this.#money.entered(unit, sum),
      wrote: (place, unit, of, before, after) => this.#money.wrote(place, unit, of, before, after),
      claimed: (_, epoch) => {
        this.#epoch = epoch
      },
      wentBack: () => {},
      closed: () => {},
      reopened: () => {},
      commits: (thread, epoch, seq) => this.#commits(thread, epoch, seq),
      changed: (_, _seq, change, payment) => this.#changed(change, payment),
      owned: (_, requestId, owner) => {
        const payment = this.#setting.wishes.findIndex(({ id }) => id === requestId)
        this.#events.push({ type: 'owned', payment, owner })
      },
      disowned: () => {},
      left: () => {},
      leftNoMore: () => {},
      applied: () => this.#money.applied(),
    }
  }

  #commits(thread: ThreadId, epoch: string, seq: number): void {
    if (epoch !== this.#epoch) throw new InvariantBroken('B3', `commit ${seq} of ${epoch} moves the book of ${thread}, which ${this.#epoch} has claimed`, [])
    if (seq !== this.#seq + 1) throw new InvariantBroken('B2', `commit ${seq} of ${thread} is applied after ${this.#seq}`, [])
    this.#seq = seq
  }

  #changed(change: Change, stored: StoredPayment | undefined): void {
    const epoch = this.#epoch ?? ''
    const { paymentOf, payers, wishes } = this.#setting
    switch (change.type) {
      case 'charge':
        this.#events.push({ type: 'charge', payment: paymentOf(change.record.condition), attempt: change.record.attempt, epoch })
        return
      case 'reroute':
      case 'credit':
      case 'refund': {
        const record = stored?.record
        if (record === undefined) return
        const attempt = change.type === 'reroute' ? change.attempt : record.attempt
        const type = change.type === 'credit' && change.refunds !== undefined ? 'paidLate' : change.type
        this.#events.push({ type, payment: paymentOf(record.condition), attempt, epoch })
        return
      }
      case 'reject': {
        const payment = payers.findIndex(({ requestId }) => requestId === change.request.id)
        this.#events.push({ type: 'reject', payment, attempt: 0, epoch })
        return
      }
      case 'unconditional':
        this.#events.push({ type: 'booked', payment: wishes.findIndex(({ id }) => id === change.request.id), reply: change.reply })
        return
      default:
        return
    }
  }
}

function unrestIn({ thread, payments, left, entries }: Book): string | undefined {
  for (const { record, tombstone } of payments.values()) {
    if (record !== undefined && tombstone === undefined) return `payment ${record.payment} is still under way`
  }
  if (left.size > 0) return `${left.size} messages are still left in the book of ${thread}`
  for (const { account, hot, underWay } of entries.values()) {
    if (underWay !== 0n) return `${underWay} is still under way to ${account.name}`
    if (account.parallelism > 1 && hot !== 0n) return `${hot} of ${account.name} stays hot in ${thread}, where nobody uses it`
  }
  return undefined
}

function sum(totals: readonly bigint[]): bigint {
  return totals.reduce((a, b) => a + b, 0n)
}
