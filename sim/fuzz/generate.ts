/**
 * A world from a seed: its shape, its payments, who misbehaves, and what goes wrong. Each seed draws which kinds of trouble
 * there are, and how much of each (swarm testing): many worlds with few kinds, some with all. Trouble ends; then payments
 * follow that must succeed.
 */
import { longestOutageMs } from '../faults/times.ts'
import { type Plan, userLine } from '../workload/plan.ts'
import { drawBehaviours, isFelt } from './behaviours.ts'
import { mayBeCornered } from './corner.ts'
import { Draws } from './draw.ts'
import { drawFaults } from './faults.ts'
import { withRare } from './rare.ts'
import { drawShape } from './shape.ts'
import { drawMoney, drawRows, tailRows } from './workload.ts'

/** In the first moments the threads may still be claiming their books. */
const FIRST_MS = 500
/** After the last outage: what was sent before it has come in or never will, and what policies believed of a refusal is forgotten. */
const HEAL_MS = 12_000

export function planOf(seed: number): Plan {
  const shape = drawShape(new Draws(seed, 'shape'))
  const draws = new Draws(seed, 'plan')
  const count = Math.round(draws.magnitude(400, 4_000))
  const untilMs = FIRST_MS + Math.round(draws.magnitude(500, 5_000))
  const healedMs = untilMs + draws.of([0, 500, 3_000])
  const { connectors, lines, users, probes } = shape
  const userLines = users.flatMap(({ name, at }) => at.map((connector) => userLine(name, connector)))
  const lineNames = [...lines.map(({ name }) => name), ...userLines]
  const faults = drawFaults(new Draws(seed, 'faults'), { connectors, lines: lineNames, fromMs: FIRST_MS, untilMs: healedMs })
  const names = connectors.map(({ name }) => name)
  const behaviours = drawBehaviours(new Draws(seed, 'behaviours'), { connectors: names, users: users.map(({ name }) => name), untilMs: healedMs })
  const money = drawMoney(new Draws(seed, 'money'), shape)
  const tail = tailRows({ ...shape, isRoomy: shape.isRoomy && !behaviours.some(isFelt) }, healedMs + longestOutageMs(faults) + HEAL_MS)
  const plan: Plan = {
    scenario: 'fuzz',
    regime: `seed ${seed}`,
    durationMs: Math.ceil(tail.at(-1)?.atMs ?? healedMs) + 1,
    warmUpMs: 0,
    unit: 'USD',
    scale: 2,
    storeLatency: draws.latency(8),
    localLatency: draws.latency(3),
    connectors,
    lines,
    endpoints: [...users, ...probes],
    traffic: [],
    payments: [...drawRows(new Draws(seed, 'payments'), shape, { count, fromMs: FIRST_MS, untilMs }), ...tail],
    ...(money.length === 0 ? {} : { money }),
    behaviours,
    faults,
    subjects: [],
  }
  return mayBeCornered(new Draws(seed, 'corner'), withRare(seed, plan), { users: users.map(({ name }) => name), fromMs: FIRST_MS, untilMs: healedMs })
}
