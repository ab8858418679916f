/** What is sent to accounts and what comes back from them, and what may follow from it (B1, B9, S1, S3, R7, A3). */
import type { PaymentId, PaymentRecord } from '../../src/core/book/change.ts'
import type { Announcement } from '../../src/core/routing/announcement.ts'
import type { Account, AccountId, ThreadId } from '../../src/core/values/account.ts'
import type { Condition } from '../../src/core/values/condition.ts'
import type { Prepare, Reply } from '../../src/core/values/packet.ts'
import { EXPIRY_GRACE_MS } from '../../src/core/values/time.ts'
import type { Closed, Entry } from './entries.ts'
import type { Ground } from './ground.ts'
import { RoutesCheck } from './routes.ts'
import { leavesTime, outgoingOf } from './terms.ts'

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

export class Sending {
  readonly #ground: Ground
  readonly #routes: RoutesCheck
  readonly #accounts = new Map<AccountId, Account>()

  constructor(ground: Ground) {
    this.#ground = ground
    this.#routes = new RoutesCheck(ground.terms)
  }

  opened(account: Account): void {
    this.#accounts.set(account.id, account)
    this.#routes.opened(account)
  }

  announced(from: AccountId, announcement: Announcement): void {
    this.#routes.announced(from, announcement, this.#ground.terms.nowMs())
  }

  /** A3: what is announced to it, and not silent, it does not withdraw. */
  announces(announcement: Announcement): void {
    this.#ground.checked.A3++
    const prefix = this.#routes.withdrawnInVain(announcement, this.#ground.terms.nowMs())
    if (prefix !== undefined) throw this.#ground.broken('A3', `the route to ${prefix} is withdrawn, and it is announced still`, prefix)
  }

  /** An excentric prepare leaves. B1: the attempt is written, and the thread was told so. */
  sent(sent: Sent): void {
    const { to, payment, attempt, prepare } = sent
    const { condition, amount, expiresAt } = prepare
    this.#ground.checked.B1++
    const entry = this.#ground.entries.find(condition, payment)
    if (entry?.phase !== 'underWay' && this.#isSpent(entry, sent)) return
    if (entry === undefined || entry.phase !== 'underWay' || entry.attempt !== attempt || !this.#ground.commits.isDurable(entry)) {
      throw this.#ground.broken('B1', `attempt ${attempt} was sent before its commit was acknowledged`, condition)
    }
    this.#mayBeSent(entry, sent)
    if (entry.sent?.attempt === attempt) return
    this.#maySend(entry, to, prepare)
    entry.sent = { attempt, amount, expiresAt, to }
  }

  /**
   * A zombie does not know that its payment has ended in a later life. What it sends then is expired, so that nobody takes it,
   * or goes to a receiver that had it before and answers the same. So it is with a charge that the store has lost, while its
   * life has the book again and is about to replay it (B12).
   */
  #isSpent(entry: Entry | undefined, { to, payment, thread, epoch, attempt, prepare, at }: Sent): boolean {
    if (at >= prepare.expiresAt) return true
    if (!this.#deduplicates(to)) return false
    if (this.#ground.commits.epochOf(thread) === epoch) return entry === undefined && this.#ground.entries.lost.get(payment)?.sent?.attempt === attempt
    return entry === undefined || entry.sent?.attempt === attempt
  }

  /** S1: once. B9: never in a later life. To a receiver that deduplicates again and again, each time the same under the same id. */
  #mayBeSent({ epoch: charged, sent: before }: Entry, { to, payment, epoch, attempt, requestId, prepare }: Sent): void {
    const { condition, amount, expiresAt } = prepare
    const again = before?.attempt === attempt ? before : undefined
    this.#ground.checked.S1++
    if (this.#deduplicates(to)) {
      if (requestId !== `${payment}.${attempt}`) throw this.#ground.broken('S1', `attempt ${attempt} was sent under the id ${requestId}`, condition)
      if (again !== undefined && (again.amount !== amount || again.expiresAt !== expiresAt || again.to !== to))
        throw this.#ground.broken('S1', `attempt ${attempt} was sent again with other content`, condition)
      return
    }
    if (again !== undefined) throw this.#ground.broken('S1', `attempt ${attempt} was sent twice`, condition)
    this.#ground.checked.B9++
    if (charged !== epoch) throw this.#ground.broken('B9', `attempt ${attempt}, charged by ${charged}, was sent by ${epoch}`, condition)
  }

  #deduplicates(account: AccountId): boolean {
    return this.#accounts.get(account)?.deduplicates === true
  }

