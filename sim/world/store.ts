/**
 * The simulated store of one connector: the six commands and the plain ones beside them, each atomic, each on one shard.
 * Every write is shown to a watch, so that the checkers see money where it lies and never what the core thinks of it.
 */
import type { Change } from '../../src/core/book/change.ts'
import type { BookContents } from '../../src/core/book/contents.ts'
import type { LeftMessage } from '../../src/core/book/message.ts'
import type { Effect } from '../../src/core/effect.ts'
import type { CloseReply, CommitReply, Converted, Cooled, LeaveReply, Owned, Warmed } from '../../src/core/input.ts'
import { lostByFailover } from '../../src/core/routing/lost.ts'
import type { Reading } from '../../src/core/routing/reading.ts'
import type { Account, AccountId, ThreadId } from '../../src/core/values/account.ts'
import { type Amount, add, type Balance, excess, least, MAX_RUNNING_TOTAL, minus, most, plus, subtract, ZERO } from '../../src/core/values/amount.ts'
import type { StoreWatch } from '../check/books.ts'
import { type Book, closedReply, contentsOf, convertedBefore, isInTime, newBook, paymentOf, type Shard } from './book.ts'
import { BookWriter } from './bookWriter.ts'
import type { Journal, ShardName } from './journal.ts'

export type Command = 'claim' | 'commit' | 'warm' | 'cool' | 'leave' | 'own' | 'close'

type CommandOf<T extends Command> = Extract<Effect, { type: T }>

export class SimStore {
  readonly shards = new Map<AccountId, Shard>()
  readonly books = new Map<ThreadId, Book>()
  readonly counts: Record<Command, number> = { claim: 0, commit: 0, warm: 0, cool: 0, leave: 0, own: 0, close: 0 }
  readonly #watch: StoreWatch
  readonly #journal: Journal | undefined
  readonly #writer: BookWriter

  /** With a journal it can come back without its last writes. */
  constructor(watch: StoreWatch, journal?: Journal) {
    this.#watch = watch
    this.#journal = journal
    this.#writer = new BookWriter(watch, journal, (id) => this.#shard(id).account)
  }

  get mayLose(): boolean {
    return this.#journal !== undefined
  }

  /** What was written after `sinceUs` on these shards never was. */
  goBack(sinceUs: number, isOn: (shard: ShardName) => boolean): readonly ShardName[] {
    const shards = this.#journal?.goBack(sinceUs, isOn) ?? []
    this.#watch.applied()
    return shards
  }

  register(account: Account, openingBalance: Amount): void {
    const shard: Shard = { account, cold: ZERO, granted: new Map(), returned: new Map(), owned: new Map() }
    this.shards.set(account.id, shard)
    this.#watch.entered(account.unit, openingBalance)
    this.#setCold(shard, openingBalance)
    this.#watch.applied()
  }

