/** Lets the plan's strikes fall, and counts those that struck. What each is was drawn before (sim/faults), one stream for each. */
import { drawStrike } from '../faults/draw.ts'
import type { Chance } from '../faults/fault.ts'
import { nextFaultUs } from '../faults/times.ts'
import type { ConnectorStrikePlan, FaultKind, FaultPlan, PartitionPlan, StrikePlan } from '../workload/faultPlan.ts'
import type { Connector } from './connector.ts'
import { type Context, stream, traceTime } from './context.ts'
import type { Line } from './network.ts'
import { latencyUs } from './random.ts'

/** How many of each kind of the plan have fallen. */
export type Fired = Map<FaultKind, number>

export function noneFired(faults: readonly FaultPlan[]): Fired {
  return new Map(faults.map(({ kind }) => [kind, 0]))
}

export function countFired({ fired }: Context, kind: FaultKind): void {
  fired.set(kind, (fired.get(kind) ?? 0) + 1)
}

export interface Places {
  readonly connectors: ReadonlyMap<string, Connector>
  readonly lines: ReadonlyMap<string, Line>
}

export function startStrikes(context: Context, { connectors, lines }: Places): void {
  for (const plan of context.plan.faults) {
    if (!('times' in plan)) continue
    if (plan.kind === 'partition') startAt(context, plan, (chance) => cutLine(context, plan, lines.get(plan.who) as Line, chance))
    else startAt(context, plan, (chance) => strike(context, plan, connectors.get(plan.who) as Connector, chance))
  }
}

function strike(context: Context, plan: ConnectorStrikePlan, connector: Connector, chance: Chance): void {
  const fault = drawStrike(plan, connector.seats, chance)
  if (!connector.isOpenTo(fault)) return
  countFired(context, plan.kind)
  context.trace?.({ at: traceTime(context), kind: 'fault', connector: plan.who, name: plan.name, fault })
  connector.strike(fault, plan.untilMs * 1000)
}

function cutLine(context: Context, plan: PartitionPlan, line: Line, chance: Chance): void {
  const fault = drawStrike(plan, 0, chance)
  countFired(context, plan.kind)
  context.trace?.({ at: traceTime(context), kind: 'lineFault', line: line.name, name: plan.name, fault })
  line.strike(fault)
}

function startAt(context: Context, plan: StrikePlan, fall: (chance: Chance) => void): void {
  const times = chanceOf(context, `faults ${plan.name} ${plan.who}`)
  let number = 0
  const next = (afterUs: number): void => {
    const at = nextFaultUs(plan, afterUs, times)
    if (at === undefined) return
    context.events.at(at, () => {
      const { nowUs } = context.events
      number++
      const draw = drawAt(plan, nowUs) ?? number
      context.watch.fell?.(plan, nowUs / 1000, draw)
      fall(chanceOf(context, `fault ${plan.name} ${plan.who} ${draw}`))
      next(nowUs)
    })
  }
  next(-1)
}

/** What a fault is stays the same when others of its plan are taken away. */
function drawAt({ times }: StrikePlan, nowUs: number): number | undefined {
  return times.kind === 'at' ? times.draws?.[times.atMs.findIndex((ms) => Math.round(ms * 1000) === nowUs)] : undefined
}

export function chanceOf(context: Context, purpose: string): Chance {
  const draws = stream(context, purpose)
  return {
    unit: () => draws.unit(),
    exponential: (mean) => draws.exponential(mean),
    latencyUs: (latency) => latencyUs(draws, latency),
  }
}
