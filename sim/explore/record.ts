/**
 * The oracle: what senders asked and were told, what receivers did, and what the books say of each payment, seen from
 * outside and never from the core's state. A rule that is broken is thrown where the record hears of it.
 */
import { InvariantBroken } from '../check/violation.ts'
import type { Setting } from './setting.ts'
import type { Event, Words } from './words.ts'

type Phase = 'none' | 'underWay' | 'credited' | 'refunded' | 'rejected'

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
  readonly owner: string
}

export type Recorded = readonly PaymentRecord[]

const ANSWERED = 'answered'
const BROKEN = 'broken'
const NONE: PaymentRecord = { asks: [], told: '', phase: 'none', attempt: 0, chargedBy: '', sent: 0, to: '', fulfilledTo: '', owner: '' }

export class Record {
  readonly #setting: Setting
  readonly #words: Words
  readonly #ids = new Map<string, number>()
  readonly #records: Recorded[] = []
  readonly #heard: Map<number, number>[] = []

  constructor(setting: Setting, words: Words) {
    this.#setting = setting
    this.#words = words
    this.#idOf(setting.payers.map(({ payment }) => ({ ...NONE, asks: payment.asks.map(() => '') })))
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
    const name = this.#setting.payers[event.payment]?.payment.name ?? '?'
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
      case 'reroute':
        require(before.fulfilledTo !==
          event.epoch, 'ends', `${event.epoch} heard in time that attempt ${before.attempt} was fulfilled, and offered it to another`)
        require(before.chargedBy === event.epoch, 'B9', `a payment of ${before.chargedBy} was rerouted by ${event.epoch}`)
        return { ...before, attempt: event.attempt, fulfilledTo: '' }
      case 'credit':
        require(before.sent === before.attempt, 'ends', `attempt ${event.attempt} was credited and never sent`)
        require(before.told === '' || before.told === 'fulfill', 'ends', `it was credited after its sender was told ${before.told}`)
        return { ...before, phase: 'credited' }
      case 'refund':
        require(before.fulfilledTo !== event.epoch, 'ends', `${event.epoch} heard in time that it was fulfilled, and refunded it`)
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
    const words = reply.type === 'fulfill' ? 'fulfill' : `${reply.code} ${reply.message}`
    require(before.told === '' || before.told === words, 'B4', `its sender was told '${before.told}' and then '${words}'`)
    if (reply.type === 'fulfill') require(before.phase === 'credited', 'B1', `its sender was told fulfill while the books say ${before.phase}`)
    else require(this.#mayReject(payment, before.phase), 'B1', `its sender was told ${words} while the books say ${before.phase}`)
    return { ...before, asks, told: words }
  }

  /** Without an id, a reject before any charge leaves no record. */
  #mayReject(payment: number, phase: Phase): boolean {
    if (phase === 'refunded' || phase === 'rejected') return true
    return phase === 'none' && this.#setting.payers[payment]?.requestId === undefined
  }
}

type Require = (holds: boolean, invariant: InvariantBroken['invariant'], what: string) => void