  /** R7: the amount is the one floor. S3: a second is kept. A3: to an account with a way there, never back. */
  #maySend({ sender, record }: Entry, to: AccountId, { condition, amount, expiresAt, destination }: Prepare): void {
    if (record === undefined) return
    this.#ground.checked.R7++
    const due = outgoingOf(record.incomingAmount, this.#ground.terms)
    if (amount !== due) throw this.#ground.broken('R7', `${amount} was sent for ${record.incomingAmount}, where ${due} is right`, condition)
    this.#ground.checked.S3++
    if (!leavesTime(expiresAt, record)) throw this.#ground.broken('S3', `a prepare until ${record.incomingExpiry} was sent on until ${expiresAt}`, condition)
    this.#ground.checked.A3++
    const name = this.#accounts.get(to)?.name
    if (to === sender) throw this.#ground.broken('A3', `a prepare was sent back to ${name}, where it came from`, condition)
    if (!this.#routes.mayBeSent(destination, to, this.#ground.terms.nowMs()))
      throw this.#ground.broken('A3', `a prepare for ${destination} was sent to ${name}, which has no way there that counts`, condition)
  }

  /** Which payment of the book it is; undefined where it has none of this id. */
  conditionOf(payment: PaymentId): Condition | undefined {
    return this.#ground.entries.conditionOf(payment)
  }

  /** A fulfillment reaches the thread that sent this attempt. One that has lost its book cannot book it any more (B3). */
  fulfillHeard(heard: Heard): void {
    const entry = this.#answered(heard)
    if (entry?.sent === undefined || heard.at > entry.sent.expiresAt + EXPIRY_GRACE_MS) return
    if (heard.right) entry.heardBy = heard.epoch
    else return this.#close(entry, heard)
    if (!this.#hasBook(entry, heard)) return this.fulfillMissed(heard)
    if (entry.closed === heard.attempt) return
    entry.presented = [...entry.presented, heard.attempt]
    if (entry.phase !== 'underWay' || entry.fulfilled) return
    if (heard.at === entry.sent.expiresAt + EXPIRY_GRACE_MS) entry.atTheEdge = true
    else this.#fulfilled(entry, entry.sent)
  }

  #fulfilled(entry: Entry, { to, amount }: NonNullable<Entry['sent']>): void {
    entry.fulfilled = true
    if (entry.isLostByStore) this.#ground.sums.loseByStore(to, -amount)
    else this.#ground.sums.expect(to, amount)
    entry.isLostByStore = false
    if (!entry.missed) return
    // It was asked again, and has answered the same.
    entry.missed = false
    this.#ground.sums.lose(to, -amount)
  }

  /** A fulfillment comes to a thread that is no more. */
  fulfillMissed(heard: Heard): void {
    const entry = this.#answered(heard)
    if (entry?.sent === undefined || entry.fulfilled || !heard.right || entry.closed === heard.attempt) return
    if (heard.at > entry.sent.expiresAt + EXPIRY_GRACE_MS) return
    entry.presented = [...entry.presented, heard.attempt]
    this.miss(entry)
  }

  miss(entry: Entry): void {
    if (entry.missed || entry.sent === undefined) return
    entry.missed = true
    this.#ground.sums.lose(entry.sent.to, entry.sent.amount)
  }

  rejectHeard(about: About): void {
    const entry = this.#answered(about)
    if (entry !== undefined) this.#close(entry, about)
  }

  #close(entry: Entry, about: About): void {
    this.#noteClosed(entry, about)
    if (this.#hasBook(entry, about)) entry.closed = about.attempt
  }

  #noteClosed(entry: Entry, { epoch, attempt }: About): void {
    entry.closedTo = [...entry.closedTo.filter((other) => other.attempt === attempt && other.epoch !== epoch), { epoch, attempt }]
  }

