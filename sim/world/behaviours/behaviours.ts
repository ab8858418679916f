/** When somebody does something else than its duty: by the scenario's odds, on streams of their own. */
import { address } from '../../../src/core/values/address.ts'
import { NO_DATA, type Reject, type RejectCode } from '../../../src/core/values/packet.ts'
import { kindOf, type Occasion } from '../../workload/behaviourKinds.ts'
import type { BehaviourPlan } from '../../workload/plan.ts'
import { type Context, stream, traceTime } from '../context.ts'
import { latencyUs, type Stream } from '../random.ts'

export class Behaviours {
  readonly #context: Context
  readonly #who: string
  readonly #plans: readonly BehaviourPlan[]
  /** Also for what a behaviour draws when it has fallen. */
  readonly stream: Stream

  constructor(context: Context, who: string, on: Occasion) {
    this.#context = context
    this.#who = who
    this.#plans = context.plan.behaviours.filter((behaviour) => behaviour.who === who && kindOf(behaviour.kind).on === on)
    this.stream = stream(context, on === 'prepare' ? `behaviour ${who}` : `behaviour ${who} ${on}`)
  }

  /** Nobody here ever does anything but their duty. */
  get none(): boolean {
    return this.#plans.length === 0
  }

  has(kind: BehaviourPlan['kind']): boolean {
    return this.#plans.some((plan) => plan.kind === kind)
  }

  /** The first that is in force and whose odds fall; undefined: duty. `other`: from whom or to whom. */
  fall(other: string): BehaviourPlan | undefined {
    for (const plan of this.#plans) {
      if (!inForce(plan, this.#context.events.nowUs) || (plan.towards !== undefined && plan.towards !== other)) continue
      if (!this.stream.happens(plan.odds)) continue
      const { watch, trace } = this.#context
      watch.behaved?.(plan.kind)
      trace?.({ at: traceTime(this.#context), kind: 'behaviour', who: this.#who, name: plan.name, behaviour: plan.kind, towards: other })
      return plan
    }
    return undefined
  }

  delayUs({ delay }: BehaviourPlan): number {
    return latencyUs(this.stream, delay)
  }
}

export function inForce(plan: BehaviourPlan, nowUs: number): boolean {
  return nowUs >= plan.fromMs * 1000 && nowUs < plan.untilMs * 1000
}

export function rejectBy(who: string, code: RejectCode, message: string): Reject {
  return { type: 'reject', code, triggeredBy: address(`test.${who}`), message, data: NO_DATA }
}
