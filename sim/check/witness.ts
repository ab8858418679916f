/**
 * The independent record of one connector: what each party sent it and was told by it, and which store writes were
 * acknowledged. It reads messages and the store's writes, never the core's state.
 */

import type { Change, PaymentRecord } from '../../src/core/book/change.ts'
import type { StoredPayment, Tombstone } from '../../src/core/book/contents.ts'
import type { Account, AccountId, ThreadId, Unit } from '../../src/core/values/account.ts'
import type { Amount, Balance } from '../../src/core/values/amount.ts'
import type { Prepare, Refusal, Reply } from '../../src/core/values/packet.ts'
import { EXPIRY_GRACE_MS } from '../../src/core/values/time.ts'
import type { Place, StoreAtRest, StoreWatch } from './books.ts'
import { MoneyCheck } from './money.ts'
import { type Checked, InvariantBroken } from './violation.ts'

/** What is known of one payment, by its condition. */
interface Entry {
  readonly sender: AccountId
  readonly thread: ThreadId
  readonly requestId: string | undefined
  phase: 'underWay' | 'credited' | 'refunded' | 'rejected'
  attempt: number
  /** The commit that made it so. */
  seq: number
  /** The excentric prepare that left last. */
  sent: { attempt: number; amount: Amount; expiresAt: number; to: AccountId } | undefined
  /** Its receiver was heard to fulfill in time. */
  fulfilled: boolean
  told: boolean
}

/** A prepare that a party sent and waits for. */
export interface Asked {
  readonly from: AccountId
  readonly prepare: Prepare
  readonly requestId: string | undefined
}

export class Witness implements StoreWatch {
  readonly #connector: string
  readonly #checked: Checked
  readonly #money: MoneyCheck
  readonly #entries = new Map<string, Entry>()
  readonly #acknowledged = new Map<ThreadId, number>()
  /** What the balance of each account must be, by what its holder entered, sent, was told and fulfilled. */
  readonly #expected = new Map<AccountId, bigint>()
  readonly #owners = new Map<string, ThreadId>()
  readonly #charged = new Set<string>()
  readonly #answers = new Map<string, string>()
  /** Prepares that are not answered yet. */
  #open = 0

  constructor(connector: string, checked: Checked) {
    this.#connector = connector
    this.#checked = checked
    this.#money = new MoneyCheck(connector, checked)
  }

  opened(account: Account, openingBalance: Amount): void {
    this.#expected.set(account.id, openingBalance)
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

  changed(thread: ThreadId, seq: number, change: Change, payment: StoredPayment | undefined): void {
    const record = payment?.record
    switch (change.type) {
      case 'charge':
        return this.#charge(thread, seq, change.record)
      case 'reroute':
        return this.#moved(record, seq, 'underWay', change.attempt)
      case 'credit':
        return this.#moved(record, seq, 'credited')
      case 'refund':
        return this.#moved(record, seq, 'refunded')
      case 'reject':
        this.#entries.set(`${change.sender} ${change.request.id}`, newEntry(change.sender, thread, change.request.id, 'rejected', seq))
        return
      case 'dropped':
        return this.#forget(record, payment?.tombstone)
      case 'take':
      case 'give':
      case 'consumed':
        return
    }
  }

  /** A tombstone goes: whoever asks later is told that it is too old. */
  #forget(record: PaymentRecord | undefined, tombstone: Tombstone | undefined): void {
    if (tombstone?.request === undefined) return
    const key = `${tombstone.sender} ${tombstone.request.id}`
    this.#entries.delete(record?.condition ?? key)
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
      if (this.#charged.has(key)) throw this.#broken('B4', `id ${requestId} was charged twice`, record.condition)
      this.#charged.add(key)
    }
    this.#entries.set(record.condition, newEntry(record.sender, thread, requestId, 'underWay', seq))
  }

