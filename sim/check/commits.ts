/** What the store said of each thread's book: which life has claimed it, what it applied and what it acknowledged (B2, B3). */
import type { Effect } from '../../src/core/effect.ts'
import type { ThreadId } from '../../src/core/values/account.ts'
import type { BookAtRest } from './books.ts'
import type { Undoing } from './undoing.ts'
import type { Broken, Checked } from './violation.ts'

interface Book {
  epoch: string
  /** All that have claimed it, and which of them came in once more after another had it: it may find its commits made by that one. */
  readonly epochs: Set<string>
  claimedAgain: string | undefined
  /** Of the last commit that was applied. */
  seq: number
  acknowledged: number
  /** How often it was closed, and by whom last (B11); and whether that was ever lost (B12). */
  term: number
  closedBy: string
  mayBeReopened: boolean
}

export class Commits {
  readonly #checked: Checked
  readonly #broken: Broken
  readonly #undoing: Undoing | undefined
  readonly #books = new Map<ThreadId, Book>()

  constructor(checked: Checked, broken: Broken, undoing: Undoing | undefined) {
    this.#checked = checked
    this.#broken = broken
    this.#undoing = undoing
  }

  /** Under a new epoch, what the book does not have by now never was. Returns whether another life had it before. */
  claimed(thread: ThreadId, epoch: string, seq: number): boolean {
    const book = this.#books.get(thread)
    if (book === undefined) {
      this.#books.set(thread, {
        epoch,
        epochs: new Set([epoch]),
        claimedAgain: undefined,
        seq: 0,
        acknowledged: 0,
        term: 0,
        closedBy: '',
        mayBeReopened: false,
      })
      return false
    }
    if (book.epoch === epoch) return false
    if (book.epochs.has(epoch)) book.claimedAgain = epoch
    book.epochs.add(epoch)
    book.epoch = epoch
    book.acknowledged = Math.min(book.acknowledged, seq)
    this.#undoing?.giveUp(thread, seq)
    return true
  }

  /** What came after is lost, if its thread does not have it any more. */
  wentBack(thread: ThreadId, epoch: string, seq: number): void {
    const book = this.#book(thread)
    book.epoch = epoch
    book.seq = seq
  }

  /** B3: only the epoch that has claimed the book moves anything. B2: one after the other. */
  commits(thread: ThreadId, epoch: string, seq: number): void {
    const book = this.#book(thread)
    this.#checked.B3++
    if (epoch !== book.epoch) throw this.#broken('B3', `commit ${seq} of ${epoch} moves the book of ${thread}, which ${book.epoch} has claimed`)
    this.#checked.B2++
    if (seq !== book.seq + 1) throw this.#broken('B2', `commit ${seq} of ${thread} is applied after ${book.seq}`)
    book.seq = seq
    this.#undoing?.commits(thread, epoch, seq)
  }

  acknowledged(thread: ThreadId, seq: number): void {
    const book = this.#book(thread)
    if (seq > book.acknowledged) book.acknowledged = seq
  }

  /** B11: nothing is hot in it, nothing under way. */
  closed({ thread, payments, entries }: BookAtRest, epoch: string): void {
    this.#checked.B11++
    for (const { record, tombstone } of payments.values()) {
      if (record !== undefined && tombstone === undefined) throw this.#broken('B11', `${thread} closes its book with a payment under way`, record.condition)
    }
    for (const { account, hot } of entries.values()) {
      if (hot !== 0n) throw this.#broken('B11', `${thread} closes its book with ${hot} of ${account.name} hot in it`, account.name)
    }
    const book = this.#book(thread)
    book.epoch = ''
    book.closedBy = epoch
    book.term++
  }

  reopened(thread: ThreadId, term: number): void {
    const book = this.#book(thread)
    book.term = term
    book.mayBeReopened = true
  }

  /** Whether the book was closed in this term; `forgotten`: it may have been. */
  wasClosed(thread: ThreadId, term: number): boolean | 'forgotten' {
    const book = this.#book(thread)
    return book.term > term || (book.mayBeReopened && 'forgotten')
  }

  /** A thread stops of itself: B3, only when another has its book. B2: when the store lacks what it acknowledged. B11: when its book is closed. */
  stopped(thread: ThreadId, epoch: string, why: Extract<Effect, { type: 'stop' }>['why']): void {
    if (why === 'closed') {
      const { closedBy, mayBeReopened } = this.#book(thread)
      if (closedBy !== epoch && !mayBeReopened) throw this.#broken('B11', `${thread} stops as ${epoch}, which has not closed its book`)
      return
    }
    if (why === 'lostWrites') {
      this.#checked.B12++
      if (this.#undoing?.isBehind(thread, this.#book(thread).seq)) return
      throw this.#broken('B2', `${thread} stops for writes that were lost, and none was`)
    }
    const { epoch: present, claimedAgain } = this.#book(thread)
    if (present === epoch && claimedAgain !== epoch) throw this.#broken('B3', `${thread} stops as ${epoch}, which has the book`)
  }

  /** Of the life that has the book. */
  epochOf(thread: ThreadId): string {
    return this.#book(thread).epoch
  }

  isDurable({ thread, seq }: { readonly thread: ThreadId; readonly seq: number }): boolean {
    return seq <= (this.#books.get(thread)?.acknowledged ?? 0)
  }

  #book(thread: ThreadId): Book {
    const book = this.#books.get(thread)
    if (book === undefined) throw this.#broken('B3', `${thread} moves a book that nobody has claimed`)
    return book
  }
}
