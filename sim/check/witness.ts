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
import type { Effect } from '../../src/core/effect.ts'
import type { MoneyReply, Operation } from '../../src/core/money/operation.ts'
import type { Announcement } from '../../src/core/routing/announcement.ts'
import type { Account, AccountId, ThreadId, Unit } from '../../src/core/values/account.ts'
import type { Amount, Balance } from '../../src/core/values/amount.ts'
import type { Condition } from '../../src/core/values/condition.ts'
import type { Refusal, Reply } from '../../src/core/values/packet.ts'
import type { BookAtRest, Place, ShardAtRest, StoreAtRest, StoreWatch } from './books.ts'
import { Callbacks } from './callbacks.ts'
import { Commits } from './commits.ts'
import { Entries, type Entry, FRESH } from './entries.ts'
import type { Ground } from './ground.ts'
import { Ids } from './ids.ts'
import { MoneyCheck } from './money.ts'
import { OperationsCheck } from './operations.ts'
import { unrestIn } from './rest.ts'
import { type About, type Heard, Sending, type Sent } from './sending.ts'
import { Sums } from './sums.ts'
import { type Asked, Telling } from './telling.ts'
import { isOfFarm, isWithinBounds, type Terms } from './terms.ts'
import { Undoing } from './undoing.ts'
import { type Broken, type Checked, InvariantBroken } from './violation.ts'

export class Witness implements StoreWatch {
  readonly #ground: Ground
  readonly #checked: Checked
  readonly #broken: Broken
  readonly #commits: Commits
  readonly #entries = new Entries()
  readonly #ids: Ids
  readonly #sums = new Sums()
  readonly #sending: Sending
  readonly #telling: Telling
  readonly #callbacks: Callbacks
  readonly #money: MoneyCheck
  readonly #operations: OperationsCheck
  readonly #accounts = new Map<AccountId, Account>()
  readonly #parallelisms = new Set<number>()
  readonly #undoing: Undoing | undefined

