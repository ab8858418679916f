/** What a commit's changes do to a book. Every write is shown to the watch, and noted where it may have to be undone. */
import {
  type Change,
  type Counted,
  isStruckOut,
  type PaymentId,
  type PaymentRecord,
  type Pocket,
  type RequestKey,
  type Unresolved,
} from '../../src/core/book/change.ts'
import type { Tombstone } from '../../src/core/book/contents.ts'
import type { Account, AccountId, Unit } from '../../src/core/values/account.ts'
import { type Amount, add, amount as amountOf, type Balance, minus, plus, ZERO } from '../../src/core/values/amount.ts'
import type { UnixMs } from '../../src/core/values/time.ts'
import { unreachable } from '../../src/core/values/unreachable.ts'
import type { StoreWatch } from '../check/books.ts'
import type { Book, BookEntry, Kept } from './book.ts'
import type { Journal } from './journal.ts'

export class BookWriter {
  readonly #watch: StoreWatch
  readonly #journal: Journal | undefined
  /** Throws for one that is not registered. */
  readonly #account: (id: AccountId) => Account

  constructor(watch: StoreWatch, journal: Journal | undefined, account: (id: AccountId) => Account) {
    this.#watch = watch
    this.#journal = journal
    this.#account = account
  }

  apply(book: Book, change: Change): void {
    switch (change.type) {
      case 'take': {
        const entry = this.#entry(book, change.account)
        this.#setTotal(entry, 'taken', add(entry.taken, change.amount))
        return this.#setHot(entry, plus(entry.hot, change.amount))
      }
      case 'give': {
        const entry = this.#entry(book, change.account)
        this.#spend(entry, change.amount)
        return this.#setTotal(entry, 'given', add(entry.given, change.amount))
      }
      case 'charge': {
        const { record } = change
        this.#spend(this.#entry(book, record.sender), record.incomingAmount)
        this.#watch.wrote('underWay', record.incomingUnit, undefined, ZERO, record.incomingAmount)
        this.#offer(book, record.receiver, record.outgoingAmount)
        this.#keep(book, { payment: record.payment, record, unresolved: [], tombstone: undefined })
        this.#journal?.note(() => this.#watch.wrote('underWay', record.incomingUnit, undefined, record.incomingAmount, ZERO))
        return
      }
      case 'reroute': {
        const stored = this.underWay(book, change.payment)
        this.#withdraw(book, stored)
        this.#offer(book, change.receiver, change.outgoingAmount)
        if (change.counted !== undefined) this.#count(book, change.counted)
        const kept = book.payments.get(change.payment)
        if (kept === undefined) return
        this.#noteKept(kept)
        kept.record = rerouted(stored, change)
        return noteUnresolved(kept, change.unresolved)
      }
      case 'credit': {
        const stored = this.underWay(book, change.payment)
        this.#settle(book, stored, change)
        this.#receive(this.#entry(book, stored.receiver), change.pocket, stored.outgoingAmount)
        if (change.refunds === undefined) this.#movePosition(book, stored.incomingUnit, stored.incomingAmount)
        else this.#receive(this.#entry(book, stored.sender), change.refunds, stored.incomingAmount)
        this.#movePosition(book, stored.outgoingUnit, minus(ZERO, stored.outgoingAmount))
        return this.#count(book, change.counted)
      }
      case 'refund': {
        const stored = this.underWay(book, change.payment)
        this.#settle(book, stored, change)
        this.#receive(this.#entry(book, stored.sender), change.pocket, stored.incomingAmount)
        if (change.counted !== undefined) this.#count(book, change.counted)
        return
      }
      case 'reject':
        this.#keep(book, {
          payment: change.payment,
          record: undefined,
          unresolved: [],
          tombstone: tombstoneOf(change.sender, change.request, change),
        })
        return
      case 'unconditional':
        if (change.reply.type === 'moved') this.#moveUnconditional(book, change)
        this.#keep(book, {
          payment: change.payment,
          record: undefined,
          unresolved: [],
          tombstone: tombstoneOf(change.account, change.request, change),
        })
        return
      case 'consumed':
        this.consume(book, change.message)
        return
      case 'dropped':
        this.#drop(book, change.payment)
        return
      default:
        return unreachable(change)
    }
  }

  #moveUnconditional(book: Book, { account, unit, direction, amount, pocket }: Extract<Change, { type: 'unconditional' }>): void {
    const entry = this.#entry(book, account)
    const entered = direction === 'deposit' ? amount : minus(ZERO, amount)
    if (direction === 'deposit') this.#receive(entry, pocket, amount)
    else this.#spend(entry, amount)
    this.#enter(book, unit, entered)
  }

  #enter(book: Book, unit: Unit, entered: Balance): void {
    this.#journal?.note(() => this.#enter(book, unit, minus(ZERO, entered)))
    book.entered.set(unit, plus(book.entered.get(unit) ?? ZERO, entered))
    this.#watch.entered(unit, entered)
  }

  #settle(book: Book, stored: PaymentRecord, change: Extract<Change, { type: 'credit' | 'refund' }>): void {
    this.#withdraw(book, stored)
    this.#watch.wrote('underWay', stored.incomingUnit, undefined, stored.incomingAmount, ZERO)
    this.#journal?.note(() => this.#watch.wrote('underWay', stored.incomingUnit, undefined, ZERO, stored.incomingAmount))
    const kept = book.payments.get(stored.payment)
    if (kept === undefined) return
    if (isStruckOut(change) && kept.converted === undefined) return this.#drop(book, stored.payment)
    this.#noteKept(kept)
    kept.tombstone = tombstoneOf(stored.sender, stored.request, change)
    if (change.type === 'refund') noteUnresolved(kept, change.unresolved)
  }

  #offer(book: Book, receiver: AccountId, amount: Amount): void {
    this.#setUnderWay(this.#entry(book, receiver), amount)
  }

  #withdraw(book: Book, stored: PaymentRecord): void {
    this.#setUnderWay(this.#entry(book, stored.receiver), minus(ZERO, stored.outgoingAmount))
  }

  #movePosition(book: Book, unit: Unit, amount: Balance): void {
    const before = book.positions.get(unit) ?? ZERO
    this.#journal?.note(() => this.#movePosition(book, unit, minus(ZERO, amount)))
    book.positions.set(unit, plus(before, amount))
    this.#watch.wrote('position', unit, undefined, before, plus(before, amount))
  }

  #count(book: Book, counted: Counted): void {
    if (this.#journal !== undefined) {
      const before = book.tallies.read()
      this.#journal.note(() => book.tallies.restore(before))
    }
    book.tallies.count(counted)
  }

  /** The store adds and takes away; that nothing is spent that is not there is the thread's duty, and a checker's. */
  #spend(entry: BookEntry, amount: Amount): void {
    this.#setHot(entry, minus(entry.hot, amount))
  }

  #setHot(entry: BookEntry, value: Balance): void {
    const { hot } = entry
    this.#journal?.note(() => this.#setHot(entry, hot))
    this.#watch.wrote('hot', entry.account.unit, entry.account, hot, value)
    entry.hot = value
  }

  #setTotal(entry: BookEntry, place: 'taken' | 'given', value: Amount): void {
    const before = entry[place]
    this.#journal?.note(() => this.#setTotal(entry, place, before))
    this.#watch.wrote(place, entry.account.unit, entry.account, before, value)
    entry[place] = value
  }

  #receive(entry: BookEntry, pocket: Pocket, amount: Amount): void {
    if (pocket === 'hot') this.#setHot(entry, plus(entry.hot, amount))
    else this.#setTotal(entry, 'given', add(entry.given, amount))
  }

  #setUnderWay(entry: BookEntry, change: Balance): void {
    this.#journal?.note(() => this.#setUnderWay(entry, minus(ZERO, change)))
    entry.underWay = amountOf(plus(entry.underWay, change))
  }

  #keep(book: Book, kept: Kept): void {
    this.#journal?.note(() => book.payments.delete(kept.payment))
    book.payments.set(kept.payment, kept)
  }

  #noteKept(kept: Kept): void {
    if (this.#journal === undefined) return
    const before = { ...kept }
    this.#journal.note(() => Object.assign(kept, before))
  }

  #drop(book: Book, payment: PaymentId): void {
    const kept = book.payments.get(payment)
    if (kept !== undefined) this.#journal?.note(() => book.payments.set(payment, kept))
    book.payments.delete(payment)
  }

  consume(book: Book, message: string): void {
    const left = book.left.get(message)
    if (left !== undefined) this.#journal?.note(() => book.left.set(message, left))
    book.left.delete(message)
  }

  underWay(book: Book, payment: PaymentId): PaymentRecord {
    const stored = book.payments.get(payment)
    if (stored?.record === undefined || stored.tombstone !== undefined) throw new Error(`the book of ${book.thread} has no payment ${payment} under way`)
    return stored.record
  }

  #entry(book: Book, id: AccountId): BookEntry {
    let entry = book.entries.get(id)
    if (entry === undefined) {
      entry = { account: this.#account(id), hot: ZERO, taken: ZERO, given: ZERO, underWay: ZERO }
      book.entries.set(id, entry)
    }
    return entry
  }
}

interface Told {
  readonly reply: Tombstone['reply']
  readonly keepUntil?: UnixMs | undefined
  readonly unresolved?: Unresolved | undefined
}

function tombstoneOf(sender: AccountId, request: RequestKey | undefined, { reply, keepUntil }: Told): Tombstone {
  return { sender, request, reply, keepUntil }
}

function noteUnresolved(kept: Kept, unresolved: Unresolved | undefined): void {
  if (unresolved !== undefined) kept.unresolved = [...kept.unresolved, unresolved]
}

function rerouted(stored: PaymentRecord, change: Extract<Change, { type: 'reroute' }>): PaymentRecord {
  return {
    payment: stored.payment,
    sender: stored.sender,
    incomingUnit: stored.incomingUnit,
    incomingAmount: stored.incomingAmount,
    incomingExpiry: stored.incomingExpiry,
    condition: stored.condition,
    destination: stored.destination,
    route: change.route,
    receiver: change.receiver,
    outgoingUnit: change.outgoingUnit,
    outgoingAmount: change.outgoingAmount,
    outgoingExpiry: change.outgoingExpiry,
    attempt: change.attempt,
    data: change.data,
    request: stored.request,
  }
}
