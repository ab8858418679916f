/**
 * The independent record of one connector: what each party sent it and was told by it, and which store writes were
 * acknowledged. It reads messages and the store's writes, never the core's state.
 *
 * When a thread dies, what is true is what its book says once the next life has claimed it: a fulfillment that was heard and
 * not yet credited then is lost for this connector, and its payment must be refunded.
 */

import type { Change, PaymentId, PaymentRecord } from '../../src/core/book/change.ts'
import type { StoredPayment, Tombstone } from '../../src/core/book/contents.ts'
import type { MoneyReply, Operation } from '../../src/core/money/operation.ts'
import type { Announcement } from '../../src/core/routing/announcement.ts'
import type { Account, AccountId, ThreadId, Unit } from '../../src/core/values/account.ts'
import type { Amount, Balance } from '../../src/core/values/amount.ts'
import { type Condition, conditionOf } from '../../src/core/values/condition.ts'
import type { Fulfill, Prepare, Refusal, Reply } from '../../src/core/values/packet.ts'
import { EXPIRY_GRACE_MS } from '../../src/core/values/time.ts'
import type { Place, ShardAtRest, StoreAtRest, StoreWatch } from './books.ts'
import { Entries, type Entry } from './entries.ts'
import { MoneyCheck } from './money.ts'
import { OperationsCheck } from './operations.ts'
import { unrestIn } from './rest.ts'
import { RoutesCheck } from './routes.ts'
import { isOfFarm, isWithinBounds, leavesTime, outgoingOf, type Terms } from './terms.ts'
import { Undoing } from './undoing.ts'
import { type Checked, InvariantBroken } from './violation.ts'

/** A prepare that a party sent and waits for. */
export interface Asked {
  readonly from: AccountId
  readonly prepare: Prepare
  readonly requestId: string | undefined
  /** Who holds it. */
  readonly thread: ThreadId
  readonly epoch: string
}

export interface Sent {
  readonly to: AccountId
  readonly payment: PaymentId
  readonly thread: ThreadId
  /** Of the life that sends it. */
  readonly epoch: string
  readonly attempt: number
  /** Where it may be sent again under it. */
  readonly requestId: string | undefined
  readonly prepare: Prepare
  readonly at: number
}

/** What comes from an account for an attempt. */
export interface About {
  readonly from: AccountId
  readonly condition: Condition
  readonly payment: PaymentId
  readonly attempt: number
  /** Of the life that hears it. */
  readonly epoch: string
  readonly at: number
}

export interface Heard extends About {
  /** It is the condition's preimage. */
  readonly right: boolean
}

/** What the store said of a thread's book. */
interface Book {
  epoch: string
  /** Of the last commit that was applied. */
  seq: number
  acknowledged: number
}

/** An entry of which nothing was heard yet. */
const FRESH = {
  sent: undefined,
  closed: 0,
  unknown: 0,
  presented: [],
  atTheEdge: false,
  fulfilled: false,
  missed: false,
  told: false,
  toldOf: undefined,
  excused: false,
  older: undefined,
} as const

export class Witness implements StoreWatch {
  readonly #connector: string
  readonly #checked: Checked
  readonly #terms: Terms
  readonly #money: MoneyCheck
  readonly #operations: OperationsCheck
  readonly #routes: RoutesCheck
  readonly #accounts = new Map<AccountId, Account>()
  readonly #parallelisms = new Set<number>()
  readonly #entries = new Entries()
  readonly #books = new Map<ThreadId, Book>()
  /** What the balance of each account must be, by what its holder entered, sent, was told and fulfilled. */
  readonly #expected = new Map<AccountId, bigint>()
  readonly #owners = new Map<string, ThreadId>()
  readonly #charged = new Set<string>()
  readonly #answers = new Map<string, string>()
  /** Senders, with the conditions of their prepares, whose requests were broken. */
  readonly #cutOff = new Set<string>()
  readonly #lost = new Map<AccountId, bigint>()
  readonly #undoing: Undoing | undefined
  readonly #excused: Set<string>
  /** Ids whose owner the store forgot: they may be charged twice (B12). */
  readonly #disowned = new Set<string>()
  /** Ids of which the store forgot how they ended: an answer may lie with a colleague, and be told yet. */
  readonly #loosened = new Set<string>()
  readonly #lostByStore = new Map<AccountId, bigint>()
  readonly #forgiven = new Map<AccountId, bigint>()
  readonly #deduplicating = new Set<AccountId>()
  /** Prepares that are not answered yet; of those without an id also how many of each condition. */
  readonly #open = new Set<Asked>()
  readonly #openWithoutId = new Map<string, number>()

