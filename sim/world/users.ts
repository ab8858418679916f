/** The users: they send what the workload says, receive and fulfill, and hear how their payments end. */
import type { Account } from '../../src/core/values/account.ts'
import { type Address, address } from '../../src/core/values/address.ts'
import { type Amount, add, amount } from '../../src/core/values/amount.ts'
import { NO_DATA, type Prepare, type Refusal, type RejectCode, type Reply } from '../../src/core/values/packet.ts'
import { EXPIRY_GRACE_MS } from '../../src/core/values/time.ts'
import { InvariantBroken } from '../check/violation.ts'
import type { Answers as AnswersPlan, EndpointPlan } from '../workload/plan.ts'
import { Answers } from './behaviours/answers.ts'
import { rejectBy } from './behaviours/behaviours.ts'
import { type Oddity, OddPayments } from './behaviours/payments.ts'
import { callBack } from './callBack.ts'
import type { Context } from './context.ts'
import { KeptAnswers } from './keptAnswers.ts'
import { ACCEPTED, type Connections, type Door, type Respond, UNKNOWN } from './link.ts'
import type { Meters } from './meters.ts'
import type { Line } from './network.ts'
import type { Facts, Payment, Payments } from './payments.ts'

/** A user's account at one connector, with the connections it opened there. */
export interface Access {
  readonly connector: string
  readonly account: Account
  readonly connections: Connections
  readonly line: Line
}

export interface Order {
  readonly traffic: number
  readonly to: User
  readonly access: Access
  readonly amount: Amount
  readonly expiryMs: number
  readonly willFulfill: boolean
  readonly rejectCode: RejectCode
  /** With an id, and when it is asked once more, ms after the first. */
  readonly requestId: boolean
  readonly repeatAfterMs: number | undefined
  readonly mustSucceed: boolean
}

interface Asking {
  readonly payment: Payment
  readonly access: Access
  readonly prepare: Prepare
  readonly requestId: string | undefined
}

/** Nobody waits longer for what a line may have lost, however late it expires. */
export const MAX_WAIT_MS = 60_000
/** For so long after its expiry a request that nothing is heard of is waited for. */
const PATIENCE_MS = 2_000
/** Between a request that broke or was refused and the next. */
const RETRY_MS = 50

export class User {
  readonly name: string
  readonly address: Address
  readonly accesses: Access[] = []
  readonly #context: Context
  readonly #payments: Payments
  readonly #meters: Meters
  readonly #misbehaviour: Answers
  readonly #how: AnswersPlan
  /** Where it is not synchronous. */
  readonly #answers: KeptAnswers
  readonly #odd: OddPayments
  /** To each receiver, the last payment: where a condition may be used again. */
  readonly #last = new Map<string, Payment>()

  constructor(context: Context, plan: EndpointPlan, payments: Payments, meters: Meters) {
    this.name = plan.name
    this.address = addressOf(plan)
    this.#context = context
    this.#payments = payments
    this.#meters = meters
    this.#misbehaviour = new Answers(context, plan.name)
    this.#how = plan.answers ?? 'synchronous'
    this.#answers = new KeptAnswers(context.events)
    this.#odd = new OddPayments(context, plan.name)
  }

