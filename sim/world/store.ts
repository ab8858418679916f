/**
 * The simulated store of one connector: the six commands and the plain ones beside them, each atomic, each on one shard.
 * Every write is shown to a watch, so that the checkers see money where it lies and never what the core thinks of it.
 */
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
import type { BookContents, StoredPayment, Tombstone } from '../../src/core/book/contents.ts'
import { askedIn, type Fulfilled, type LeftMessage, type Rejected } from '../../src/core/book/message.ts'
import type { Effect } from '../../src/core/effect.ts'
import type { CloseReply, CommitReply, Converted, Cooled, LeaveReply, Owned, Warmed } from '../../src/core/input.ts'
import { lostByFailover } from '../../src/core/routing/lost.ts'
import type { Reading } from '../../src/core/routing/reading.ts'
import type { Account, AccountId, ThreadId, Unit } from '../../src/core/values/account.ts'
import {
  type Amount,
  add,
  amount as amountOf,
  type Balance,
  excess,
  least,
  MAX_RUNNING_TOTAL,
  minus,
  most,
  plus,
  subtract,
  ZERO,
} from '../../src/core/values/amount.ts'
import { EXPIRY_GRACE_MS, type UnixMs } from '../../src/core/values/time.ts'
import { unreachable } from '../../src/core/values/unreachable.ts'
import type { StoreWatch } from '../check/books.ts'
import type { Journal, ShardName } from './journal.ts'
import { BookTallies } from './tallies.ts'

export interface Shard {
  readonly account: Account
  cold: Balance
  readonly granted: Map<ThreadId, Amount>
  readonly returned: Map<ThreadId, Amount>
  readonly owned: Map<string, Owned & { keepUntil: number }>
}

export interface BookEntry {
  readonly account: Account
  /** Never below zero, if the threads keep R3. */
  hot: Balance
  taken: Amount
  given: Amount
  underWay: Amount
}

/** Changed in place: a payment passes here twice. */
type Kept = { -readonly [K in keyof StoredPayment]: StoredPayment[K] } & {
  /** Its refund or reroute met a left fulfillment (B8). */
  converted?: true
}

export interface Book {
  readonly thread: ThreadId
  /** Empty while it is closed. */
  epoch: string
  /** How often it was closed, and under which epoch last (B11). */
  term: number
  closedBy: string
  seq: number
  /** Of the last commit before its present epoch claimed it. */
  claimedAt: number
  readonly entries: Map<AccountId, BookEntry>
  readonly payments: Map<PaymentId, Kept>
  readonly positions: Map<Unit, Balance>
  readonly entered: Map<Unit, Balance>
  readonly tallies: BookTallies
  readonly left: Map<string, LeftMessage>
}

export type Command = 'claim' | 'commit' | 'warm' | 'cool' | 'leave' | 'own' | 'close'

type CommandOf<T extends Command> = Extract<Effect, { type: T }>

export class SimStore {
  readonly shards = new Map<AccountId, Shard>()
  readonly books = new Map<ThreadId, Book>()
  readonly counts: Record<Command, number> = { claim: 0, commit: 0, warm: 0, cool: 0, leave: 0, own: 0, close: 0 }
  readonly #watch: StoreWatch
  readonly #journal: Journal | undefined