  /** A reply reaches any living thread by a callback. */
  calledBack(heard: Heard, type: Reply['type']): void {
    const entry = this.#answered(heard)
    if (entry?.sent === undefined) return
    if (type === 'reject') {
      this.#noteClosed(entry, heard)
      entry.closed = heard.attempt
      return
    }
    if (heard.at > entry.sent.expiresAt + EXPIRY_GRACE_MS) return
    if (!heard.right) {
      this.#noteClosed(entry, heard)
      entry.closed = heard.attempt
      return
    }
    entry.presented = [...entry.presented, heard.attempt]
    if (entry.phase === 'underWay' && !entry.fulfilled) entry.calledBack = true
  }

  /** No answer, and perhaps never one: once unknown, an attempt stays so, and one that a later life took up is (B9). */
  failed(about: About, how: 'notTaken' | 'unknown'): void {
    const entry = this.#answered(about)
    if (entry === undefined) return
    const isRecovered = entry.epoch !== about.epoch
    if (how === 'notTaken' && !isRecovered && entry.unknown !== about.attempt) this.#close(entry, about)
    else if (this.#hasBook(entry, about)) entry.unknown = about.attempt
  }

  /** What a life hears that has lost its book decides nothing (B3). */
  #hasBook({ thread }: Entry, { epoch }: About): boolean {
    return this.#ground.commits.epochOf(thread) === epoch
  }

  /** S1: only the receiver of the attempt that was sent last is heard. */
  #answered({ condition, payment, attempt, from }: About): Entry | undefined {
    const entry = this.#ground.entries.find(condition, payment)
    return entry?.sent?.attempt === attempt && entry.sent.to === from ? entry : undefined
  }

  // --- what a book makes of it ----------------------------------------------------------------------------------------

  /** S3: nothing is credited but for the fulfillment of the receiver itself, for this payment and attempt, and in time. */
  paidOut(entry: Entry | undefined, record: PaymentRecord | undefined): void {
    this.#ground.checked.S3++
    if (entry === undefined || record === undefined) throw this.#ground.broken('S3', 'a credit for a payment that was never charged', record?.condition ?? '')
    if (!entry.presented.includes(record.attempt))
      throw this.#ground.broken('S3', `attempt ${record.attempt} was credited, but its receiver did not fulfill it in time`, record.condition)
    const isRegained = entry.heardBy !== undefined && this.#isRegained(entry, { epoch: entry.heardBy, attempt: entry.attempt })
    if ((entry.atTheEdge || entry.calledBack || isRegained) && !entry.fulfilled && entry.sent !== undefined) this.#fulfilled(entry, entry.sent)
  }

  /** S1: what was sent is taken back only when its receiver has given it up, or can no more be heard. */
  takenBack(entry: Entry | undefined): void {
    if (entry?.sent === undefined || entry.sent.attempt !== entry.attempt) return
    this.#ground.checked.S1++
    if (
      entry.closed === entry.attempt ||
      entry.rejectLies === entry.attempt ||
      entry.closedTo.some((heard) => this.#isRegained(entry, heard)) ||
      this.#ground.terms.latestMs(entry.thread) >= entry.sent.expiresAt + EXPIRY_GRACE_MS
    )
      return
    throw this.#ground.broken('S1', `attempt ${entry.attempt} was taken back, but its receiver may still answer`, entry.record?.condition ?? '')
  }

  /** A life had lost its book when it heard, or lost it then, and got it back: with the store's past (B12), or by a claim that came in twice. */
  #isRegained({ thread, attempt }: Entry, heard: Closed): boolean {
    return heard.attempt === attempt && heard.epoch === this.#ground.commits.epochOf(thread)
  }

  /** Another life has the book: what was heard and is not credited by now is lost for this connector. */
  lost(thread: ThreadId): void {
    for (const [, entry] of this.#ground.entries.all()) {
      if (entry.thread !== thread || entry.phase !== 'underWay') continue
      // Asked again, its receiver may answer otherwise.
      entry.closed = 0
      this.neverHeard(entry)
    }
  }

  /** What it was heard to fulfill is not credited, and will not be. */
  neverHeard(entry: Entry): void {
    if (!entry.fulfilled || entry.sent === undefined) return
    entry.fulfilled = false
    this.#ground.sums.expect(entry.sent.to, -entry.sent.amount)
    this.miss(entry)
  }
}