  /** `excused`: conditions of payments that may end another way than was told; given where the store may lose writes. */
  constructor(connector: string, checked: Checked, terms: Terms, excused?: Set<string>) {
    const broken: Broken = (invariant, what, ...about) => new InvariantBroken(invariant, `at ${connector}: ${what}`, about)
    const forgotten = excused ?? new Set<string>()
    this.#undoing = excused === undefined ? undefined : new Undoing()
    this.#checked = checked
    this.#broken = broken
    this.#commits = new Commits(checked, broken, this.#undoing)
    this.#ids = new Ids(checked, broken, forgotten, (thread, term) => this.#commits.wasClosed(thread, term))
    this.#ground = {
      checked,
      terms,
      entries: this.#entries,
      commits: this.#commits,
      sums: this.#sums,
      ids: this.#ids,
      undoing: this.#undoing,
      excused: forgotten,
      broken,
    }
    this.#sending = new Sending(this.#ground)
    this.#telling = new Telling(this.#ground)
    this.#callbacks = new Callbacks(this.#ground, this.#sending)
    this.#money = new MoneyCheck(connector, checked)
    this.#operations = new OperationsCheck(connector, checked)
  }

  opened(account: Account, openingBalance: Amount): void {
    this.#sums.expect(account.id, openingBalance)
    this.#accounts.set(account.id, account)
    this.#parallelisms.add(account.parallelism)
    this.#sending.opened(account)
  }

  // --- what parties say to the connector and hear from it -------------------------------------------------------------

  /** An account's announcement reaches the connector. */
  announced(from: AccountId, announcement: Announcement): void {
    this.#sending.announced(from, announcement)
  }

  /** The connector announces, whatever then becomes of it. */
  announces(announcement: Announcement): void {
    this.#sending.announces(announcement)
  }

  asked(asked: Asked): void {
    this.#telling.asked(asked)
  }

  /** The thread that held this request has ended, and nobody answers it. */
  cutOff(asked: Asked): void {
    this.#telling.cutOff(asked)
  }

  told(asked: Asked, reply: Reply | Refusal): void {
    this.#telling.told(asked, reply)
  }

  sent(sent: Sent): void {
    this.#sending.sent(sent)
  }

  fulfillHeard(heard: Heard): void {
    this.#sending.fulfillHeard(heard)
  }

  /** A fulfillment comes to a thread that is no more. */
  fulfillMissed(heard: Heard): void {
    this.#sending.fulfillMissed(heard)
  }

  rejectHeard(about: About): void {
    this.#sending.rejectHeard(about)
  }

  failed(about: About, how: 'notTaken' | 'unknown'): void {
    this.#sending.failed(about, how)
  }

  /** A reply reaches any living thread by a callback. */
  calledBack(heard: Heard, type: Reply['type']): void {
    this.#sending.calledBack(heard, type)
  }

  thanked(heard: Heard, how: 'taken' | 'late'): void {
    this.#callbacks.thanked(heard, how)
  }

  /** Which payment of the book it is; undefined where it has none of this id. */
  conditionOf(payment: PaymentId): Condition | undefined {
    return this.#entries.conditionOf(payment)
  }

  operationAsked(operation: Operation): void {
    this.#operations.asked(operation)
  }

  operationTold(operation: Operation, reply: MoneyReply): void {
    this.#operations.told(operation, reply, (thread, seq) => this.#commits.isDurable({ thread, seq }))
  }

  // --- what the store does --------------------------------------------------------------------------------------------

  entered(unit: Unit, amount: Balance): void {
    this.#money.entered(unit, amount)
  }

  wrote(place: Place, unit: Unit, account: Account | undefined, before: Balance, after: Balance): void {
    this.#money.wrote(place, unit, account, before, after)
  }

  applied(): void {
    this.#money.applied()
  }

  claimed(thread: ThreadId, epoch: string, seq: number): void {
    if (this.#commits.claimed(thread, epoch, seq)) this.#sending.lost(thread)
  }

  wentBack(thread: ThreadId, epoch: string, seq: number): void {
    this.#commits.wentBack(thread, epoch, seq)
  }

  commits(thread: ThreadId, epoch: string, seq: number): void {
    this.#commits.commits(thread, epoch, seq)
  }

  acknowledged(thread: ThreadId, seq: number): void {
    this.#commits.acknowledged(thread, seq)
  }

  closed(book: BookAtRest, epoch: string): void {
    this.#commits.closed(book, epoch)
  }

  reopened(thread: ThreadId, term: number): void {
    this.#commits.reopened(thread, term)
  }

  stopped(thread: ThreadId, epoch: string, why: Extract<Effect, { type: 'stop' }>['why']): void {
    this.#commits.stopped(thread, epoch, why)
  }

  owned(account: AccountId, requestId: string, thread: ThreadId, term: number): void {
    this.#ids.owned(`${account} ${requestId}`, { thread, term })
  }

  left(message: LeftMessage): void {
    this.#callbacks.left(message)
  }

  leftNoMore(message: LeftMessage): void {
    this.#callbacks.leftNoMore(message)
  }

  disowned(account: AccountId, requestId: string): void {
    this.#ids.disown(`${account} ${requestId}`)
    this.#operations.disowned(account, requestId)
  }

  changed(thread: ThreadId, seq: number, change: Change, payment: StoredPayment | undefined): void {
    if (this.#isRepeat(thread, seq, change)) return
    const record = payment?.record
    switch (change.type) {
      case 'charge':
        return this.#charge(thread, seq, change.record)
      case 'reroute':
        this.#callbacks.passOver(thread, record)
        return this.#reroute(thread, record, seq, change.attempt)
      case 'credit':
        return this.#credit(thread, record, seq, change.refunds !== undefined)
      case 'refund':
        this.#callbacks.passOver(thread, record)
        this.#sending.takenBack(this.#settled(thread, record, seq, 'refunded'))
        return
      case 'reject':
        this.#reject(thread, `${change.sender} ${change.request.id}`, this.#newEntry(change.sender, thread, change.request.id, 'rejected', seq, undefined))
        return
      case 'dropped':
        return this.#forget(thread, record, payment?.tombstone)
      case 'unconditional': {
        const back = this.#operations.booked(thread, seq, change)
        this.#undoing?.note(thread, back)
        return
      }
      case 'take':
      case 'give':
      case 'consumed':
        return
    }
  }

  /** A1, R6: what is charged came to a thread of its farm, and no amount is beyond the bounds. */
  #mayCharge(thread: ThreadId, { sender, incomingAmount, condition }: PaymentRecord): void {
    const account = this.#accounts.get(sender)
    if (account === undefined) return
    this.#checked.A1++
    if (!isOfFarm(thread, account.parallelism, { threads: this.#ground.terms.threads, parallelisms: this.#parallelisms }))
      throw this.#broken('A1', `${thread} charged ${account.name}, whose farm of ${account.parallelism} it does not serve`, condition)
    this.#checked.R6++
    if (!isWithinBounds(incomingAmount, account, this.#ground.terms))
      throw this.#broken('R6', `${incomingAmount} was charged, which is beyond the bounds`, condition)
  }

  #charge(thread: ThreadId, seq: number, record: PaymentRecord): void {
    this.#mayCharge(thread, record)
    const requestId = record.request?.id
    if (requestId !== undefined) this.#ids.charged(`${record.sender} ${requestId}`, record.condition)
    const entry = this.#chargedBefore(record, seq) ?? this.#newEntry(record.sender, thread, requestId, 'underWay', seq, record)
    this.#entries.add(record.condition, entry)
    this.#undoing?.note(thread, () => this.#neverCharged(record, entry))
  }

  #newEntry(sender: AccountId, thread: ThreadId, requestId: string | undefined, phase: Entry['phase'], seq: number, record: PaymentRecord | undefined): Entry {
    const epoch = this.#commits.epochOf(thread)
    return { sender, thread, requestId, record, epoch, phase, attempt: 1, seq, ...FRESH }
  }

  /** B9: only the life that charged it offers it to others. */
  #reroute(thread: ThreadId, record: PaymentRecord | undefined, seq: number, attempt: number): void {
    const before = this.#before(record)
    const entry = this.#moved(record, seq, 'underWay')
    if (entry === undefined) return
    this.#sending.takenBack(entry)
    entry.attempt = attempt
    const { sent } = entry
    this.#undoing?.note(thread, () => {
      this.#sending.neverHeard(entry)
      Object.assign(entry, before, { sent })
    })
    this.#checked.B9++
    if (entry.epoch !== this.#commits.epochOf(entry.thread))
      throw this.#broken('B9', `a payment of ${entry.epoch} was rerouted in a later life`, record?.condition ?? '')
  }

  #credit(thread: ThreadId, record: PaymentRecord | undefined, seq: number, late: boolean): void {
    const entry = this.#settled(thread, record, seq, 'credited')
    if (entry !== undefined) entry.paidLate = late
    this.#sending.paidOut(entry, record)
  }

  #settled(thread: ThreadId, record: PaymentRecord | undefined, seq: number, phase: 'credited' | 'refunded'): Entry | undefined {
    const before = this.#before(record)
    const entry = this.#moved(record, seq, phase)
    if (entry === undefined || record === undefined) return undefined
    this.#undoing?.note(thread, () => {
      Object.assign(entry, before)
      entry.hasLain = true
      if (!entry.lies) entry.thanked = false
      this.#neverSettled(record, entry)
      this.#entries.restore(record.condition, entry)
    })
    return entry
  }

  #moved(record: PaymentRecord | undefined, seq: number, phase: Entry['phase']): Entry | undefined {
    const entry = record === undefined ? undefined : this.#entries.find(record.condition, record.payment)
    if (entry === undefined) return undefined
    entry.phase = phase
    entry.seq = seq
    return entry
  }

  #reject(thread: ThreadId, key: string, entry: Entry): void {
    this.#entries.add(key, entry)
    this.#undoing?.note(thread, () => {
      this.#entries.remove(key, entry)
      this.#ids.neverAnswered(key)
      if (entry.toldOf !== undefined) this.#ground.excused.add(entry.toldOf)
    })
  }

  /** A tombstone goes: whoever asks later is told that it is too old. */
  #forget(thread: ThreadId, record: PaymentRecord | undefined, tombstone: Tombstone | undefined): void {
    const key = tombstone?.request === undefined ? undefined : `${tombstone.sender} ${tombstone.request.id}`
    const entry = record === undefined ? undefined : this.#entries.find(record.condition, record.payment)
    if (entry !== undefined && record !== undefined) {
      this.#telling.settle(entry, record.condition)
      // A zombie may yet tell how it ended.
      if (!this.#telling.isHeldByZombie(entry, record.condition)) {
        this.#entries.remove(record.condition, entry)
        this.#undoing?.note(thread, () => this.#entries.restore(record.condition, entry))
      }
    }
    if (key === undefined) return
    const rejected = this.#entries.rejected(key)
    this.#entries.forgetRejected(key)
    const remember = this.#ids.forget(key)
    this.#undoing?.note(thread, () => {
      remember()
      if (rejected !== undefined) this.#entries.setRejected(key, rejected)
    })
  }

  // --- what the store lost for good (B12) -----------------------------------------------------------------------------

  #before(record: PaymentRecord | undefined): Pick<Entry, 'phase' | 'seq' | 'attempt'> | undefined {
    const entry = record === undefined || this.#undoing === undefined ? undefined : this.#entries.find(record.condition, record.payment)
    return entry === undefined ? undefined : { phase: entry.phase, seq: entry.seq, attempt: entry.attempt }
  }

  /** A commit that is replayed says what it said before. */
  #isRepeat(thread: ThreadId, seq: number, change: Change): boolean {
    const seen = this.#undoing?.changed(thread, change) ?? 'new'
    if (seen === 'new') return false
    this.#checked.B12++
    if (seen === 'another' && !this.#commits.isDurable({ thread, seq }) && this.#undoing?.beginsAnew(thread, change)) return false
    if (seen === 'another') throw this.#broken('B12', `commit ${seq} of ${thread} is replayed with another ${change.type} than it had`)
    return true
  }

  /** Its life has its book again, since the store lost the claim of another, and replays the charge: what was heard of it was heard. */
  #chargedBefore({ payment }: PaymentRecord, seq: number): Entry | undefined {
    const entry = this.#entries.lost.get(payment)
    if (entry !== undefined) Object.assign(entry, { phase: 'underWay', attempt: 1, seq })
    return entry
  }

  #neverCharged(record: PaymentRecord, entry: Entry): void {
    this.#entries.remove(record.condition, entry)
    this.#entries.lost.set(record.payment, entry)
    const requestId = record.request?.id
    if (requestId !== undefined) this.#ids.neverCharged(`${record.sender} ${requestId}`)
    this.#neverSettled(record, entry)
  }

  /** Its sender may have been told how it ended, its receiver have fulfilled: neither counts. */
  #neverSettled({ condition, sender, incomingAmount, request }: PaymentRecord, entry: Entry): void {
    if (request !== undefined) this.#ids.neverAnswered(`${sender} ${request.id}`)
    if (entry.told) {
      this.#ground.excused.add(condition)
      entry.excused = true
      entry.told = false
      if (entry.fulfilled) this.#sums.forgive(sender, incomingAmount, true)
    }
    if (entry.fulfilled && entry.sent !== undefined) {
      entry.fulfilled = false
      entry.isLostByStore = true
      this.#sums.loseByStore(entry.sent.to, entry.sent.amount)
    }
  }

  /** What receivers fulfilled in time and were not credited, since the thread that waited for it had ended. */
  get lostInCrash(): ReadonlyMap<AccountId, bigint> {
    return this.#sums.lostInCrash
  }

  /** What receivers fulfilled in time, or holders were told to have entered, and were not credited since the store lost it. */
  get lostByStore(): ReadonlyMap<AccountId, bigint> {
    return this.#operations.with(this.#sums.lostByStore, 'lacks')
  }

  /** What senders were told to have paid, or holders to have taken out, and are not charged since the store lost it. */
  get forgiven(): ReadonlyMap<AccountId, bigint> {
    return this.#operations.with(this.#sums.forgiven, 'exceeds')
  }

  // --- when all is over -----------------------------------------------------------------------------------------------

  /** B11: who has left has closed its book. `threads`: those that are there. */
  gone(store: StoreAtRest, threads: number): void {
    for (const { thread, epoch } of store.books.values()) {
      this.#checked.B11++
      if (Number(thread.slice(1)) >= threads && epoch !== '') throw this.#broken('B11', `${thread} has left, and its book is open`)
    }
  }

  /** At the end: the store is at rest, nobody waits, and each balance is what its holder was told. */
  quiet(store: StoreAtRest, isCool: boolean): void {
    if (this.#telling.open > 0) throw this.#broken('quiet', `${this.#telling.open} prepares were never answered`)
    for (const { thread } of store.books.values()) {
      const unrest = unrestIn(store, thread, { isCool, look: () => this.#checked.quiet++, mayLack: (account) => this.#money.undoneOf(account).given })
      if (unrest !== undefined) throw this.#broken('quiet', unrest.what, ...unrest.about)
    }
    for (const [condition, entry] of this.#entries.all()) this.#telling.settle(entry, condition)
    this.#operations.atEnd()
    const entered = this.#operations.entered()
    for (const shard of store.shards.values()) {
      this.#checked.quiet++
      const { id } = shard.account
      const expected = (this.#sums.expected.get(id) ?? 0n) + (entered.get(id)?.booked ?? 0n)
      const balance = store.balanceOf(id)
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
