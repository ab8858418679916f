/**
 * The oracle: what senders asked and were told, what receivers did, and what the books say of each payment, seen from
 * outside and never from the core's state. A rule that is broken is thrown where the record hears of it.
 */
import type { AccountId } from '../../src/core/values/account.ts'
import { InvariantBroken } from '../check/violation.ts'
import type { Setting } from './setting.ts'
import type { Event, Words } from './words.ts'

/** `paidLate`: credited and refunded (B8). The last two are an operation's. */
type Phase = 'none' | 'underWay' | 'credited' | 'paidLate' | 'refunded' | 'rejected' | 'moved' | 'declined'

export interface PaymentRecord {
  /** What became of each asking: nothing yet, the life that holds it, or how it ended. */
  readonly asks: readonly string[]
  /** What the sender was told at last: `fulfill`, or a reject in words. */
  readonly told: string
  readonly phase: Phase
  readonly attempt: number
  /** The life that charged it. */
  readonly chargedBy: string
  /** The last attempt that left, and to whom. */
  readonly sent: number
  readonly to: string
  /** The life that heard in time that the present attempt was fulfilled. */
  readonly fulfilledTo: string
  /** The attempt whose receiver was thanked for its fulfillment: that one is paid (B8). */
  readonly thanked: number
  readonly owner: string
}

export type Recorded = readonly PaymentRecord[]

const ANSWERED = 'answered'
const BROKEN = 'broken'
const NONE: PaymentRecord = { asks: [], told: '', phase: 'none', attempt: 0, chargedBy: '', sent: 0, to: '', fulfilledTo: '', thanked: 0, owner: '' }

export class Record {
  readonly #setting: Setting
  readonly #words: Words
  readonly #ids = new Map<string, number>()
  readonly #records: Recorded[] = []
  readonly #heard: Map<number, number>[] = []

  constructor(setting: Setting, words: Words) {
    this.#setting = setting
    this.#words = words
    this.#idOf(setting.wishes.map(({ asks }) => ({ ...NONE, asks: asks.map(() => '') })))
  }

  at(record: number): Recorded {
    return this.#records[record] as Recorded
  }

  /** Throws for what may not be. */
  hear(record: number, event: number): number {
    const heard = this.#heard[record] as Map<number, number>
    let next = heard.get(event)
    if (next === undefined) {
      next = this.#idOf(this.#after(this.at(record), this.#words.events.at(event)))
      heard.set(event, next)
    }
    return next
  }

