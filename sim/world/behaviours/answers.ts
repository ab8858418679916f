/** What a connector or a receiver answers to a prepare instead of its duty. */
import { fulfillmentOf } from '../../../src/core/values/condition.ts'
import { type Fulfill, NO_DATA, type Prepare, type Reject, type RejectCode } from '../../../src/core/values/packet.ts'
import type { BehaviourPlan } from '../../workload/plan.ts'
import type { Context } from '../context.ts'
import type { Claim, Respond } from '../link.ts'
import { Behaviours, rejectBy } from './behaviours.ts'

/** Fulfillments that a thief remembers. */
const MAX_KNOWN = 1_000
/** A claim is for a payment of the same thread at most so many before or after. */
const CLAIM_REACH = 3
/** So many at once: a single one seldom meets a payment that its sender is just offering to this receiver. */
const CLAIMS = 4

type Duty = (respond: Respond) => void

export class Answers {
  readonly #context: Context
  readonly #who: string
  readonly #behaviours: Behaviours
  /** By condition, what it has seen pass: only where it would make use of it. */
  readonly #known: Map<string, Fulfill> | undefined

  constructor(context: Context, who: string) {
    this.#context = context
    this.#who = who
    this.#behaviours = new Behaviours(context, who, 'prepare')
    this.#known = this.#behaviours.has('known-fulfillment') ? new Map() : undefined
  }

  /** Nobody here ever does anything but their duty. */
  get none(): boolean {
    return this.#behaviours.none
  }

  /** The first behaviour whose odds fall; otherwise `duty`. */
  meet(from: string, prepare: Prepare, respond: Respond, duty: Duty): void {
    const plan = this.#behaviours.fall(from)
    const known = this.#known
    const learn: Duty = known === undefined ? duty : (answer) => duty((reply) => answer(learned(known, prepare, reply)))
    if (plan === undefined) learn(respond)
    else this.#misbehave(plan, prepare, respond, learn)
  }

  #misbehave(plan: BehaviourPlan, prepare: Prepare, respond: Respond, duty: Duty): void {
    const { events } = this.#context
    switch (plan.kind) {
      case 'hold':
        return
      case 'slow':
        return events.after(this.#behaviours.delayUs(plan), () => duty(respond))
      case 'refuse':
        return respond(rejectBy(this.#who, 'T04', 'no room'))
      case 'reject':
        return respond(this.#reject(plan))
      case 'wrong-fulfillment':
        return respond(this.#wrongFulfill())
      case 'known-fulfillment': {
        const known = this.#known?.get(prepare.condition)
        return known === undefined ? duty(respond) : respond(known)
      }
      case 'last-moment':
        return this.#keep(respond, duty, prepare.expiresAt * 1000 - this.#behaviours.delayUs(plan))
      default:
        return this.#fulfillOtherwise(plan, prepare, respond, duty)
    }
  }

  /** What begins with its duty and does something else with a fulfillment; other answers go on as they are. */
  #fulfillOtherwise(plan: BehaviourPlan, prepare: Prepare, respond: Respond, duty: Duty): void {
    duty((reply) => {
      if (reply.type === 'fulfill') this.#twist(plan, prepare, respond, reply)
      else respond(reply)
    })
  }

  #twist(plan: BehaviourPlan, prepare: Prepare, respond: Respond, fulfill: Fulfill): void {
    const { events } = this.#context
    const later = (reply: Fulfill | Reject): void => events.after(this.#behaviours.delayUs(plan), () => respond(reply))
    switch (plan.kind) {
      case 'late-fulfillment':
        return events.at(prepare.expiresAt * 1000 + this.#behaviours.delayUs(plan), () => respond(fulfill))
      case 'repeated-fulfillment':
        respond(fulfill)
        return later(fulfill)
      case 'fulfill-then-reject':
        respond(fulfill)
        return later(this.#reject(plan))
      case 'reject-then-fulfill':
        respond(this.#reject(plan))
        return later(fulfill)
      case 'early-fulfillment':
        respond({ type: 'claim', payments: 0, attempts: 1, reply: fulfill })
        respond({ type: 'claim', payments: 1, attempts: 0, reply: fulfill })
        respond({ type: 'claim', payments: 1, attempts: 1, reply: fulfill })
        return respond(fulfill)
      case 'claim-other':
        for (let i = 0; i < CLAIMS; i++) respond(this.#claim(fulfill))
        return respond(fulfill)
      case 'reject-other':
        for (let i = 0; i < CLAIMS; i++) respond(this.#claim(this.#reject(plan)))
        return respond(fulfill)
      default:
        throw new Error(`${plan.kind} is no answer to a prepare`)
    }
  }

  #keep(respond: Respond, duty: Duty, untilUs: number): void {
    duty((reply) => this.#context.events.at(untilUs, () => respond(reply)))
  }

  /** Of another payment of the same thread, in its present attempt or another. */
  #claim(reply: Fulfill | Reject): Claim {
    const { stream } = this.#behaviours
    const distance = 1 + stream.below(CLAIM_REACH)
    return { type: 'claim', payments: stream.happens(0.5) ? distance : -distance, attempts: stream.below(3) - 1, reply }
  }

  #reject(plan: BehaviourPlan): Reject {
    return rejectBy(this.#who, plan.code as RejectCode, 'refused by behaviour')
  }

  #wrongFulfill(): Fulfill {
    const bytes = Buffer.alloc(32, 0xff)
    bytes.writeUInt32BE(Math.floor(this.#behaviours.stream.unit() * 4_294_967_296))
    return { type: 'fulfill', fulfillment: fulfillmentOf(bytes), data: NO_DATA }
  }
}

function learned<R extends Parameters<Respond>[0]>(known: Map<string, Fulfill>, prepare: Prepare, reply: R): R {
  if (reply.type === 'fulfill' && known.size < MAX_KNOWN) known.set(prepare.condition, reply)
  return reply
}
