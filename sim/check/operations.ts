/**
 * What a witness knows of the operations of its connector: what their askers asked, what the store was made to do, and what was
 * told. Money enters and leaves only by an operation that was asked for, once each, and its answer is the same whenever it is told.
 */
import type { Change } from '../../src/core/book/change.ts'
import { type MoneyReply, type Operation, ownedId } from '../../src/core/money/operation.ts'
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import { type Checked, InvariantBroken } from './violation.ts'

type Booked = Extract<Change, { type: 'unconditional' }>

interface Booking {
  readonly thread: ThreadId
  readonly seq: number
  readonly reply: MoneyReply
}

interface Known {
  readonly operation: Operation
  readonly bookings: Set<Booking>
  told: MoneyReply | undefined
  /** The store forgot whose it is: it may be booked again (B12). */
  isDisowned: boolean
  /** The store lost a booking for good: its answer may lie with a colleague, and be told yet (B12). */
  isLost: boolean
}

export class OperationsCheck {
  readonly #checked: Checked
  readonly #connector: string
  readonly #known = new Map<string, Known>()

  constructor(connector: string, checked: Checked) {
    this.#connector = connector
    this.#checked = checked
  }

  asked(operation: Operation): void {
    const key = `${operation.account} ${ownedId(operation)}`
    if (!this.#known.has(key)) this.#known.set(key, { operation, bookings: new Set(), told: undefined, isDisowned: false, isLost: false })
  }

  /** R5: only what was asked for. B4: once. Returns how to take it back, for a store that loses it for good. */
  booked(thread: ThreadId, seq: number, { account, request, direction, amount, reply }: Booked): () => void {
    const known = this.#known.get(`${account} ${request.id}`)
    const { operation } = known ?? {}
    if (known === undefined || operation?.amount !== amount || operation.direction !== direction)
      throw this.#broken('R5', `a ${direction} of ${amount} was booked that nobody asked for`, request.id)
    this.#checked.B4++
    if (known.bookings.size > 0 && !known.isDisowned) throw this.#broken('B4', `operation ${known.operation.id} was booked twice`, known.operation.id)
    const booking = { thread, seq, reply }
    known.bookings.add(booking)
    return () => {
      known.bookings.delete(booking)
      known.isLost = true
    }
  }

  disowned(account: AccountId, requestId: string): void {
    const known = this.#known.get(`${account} ${requestId}`)
    if (known !== undefined) known.isDisowned = true
  }

  told(operation: Operation, reply: MoneyReply, isDurable: (thread: ThreadId, seq: number) => boolean): void {
    const { id } = operation
    const known = this.#known.get(`${operation.account} ${ownedId(operation)}`)
    const durable = [...(known?.bookings ?? [])].filter(({ thread, seq }) => isDurable(thread, seq))
    this.#checked.B1++
    if (known === undefined || (durable.length === 0 && !known.isLost)) throw this.#broken('B1', `operation ${id} was answered before that was durable`, id)
    this.#checked.B4++
    const isBooked = known.isLost || durable.some((booking) => wordsOf(booking.reply) === wordsOf(reply))
    const isSame = known.isLost || known.isDisowned || known.told === undefined || wordsOf(known.told) === wordsOf(reply)
    if (!isBooked || !isSame) throw this.#broken('B4', `operation ${id} was answered in two ways`, id)
    known.told = reply
  }

  /** At the end, what is booked was told. */
  atEnd(): void {
    for (const { operation, told } of this.#known.values()) {
      this.#checked.quiet++
      if (told === undefined) throw this.#broken('quiet', `operation ${operation.id} was never answered`, operation.id)
    }
  }

  /** By account, at the end: what entered less what left, and how much less that is than was told, or more (B12). */
  entered(): ReadonlyMap<AccountId, { readonly booked: bigint; readonly lacks: bigint; readonly exceeds: bigint }> {
    const sums = new Map<AccountId, { booked: bigint; lacks: bigint; exceeds: bigint }>()
    for (const { operation, bookings, told } of this.#known.values()) {
      const sum = sums.get(operation.account) ?? { booked: 0n, lacks: 0n, exceeds: 0n }
      sums.set(operation.account, sum)
      const once = operation.direction === 'deposit' ? operation.amount : -operation.amount
      const booked = once * BigInt([...bookings].filter(({ reply }) => reply.type === 'moved').length)
      const excess = booked - (told?.type === 'moved' ? once : 0n)
      sum.booked += booked
      if (excess > 0n) sum.exceeds += excess
      else sum.lacks -= excess
    }
    return sums
  }

  /** These sums, and what was told of operations otherwise than it is. */
  with(sums: ReadonlyMap<AccountId, bigint>, how: 'lacks' | 'exceeds'): ReadonlyMap<AccountId, bigint> {
    const all = new Map(sums)
    for (const [account, entered] of this.entered()) if (entered[how] > 0n) all.set(account, (all.get(account) ?? 0n) + entered[how])
    return all
  }

  #broken(invariant: InvariantBroken['invariant'], what: string, about: string): InvariantBroken {
    return new InvariantBroken(invariant, `at ${this.#connector}: ${what}`, [about])
  }
}

function wordsOf(reply: MoneyReply): string {
  return reply.type === 'moved' ? 'moved' : reply.why
}
