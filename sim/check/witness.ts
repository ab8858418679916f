/**
 * The independent record of one connector: what each party sent it and was told by it, and which store writes were
 * acknowledged. It reads messages and the store's writes, never the core's state.
 *
 * When a thread dies, what is true is what its book says once the next life has claimed it: a fulfillment that was heard and
 * not yet credited then is lost for this connector, and its payment must be refunded.
 */

import type { Change, PaymentId, PaymentRecord } from '../../src/core/book/change.ts'
import type { StoredPayment, Tombstone } from '../../src/core/book/contents.ts'
import type { LeftMessage } from '../../src/core/book/message.ts'
import type { MoneyReply, Operation } from '../../src/core/money/operation.ts'
import type { Account, AccountId, ThreadId, Unit } from '../../src/core/values/account.ts'
import type { Amount, Balance } from '../../src/core/values/amount.ts'
import type { Prepare, Refusal, Reply } from '../../src/core/values/packet.ts'
import { EXPIRY_GRACE_MS } from '../../src/core/values/time.ts'
import type { Place, ShardAtRest, StoreAtRest, StoreWatch } from './books.ts'
import { Entries, type Entry } from './entries.ts'
import { MoneyCheck } from './money.ts'
import { OperationsCheck } from './operations.ts'
import { unrestIn } from './rest.ts'
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

/** A fulfillment that comes for an attempt. */
export interface Heard {
  readonly condition: string
  readonly payment: PaymentId
  readonly attempt: number
  /** Of the life that hears it. */
  readonly epoch: string
  /** It is the condition's preimage. */
  readonly right: boolean
  readonly at: number
}

/** What the store said of a thread's book. */
interface Book {
  epoch: string
  /** Of the last commit that was applied. */
  seq: number
  acknowledged: number
}

export class Witness implements StoreWatch {
  readonly #connector: string
  readonly #checked: Checked
  readonly #money: MoneyCheck
  readonly #operations: OperationsCheck
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
  /** Prepares that are not answered yet. */
  readonly #open = new Set<Asked>()

  /** `excused`: conditions of payments that may end another way than was told; given where the store may lose writes. */
  constructor(connector: string, checked: Checked, excused?: Set<string>) {
    this.#undoing = excused === undefined ? undefined : new Undoing()
    this.#excused = excused ?? new Set()
    this.#connector = connector
    this.#checked = checked
    this.#money = new MoneyCheck(connector, checked)
    this.#operations = new OperationsCheck(connector, checked)
  }

  opened(account: Account, openingBalance: Amount): void {
    this.#expected.set(account.id, openingBalance)
    if (account.deduplicates) this.#deduplicating.add(account.id)
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
        this.#passOver(thread, record)
        return this.#reroute(thread, record, seq, change.attempt)
      case 'credit':
        return this.#credit(thread, record, seq, change.refunds !== undefined)
      case 'refund':
        this.#passOver(thread, record)
        this.#settled(thread, record, seq, 'refunded')
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

  /** B4: one charge an id. */
  #charge(thread: ThreadId, seq: number, record: PaymentRecord): void {
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
    return {
      sender,
      thread,
      requestId,
      record,
      epoch,
      phase,
      attempt: 1,
      seq,
      sent: undefined,
      fulfilled: false,
      missed: false,
      calledBack: false,
      lies: false,
      thanked: false,
      paidLate: false,
      told: false,
      toldOf: undefined,
      excused: false,
      older: undefined,
    }
  }

  /** B9: only the life that charged it offers it to others. */
  #reroute(thread: ThreadId, record: PaymentRecord | undefined, seq: number, attempt: number): void {
    const before = this.#before(record)
    const entry = this.#moved(record, seq, 'underWay')
    if (entry === undefined) return
    entry.attempt = attempt
    this.#undoing?.note(thread, () => Object.assign(entry, before))
    this.#checked.B9++
    if (entry.epoch !== this.#book(entry.thread).epoch)
      throw this.#broken('B9', `a payment of ${entry.epoch} was rerouted in a later life`, record?.condition ?? '')
  }

