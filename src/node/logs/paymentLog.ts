/**
 * A payment's four steps in the log, each under its id: charged, sent, what the receiver answered, what the sender was told. It
 * stands beside the thread's steps and knows what they say; fulfillments and data are not in it.
 */
import type { Change, PaymentId } from '../../core/book/change.ts'
import type { Effect } from '../../core/effect.ts'
import type { Input } from '../../core/input.ts'
import type { AccountId } from '../../core/values/account.ts'
import { RevolvingMap } from '../../core/values/revolvingMap.ts'
import type { Fields } from './logLine.ts'

export type WriteLog = (at: number, what: string, fields: Fields) => void

interface Request {
  readonly at: number
  readonly from: AccountId
  readonly key: string
  readonly requestId: string | undefined
  payment: PaymentId | undefined
}

type Received = Extract<Input, { type: 'prepareReceived' }>

export class PaymentLog {
  readonly #write: WriteLog
  readonly #nameOf: (account: AccountId) => string
  /** Held, and told nothing yet. */
  readonly #requests = new RevolvingMap<number, Request>()
  /** By sender and condition: those that no payment was made of yet, oldest first. */
  readonly #uncharged = new RevolvingMap<string, Request[]>()

  constructor(write: WriteLog, nameOf: (account: AccountId) => string) {
    this.#write = write
    this.#nameOf = nameOf
  }

  /** Beside each step. */
  readonly watch = (input: Input, effects: readonly Effect[]): void => {
    if (input.type === 'prepareReceived') this.#received(input)
    else this.#heard(input)
    for (const effect of effects) this.#did(effect, input.at)
  }

  #received({ at, from, request, requestId, prepare }: Received): void {
    const one: Request = { at, from, key: `${from} ${prepare.condition}`, requestId, payment: undefined }
    this.#requests.set(request, one)
    const waiting = this.#uncharged.get(one.key)
    if (waiting === undefined) this.#uncharged.set(one.key, [one])
    else waiting.push(one)
  }

  #heard(input: Exclude<Input, Received>): void {
    switch (input.type) {
      case 'fulfillReceived':
        return this.#write(input.at, 'fulfilled', { payment: input.payment, attempt: input.attempt, by: this.#nameOf(input.from) })
      case 'rejectReceived': {
        const { code, triggeredBy, message } = input.reject
        return this.#write(input.at, 'rejected', { payment: input.payment, attempt: input.attempt, by: this.#nameOf(input.from), code, triggeredBy, message })
      }
      case 'sendFailed':
        return this.#write(input.at, input.how, { payment: input.payment, attempt: input.attempt })
      default:
    }
  }

  #did(effect: Effect, at: number): void {
    switch (effect.type) {
      case 'commit':
        for (const change of effect.changes) this.#changed(change, at)
        return
      case 'sendPrepare': {
        const { payment, attempt, to, prepare } = effect
        return this.#write(at, 'sent', { payment, attempt, to: this.#nameOf(to), amount: String(prepare.amount), expiresAt: prepare.expiresAt })
      }
      case 'answer':
        return this.#answered(effect, at)
      default:
    }
  }

  #changed(change: Change, at: number): void {
    if (change.type === 'charge') this.#charged(change.record, at)
    else if (change.type === 'reroute') this.#write(at, 'rerouted', { payment: change.payment, attempt: change.attempt, to: this.#nameOf(change.receiver) })
    else if (change.type === 'credit' && change.refunds !== undefined) this.#write(at, 'paid late', { payment: change.payment })
  }

  #charged(record: Extract<Change, { type: 'charge' }>['record'], at: number): void {
    const { payment, sender, receiver, incomingAmount, outgoingAmount, destination } = record
    const request = this.#take(`${sender} ${record.condition}`)
    if (request !== undefined) request.payment = payment
    this.#write(at, 'charged', {
      payment,
      from: this.#nameOf(sender),
      to: this.#nameOf(receiver),
      amount: String(incomingAmount),
      outgoingAmount: String(outgoingAmount),
      destination,
      requestId: record.request?.id,
    })
  }

  /** The oldest of them. */
  #take(key: string): Request | undefined {
    const waiting = this.#uncharged.get(key)
    const first = waiting?.shift()
    if (waiting?.length === 0) this.#uncharged.delete(key)
    return first
  }

  #answered({ request: number, reply }: Extract<Effect, { type: 'answer' }>, at: number): void {
    const request = this.#requests.get(number)
    this.#requests.delete(number)
    if (request === undefined) return
    if (request.payment === undefined) this.#forget(request)
    const outcome = reply.type === 'fulfill' ? { outcome: 'fulfill' } : reply.type === 'reject' ? { outcome: reply.code } : { outcome: String(reply.status) }
    const why = reply.type === 'fulfill' ? undefined : reply.message
    const { payment, from, requestId } = request
    this.#write(at, 'answered', { payment, from: this.#nameOf(from), ...outcome, ms: at - request.at, requestId, message: why })
  }

  #forget(request: Request): void {
    const left = this.#uncharged.get(request.key)?.filter((each) => each !== request) ?? []
    if (left.length === 0) this.#uncharged.delete(request.key)
    else this.#uncharged.set(request.key, left)
  }
}
