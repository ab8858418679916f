/**
 * A corner of what can be drawn, for the rows of the transition table that are rare elsewhere: the store is far, so that much is
 * heard while a commit is under way; replies are called back while their connections break, and whoever takes a prepare claims
 * what belongs to others.
 */
import type { FaultPlan } from '../workload/faultPlan.ts'
import { type Answers, type BehaviourPlan, type Plan, userLine } from '../workload/plan.ts'
import type { Draws } from './draw.ts'

const ODDS = 0.15
const STORE_MS = 80
const ANSWERS: readonly [Answers, ...Answers[]] = ['deduplicating', 'callback', 'callback']

/** In which things go wrong, and who takes part in it. */
export interface Phase {
  readonly users: readonly string[]
  readonly fromMs: number
  readonly untilMs: number
}

export function mayBeCornered(draws: Draws, plan: Plan, phase: Phase): Plan {
  if (!draws.happens(ODDS)) return plan
  return {
    ...plan,
    storeLatency: draws.latency(STORE_MS),
    lines: plan.lines.map((line) => ({ ...line, answers: draws.of(ANSWERS) })),
    endpoints: plan.endpoints.map((end) => (phase.users.includes(end.name) ? { ...end, answers: draws.of(ANSWERS) } : end)),
    faults: [...plan.faults, ...drops(draws, plan, phase)],
    behaviours: [...plan.behaviours, ...claims(draws, plan, phase)],
  }
}

function drops(draws: Draws, { lines, endpoints }: Plan, { users, fromMs, untilMs }: Phase): FaultPlan[] {
  const odds = draws.of([0.05, 0.2])
  const refused = draws.of([0.2, 0.8])
  const noticedAfter = draws.upTo(500)
  const ofUsers = endpoints.filter(({ name }) => users.includes(name)).flatMap(({ name, at }) => at.map((connector) => userLine(name, connector)))
  const names = [...lines.map(({ name }) => name), ...ofUsers]
  return names.map((who, i) => ({ name: `corner-drop-${i + 1}`, who, kind: 'drop', odds, refused, noticedAfter, fromMs, untilMs }))
}

function claims(draws: Draws, { connectors }: Plan, { users, untilMs }: Phase): BehaviourPlan[] {
  const odds = draws.of([0.3, 0.6])
  const liars = [...users, ...connectors.map(({ name }) => name)]
  return liars.map((who, i) => ({
    name: `corner-claims-${i + 1}`,
    who,
    kind: draws.of(['claim-other', 'reject-other', 'early-fulfillment'] as const),
    odds,
    code: 'F99',
    delay: draws.upTo(100),
    fromMs: 0,
    untilMs,
  }))
}