  /** How `connector` reaches it. */
  door(connector: string): Door {
    const duty = (prepare: Prepare, respond: Respond): void => this.#misbehaviour.meet(connector, prepare, respond, (answer) => this.#receive(prepare, answer))
    const take: Door['take'] = (prepare, id, respond) => {
      if (id === undefined || this.#how === 'synchronous') return duty(prepare, respond)
      const hear = this.#how === 'callback' ? this.#callBack(connector, prepare, id) : respond
      if (this.#how === 'callback') respond(ACCEPTED)
      this.#answers.once(`${connector} ${id}`, prepare.expiresAt, hear, (first) => duty(prepare, first))
    }
    return { name: this.name, take }
  }

  /** By its own connections to that connector, which deals them to its threads. */
  #callBack(connector: string, { condition, expiresAt }: Prepare, id: string): Respond {
    const { line, connections } = this.accesses.find((access) => access.connector === connector) as Access
    return (reply) => {
      if (reply.type === 'claim') return
      if (reply.type !== 'fulfill' && reply.type !== 'reject') throw new Error(`${this.name} answers with a ${reply.type}`)
      const callback = { id, condition, reply }
      callBack(this.#context, { from: this.name, line, next: () => connections.next(), callback, untilMs: expiresAt, isOver: () => false })
    }
  }

  /** The receiver's duty: fulfill what is meant for it while there is time, as the payment was born to. */
  #receive(prepare: Prepare, respond: Respond): void {
    const payment = this.#payments.find(prepare.condition)
    if (payment === undefined || payment.facts.receiver !== this.name) return respond(rejectBy(this.name, 'F99', 'no such payment'))
    if (this.#context.events.nowMs() >= prepare.expiresAt) return respond(rejectBy(this.name, 'R00', 'too late'))
    if (!payment.facts.willFulfill) return respond(rejectBy(this.name, payment.facts.rejectCode, 'the receiver does not want it'))
    respond({ type: 'fulfill', fulfillment: payment.fulfillment, data: NO_DATA })
  }

  pay(order: Order): void {
    const { to, access, requestId, repeatAfterMs } = order
    const { events } = this.#context
    const odd = this.#odd.next(to.name, access.account.parallelism)
    const payment = this.#begin(order, odd)
    this.#meters.began(payment)
    const prepare: Prepare = {
      amount: payment.facts.amount,
      expiresAt: payment.expiresAt,
      condition: payment.condition,
      destination: to.address,
      data: odd.data ?? NO_DATA,
    }
    const asking: Asking = { payment, access, prepare, requestId: requestId ? `${payment.number}` : undefined }
    this.#ask(asking, false)
    if (repeatAfterMs !== undefined) events.after(Math.round(repeatAfterMs * 1000), () => this.#ask(asking, false))
    if (odd.afterwards !== undefined && requestId) this.#probe(asking, odd.afterwards)
  }

  #begin({ traffic, to, access, amount, expiryMs, willFulfill, rejectCode, repeatAfterMs, mustSucceed }: Order, odd: Oddity): Payment {
    const facts: Facts = {
      traffic,
      sender: this.name,
      receiver: to.name,
      first: access.connector,
      amount: odd.amount ?? amount,
      startedUs: this.#context.events.nowUs,
      expiryMs: odd.expiryMs ?? expiryMs,
      willFulfill,
      rejectCode,
      asks: repeatAfterMs === undefined ? 1 : 2,
      isExtreme: odd.amount !== undefined || odd.expiryMs !== undefined,
      mustSucceed,
    }
    const payment = this.#payments.begin(facts, odd.sameCondition ? this.#last.get(to.name) : undefined)
    payment.expiresAt = this.#expiry(payment)
    this.#last.set(to.name, payment)
    return payment
  }

  /** Under one condition no two payments of a sender are alike, so that the checkers can tell them apart. */
  #expiry({ facts, older }: Payment): number {
    let expiresAt = this.#context.events.nowMs() + facts.expiryMs
    for (let twin = older; twin !== undefined; twin = twin.older) expiresAt = Math.max(expiresAt, twin.expiresAt + 1)
    return expiresAt
  }

  /** The same id once more, for something else or when its answer may be forgotten; whatever it says decides nothing. */
  #probe({ payment, access, prepare, requestId }: Asking, { isOther, delayUs }: NonNullable<Oddity['afterwards']>): void {
    const asked = isOther ? { ...prepare, amount: add(prepare.amount, ONE_UNIT) } : prepare
    this.#context.events.after(delayUs, () =>
      access.line.prepare(this.name, access.connections.next(), asked, requestId, (reply) => {
        if (!isOther && (reply.type === 'fulfill' || reply.type === 'reject')) this.#sameEnd(payment, outcomeOf(reply))
      }),
    )
  }

  /** `mayBeTaken`: an earlier request of this asking broke while it was held. */
  #ask(asking: Asking, mayBeTaken: boolean): void {
    const { payment, access, prepare, requestId } = asking
    let isOver = false
    const hear: Respond = (reply) => {
      // A request has one answer, whatever else its connector says.
      if (isOver || reply.type === 'claim') return
      isOver = true
      if (reply.type === 'accepted') throw new Error(`${this.name} takes no callbacks`)
      if (reply.type === 'failure') this.#failed(asking, mayBeTaken || reply.how === 'unknown')
      else if (reply.type === 'refusal' && reply.status === 503) this.#failed(asking, mayBeTaken)
      else this.#heard(payment, reply)
    }
    access.line.prepare(this.name, access.connections.next(), prepare, requestId, hear)
    const { events } = this.#context
    const untilMs = Math.min(prepare.expiresAt, events.nowMs() + MAX_WAIT_MS) + PATIENCE_MS
    if (access.line.mayLose) events.at(untilMs * 1000, () => hear(UNKNOWN))
  }

  /** On the next connection, under the same id where it may have been taken, for as long as that can help. */
  #failed(asking: Asking, mayBeTaken: boolean): void {
    const { payment, prepare, requestId } = asking
    const retryMs = this.#context.events.nowMs() + RETRY_MS
    if ((mayBeTaken && requestId === undefined) || retryMs >= prepare.expiresAt) this.#gaveUp(payment, mayBeTaken ? 'lost' : 'unreachable')
    else this.#context.events.after(RETRY_MS * 1000, () => this.#ask(asking, mayBeTaken))
  }

  /** Another asking may still be answered: only that decides how the payment ended. */
  #gaveUp(payment: Payment, outcome: 'lost' | 'unreachable'): void {
    payment.openAsks--
    if (payment.unheard !== 'lost') payment.unheard = outcome
    if (payment.openAsks > 0) return
    if (payment.outcome === undefined) this.#ended(payment, payment.unheard)
    this.#forgetLater(payment)
  }

  #ended(payment: Payment, outcome: string): void {
    this.#meters.ended(payment, outcome)
    if (!payment.facts.mustSucceed) return
    this.#context.checked.progress++
    if (outcome === 'fulfilled') return
    const { sender, receiver, amount } = payment.facts
    const what = `nothing stands in the way of ${amount} from ${sender} to ${receiver}, and ${sender} was told ${outcome}`
    throw new InvariantBroken('progress', what, [payment.condition])
  }

  /** What nobody waits for any more may still be under way: its receiver knows it until it has expired. */
  #forgetLater(payment: Payment): void {
    const endMs = payment.facts.startedUs / 1000 + payment.facts.expiryMs + EXPIRY_GRACE_MS
    this.#context.events.at(endMs * 1000, () => this.#payments.end(payment))
  }

  /** `ends`: all answers to one payment say the same. */
  #heard(payment: Payment, reply: Reply | Refusal): void {
    payment.openAsks--
    const outcome = outcomeOf(reply)
    if (payment.outcome === undefined) {
      payment.outcome = outcome
      this.#ended(payment, outcome)
    } else this.#sameEnd(payment, outcome)
    if (payment.openAsks > 0) return
    if (payment.unheard === undefined) this.#payments.end(payment)
    else this.#forgetLater(payment)
  }

  /** Of a connector that lies to its own users nothing is expected. */
  #sameEnd({ outcome: before = 'nothing', condition, facts }: Payment, outcome: string): void {
    if (before === outcome || isRefusal(before) || isRefusal(outcome) || before === 'nothing') return
    if (this.#context.excused.has(condition)) return
    const isLiar = this.#context.plan.behaviours.some(({ who, towards = this.name }) => who === facts.first && towards === this.name)
    if (!isLiar) throw new InvariantBroken('ends', `${this.name} was told ${before}, and then ${outcome}`, [condition])
  }
}

const ONE_UNIT = amount(1n)

/** At the end: every payment was told its end, unless the sender's own connector is one that holds. */
export function everyPaymentEnded(payments: Payments, { checked, plan }: Context): void {
  checked.quiet++
  const holders = new Set(plan.behaviours.filter(({ kind }) => kind === 'hold').map(({ who }) => who))
  const untold = payments.all().filter(({ facts, openAsks }) => openAsks > 0 && !holders.has(facts.first))
  if (untold.length > 0) throw new InvariantBroken('quiet', `${untold.length} payments were never told how they ended`, [untold[0]?.condition ?? ''])
}

/** A refusal decides nothing: the id may be asked again. */
function isRefusal(outcome: string): boolean {
  return outcome.startsWith('HTTP')
}

function outcomeOf(reply: Reply | Refusal): string {
  if (reply.type === 'fulfill') return 'fulfilled'
  return reply.type === 'reject' ? reply.code : `HTTP ${reply.status}`
}

/** Announced by its connectors as a route of its own, or below the first of them. */
export function addressOf(plan: EndpointPlan): Address {
  return address(plan.announced ? `test.${plan.name}` : `test.${plan.at[0]}.${plan.name}`)
}
