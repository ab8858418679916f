/**
 * What a witness knows of the operations of its connector: what their askers asked, what the store was made to do, and what was
 * told. Money enters and leaves only by an operation that was asked for, once each, and its answer is the same whenever it is told.
 */
import type { Change } from '../../src/core/book/change.ts'
import type { MoneyReply, Operation } from '../../src/core/money/operation.ts'
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import { type Checked, InvariantBroken } from './violation.ts'

type Booked = Extract<Change, { type: 'unconditional' }>

interface Booking {
  readonly thread: ThreadId
  readonly seq: number
  readonly change: Booked
}

interface Known {
  readonly operation: Operation
  /** One, or more where the store forgot whose the id is (B12). */
  bookings: readonly Booking[]
  isTold: boolean
  /** The store forgot how it ended: an answer may lie with a colleague, and be told yet. */
  isLoosened: boolean
}

export class OperationsCheck {
  readonly #checked: Checked
  readonly #connector: string
  readonly #isDisowned: (key: string) => boolean
  readonly #known = new Map<string, Known>()

  /** `isDisowned`: of a key `account id`, whether the store forgot whose it is. */
  constructor(connector: string, checked: Checked, isDisowned: (key: string) => boolean) {
    this.#isDisowned = isDisowned
    this.#connector = connector
    this.#checked = checked
  }

  asked(operation: Operation): void {
    const key = keyOf(operation.account, operation.id)
    if (!this.#known.has(key)) this.#known.set(key, { operation, bookings: [], isTold: false, isLoosened: false })
  }

  /** R5: only what was asked for. B4: once. Returns what its holder knows to have entered by it already. */
  booked(thread: ThreadId, seq: number, change: Booked): bigint {
    const id = idOf(change)
    const known = this.#known.get(keyOf(change.account, id))
    const { operation } = known ?? {}
    if (known === undefined || operation?.amount !== change.amount || operation.direction !== change.direction)
      throw this.#broken('R5', `a ${change.direction} of ${change.amount} was booked that nobody asked for`, id)
    this.#checked.B4++
    if (known.bookings.length > 0 && !this.#isDisowned(`${change.account} ${change.request.id}`)) throw this.#broken('B4', `operation ${id} was booked twice`, id)
    known.bookings = [...known.bookings, { thread, seq, change }]
    return known.isTold ? enteredBy(known.operation, change.reply) : 0n
  }

  /** The store lost it for good (B12). Returns what its holder was told to have entered. */
  neverBooked(change: Booked): bigint {
    const known = this.#known.get(keyOf(change.account, idOf(change)))
    if (known === undefined) return 0n
    known.bookings = known.bookings.filter((booking) => booking.change !== change)
    known.isLoosened = true
    return known.isTold ? enteredBy(known.operation, change.reply) : 0n
  }

  /** Returns what the holder now knows to have entered (or left, negative). */
  told(operation: Operation, reply: MoneyReply, isDurable: (thread: ThreadId, seq: number) => boolean): bigint {
    const { id, account } = operation
    const known = this.#known.get(keyOf(account, id))
    this.#checked.B1++
    const durable = known?.bookings.filter(({ thread, seq }) => isDurable(thread, seq)) ?? []
    if (known === undefined || (durable.length === 0 && !known.isLoosened)) throw this.#broken('B1', `operation ${id} was answered before that was durable`, id)
    this.#checked.B4++
    if (!known.isLoosened && !durable.some(({ change }) => wordsOf(change.reply) === wordsOf(reply)))
      throw this.#broken('B4', `operation ${id} was answered in two ways`, id)
    if (known.isTold) return 0n
    known.isTold = true
    return known.bookings.reduce((sum, { change }) => sum + enteredBy(operation, change.reply), 0n)
  }

  /** At the end, what is booked was told. */
  atEnd(): void {
    for (const { operation, isTold } of this.#known.values()) {
      this.#checked.quiet++
      if (!isTold) throw this.#broken('quiet', `operation ${operation.id} was never answered`, operation.id)
    }
  }

  #broken(invariant: InvariantBroken['invariant'], what: string, about: string): InvariantBroken {
    return new InvariantBroken(invariant, `at ${this.#connector}: ${what}`, [about])
  }
}

function enteredBy({ direction, amount }: Operation, reply: MoneyReply): bigint {
  if (reply.type !== 'moved') return 0n
  return direction === 'deposit' ? amount : -amount
}

function idOf({ request }: Booked): string {
  return request.id.replace(/^money /, '')
}

function keyOf(account: AccountId, id: string): string {
  return `${account} ${id}`
}

function wordsOf(reply: MoneyReply): string {
  return reply.type === 'moved' ? 'moved' : reply.why
}