  /** `mayOpen`: false where the book must be there. */
  claim(thread: ThreadId, command: CommandOf<'claim'>, mayOpen = true): BookContents {
    this.counts.claim++
    const known = this.books.get(thread)
    const book = known ?? (mayOpen ? newBook(thread) : this.#book(thread))
    this.books.set(thread, book)
    const { epoch, claimedAt } = book
    this.#journal?.begin(thread)
    this.#journal?.note(() => {
      book.claimedAt = claimedAt
      this.#setEpoch(book, epoch)
    })
    if (epoch !== command.epoch) book.claimedAt = book.seq
    book.epoch = command.epoch
    this.#watch.claimed(thread, command.epoch, book.seq)
    return contentsOf(book, known === undefined)
  }

  /** B11: it takes no commit until it is claimed again. */
  close(thread: ThreadId, command: CommandOf<'close'>): CloseReply {
    this.counts.close++
    const book = this.#book(thread)
    const { epoch, term, closedBy } = book
    if (epoch === '' && closedBy === command.epoch) return 'ok'
    if (epoch !== command.epoch) return 'fenced'
    if (book.left.size > 0) return 'left'
    this.#journal?.begin(thread)
    this.#journal?.note(() => {
      book.term = term
      book.closedBy = closedBy
      this.#watch.reopened(thread, term)
      this.#setEpoch(book, epoch)
    })
    book.epoch = ''
    book.term++
    book.closedBy = epoch
    this.#watch.closed(book, epoch)
    return 'ok'
  }

  /** B2: only the next number is applied. */
  commit(thread: ThreadId, command: CommandOf<'commit'>): CommitReply {
    this.counts.commit++
    const book = this.#book(thread)
    // A claim that comes in twice must not make another life's commits this one's.
    if (command.epoch !== book.epoch || command.seq <= book.claimedAt) return 'fenced'
    if (command.seq <= book.seq) return replyWith(convertedBefore(book, command.changes), 'already')
    if (command.seq > book.seq + 1) return { gap: book.seq }
    this.#journal?.begin(thread)
    this.#journal?.note(() => this.#setSeq(book, command.seq - 1))
    book.seq = command.seq
    this.#watch.commits(thread, command.epoch, command.seq)
    const converted: Converted[] = []
    for (const asked of command.changes) {
      const instead = this.#convert(book, asked)
      const change = instead ?? asked
      this.#watch.changed(thread, command.seq, change, paymentOf(book, change))
      this.#writer.apply(book, change)
      if (instead !== undefined) converted.push(instead)
    }
    this.#watch.applied()
    return replyWith(converted, 'ok')
  }

  /** B8: the credit that a refund or a reroute becomes, where a fulfillment of the attempt that it ends was left. */
  #convert(book: Book, change: Change): Credit | undefined {
    if ((change.type !== 'refund' && change.type !== 'reroute') || change.instead === undefined) return undefined
    const { payment } = change
    const left = book.left.get(`fulfilled.${payment}.${this.#writer.underWay(book, payment).attempt}`)
    if (left?.type !== 'fulfilled') return undefined
    this.#writer.consume(book, left.message)
    const kept = book.payments.get(payment)
    if (kept !== undefined) {
      kept.converted = true
      this.#journal?.note(() => {
        delete kept.converted
      })
    }
    const { pocket, counted, late, keepUntil } = change.instead
    const refund = late && change.type === 'refund' ? change : undefined
    return {
      type: 'credit',
      payment,
      pocket,
      counted,
      keepUntil: refund === undefined ? keepUntil : refund.keepUntil,
      reply: refund?.reply ?? left.fulfill,
      refunds: refund?.pocket,
    }
  }

  /** B6. What was taken beyond what the shard has granted was granted before it lost that: cold pays. */
  warm(thread: ThreadId, command: CommandOf<'warm'>): Warmed | 'full' {
    this.counts.warm++
    const shard = this.#shard(command.account)
    const known = shard.granted.get(thread) ?? ZERO
    const before = most(known, command.taken)
    if (before > MAX_RUNNING_TOTAL) return 'full'
    this.#journal?.begin(command.account)
    this.#grant(shard, thread, subtract(before, known))
    const coldBefore = shard.cold
    const unseen = excess(before, command.taken)
    const there = excess(plus(coldBefore, shard.account.creditLimit), ZERO)
    const grant = least(excess(command.wanted, unseen), there)
    this.#grant(shard, thread, grant)
    this.#watch.applied()
    return { granted: add(before, grant), grant, coldBefore }
  }

  #grant(shard: Shard, thread: ThreadId, amount: Amount): void {
    if (amount === 0n) return
    const before = shard.granted.get(thread) ?? ZERO
    this.#setShardTotal(shard, 'granted', thread, add(before, amount))
    this.#setCold(shard, minus(shard.cold, amount))
  }

  cool(thread: ThreadId, command: CommandOf<'cool'>): Cooled | 'full' {
    this.counts.cool++
    const shard = this.#shard(command.account)
    const before = shard.returned.get(thread) ?? ZERO
    if (before > MAX_RUNNING_TOTAL) return 'full'
    const back = excess(command.given, before)
    if (back > 0n) {
      this.#journal?.begin(command.account)
      this.#setShardTotal(shard, 'returned', thread, command.given)
      this.#setCold(shard, plus(shard.cold, back))
    }
    this.#watch.applied()
    return { returned: add(before, back), cold: shard.cold }
  }

  /** B4: the first writer wins, until the entry is no longer kept. */
  own(thread: ThreadId, command: CommandOf<'own'>, nowMs: number): Owned {
    this.counts.own++
    const shard = this.#shard(command.account)
    forgetOld(shard, nowMs)
    let entry = shard.owned.get(command.requestId)
    const before = entry
    if (entry === undefined || entry.keepUntil < nowMs || isInstead(entry, command)) {
      const { hash, keepUntil } = entry !== undefined && isInstead(entry, command) ? entry : command
      entry = { owner: thread, hash, keepUntil, ...(command.term === undefined ? {} : { term: command.term }) }
      shard.owned.set(command.requestId, entry)
      this.#journal?.begin(command.account)
      this.#journal?.note(() => this.#disown(shard, command.requestId, before))
    }
    const { owner, hash, term } = entry
    this.#watch.owned(command.account, command.requestId, owner, term ?? 0)
    return term === undefined ? { owner, hash } : { owner, hash, term }
  }

  /** Where there is no book there is nothing to recall. B8: a reply is taken only while its attempt is under way and it may count; of several the first stays. */
  leave({ to, message }: CommandOf<'leave'>): LeaveReply {
    this.counts.leave++
    if (message.type === 'recall' && !this.books.has(to)) return 'closed'
    const book = this.#book(to)
    if (book.epoch === '') return closedReply(book, message)
    const { left } = book
    const before = left.get(message.message)
    if (message.type === 'fulfilled' || message.type === 'rejected') {
      if (!isInTime(book, message)) return 'late'
      if (before !== undefined) return 'ok'
    }
    this.#journal?.begin(to)
    this.#journal?.note(() => this.#takeBack(left, message, before))
    left.set(message.message, message)
    this.#watch.left(message)
    return 'ok'
  }

  readLeft(thread: ThreadId, epoch: string): readonly LeftMessage[] | 'fenced' {
    const { left, epoch: present } = this.#book(thread)
    if (present !== epoch) return 'fenced'
    return left.size === 0 ? [] : [...left.values()]
  }

  read(accounts: readonly AccountId[]): Reading {
    return {
      accounts: accounts.map((account) => {
        const shard = this.#shard(account)
        const { cold, returned } = shard
        const outside = minus(sum(shard.granted), sum(returned))
        const lost = lostByFailover({ cold, returned, creditLimit: shard.account.creditLimit }, (thread) => this.#givenBy(thread, account))
        return lost === 0n ? { account, cold, outside } : { account, cold, outside, lostByFailover: lost }
      }),
      books: [...this.books.values()].map((book) => ({
        thread: book.thread,
        seq: book.seq,
        accounts: accounts.flatMap((account) => {
          const entry = book.entries.get(account)
          return entry === undefined ? [] : [{ account, hot: entry.hot, taken: entry.taken, given: entry.given, underWay: entry.underWay }]
        }),
        tallies: book.tallies.read(),
      })),
    }
  }

  #givenBy(thread: ThreadId, account: AccountId): Amount {
    return this.books.get(thread)?.entries.get(account)?.given ?? ZERO
  }

  /** The formula of DESIGN.md section 3. */
  balanceOf(account: AccountId): Balance {
    const shard = this.#shard(account)
    let result: Balance = minus(plus(shard.cold, sum(shard.granted)), sum(shard.returned))
    for (const book of this.books.values()) {
      const entry = book.entries.get(account)
      if (entry !== undefined) result = plus(result, minus(plus(entry.hot, entry.given), entry.taken))
    }
    return result
  }

  #setCold(shard: Shard, value: Balance): void {
    const { cold } = shard
    this.#journal?.note(() => this.#setCold(shard, cold))
    this.#watch.wrote('cold', shard.account.unit, shard.account, cold, value)
    shard.cold = value
  }

  // --- what can be undone ---------------------------------------------------------------------------------------------

  #setEpoch(book: Book, epoch: string): void {
    book.epoch = epoch
    this.#watch.wentBack(book.thread, epoch, book.seq)
  }

  #setSeq(book: Book, seq: number): void {
    book.seq = seq
    this.#watch.wentBack(book.thread, book.epoch, seq)
  }

  #setShardTotal(shard: Shard, place: 'granted' | 'returned', thread: ThreadId, value: Amount): void {
    const before = shard[place].get(thread) ?? ZERO
    this.#journal?.note(() => this.#setShardTotal(shard, place, thread, before))
    this.#watch.wrote(place, shard.account.unit, shard.account, before, value)
    shard[place].set(thread, value)
  }

  #takeBack(left: Map<string, LeftMessage>, { message }: LeftMessage, before: LeftMessage | undefined): void {
    const lost = left.get(message)
    if (before !== undefined) left.set(message, before)
    else left.delete(message)
    if (before === undefined && lost !== undefined) this.#watch.leftNoMore(lost)
  }

  #disown(shard: Shard, requestId: string, before: (Owned & { keepUntil: number }) | undefined): void {
    if (before === undefined) shard.owned.delete(requestId)
    else shard.owned.set(requestId, before)
    this.#watch.disowned(shard.account.id, requestId)
  }

  #shard(id: AccountId): Shard {
    const shard = this.shards.get(id)
    if (shard === undefined) throw new Error(`no account ${id} in the store`)
    return shard
  }

  #book(thread: ThreadId): Book {
    const book = this.books.get(thread)
    if (book === undefined) throw new Error(`no book of ${thread} in the store`)
    return book
  }
}

function isInstead({ owner, term = 0 }: Owned, { instead }: CommandOf<'own'>): boolean {
  return owner === instead?.owner && term === instead.term
}

type Credit = Extract<Change, { type: 'credit' }>

function replyWith(converted: readonly Converted[], word: 'ok' | 'already'): CommitReply {
  return converted.length === 0 ? word : { converted: converted.map(({ payment, reply }) => ({ payment, reply })) }
}

/** Entries come in the order of their prepares, so the oldest stand first. */
function forgetOld(shard: Shard, nowMs: number): void {
  for (const [requestId, { keepUntil }] of shard.owned) {
    if (keepUntil >= nowMs) return
    shard.owned.delete(requestId)
  }
}

function sum(totals: ReadonlyMap<ThreadId, Amount>): Amount {
  let result = ZERO
  for (const total of totals.values()) result = add(result, total)
  return result
}