  #moved(record: PaymentRecord | undefined, seq: number, phase: Entry['phase'], attempt?: number): void {
    const entry = record === undefined ? undefined : this.#entries.get(record.condition)
    if (entry === undefined) return
    entry.phase = phase
    entry.seq = seq
    if (attempt !== undefined) entry.attempt = attempt
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
    if (seq > (this.#acknowledged.get(thread) ?? 0)) this.#acknowledged.set(thread, seq)
  }

  asked(): void {
    this.#open++
  }

  /** An excentric prepare leaves. B1: the attempt is written, and the thread was told so. */
  sent(to: AccountId, attempt: number, prepare: Prepare): void {
    this.#checked.B1++
    const entry = this.#entries.get(prepare.condition)
    if (entry === undefined || entry.phase !== 'underWay' || entry.attempt !== attempt || !this.#isDurable(entry)) {
      throw this.#broken('B1', `attempt ${attempt} was sent before its commit was acknowledged`, prepare.condition)
    }
    entry.sent = { attempt, amount: prepare.amount, expiresAt: prepare.expiresAt, to }
  }

  /** A fulfillment reaches the thread that sent this attempt. `right`: it is the condition's preimage. */
  fulfillHeard(condition: string, attempt: number, right: boolean, at: number): void {
    const entry = this.#entries.get(condition)
    const sent = entry?.sent
    if (entry === undefined || sent === undefined || entry.phase !== 'underWay' || entry.fulfilled) return
    if (!right || sent.attempt !== attempt || at > sent.expiresAt + EXPIRY_GRACE_MS) return
    entry.fulfilled = true
    this.#expected.set(sent.to, (this.#expected.get(sent.to) ?? 0n) + sent.amount)
  }

  /** An answer leaves. B1: what it rests on is durable. B4: an id has one answer. `ends`: it is the receiver's. */
  told(asked: Asked, reply: Reply | Refusal): void {
    this.#open--
    if (reply.type === 'refusal') return
    const { condition, amount } = asked.prepare
    const entry = this.#entries.get(condition)
    if (asked.requestId !== undefined) this.#sameAnswer(asked, asked.requestId, reply)
    if (entry === undefined || entry.sender !== asked.from) return this.#toldUncharged(asked, reply)
    this.#checked.B1++
    const due = reply.type === 'fulfill' ? 'credited' : 'refunded'
    if (entry.phase !== due || !this.#isDurable(entry))
      throw this.#broken('B1', `a ${reply.type} was told while the payment was ${entry.phase} and not acknowledged as ${due}`, condition)
    this.#checked.ends++
    if (entry.fulfilled !== (reply.type === 'fulfill')) {
      const receiver = entry.fulfilled ? 'fulfilled in time' : 'did not fulfill in time'
      throw this.#broken('ends', `the sender was told ${reply.type}, but the receiver ${receiver}`, condition)
    }
    if (reply.type === 'fulfill' && !entry.told) this.#expected.set(asked.from, (this.#expected.get(asked.from) ?? 0n) - amount)
    entry.told = true
    if (entry.requestId === undefined) this.#entries.delete(condition)
  }

  /** With an id, a reject that moved nothing is durable too; F08 is a property of the packet alone (R6). */
  #toldUncharged(asked: Asked, reply: Reply): void {
    const { condition } = asked.prepare
    this.#checked.ends++
    if (reply.type === 'fulfill') throw this.#broken('ends', 'a fulfill was told for a payment that was never charged', condition)
    if (asked.requestId === undefined || reply.code === 'F08') return
    this.#checked.B1++
    const entry = this.#entries.get(`${asked.from} ${asked.requestId}`)
    if (entry === undefined || !this.#isDurable(entry)) throw this.#broken('B1', 'a reject under an id was told before it was durable', condition)
  }

  #sameAnswer(asked: Asked, requestId: string, reply: Reply): void {
    this.#checked.B4++
    const key = `${asked.from} ${requestId}`
    const words = reply.type === 'fulfill' ? reply.fulfillment : `${reply.code} ${reply.message}`
    const before = this.#answers.get(key)
    if (before !== undefined && before !== words) throw this.#broken('B4', `id ${requestId} was answered in two ways`, asked.prepare.condition)
    this.#answers.set(key, words)
  }

  #isDurable(entry: Entry): boolean {
    return entry.seq <= (this.#acknowledged.get(entry.thread) ?? 0)
  }

  /** At the end: nothing under way or in transit, nobody waits, and each balance is what its holder was told. */
  quiet(store: StoreAtRest): void {
    if (this.#open > 0) throw this.#broken('quiet', `${this.#open} prepares were never answered`)
    for (const book of store.books.values()) this.#bookIsQuiet(store, book.thread)
    for (const shard of store.shards.values()) {
      this.#checked.quiet++
      const expected = this.#expected.get(shard.account.id) ?? 0n
      const balance = store.balanceOf(shard.account.id)
      if (balance !== expected)
        throw this.#broken('quiet', `the balance of ${shard.account.name} is ${balance}, by what its holder was told it is ${expected}`, shard.account.name)
    }
  }

  #bookIsQuiet(store: StoreAtRest, thread: ThreadId): void {
    const book = store.books.get(thread)
    if (book === undefined) return
    for (const payment of book.payments.values()) {
      this.#checked.quiet++
      if (payment.record !== undefined && payment.tombstone === undefined)
        throw this.#broken('quiet', `payment ${payment.record.payment} is still under way`, payment.record.condition)
    }
    if (book.left.size > 0) throw this.#broken('quiet', `${book.left.size} messages are still left in the book of ${thread}`)
    for (const [id, entry] of book.entries) {
      this.#checked.quiet++
      const shard = store.shards.get(id)
      const granted = shard?.granted.get(thread) ?? 0n
      const returned = shard?.returned.get(thread) ?? 0n
      if (granted !== entry.taken || returned !== entry.given)
        throw this.#broken('quiet', `money of ${entry.account.name} is in transit to or from ${thread}`, entry.account.name)
      if (entry.underWay !== 0n) throw this.#broken('quiet', `${entry.underWay} is still under way to ${entry.account.name}`, entry.account.name)
    }
  }

  #broken(invariant: InvariantBroken['invariant'], what: string, ...about: readonly string[]): InvariantBroken {
    return new InvariantBroken(invariant, `at ${this.#connector}: ${what}`, about)
  }
}

function newEntry(sender: AccountId, thread: ThreadId, requestId: string | undefined, phase: Entry['phase'], seq: number): Entry {
  return { sender, thread, requestId, phase, attempt: 1, seq, sent: undefined, fulfilled: false, told: false }
}