  #settled(thread: ThreadId, record: PaymentRecord | undefined, seq: number, phase: 'credited' | 'refunded'): void {
    const before = this.#before(record)
    const entry = this.#moved(record, seq, phase)
    if (entry === undefined || record === undefined) return
    this.#undoing?.note(thread, () => {
      Object.assign(entry, before)
      if (!entry.lies) entry.thanked = false
      this.#neverSettled(record, entry)
      this.#entries.restore(record.condition, entry)
    })
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

  /** What was called back in time is booked. */
  #credit(thread: ThreadId, record: PaymentRecord | undefined, seq: number, late: boolean): void {
    const entry = record === undefined ? undefined : this.#entries.find(record.condition, record.payment)
    this.#settled(thread, record, seq, 'credited')
    if (entry === undefined) return
    entry.paidLate = late
    if (!entry.calledBack || entry.fulfilled || entry.sent === undefined) return
    entry.fulfilled = true
    this.#expect(entry.sent.to, entry.sent.amount)
  }

  /** B8: no attempt ends otherwise once its receiver was thanked for a fulfillment. Not thanked, it has lost it. */
  #passOver(thread: ThreadId, record: PaymentRecord | undefined): void {
    const entry = record === undefined ? undefined : this.#entries.find(record.condition, record.payment)
    if (entry === undefined) return
    if (entry.thanked) throw this.#broken('B8', 'its receiver was thanked for a fulfillment, and is not credited', record?.condition ?? '')
    if (!entry.calledBack) return
    this.#miss(entry)
    const { lies } = entry
    entry.calledBack = false
    entry.lies = false
    this.#undoing?.note(thread, () => {
      entry.calledBack = true
      entry.lies = lies
    })
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
  }

  /** The thread that held this request has ended, and nobody answers it. */
  cutOff(asked: Asked): void {
    this.#open.delete(asked)
    this.#cutOff.add(`${asked.from} ${asked.prepare.condition}`)
  }

  /** A life that does not know that another has its book still holds a request for it. */
  #isHeldByZombie({ sender }: Entry, condition: string): boolean {
    for (const { from, prepare, thread, epoch } of this.#open) {
      if (from === sender && prepare.condition === condition && this.#book(thread).epoch !== epoch) return true
    }
    return false
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
    if (entry.sent?.attempt !== attempt) entry.sent = { attempt, amount, expiresAt, to }
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

  /** A fulfillment reaches the thread that sent this attempt. One that has lost its book cannot book it any more (B3). */
  fulfillHeard(heard: Heard): void {
    const entry = this.#countingEntry(heard)
    if (entry?.sent === undefined) return
    if (this.#book(entry.thread).epoch !== heard.epoch) return this.fulfillMissed(heard)
    if (entry.phase !== 'underWay') return
    entry.fulfilled = true
    this.#expect(entry.sent.to, entry.sent.amount)
    if (!entry.missed) return
    // It was asked again, and has answered the same.
    entry.missed = false
    this.#lose(entry.sent.to, -entry.sent.amount)
  }

  /** A fulfillment comes to a thread that is no more. */
  fulfillMissed(heard: Heard): void {
    const entry = this.#countingEntry(heard)
    if (entry !== undefined) this.#miss(entry)
  }

  /** A reply reaches any living thread by a callback. */
  calledBack(from: AccountId, heard: Heard): void {
    const entry = this.#countingEntry(heard)
    if (entry?.phase === 'underWay' && entry.sent?.to === from) entry.calledBack = true
  }

  left(thread: ThreadId, message: LeftMessage): void {
    const entry = message.type === 'fulfilled' ? this.#entries.find(message.condition, message.payment) : undefined
    if (entry === undefined) return
    entry.lies = true
    this.#undoing?.note(thread, () => {
      entry.lies = false
      entry.thanked = false
    })
  }

  /** B8: only what lies in the owner's book, or is credited, is thanked for; then it is not repeated, and must be honoured. */
  thanked({ condition, payment, right }: Heard, how: 'taken' | 'late'): void {
    if (how === 'late' || !right) return
    this.#checked.B8++
    const entry = this.#entries.find(condition, payment)
    // It was told, and is forgotten.
    if (entry === undefined) return
    const isSafe = entry.phase === 'credited' ? entry.lies || this.#isDurable(entry) : entry.phase === 'underWay' && entry.lies
    if (!isSafe) throw this.#broken('B8', `a fulfillment was thanked for that does not lie in the book: the payment is ${entry.phase}`, condition)
    entry.thanked = true
  }

  #miss(entry: Entry): void {
    if (entry.missed || entry.sent === undefined) return
    entry.missed = true
    this.#lose(entry.sent.to, entry.sent.amount)
  }

  #countingEntry({ condition, payment, attempt, right, at }: Heard): Entry | undefined {
    const entry = this.#entries.find(condition, payment)
    const sent = entry?.sent
    if (sent === undefined || entry?.fulfilled) return undefined
    return right && sent.attempt === attempt && at <= sent.expiresAt + EXPIRY_GRACE_MS ? entry : undefined
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
    this.#open.delete(asked)
    if (reply.type === 'refusal') return
    const { condition, amount } = asked.prepare
    const entry = this.#askedEntry(asked, reply)
    if (this.#isOfLost(asked, reply, entry)) return
    if (asked.requestId !== undefined) this.#sameAnswer(asked, asked.requestId, reply)
    if (entry === undefined) return this.#toldUncharged(asked, reply)
    this.#checked.B1++
    const due = reply.type === 'fulfill' || entry.paidLate ? 'credited' : 'refunded'
    if (entry.phase !== due || !this.#isDurable(entry))
      throw this.#broken('B1', `a ${reply.type} was told while the payment was ${entry.phase} and not acknowledged as ${due}`, condition)
    this.#checked.ends++
    if (entry.fulfilled !== (reply.type === 'fulfill') && !entry.paidLate) {
      const receiver = entry.fulfilled ? 'fulfilled in time' : 'did not fulfill in time'
      throw this.#broken('ends', `the sender was told ${reply.type}, but the receiver ${receiver}`, condition)
    }
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

  /**
   * A sender may send one condition twice, under other ids or none, and an id whose owner the store forgot may be charged
   * twice: then the oldest that ended so. None for a reject that moved nothing.
   */
  #askedEntry({ from, prepare: { condition }, requestId }: Asked, reply: Reply): Entry | undefined {
    const youngest = this.#entries.ofSender(condition, from, requestId)
    const isDisowned = this.#disowned.has(`${from} ${requestId}`)
    if (youngest?.older === undefined && !isDisowned) return youngest
    const due = reply.type === 'fulfill' ? 'credited' : 'refunded'
    let found: Entry | undefined
    for (let entry = youngest; entry !== undefined; entry = entry.older) {
      if (entry.sender !== from || entry.requestId !== requestId || entry.phase !== due) continue
      if (this.#isDurable(entry) && (requestId !== undefined || !entry.told)) found = entry
    }
    return found ?? (reply.type === 'reject' && isDisowned ? undefined : youngest)
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
    if (entry.phase === 'credited' && !entry.paidLate) this.#expect(entry.sender, -entry.record.incomingAmount)
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

/** Returned above given, and cold below its limit. */
function disagreement(store: StoreAtRest, id: AccountId, { account, cold, returned }: ShardAtRest): bigint {
  let lost = cold < -account.creditLimit ? -account.creditLimit - cold : 0n
  for (const [thread, total] of returned) {
    const given = store.books.get(thread)?.entries.get(id)?.given ?? 0n
    if (total > given) lost += total - given
  }
  return lost
}
