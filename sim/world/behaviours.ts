/** What a connector or a receiver does instead of its duty, by the scenario's odds. */
import { address } from '../../src/core/values/address.ts'
import { NO_DATA, type Reject, type RejectCode } from '../../src/core/values/packet.ts'
import type { BehaviourPlan } from '../workload/plan.ts'
import { type Context, stream } from './context.ts'
import type { Respond } from './link.ts'
import { latencyUs, type Stream } from './random.ts'

export class Behaviours {
  readonly #context: Context
  readonly #who: string
  readonly #plans: readonly BehaviourPlan[]
  readonly #stream: Stream

  constructor(context: Context, who: string) {
    this.#context = context
    this.#who = who
    this.#plans = context.plan.behaviours.filter((behaviour) => behaviour.who === who)
    this.#stream = stream(context, `behaviour ${who}`)
  }

  /** Does the first behaviour that is in force and whose odds fall; otherwise `duty`. */
  meet(from: string, respond: Respond, duty: () => void): void {
    for (const plan of this.#plans) {
      if (!inForce(plan, this.#context.events.nowUs) || (plan.towards !== undefined && plan.towards !== from)) continue
      if (this.#stream.happens(plan.odds)) return this.#misbehave(plan, respond, duty)
    }
    duty()
  }

  /** Nobody here ever does anything but their duty. */
  get none(): boolean {
    return this.#plans.length === 0
  }

  #misbehave(plan: BehaviourPlan, respond: Respond, duty: () => void): void {
    this.#context.watch.behaved?.(plan.kind)
    switch (plan.kind) {
      case 'hold':
        return
      case 'slow':
        return this.#context.events.after(latencyUs(this.#stream, plan.delay), duty)
      case 'refuse':
        return respond(rejectBy(this.#who, 'T04', 'no room'))
      case 'reject':
        return respond(rejectBy(this.#who, plan.code as RejectCode, 'refused by behaviour'))
    }
  }
}

export function inForce(plan: BehaviourPlan, nowUs: number): boolean {
  return nowUs >= plan.fromMs * 1000 && nowUs < plan.untilMs * 1000
}

export function rejectBy(who: string, code: RejectCode, message: string): Reject {
  return { type: 'reject', code, triggeredBy: address(`test.${who}`), message, data: NO_DATA }
}