  /** `excused`: conditions of payments that may end another way than was told; given where the store may lose writes. */
  constructor(connector: string, checked: Checked, terms: Terms, excused?: Set<string>) {
    this.#undoing = excused === undefined ? undefined : new Undoing()
    this.#excused = excused ?? new Set()
    this.#connector = connector
    this.#checked = checked
    this.#terms = terms
    this.#money = new MoneyCheck(connector, checked)
    this.#operations = new OperationsCheck(connector, checked)
    this.#routes = new RoutesCheck(terms)
  }

  opened(account: Account, openingBalance: Amount): void {
    this.#expected.set(account.id, openingBalance)
    if (account.deduplicates) this.#deduplicating.add(account.id)
    this.#accounts.set(account.id, account)
    this.#parallelisms.add(account.parallelism)
    this.#routes.opened(account)
  }

  /** An account's announcement reaches the connector. */
  announced(from: AccountId, announcement: Announcement): void {
    this.#routes.announced(from, announcement, this.#terms.nowMs())
  }

  entered(unit: Unit, amount: Balance): void {
    this.#money.entered(unit, amount)
  }

  wrote(place: Place, unit: Unit, account: Account | undefined, before: Balance, after: Balance): void {
    this.#money.wrote(place, unit, account, before, after)
  }

  applied(): void {
    this.#money.applied()
  }

  /** Under a new epoch, what the book does not have by now never was. */
  claimed(thread: ThreadId, epoch: string, seq: number): void {
    const book = this.#books.get(thread)
    if (book === undefined) {
      this.#books.set(thread, { epoch, seq: 0, acknowledged: 0 })
      return
    }
    if (book.epoch === epoch) return
    book.epoch = epoch
    book.acknowledged = Math.min(book.acknowledged, seq)
    this.#undoing?.giveUp(thread, seq)
    for (const [, entry] of this.#entries.all()) {
      if (entry.thread !== thread || entry.phase !== 'underWay' || !entry.fulfilled || entry.sent === undefined) continue
      entry.fulfilled = false
      const { to, amount } = entry.sent
      this.#expect(to, -amount)
      this.#miss(entry)
    }
  }

  /** What came after is lost, if its thread does not have it any more. */
  wentBack(thread: ThreadId, epoch: string, seq: number): void {
    const book = this.#book(thread)
    book.epoch = epoch
    book.seq = seq
  }

