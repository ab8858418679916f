/** Lets the plan's faults fall, and counts those that struck. What each is was drawn before (sim/faults), one stream for each. */
import { drawFault } from '../faults/draw.ts'
import type { Chance, FaultKind } from '../faults/fault.ts'
import { nextFaultUs } from '../faults/times.ts'
import type { FaultPlan } from '../workload/plan.ts'
import type { Connector } from './connector.ts'
import { type Context, stream, traceTime } from './context.ts'
import { latencyUs } from './random.ts'

export type Fired = Map<FaultKind, number>

/** Returns how many of each kind have struck, and counts on. */
export function startFaults(context: Context, connectors: ReadonlyMap<string, Connector>): Fired {
  const fired: Fired = new Map(context.plan.faults.map(({ kind }) => [kind, 0]))
  for (const plan of context.plan.faults) startPlan(context, plan, connectors.get(plan.who) as Connector, fired)
  return fired
}

function startPlan(context: Context, plan: FaultPlan, connector: Connector, fired: Fired): void {
  const times = chanceOf(context, `faults ${plan.name} ${plan.who}`)
  let number = 0
  const next = (afterUs: number): void => {
    const at = nextFaultUs(plan, afterUs, times)
    if (at !== undefined) context.events.at(at, strike)
  }
  const strike = (): void => {
    const { nowUs } = context.events
    const fault = drawFault(plan, connector.plan.threads, chanceOf(context, `fault ${plan.name} ${plan.who} ${++number}`))
    if (connector.isOpenTo(fault)) {
      fired.set(plan.kind, (fired.get(plan.kind) ?? 0) + 1)
      context.trace?.({ at: traceTime(context), kind: 'fault', connector: plan.who, name: plan.name, fault })
      connector.strike(fault)
    }
    next(nowUs)
  }
  next(-1)
}

function chanceOf(context: Context, purpose: string): Chance {
  const draws = stream(context, purpose)
  return {
    unit: () => draws.unit(),
    exponential: (mean) => draws.exponential(mean),
    latencyUs: (latency) => latencyUs(draws, latency),
  }
}