  #idOf(record: Recorded): number {
    const text = JSON.stringify(record)
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.#records.push(record) - 1
    this.#heard.push(new Map())
    this.#ids.set(text, id)
    return id
  }

  #after(record: Recorded, event: Event): Recorded {
    if (event.type !== 'ended') return record.map((each, i) => (i === event.payment ? this.#payment(each, event) : each))
    return record.map((each) => ({ ...each, asks: each.asks.map((ask) => (ask === event.epoch ? BROKEN : ask)) }))
  }

  #payment(before: PaymentRecord, event: Exclude<Event, { type: 'ended' }>): PaymentRecord {
    const name = this.#setting.wishes[event.payment]?.name ?? '?'
    const require = (holds: boolean, invariant: InvariantBroken['invariant'], what: string): void => {
      if (!holds) throw new InvariantBroken(invariant, `${name}: ${what}`, [name])
    }
    switch (event.type) {
      case 'asked':
        return { ...before, asks: before.asks.with(event.ask, event.epoch) }
      case 'answered':
        return this.#answered(before, event, require)
      case 'owned':
        require(before.owner === '' || before.owner === event.owner, 'B4', `its id has two owners, ${before.owner} and ${event.owner}`)
        return { ...before, owner: event.owner }
      case 'sent':
        require(before.phase === 'underWay' && before.attempt === event.attempt, 'B1', `attempt ${event.attempt} was sent before it stood in the book`)
        require(before.chargedBy === event.epoch, 'B9', `attempt ${event.attempt}, charged by ${before.chargedBy}, was sent by ${event.epoch}`)
        require(before.sent < event.attempt, 'B9', `attempt ${event.attempt} was sent twice`)
        return { ...before, sent: event.attempt, to: event.to }
      case 'fulfilled':
        if (before.phase !== 'underWay' || before.attempt !== event.attempt) return before
        return { ...before, fulfilledTo: event.epoch }
      case 'charge':
        require(before.phase === 'none', 'B4', `it was charged twice, by ${before.chargedBy} and ${event.epoch}`)
        return { ...before, phase: 'underWay', attempt: event.attempt, chargedBy: event.epoch, sent: 0 }
      case 'thanked':
        return thanked(before, event, require)
      case 'booked':
        return this.#booked(before, event, require)
      case 'reroute':
        require(before.thanked !== before.attempt, 'B8', `attempt ${before.attempt}, whose fulfillment was thanked for, was offered to another`)
        require(before.fulfilledTo !==
          event.epoch, 'ends', `${event.epoch} heard in time that attempt ${before.attempt} was fulfilled, and offered it to another`)
        require(before.chargedBy === event.epoch, 'B9', `a payment of ${before.chargedBy} was rerouted by ${event.epoch}`)
        return { ...before, attempt: event.attempt, fulfilledTo: '' }
      case 'credit':
      case 'paidLate':
        require(before.phase === 'underWay', 'ends', `it was credited while the books said ${before.phase}`)
        require(before.sent === before.attempt, 'ends', `attempt ${event.attempt} was credited and never sent`)
        if (event.type === 'paidLate') return { ...before, phase: 'paidLate' }
        require(before.told === '' || before.told === 'fulfill', 'ends', `it was credited after its sender was told ${before.told}`)
        return { ...before, phase: 'credited' }
      case 'refund':
        require(before.fulfilledTo !== event.epoch, 'ends', `${event.epoch} heard in time that it was fulfilled, and refunded it`)
        require(before.thanked === 0, 'B8', 'it was refunded after its receiver was thanked for the fulfillment')
        require(before.phase === 'underWay', 'ends', `it was refunded while the books said ${before.phase}`)
        require(before.told !== 'fulfill', 'ends', 'it was refunded after its sender was told fulfill')
        return { ...before, phase: 'refunded' }
      case 'reject':
        require(before.phase === 'none', 'B4', `a refusal was recorded where it was ${before.phase}`)
        return { ...before, phase: 'rejected' }
    }
  }

  #answered(before: PaymentRecord, { payment, ask, epoch, reply }: Extract<Event, { type: 'answered' }>, require: Require): PaymentRecord {
    require(before.asks[ask] === epoch, 'ends', `asking ${ask + 1} was answered by ${epoch} after it was ${before.asks[ask]}`)
    const asks = before.asks.with(ask, ANSWERED)
    if (reply.type === 'refusal') return { ...before, asks }
    const words = replyWords(reply)
    require(before.told === '' || before.told === words, 'B4', `its sender was told '${before.told}' and then '${words}'`)
    if (reply.type === 'moved' || reply.type === 'declined')
      require(before.phase === reply.type, 'B1', `its asker was told ${words} while the books say ${before.phase}`)
    else if (reply.type === 'fulfill') require(before.phase === 'credited', 'B1', `its sender was told fulfill while the books say ${before.phase}`)
    else require(this.#mayReject(payment, before.phase), 'B1', `its sender was told ${words} while the books say ${before.phase}`)
    return { ...before, asks, told: words }
  }

  /** B10: what is there for it, and for all that anybody wants beside it, is gathered. */
  #booked(before: PaymentRecord, { payment, reply }: Extract<Event, { type: 'booked' }>, require: Require): PaymentRecord {
    require(before.phase === 'none', 'B4', 'it was booked twice')
    const { operations, payers } = this.#setting
    const why = reply.type === 'declined' ? reply.why : ''
    const account = operations[payment - payers.length]?.account
    require(why !== 'insufficient' ||
      account === undefined ||
      wantedOf(this.#setting, account) > thereFor(this.#setting, account), 'B10', 'it was declined, and there was enough for all')
    return { ...before, phase: reply.type }
  }

  /** Without an id, a reject before any charge leaves no record. */
  #mayReject(payment: number, phase: Phase): boolean {
    if (phase === 'refunded' || phase === 'rejected' || phase === 'paidLate') return true
    return phase === 'none' && this.#setting.payers[payment]?.requestId === undefined
  }
}

/** B8: who is thanked is paid; who fulfilled the present attempt in time is not sent away. */
function thanked(before: PaymentRecord, { attempt, epoch, how }: Extract<Event, { type: 'thanked' }>, require: Require): PaymentRecord {
  const isPresent = before.attempt === attempt
  if (how === 'late') {
    require(!(
      isPresent &&
      before.phase === 'underWay' &&
      before.fulfilledTo === epoch
    ), 'B8', `a fulfillment of attempt ${attempt} came in time, and was taken for late`)
    return before
  }
  require(isPresent &&
    (before.phase === 'underWay' ||
      before.phase === 'credited' ||
      before.phase === 'paidLate'), 'B8', `attempt ${attempt} was thanked for, and the books say ${before.phase} of ${before.attempt}`)
  return { ...before, thanked: attempt }
}

function replyWords(reply: Exclude<Extract<Event, { type: 'answered' }>['reply'], { type: 'refusal' }>): string {
  switch (reply.type) {
    case 'reject':
      return `${reply.code} ${reply.message}`
    case 'declined':
      return `declined ${reply.why}`
    default:
      return reply.type
  }
}

function wantedOf({ payers, operations }: Setting, account: AccountId): bigint {
  let wanted = 0n
  for (const { from, payment } of payers) if (from === account) wanted += payment.amount
  for (const operation of operations) if (operation.account === account && operation.direction === 'withdrawal') wanted += operation.amount
  return wanted
}

function thereFor({ accounts, world }: Setting, account: AccountId): bigint {
  const about = world.accounts[accounts.findIndex(({ id }) => id === account)]
  return about === undefined ? 0n : about.balance + about.creditLimit
}

type Require = (holds: boolean, invariant: InvariantBroken['invariant'], what: string) => void
