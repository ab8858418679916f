/** Lets the plan's strikes fall, and counts those that struck. What each is was drawn before (sim/faults), one stream for each. */
import { drawStrike } from '../faults/draw.ts'
import type { Chance } from '../faults/fault.ts'
import { nextFaultUs } from '../faults/times.ts'
import type { FaultKind, FaultPlan, StrikePlan } from '../workload/faultPlan.ts'
import type { Connector } from './connector.ts'
import { type Context, stream, traceTime } from './context.ts'
import { latencyUs } from './random.ts'

/** How many of each kind of the plan have fallen. */
export type Fired = Map<FaultKind, number>

export function noneFired(faults: readonly FaultPlan[]): Fired {
  return new Map(faults.map(({ kind }) => [kind, 0]))
}

export function countFired({ fired }: Context, kind: FaultKind): void {
  fired.set(kind, (fired.get(kind) ?? 0) + 1)
}

export function startStrikes(context: Context, connectors: ReadonlyMap<string, Connector>): void {
  for (const plan of context.plan.faults) if ('times' in plan) startPlan(context, plan, connectors.get(plan.who) as Connector)
}

function startPlan(context: Context, plan: StrikePlan, connector: Connector): void {
  const times = chanceOf(context, `faults ${plan.name} ${plan.who}`)
  let number = 0
  const next = (afterUs: number): void => {
    const at = nextFaultUs(plan, afterUs, times)
    if (at !== undefined) context.events.at(at, strike)
  }
  const strike = (): void => {
    const { nowUs } = context.events
    const fault = drawStrike(plan, connector.plan.threads, chanceOf(context, `fault ${plan.name} ${plan.who} ${++number}`))
    if (connector.isOpenTo(fault)) {
      countFired(context, plan.kind)
      context.trace?.({ at: traceTime(context), kind: 'fault', connector: plan.who, name: plan.name, fault })
      connector.strike(fault)
    }
    next(nowUs)
  }
  next(-1)
}

export function chanceOf(context: Context, purpose: string): Chance {
  const draws = stream(context, purpose)
  return {
    unit: () => draws.unit(),
    exponential: (mean) => draws.exponential(mean),
    latencyUs: (latency) => latencyUs(draws, latency),
  }
}
