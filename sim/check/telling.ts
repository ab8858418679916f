/** Who waits for an answer, and what he is told: it rests on what is durable, and says what the receiver did (B1, S3, ends). */
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import { conditionOf } from '../../src/core/values/condition.ts'
import type { Fulfill, Prepare, Refusal, Reply } from '../../src/core/values/packet.ts'
import type { Entry } from './entries.ts'
import type { Ground } from './ground.ts'

/** A prepare that a party sent and waits for. */
export interface Asked {
  readonly from: AccountId
  readonly prepare: Prepare
  readonly requestId: string | undefined
  /** Who holds it. */
  readonly thread: ThreadId
  readonly epoch: string
}

export class Telling {
  readonly #ground: Ground
  /** Prepares that are not answered yet; of those without an id also how many of each condition. */
  readonly #open = new Set<Asked>()
  readonly #openWithoutId = new Map<string, number>()
  /** Senders, with the conditions of their prepares, whose requests were broken. */
  readonly #cutOff = new Set<string>()

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** How many wait. */
  get open(): number {
    return this.#open.size
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
  isHeldByZombie({ sender }: Entry, condition: string): boolean {
    for (const { from, prepare, thread, epoch } of this.#open) {
      if (from === sender && prepare.condition === condition && this.#ground.commits.epochOf(thread) !== epoch) return true
    }
    return false
  }

  #countOpen(condition: string, change: number): void {
    const open = (this.#openWithoutId.get(condition) ?? 0) + change
    if (open === 0) this.#openWithoutId.delete(condition)
    else this.#openWithoutId.set(condition, open)
  }

  /** An answer leaves. B1: what it rests on is durable. B4: an id has one answer. `ends`: it is the receiver's. */
  told(asked: Asked, reply: Reply | Refusal): void {
    this.#noMoreOpen(asked)
    const { requestId, prepare } = asked
    if (reply.type === 'refusal') return
    const entry = this.#entryOf(asked, reply)
    if (this.#isOfLost(asked, reply, entry)) return
    // R6: an amount beyond bounds is answered before the id is looked at.
    const isBeforeId = entry === undefined && reply.type === 'reject' && reply.code === 'F08'
    if (requestId !== undefined && !isBeforeId) this.#ground.ids.answered(`${asked.from} ${requestId}`, wordsOf(reply), prepare.condition)
    if (entry === undefined) return this.#toldUncharged(asked, reply)
    const { condition, amount } = prepare
    this.#ground.checked.B1++
    const due = dueFor(reply, entry)
    if (entry.phase !== due || !this.#ground.commits.isDurable(entry))
      throw this.#ground.broken('B1', `a ${reply.type} was told while the payment was ${entry.phase} and not acknowledged as ${due}`, condition)
    this.#ground.checked.ends++
    if (entry.fulfilled !== (reply.type === 'fulfill') && !entry.paidLate) {
      const receiver = entry.fulfilled ? 'fulfilled in time' : 'did not fulfill in time'
      throw this.#ground.broken('ends', `the sender was told ${reply.type}, but the receiver ${receiver}`, condition)
    }
    if (reply.type === 'fulfill') this.#toldFulfill(prepare, reply, entry.told)
    if (reply.type === 'fulfill' && !entry.told) this.#ground.sums.expect(asked.from, -amount)
    entry.told = true
    if (entry.requestId === undefined) this.#ground.entries.remove(condition, entry)
  }

  /** An answer that rests on what the store has lost since: it counts for nothing. */
  #isOfLost({ from, requestId, prepare: { condition, amount } }: Asked, reply: Reply, entry: Entry | undefined): boolean {
    if (requestId === undefined || !this.#ground.ids.isLoosened(`${from} ${requestId}`)) return false
    const known = entry ?? this.#rejected(`${from} ${requestId}`)
    const due = reply.type === 'fulfill' ? 'credited' : entry === undefined ? 'rejected' : 'refunded'
    if (known?.phase === due && this.#ground.commits.isDurable(known)) return false
    this.#ground.excused.add(condition)
    if (reply.type === 'fulfill') this.#ground.sums.forgive(from, amount, false)
    return true
  }

  /** S3: a fulfillment that is told is the preimage, and first comes while its sender can still use it. */
  #toldFulfill({ condition, expiresAt }: Prepare, { fulfillment }: Fulfill, isAgain: boolean): void {
    this.#ground.checked.S3++
    if (conditionOf(fulfillment) !== condition) throw this.#ground.broken('S3', 'a fulfillment was told that is not the preimage', condition)
    const { isPrompt, nowMs } = this.#ground.terms
    if (isPrompt && !isAgain && nowMs() >= expiresAt)
      throw this.#ground.broken('S3', `a fulfill was told at ${nowMs()}, the prepare expired at ${expiresAt}`, condition)
  }

  /** Of several that are alike, as where an id was charged twice, one that ended so; where it asked for more than was charged, perhaps none. */
  #entryOf({ from, prepare, requestId }: Asked, reply: Reply): Entry | undefined {
    const entries = this.#ground.entries.ofSender(from, prepare).filter((entry) => entry.requestId === requestId)
    const due = entries.filter((entry) => entry.phase === dueFor(reply, entry) && this.#ground.commits.isDurable(entry))
    const [entry] = [...due.filter(({ told }) => !told), ...due, ...entries]
    if (due.length > 0 || reply.type === 'fulfill') return entry
    if (requestId !== undefined) return this.#ground.ids.isDisowned(`${from} ${requestId}`) ? undefined : entry
    return (this.#openWithoutId.get(prepare.condition) ?? 0) >= entries.filter(({ told }) => !told).length ? undefined : entry
  }

  /** With an id, a reject that moved nothing is durable too; F08 is a property of the packet alone (R6). */
  #toldUncharged(asked: Asked, reply: Reply): void {
    const { condition } = asked.prepare
    this.#ground.checked.ends++
    if (reply.type === 'fulfill') throw this.#ground.broken('ends', 'a fulfill was told for a payment that was never charged', condition)
    if (asked.requestId === undefined || reply.code === 'F08') return
    this.#ground.checked.B1++
    const entry = this.#rejected(`${asked.from} ${asked.requestId}`)
    if (entry === undefined || !this.#ground.commits.isDurable(entry))
      throw this.#ground.broken('B1', 'a reject under an id was told before it was durable', condition)
    entry.toldOf = condition
  }

  /** One that is durable, where there are several: an id whose owner the store forgot may be rejected by two. */
  #rejected(key: string): Entry | undefined {
    const youngest = this.#ground.entries.rejected(key)
    for (let entry = youngest; entry !== undefined; entry = entry.older) if (this.#ground.commits.isDurable(entry)) return entry
    return youngest
  }

  /** A payment that nobody was told of: its sender was cut off, and was charged if the receiver was credited. */
  settle(entry: Entry, condition: string): void {
    if (entry.told || entry.record === undefined) return
    this.#ground.checked.ends++
    if (!this.#cutOff.has(`${entry.sender} ${condition}`) && !this.#isExcused(entry) && !this.isHeldByZombie(entry, condition))
      throw this.#ground.broken('ends', `a payment was ${entry.phase}, and its sender was not told`, condition)
    if (entry.fulfilled !== (entry.phase === 'credited'))
      throw this.#ground.broken(
        'ends',
        `a payment was ${entry.phase}, but its receiver ${entry.fulfilled ? 'fulfilled' : 'did not fulfill'} in time`,
        condition,
      )
    if (entry.phase === 'credited' && !entry.paidLate) this.#ground.sums.expect(entry.sender, -entry.record.incomingAmount)
    entry.told = true
  }

  #isExcused(entry: Entry): boolean {
    return entry.excused || this.#ground.ids.isDisowned(`${entry.sender} ${entry.requestId}`)
  }
}

function dueFor(reply: Reply, { paidLate }: Entry): Entry['phase'] {
  return reply.type === 'fulfill' || paidLate ? 'credited' : 'refunded'
}

function wordsOf(reply: Reply): string {
  return reply.type === 'fulfill' ? reply.fulfillment : `${reply.code} ${reply.message}`
}
