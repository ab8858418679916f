/**
 * What a store's writes changed in the record of its witness, and how to take it back, for a store that comes back without
 * its last ones (B12). A book that is set back is not believed at once: its thread may replay what was lost, and that is
 * then the very same. What is lost for good shows when the book goes on without it: at the next claim, or under another epoch.
 */
import type { Change } from '../../src/core/book/change.ts'
import type { ThreadId } from '../../src/core/values/account.ts'

interface Applied {
  readonly seq: number
  readonly epoch: string
  readonly changes: Change[]
  readonly backs: (() => void)[]
}

interface Book {
  /** Oldest first, numbered one after the other. */
  readonly applied: Applied[]
  /** The commit that is being applied once more, and how many of its changes were seen. */
  repeated: Applied | undefined
  seen: number
}

export class Undoing {
  readonly #books = new Map<ThreadId, Book>()

  /** A commit is about to be applied. Another life's under a number that was lost: that one is lost for good. */
  commits(thread: ThreadId, epoch: string, seq: number): void {
    const book = this.#book(thread)
    const before = book.applied[seq - (book.applied[0]?.seq ?? 0)]
    if (before !== undefined && before.epoch !== epoch) this.giveUp(thread, seq - 1)
    book.repeated = before?.epoch === epoch ? before : undefined
    book.seen = 0
    if (book.repeated === undefined) book.applied.push({ seq, epoch, changes: [], backs: [] })
  }

  /** How this change is seen: for the first time, again, or as another than it was. */
  changed(thread: ThreadId, change: Change): 'new' | 'again' | 'another' {
    const book = this.#book(thread)
    if (book.repeated === undefined) {
      book.applied.at(-1)?.changes.push(change)
      return 'new'
    }
    const before = book.repeated.changes[book.seen++]
    return before === change || isSameCredit(before, change) || hasStood(before, change) ? 'again' : 'another'
  }

  /**
   * The change at hand was a credit, since it met a left fulfillment (B8), and meets none now; or the other way round. Its
   * thread has heard of neither: what was applied under this number and after it is lost for good. False: it is no such change.
   */
  beginsAnew(thread: ThreadId, change: Change): boolean {
    const { repeated, seen, applied } = this.#book(thread)
    const before = repeated?.changes[0]
    if (repeated === undefined || seen !== 1 || before === undefined || !(mayBecome(change, before) || mayBecome(before, change))) return false
    const { seq, epoch } = repeated
    this.giveUp(thread, seq - 1)
    applied.push({ seq, epoch, changes: [change], backs: [] })
    this.#book(thread).repeated = undefined
    return true
  }

  /** How to take back what the change at hand did. */
  note(thread: ThreadId, back: () => void): void {
    this.#book(thread).applied.at(-1)?.backs.push(back)
  }

  /** Whether the store lacks something that it applied after `seq`. */
  isBehind(thread: ThreadId, seq: number): boolean {
    return (this.#book(thread).applied.at(-1)?.seq ?? 0) > seq
  }

  /** What was applied after `seq` never was. */
  giveUp(thread: ThreadId, seq: number): void {
    const { applied } = this.#book(thread)
    while ((applied.at(-1)?.seq ?? 0) > seq) for (const back of applied.pop()?.backs.reverse() ?? []) back()
  }

  #book(thread: ThreadId): Book {
    let book = this.#books.get(thread)
    if (book === undefined) {
      book = { applied: [], repeated: undefined, seen: 0 }
      this.#books.set(thread, book)
    }
    return book
  }
}

/** A refund or a reroute that could have become a credit, and did not, is replayed as one that cannot. */
function hasStood(before: Change | undefined, change: Change): boolean {
  if (change.type !== 'refund' && change.type !== 'reroute') return false
  return before?.type === change.type && before.payment === change.payment && change.instead === undefined
}

/** The one may be converted, and the other is what it then is. */
function mayBecome(change: Change, other: Change): boolean {
  if (change.type !== 'refund' && change.type !== 'reroute') return false
  return change.instead !== undefined && other.type === 'credit' && other.payment === change.payment
}

/** A refund that the store made a credit (B8) is replayed as one, which its thread has made. */
function isSameCredit(before: Change | undefined, change: Change): boolean {
  if (before?.type !== 'credit' || change.type !== 'credit') return false
  return before.payment === change.payment && before.pocket === change.pocket && before.refunds === change.refunds
}
