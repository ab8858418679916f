/** Of each kind of behaviour, how one is drawn into a plan. A new kind fails to compile until it stands here. */
import type { BehaviourPlan } from '../workload/plan.ts'
import type { Draws } from './draw.ts'

type Kind = BehaviourPlan['kind']

/** Whether those who hold a prepare for good may be connectors: never towards their own users, who would wait for ever. */
const kinds: { readonly [K in Kind]: { readonly mostOdds: number } } = {
  reject: { mostOdds: 1 },
  refuse: { mostOdds: 1 },
  hold: { mostOdds: 0.3 },
  slow: { mostOdds: 1 },
}

export const behaviourKinds = Object.keys(kinds) as readonly Kind[]

export interface BehaviourPhase {
  /** Each may misbehave towards the others, never towards its own users: one that holds would never answer them. */
  readonly connectors: readonly string[]
  readonly users: readonly string[]
  readonly untilMs: number
}

export function drawBehaviours(draws: Draws, phase: BehaviourPhase): BehaviourPlan[] {
  return draws.happens(0.4) ? [] : draws.swarm(behaviourKinds).map((kind, i) => drawOne(draws, phase, `${kind}-${i + 1}`, kind))
}

function drawOne(draws: Draws, { connectors, users, untilMs }: BehaviourPhase, name: string, kind: Kind): BehaviourPlan {
  return {
    name,
    ...drawWho(draws, connectors, users),
    kind,
    odds: kinds[kind].mostOdds * draws.of([0.1, 0.3, 1]),
    code: draws.of(['T00', 'T04', 'F99', 'R00']),
    delay: draws.latency(2_000),
    fromMs: draws.of([0, Math.floor(untilMs / 2)]),
    untilMs,
  }
}

function drawWho(draws: Draws, connectors: readonly string[], users: readonly string[]): Pick<BehaviourPlan, 'who' | 'towards'> {
  const who = connectors[draws.whole(0, connectors.length - 1)] ?? ''
  const others = connectors.filter((other) => other !== who)
  const towards = others[draws.whole(0, others.length - 1)]
  if (towards === undefined || draws.happens(0.6)) return { who: users[draws.whole(0, users.length - 1)] ?? '' }
  return { who, towards }
}