  /** With a journal it can come back without its last writes. */
  constructor(watch: StoreWatch, journal?: Journal) {
    this.#watch = watch
    this.#journal = journal
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
      this.#apply(book, change)
      if (instead !== undefined) converted.push(instead)
    }
    this.#watch.applied()
    return replyWith(converted, 'ok')
  }

  /** B8: the credit that a refund or a reroute becomes, where a fulfillment of the attempt that it ends was left. */
  #convert(book: Book, change: Change): Credit | undefined {
    if ((change.type !== 'refund' && change.type !== 'reroute') || change.instead === undefined) return undefined
    const { payment } = change
    const left = book.left.get(`fulfilled.${payment}.${this.#underWay(book, payment).attempt}`)
    if (left?.type !== 'fulfilled') return undefined
    this.#consume(book, left.message)
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

  #apply(book: Book, change: Change): void {
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
        const stored = this.#underWay(book, change.payment)
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
        const stored = this.#underWay(book, change.payment)
        this.#settle(book, stored, change)
        this.#receive(this.#entry(book, stored.receiver), change.pocket, stored.outgoingAmount)
        if (change.refunds === undefined) this.#movePosition(book, stored.incomingUnit, stored.incomingAmount)
        else this.#receive(this.#entry(book, stored.sender), change.refunds, stored.incomingAmount)
        this.#movePosition(book, stored.outgoingUnit, minus(ZERO, stored.outgoingAmount))
        return this.#count(book, change.counted)
      }
      case 'refund': {
        const stored = this.#underWay(book, change.payment)
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
        this.#consume(book, change.message)
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

  #consume(book: Book, message: string): void {
    const left = book.left.get(message)
    if (left !== undefined) this.#journal?.note(() => book.left.set(message, left))
    book.left.delete(message)
  }

  #underWay(book: Book, payment: PaymentId): PaymentRecord {
    const stored = book.payments.get(payment)
    if (stored?.record === undefined || stored.tombstone !== undefined) throw new Error(`the book of ${book.thread} has no payment ${payment} under way`)
    return stored.record
  }

  #entry(book: Book, id: AccountId): BookEntry {
    let entry = book.entries.get(id)
    if (entry === undefined) {
      entry = { account: this.#shard(id).account, hot: ZERO, taken: ZERO, given: ZERO, underWay: ZERO }
      book.entries.set(id, entry)
    }
    return entry
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

/** A question is answered from what is kept. */
function closedReply({ term, payments }: Book, message: LeftMessage): LeaveReply {
  const asked = askedIn(message)
  if (asked === undefined) return 'closed'
  const { account, requestId } = asked
  const found = [...payments.values()].find(({ tombstone }) => tombstone?.sender === account && tombstone.request?.id === requestId)
  return found?.tombstone === undefined ? { closed: term - 1 } : { closed: term - 1, kept: found.tombstone.reply }
}

type Credit = Extract<Change, { type: 'credit' }>

function replyWith(converted: readonly Converted[], word: 'ok' | 'already'): CommitReply {
  return converted.length === 0 ? word : { converted: converted.map(({ payment, reply }) => ({ payment, reply })) }
}

function convertedBefore(book: Book, changes: readonly Change[]): Converted[] {
  return changes.flatMap((change) => {
    const kept = change.type === 'refund' || change.type === 'reroute' ? book.payments.get(change.payment) : undefined
    const reply = kept?.converted ? kept.tombstone?.reply : undefined
    return kept !== undefined && (reply?.type === 'fulfill' || reply?.type === 'reject') ? [{ payment: kept.payment, reply }] : []
  })
}

function isInTime(book: Book, reply: Fulfilled | Rejected): boolean {
  const { record, tombstone } = book.payments.get(reply.payment) ?? {}
  if (record === undefined || tombstone !== undefined || record.attempt !== reply.attempt || record.receiver !== reply.from) return false
  return reply.type === 'rejected' || (record.condition === reply.condition && reply.at <= record.outgoingExpiry + EXPIRY_GRACE_MS)
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

function contentsOf(book: Book, isNew: boolean): BookContents {
  return {
    isNew,
    ...(book.term === 0 ? {} : { term: book.term }),
    seq: book.seq,
    accounts: [...book.entries].map(([account, { hot, taken, given, underWay }]) => ({ account, hot, taken, given, underWay })),
    payments: [...book.payments.values()].map(({ payment, record, unresolved, tombstone }) => ({ payment, record, unresolved, tombstone })),
    positions: new Map(book.positions),
    entered: book.entered.size === 0 ? undefined : new Map(book.entered),
    tallies: book.tallies.read(),
  }
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

function paymentOf(book: Book, change: Change): StoredPayment | undefined {
  switch (change.type) {
    case 'reroute':
    case 'credit':
    case 'refund':
    case 'dropped':
      return book.payments.get(change.payment)
    default:
      return undefined
  }
}

function newBook(thread: ThreadId): Book {
  return {
    thread,
    // Not closed.
    epoch: 'none',
    term: 0,
    closedBy: '',
    seq: 0,
    claimedAt: 0,
    entries: new Map(),
    payments: new Map(),
    positions: new Map(),
    entered: new Map(),
    tallies: new BookTallies(),
    left: new Map(),
  }
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