  disowned(account: AccountId, requestId: string): void {
    const key = `${account} ${requestId}`
    this.#owners.delete(key)
    this.#disowned.add(key)
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

  /** A thread stops of itself: B3, only when another has its book. B2: when the store lacks what it acknowledged. */
  stopped(thread: ThreadId, epoch: string, why: 'fenced' | 'lostWrites'): void {
    if (why === 'lostWrites') {
      this.#checked.B12++
      if (this.#undoing?.isBehind(thread, this.#book(thread).seq)) return
      throw this.#broken('B2', `${thread} stops for writes that were lost, and none was`)
    }
    if (this.#book(thread).epoch === epoch) throw this.#broken('B3', `${thread} stops as ${epoch}, which has the book`)
  }

  #book(thread: ThreadId): Book {
    const book = this.#books.get(thread)
    if (book === undefined) throw this.#broken('B3', `${thread} moves a book that nobody has claimed`)
    return book
  }

  changed(thread: ThreadId, seq: number, change: Change, payment: StoredPayment | undefined): void {
    if (this.#isRepeat(thread, seq, change)) return
    const record = payment?.record
    switch (change.type) {
      case 'charge':
        return this.#charge(thread, seq, change.record)
      case 'reroute':
        return this.#reroute(thread, record, seq, change.attempt)
      case 'credit':
        this.#paidOut(this.#settled(thread, record, seq, 'credited'), record)
        return
      case 'refund':
        this.#takenBack(this.#settled(thread, record, seq, 'refunded'))
        return
      case 'reject':
        this.#reject(thread, `${change.sender} ${change.request.id}`, this.#newEntry(change.sender, thread, change.request.id, 'rejected', seq, undefined))
        return
      case 'dropped':
        return this.#forget(thread, record, payment?.tombstone)
      case 'unconditional':
        this.#operations.booked(thread, seq, change)
        this.#undoing?.note(thread, () => this.#expect(change.account, -this.#operations.neverBooked(change)))
        return
      case 'take':
      case 'give':
      case 'consumed':
        return
    }
  }

  operationAsked(operation: Operation): void {
    this.#operations.asked(operation)
  }

  operationTold(operation: Operation, reply: MoneyReply): void {
    const isDurable = (thread: ThreadId, seq: number): boolean => seq <= (this.#books.get(thread)?.acknowledged ?? 0)
    this.#expect(operation.account, this.#operations.told(operation, reply, isDurable))
  }

  /** A tombstone goes: whoever asks later is told that it is too old. */
  #forget(thread: ThreadId, record: PaymentRecord | undefined, tombstone: Tombstone | undefined): void {
    const key = tombstone?.request === undefined ? undefined : `${tombstone.sender} ${tombstone.request.id}`
    const entry = record === undefined ? undefined : this.#entries.find(record.condition, record.payment)
    if (entry !== undefined && record !== undefined) {
      this.#settle(entry, record.condition)
      // A zombie may yet tell how it ended.
      if (!this.#isHeldByZombie(entry, record.condition)) {
        this.#entries.remove(record.condition, entry)
        this.#undoing?.note(thread, () => this.#entries.restore(record.condition, entry))
      }
    }
    if (key === undefined) return
    this.#noteForgotten(thread, key)
    this.#entries.forgetRejected(key)
    this.#owners.delete(key)
    this.#charged.delete(key)
    this.#answers.delete(key)
  }

  /** S3: nothing is credited but for the fulfillment of the receiver itself, for this payment and attempt, and in time. */
  #paidOut(entry: Entry | undefined, record: PaymentRecord | undefined): void {
    this.#checked.S3++
    if (entry === undefined || record === undefined) throw this.#broken('S3', 'a credit for a payment that was never charged', record?.condition ?? '')
    if (!entry.presented.includes(record.attempt))
      throw this.#broken('S3', `attempt ${record.attempt} was credited, but its receiver did not fulfill it in time`, record.condition)
    if (entry.atTheEdge && !entry.fulfilled && entry.sent !== undefined) this.#fulfilled(entry, entry.sent)
  }

  /** S1: what was sent is taken back only when its receiver has given it up, or can no more be heard. */
  #takenBack(entry: Entry | undefined): void {
    if (entry?.sent === undefined || entry.sent.attempt !== entry.attempt) return
    this.#checked.S1++
    if (entry.closed === entry.attempt || this.#terms.latestMs(entry.thread) >= entry.sent.expiresAt + EXPIRY_GRACE_MS) return
    throw this.#broken('S1', `attempt ${entry.attempt} was taken back, but its receiver may still answer`, entry.record?.condition ?? '')
  }

  /** A1, R6: what is charged came to a thread of its farm, and no amount is beyond the bounds. */
  #mayCharge(thread: ThreadId, { sender, incomingAmount, condition }: PaymentRecord): void {
    const account = this.#accounts.get(sender)
    if (account === undefined) return
    this.#checked.A1++
    if (!isOfFarm(thread, account.parallelism, { threads: this.#terms.threads, parallelisms: this.#parallelisms }))
      throw this.#broken('A1', `${thread} charged ${account.name}, whose farm of ${account.parallelism} it does not serve`, condition)
    this.#checked.R6++
    if (!isWithinBounds(incomingAmount, account, this.#terms)) throw this.#broken('R6', `${incomingAmount} was charged, which is beyond the bounds`, condition)
  }

  /** B4: one charge an id. */
  #charge(thread: ThreadId, seq: number, record: PaymentRecord): void {
    this.#mayCharge(thread, record)
    const requestId = record.request?.id
    if (requestId !== undefined) {
      this.#checked.B4++
      const key = `${record.sender} ${requestId}`
      if (this.#charged.has(key)) {
        if (!this.#disowned.has(key)) throw this.#broken('B4', `id ${requestId} was charged twice`, record.condition)
        this.#excused.add(record.condition)
      }
      this.#charged.add(key)
    }
    const entry = this.#newEntry(record.sender, thread, requestId, 'underWay', seq, record)
    this.#entries.add(record.condition, entry)
    this.#undoing?.note(thread, () => this.#neverCharged(record, entry))
  }

  #newEntry(sender: AccountId, thread: ThreadId, requestId: string | undefined, phase: Entry['phase'], seq: number, record: PaymentRecord | undefined): Entry {
    const { epoch } = this.#book(thread)
    return { sender, thread, requestId, record, epoch, phase, attempt: 1, seq, ...FRESH }
  }

  /** B9: only the life that charged it offers it to others. */
  #reroute(thread: ThreadId, record: PaymentRecord | undefined, seq: number, attempt: number): void {
    const before = this.#before(record)
    const entry = this.#moved(record, seq, 'underWay')
    if (entry === undefined) return
    this.#takenBack(entry)
    entry.attempt = attempt
    this.#undoing?.note(thread, () => Object.assign(entry, before))
    this.#checked.B9++
    if (entry.epoch !== this.#book(entry.thread).epoch)
      throw this.#broken('B9', `a payment of ${entry.epoch} was rerouted in a later life`, record?.condition ?? '')
  }

  #settled(thread: ThreadId, record: PaymentRecord | undefined, seq: number, phase: 'credited' | 'refunded'): Entry | undefined {
    const before = this.#before(record)
    const entry = this.#moved(record, seq, phase)
    if (entry === undefined || record === undefined) return undefined
    this.#undoing?.note(thread, () => {
      Object.assign(entry, before)
      this.#neverSettled(record, entry)
      this.#entries.restore(record.condition, entry)
    })
    return entry
  }

  #before(record: PaymentRecord | undefined): Pick<Entry, 'phase' | 'seq' | 'attempt'> | undefined {
    const entry = record === undefined || this.#undoing === undefined ? undefined : this.#entries.find(record.condition, record.payment)
    return entry === undefined ? undefined : { phase: entry.phase, seq: entry.seq, attempt: entry.attempt }
  }

  #reject(thread: ThreadId, key: string, entry: Entry): void {
    this.#entries.setRejected(key, entry)
    this.#undoing?.note(thread, () => {
      this.#entries.forgetRejected(key)
      this.#answers.delete(key)
      this.#loosened.add(key)
      if (entry.toldOf !== undefined) this.#excused.add(entry.toldOf)
    })
  }

  // --- what the store lost for good (B12) -----------------------------------------------------------------------------

  /** A commit that is replayed says what it said before. */
  #isRepeat(thread: ThreadId, seq: number, change: Change): boolean {
    const seen = this.#undoing?.changed(thread, change) ?? 'new'
    if (seen === 'new') return false
    this.#checked.B12++
    if (seen === 'another') throw this.#broken('B12', `commit ${seq} of ${thread} is replayed with another ${change.type} than it had`)
    return true
  }

  #neverCharged(record: PaymentRecord, entry: Entry): void {
    this.#entries.remove(record.condition, entry)
    const requestId = record.request?.id
    if (requestId !== undefined) this.#charged.delete(`${record.sender} ${requestId}`)
    this.#neverSettled(record, entry)
  }

  /** Its sender may have been told how it ended, its receiver have fulfilled: neither counts. */
  #neverSettled({ condition, sender, incomingAmount, request }: PaymentRecord, entry: Entry): void {
    if (request !== undefined) {
      this.#answers.delete(`${sender} ${request.id}`)
      this.#loosened.add(`${sender} ${request.id}`)
    }
    if (entry.told) {
      this.#excused.add(condition)
      entry.excused = true
      entry.told = false
      if (entry.fulfilled) {
        this.#expect(sender, incomingAmount)
        addTo(this.#forgiven, sender, incomingAmount)
      }
    }
    if (entry.fulfilled && entry.sent !== undefined) {
      entry.fulfilled = false
      this.#expect(entry.sent.to, -entry.sent.amount)
      addTo(this.#lostByStore, entry.sent.to, entry.sent.amount)
    }
  }

  #noteForgotten(thread: ThreadId, key: string): void {
    if (this.#undoing === undefined) return
    const [owner, answer, rejected] = [this.#owners.get(key), this.#answers.get(key), this.#entries.rejected(key)]
    const charged = this.#charged.has(key)
    this.#undoing.note(thread, () => {
      if (owner !== undefined && !this.#owners.has(key)) this.#owners.set(key, owner)
      if (answer !== undefined) this.#answers.set(key, answer)
      if (rejected !== undefined) this.#entries.setRejected(key, rejected)
      if (charged) this.#charged.add(key)
    })
  }

  /** What receivers fulfilled in time, and were not credited since the store lost it. */
  get lostByStore(): ReadonlyMap<AccountId, bigint> {
    return this.#lostByStore
  }

  /** What senders were told to have paid, and are not charged since the store lost it. */
  get forgiven(): ReadonlyMap<AccountId, bigint> {
    return this.#forgiven
  }

  #moved(record: PaymentRecord | undefined, seq: number, phase: Entry['phase']): Entry | undefined {
    const entry = record === undefined ? undefined : this.#entries.find(record.condition, record.payment)
    if (entry === undefined) return undefined
    entry.phase = phase
    entry.seq = seq
    return entry
  }

  /** B4: one owner an id. */
  owned(account: AccountId, requestId: string, owner: ThreadId): void {
    this.#checked.B4++
    const key = `${account} ${requestId}`
    const before = this.#owners.get(key)
    if (before !== undefined && before !== owner) throw this.#broken('B4', `id ${requestId} has two owners, ${before} and ${owner}`, requestId)
    this.#owners.set(key, owner)
  }

  acknowledged(thread: ThreadId, seq: number): void {
    const book = this.#book(thread)
    if (seq > book.acknowledged) book.acknowledged = seq
  }

  asked(asked: Asked): void {
    this.#open.add(asked)
    if (asked.requestId === undefined) this.#countOpen(asked.prepare.condition, 1)
  }

  /** The thread that held this request has ended, and nobody answers it. */
  cutOff(asked: Asked): void {
    this.#noMoreOpen(asked)
    this.#cutOff.add(`${asked.from} ${asked.prepare.condition}`)
  }

  #noMoreOpen(asked: Asked): void {
    this.#open.delete(asked)
    if (asked.requestId === undefined) this.#countOpen(asked.prepare.condition, -1)
  }

  /** A life that does not know that another has its book still holds a request for it. */
  #isHeldByZombie({ sender }: Entry, condition: string): boolean {
    for (const { from, prepare, thread, epoch } of this.#open) {
      if (from === sender && prepare.condition === condition && this.#book(thread).epoch !== epoch) return true
    }
    return false
  }

  #countOpen(condition: string, change: number): void {
    const open = (this.#openWithoutId.get(condition) ?? 0) + change
    if (open === 0) this.#openWithoutId.delete(condition)
    else this.#openWithoutId.set(condition, open)
  }

  /** An excentric prepare leaves. B1: the attempt is written, and the thread was told so. */
  sent(sent: Sent): void {
    const { to, payment, attempt, prepare } = sent
    const { condition, amount, expiresAt } = prepare
    this.#checked.B1++
    const entry = this.#entries.find(condition, payment)
    if (entry?.phase !== 'underWay' && this.#isSpent(entry, sent)) return
    if (entry === undefined || entry.phase !== 'underWay' || entry.attempt !== attempt || !this.#isDurable(entry)) {
      throw this.#broken('B1', `attempt ${attempt} was sent before its commit was acknowledged`, condition)
    }
    this.#mayBeSent(entry, sent)
    if (entry.sent?.attempt === attempt) return
    this.#maySend(entry, to, prepare)
    entry.sent = { attempt, amount, expiresAt, to }
  }

  /**
   * A zombie does not know that its payment has ended in a later life. What it sends then is expired, so that nobody takes it,
   * or goes to a receiver that had it before and answers the same.
   */
  #isSpent(entry: Entry | undefined, { to, thread, epoch, attempt, prepare, at }: Sent): boolean {
    if (at >= prepare.expiresAt) return true
    if (this.#book(thread).epoch === epoch || !this.#deduplicating.has(to)) return false
    return entry === undefined || entry.sent?.attempt === attempt
  }

  /** S1: once. B9: never in a later life. To a receiver that deduplicates again and again, each time the same under the same id. */
  #mayBeSent({ epoch: charged, sent: before }: Entry, { to, payment, epoch, attempt, requestId, prepare }: Sent): void {
    const { condition, amount, expiresAt } = prepare
    const again = before?.attempt === attempt ? before : undefined
    this.#checked.S1++
    if (this.#deduplicating.has(to)) {
      if (requestId !== `${payment}.${attempt}`) throw this.#broken('S1', `attempt ${attempt} was sent under the id ${requestId}`, condition)
      if (again !== undefined && (again.amount !== amount || again.expiresAt !== expiresAt || again.to !== to))
        throw this.#broken('S1', `attempt ${attempt} was sent again with other content`, condition)
      return
    }
    if (again !== undefined) throw this.#broken('S1', `attempt ${attempt} was sent twice`, condition)
    this.#checked.B9++
    if (charged !== epoch) throw this.#broken('B9', `attempt ${attempt}, charged by ${charged}, was sent by ${epoch}`, condition)
  }

  /** R7: the amount is the one floor. S3: a second is kept. A3: to an account with a way there, never back. */
  #maySend({ sender, record }: Entry, to: AccountId, { condition, amount, expiresAt, destination }: Prepare): void {
    if (record === undefined) return
    this.#checked.R7++
    const due = outgoingOf(record.incomingAmount, this.#terms)
    if (amount !== due) throw this.#broken('R7', `${amount} was sent for ${record.incomingAmount}, where ${due} is right`, condition)
    this.#checked.S3++
    if (!leavesTime(expiresAt, record)) throw this.#broken('S3', `a prepare until ${record.incomingExpiry} was sent on until ${expiresAt}`, condition)
    this.#checked.A3++
    const name = this.#accounts.get(to)?.name
    if (to === sender) throw this.#broken('A3', `a prepare was sent back to ${name}, where it came from`, condition)
    if (!this.#routes.mayBeSent(destination, to, this.#terms.nowMs()))
      throw this.#broken('A3', `a prepare for ${destination} was sent to ${name}, which has no way there that counts`, condition)
  }

  /** Which payment of the book it is; undefined where it has none of this id. */
  conditionOf(payment: PaymentId): Condition | undefined {
    return this.#entries.conditionOf(payment)
  }

  /** A fulfillment reaches the thread that sent this attempt. One that has lost its book cannot book it any more (B3). */
  fulfillHeard(heard: Heard): void {
    const entry = this.#answered(heard)
    if (entry?.sent === undefined || heard.at > entry.sent.expiresAt + EXPIRY_GRACE_MS) return
    if (!this.#hasBook(entry, heard)) return this.fulfillMissed(heard)
    if (!heard.right) {
      entry.closed = heard.attempt
      return
    }
    if (entry.closed === heard.attempt) return
    entry.presented = [...entry.presented, heard.attempt]
    if (entry.phase !== 'underWay' || entry.fulfilled) return
    if (heard.at === entry.sent.expiresAt + EXPIRY_GRACE_MS) entry.atTheEdge = true
    else this.#fulfilled(entry, entry.sent)
  }

  #fulfilled(entry: Entry, { to, amount }: NonNullable<Entry['sent']>): void {
    entry.fulfilled = true
    this.#expect(to, amount)
    if (!entry.missed) return
    // It was asked again, and has answered the same.
    entry.missed = false
    this.#lose(to, -amount)
  }

  /** A fulfillment comes to a thread that is no more. */
  fulfillMissed(heard: Heard): void {
    const entry = this.#answered(heard)
    if (entry?.sent === undefined || entry.fulfilled || !heard.right || entry.closed === heard.attempt) return
    if (heard.at > entry.sent.expiresAt + EXPIRY_GRACE_MS) return
    entry.presented = [...entry.presented, heard.attempt]
    this.#miss(entry)
  }

  #miss(entry: Entry): void {
    if (entry.missed || entry.sent === undefined) return
    entry.missed = true
    this.#lose(entry.sent.to, entry.sent.amount)
  }

  rejectHeard(about: About): void {
    const entry = this.#answered(about)
    if (entry !== undefined && this.#hasBook(entry, about)) entry.closed = about.attempt
  }

  /** No answer, and perhaps never one: once unknown, an attempt stays so, and one that a later life took up is (B9). */
  failed(about: About, how: 'notTaken' | 'unknown'): void {
    const entry = this.#answered(about)
    if (entry === undefined || !this.#hasBook(entry, about)) return
    const isRecovered = entry.epoch !== this.#book(entry.thread).epoch
    if (how === 'unknown' || isRecovered) entry.unknown = about.attempt
    else if (entry.unknown !== about.attempt) entry.closed = about.attempt
  }

  /** What a life hears that has lost its book decides nothing (B3). */
  #hasBook({ thread }: Entry, { epoch }: About): boolean {
    return this.#book(thread).epoch === epoch
  }

  /** S1: only the receiver of the attempt that was sent last is heard. */
  #answered({ condition, payment, attempt, from }: About): Entry | undefined {
    const entry = this.#entries.find(condition, payment)
    return entry?.sent?.attempt === attempt && entry.sent.to === from ? entry : undefined
  }

  #expect(account: AccountId, change: bigint): void {
    this.#expected.set(account, (this.#expected.get(account) ?? 0n) + change)
  }

  #lose(account: AccountId, amount: bigint): void {
    const lost = (this.#lost.get(account) ?? 0n) + amount
    if (lost === 0n) this.#lost.delete(account)
    else this.#lost.set(account, lost)
  }

  /** What receivers fulfilled in time and were not credited, since the thread that waited for it had ended. */
  get lostInCrash(): ReadonlyMap<AccountId, bigint> {
    return this.#lost
  }

  /** An answer leaves. B1: what it rests on is durable. B4: an id has one answer. `ends`: it is the receiver's. */
  told(asked: Asked, reply: Reply | Refusal): void {
    this.#noMoreOpen(asked)
    const { requestId, prepare } = asked
    if (reply.type === 'refusal') return
    const entry = this.#entryOf(asked, reply)
    if (this.#isOfLost(asked, reply, entry)) return
    if (requestId !== undefined) this.#sameAnswer(asked, requestId, reply)
    if (entry === undefined) return this.#toldUncharged(asked, reply)
    const { condition, amount } = prepare
    this.#checked.B1++
    const due = dueFor(reply)
    if (entry.phase !== due || !this.#isDurable(entry))
      throw this.#broken('B1', `a ${reply.type} was told while the payment was ${entry.phase} and not acknowledged as ${due}`, condition)
    this.#checked.ends++
    if (entry.fulfilled !== (reply.type === 'fulfill')) {
      const receiver = entry.fulfilled ? 'fulfilled in time' : 'did not fulfill in time'
      throw this.#broken('ends', `the sender was told ${reply.type}, but the receiver ${receiver}`, condition)
    }
    if (reply.type === 'fulfill') this.#toldFulfill(prepare, reply, entry.told)
    if (reply.type === 'fulfill' && !entry.told) this.#expect(asked.from, -amount)
    entry.told = true
    if (entry.requestId === undefined) this.#entries.remove(condition, entry)
  }

  /** An answer that rests on what the store has lost since: it counts for nothing. */
  #isOfLost({ from, requestId, prepare: { condition, amount } }: Asked, reply: Reply, entry: Entry | undefined): boolean {
    if (requestId === undefined || !this.#loosened.has(`${from} ${requestId}`)) return false
    const known = entry ?? this.#entries.rejected(`${from} ${requestId}`)
    const due = reply.type === 'fulfill' ? 'credited' : entry === undefined ? 'rejected' : 'refunded'
    if (known?.phase === due && this.#isDurable(known)) return false
    this.#excused.add(condition)
    if (reply.type === 'fulfill') addTo(this.#forgiven, from, amount)
    return true
  }

  /** S3: a fulfillment that is told is the preimage, and first comes while its sender can still use it. */
  #toldFulfill({ condition, expiresAt }: Prepare, { fulfillment }: Fulfill, isAgain: boolean): void {
    this.#checked.S3++
    if (conditionOf(fulfillment) !== condition) throw this.#broken('S3', 'a fulfillment was told that is not the preimage', condition)
    const { isPrompt, nowMs } = this.#terms
    if (isPrompt && !isAgain && nowMs() >= expiresAt)
      throw this.#broken('S3', `a fulfill was told at ${nowMs()}, the prepare expired at ${expiresAt}`, condition)
  }

  /** Of several that are alike, as where an id was charged twice, one that ended so; where it asked for more than was charged, perhaps none. */
  #entryOf({ from, prepare, requestId }: Asked, reply: Reply): Entry | undefined {
    const entries = this.#entries.ofSender(from, prepare).filter((entry) => entry.requestId === requestId)
    const due = entries.filter((entry) => entry.phase === dueFor(reply) && this.#isDurable(entry))
    const [entry] = [...due.filter(({ told }) => !told), ...due, ...entries]
    if (due.length > 0 || reply.type === 'fulfill') return entry
    if (requestId !== undefined) return this.#disowned.has(`${from} ${requestId}`) ? undefined : entry
    return (this.#openWithoutId.get(prepare.condition) ?? 0) >= entries.filter(({ told }) => !told).length ? undefined : entry
  }

  /** With an id, a reject that moved nothing is durable too; F08 is a property of the packet alone (R6). */
  #toldUncharged(asked: Asked, reply: Reply): void {
    const { condition } = asked.prepare
    this.#checked.ends++
    if (reply.type === 'fulfill') throw this.#broken('ends', 'a fulfill was told for a payment that was never charged', condition)
    if (asked.requestId === undefined || reply.code === 'F08') return
    this.#checked.B1++
    const entry = this.#entries.rejected(`${asked.from} ${asked.requestId}`)
    if (entry === undefined || !this.#isDurable(entry)) throw this.#broken('B1', 'a reject under an id was told before it was durable', condition)
    entry.toldOf = condition
  }

  #sameAnswer(asked: Asked, requestId: string, reply: Reply): void {
    this.#checked.B4++
    const key = `${asked.from} ${requestId}`
    const words = reply.type === 'fulfill' ? reply.fulfillment : `${reply.code} ${reply.message}`
    const before = this.#answers.get(key)
    if (before !== undefined && before !== words) {
      if (!this.#disowned.has(key)) throw this.#broken('B4', `id ${requestId} was answered in two ways`, asked.prepare.condition)
      this.#excused.add(asked.prepare.condition)
    }
    this.#answers.set(key, words)
  }

  #isDurable(entry: Entry): boolean {
    return entry.seq <= (this.#books.get(entry.thread)?.acknowledged ?? 0)
  }

  /** A payment that nobody was told of: its sender was cut off, and was charged if the receiver was credited. */
  #settle(entry: Entry, condition: string): void {
    if (entry.told || entry.record === undefined) return
    this.#checked.ends++
    if (!this.#cutOff.has(`${entry.sender} ${condition}`) && !this.#isExcused(entry) && !this.#isHeldByZombie(entry, condition))
      throw this.#broken('ends', `a payment was ${entry.phase}, and its sender was not told`, condition)
    if (entry.fulfilled !== (entry.phase === 'credited'))
      throw this.#broken('ends', `a payment was ${entry.phase}, but its receiver ${entry.fulfilled ? 'fulfilled' : 'did not fulfill'} in time`, condition)
    if (entry.phase === 'credited') this.#expect(entry.sender, -entry.record.incomingAmount)
    entry.told = true
  }

  #isExcused(entry: Entry): boolean {
    return entry.excused || this.#disowned.has(`${entry.sender} ${entry.requestId}`)
  }

  /** At the end: the store is at rest, nobody waits, and each balance is what its holder was told. */
  quiet(store: StoreAtRest, isCool: boolean): void {
    if (this.#open.size > 0) throw this.#broken('quiet', `${this.#open.size} prepares were never answered`)
    for (const { thread } of store.books.values()) {
      const unrest = unrestIn(store, thread, { isCool, look: () => this.#checked.quiet++, mayLack: (account) => this.#money.undoneOf(account).given })
      if (unrest !== undefined) throw this.#broken('quiet', unrest.what, ...unrest.about)
    }
    for (const [condition, entry] of this.#entries.all()) this.#settle(entry, condition)
    this.#operations.atEnd()
    for (const shard of store.shards.values()) {
      this.#checked.quiet++
      const expected = this.#expected.get(shard.account.id) ?? 0n
      const balance = store.balanceOf(shard.account.id)
      if (balance !== expected)
        throw this.#broken('quiet', `the balance of ${shard.account.name} is ${balance}, by what its holder was told it is ${expected}`, shard.account.name)
    }
  }

  /** B7: what the connector reports as lost is what the shards and books no longer agree on, and that is what was undone. */
  reported(store: StoreAtRest, report: ReadonlyMap<AccountId, bigint>): void {
    for (const [id, shard] of store.shards) {
      this.#checked.B12++
      const { granted, given } = this.#money.undoneOf(id)
      const lost = disagreement(store, id, shard)
      const { name } = shard.account
      if (lost > granted + given) throw this.#broken('B12', `${lost} of ${name} may be spent twice, but only ${granted + given} was undone`, name)
      const reported = report.get(id) ?? 0n
      if (reported !== lost) throw this.#broken('B12', `${reported} of ${name} is reported as lost, and it is ${lost}`, name)
    }
  }

  #broken(invariant: InvariantBroken['invariant'], what: string, ...about: readonly string[]): InvariantBroken {
    return new InvariantBroken(invariant, `at ${this.#connector}: ${what}`, about)
  }
}

function addTo(sums: Map<AccountId, bigint>, account: AccountId, amount: bigint): void {
  sums.set(account, (sums.get(account) ?? 0n) + amount)
}

function dueFor(reply: Reply): Entry['phase'] {
  return reply.type === 'fulfill' ? 'credited' : 'refunded'
}

/** Returned above given, and cold below its limit. */
function disagreement(store: StoreAtRest, id: AccountId, { account, cold, returned }: ShardAtRest): bigint {
  let lost = cold < -account.creditLimit ? -account.creditLimit - cold : 0n
  for (const [thread, total] of returned) {
    const given = store.books.get(thread)?.entries.get(id)?.given ?? 0n
    if (total > given) lost += total - given
  }
  return lost
}
