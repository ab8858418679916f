/** Of each kind of behaviour, how one is drawn into a plan. */
import { BEHAVIOUR_KINDS, kindOf } from '../workload/behaviourKinds.ts'
import type { BehaviourPlan } from '../workload/plan.ts'
import type { Draws } from './draw.ts'

type Kind = BehaviourPlan['kind']

/** Of the others every one may be bad. */
const MOST_ODDS: { readonly [K in Kind]?: number } = { hold: 0.3, 'extreme-expiry': 0.1 }
/** What passes through lines for a long time, or takes all their room. */
const LASTING: ReadonlySet<Kind> = new Set(['extreme-amount', 'extreme-expiry'])

/** Whether what one did may stand in the way of payments between connectors when it has stopped: routes are believed for a while. */
export function isFelt({ kind }: BehaviourPlan): boolean {
  return kindOf(kind).on === 'announcement' || LASTING.has(kind)
}

export interface BehaviourPhase {
  /** Each may misbehave towards the others, never towards its own users: one that holds would never answer them. */
  readonly connectors: readonly string[]
  readonly users: readonly string[]
  readonly untilMs: number
}

export function drawBehaviours(draws: Draws, phase: BehaviourPhase): BehaviourPlan[] {
  return draws.happens(0.4) ? [] : draws.swarm(BEHAVIOUR_KINDS).map((kind, i) => drawOne(draws, phase, `${kind}-${i + 1}`, kind))
}

function drawOne(draws: Draws, { connectors, users, untilMs }: BehaviourPhase, name: string, kind: Kind): BehaviourPlan {
  return {
    name,
    ...drawWho(draws, kind, { connectors, users }),
    kind,
    odds: (MOST_ODDS[kind] ?? 1) * draws.of([0.1, 0.3, 1]),
    code: draws.of(['T00', 'T04', 'F99', 'R00']),
    delay: draws.latency(2_000),
    fromMs: draws.of([0, Math.floor(untilMs / 2)]),
    untilMs,
  }
}

function drawWho(draws: Draws, kind: Kind, { connectors, users }: Pick<BehaviourPhase, 'connectors' | 'users'>): Pick<BehaviourPlan, 'who' | 'towards'> {
  const who = connectors[draws.whole(0, connectors.length - 1)] ?? ''
  const others = connectors.filter((other) => other !== who)
  const towards = others[draws.whole(0, others.length - 1)]
  const user = users[draws.whole(0, users.length - 1)] ?? ''
  switch (kindOf(kind).on) {
    case 'announcement':
      return towards === undefined || draws.happens(0.5) ? { who } : { who, towards }
    case 'payment':
      return { who: user }
    case 'prepare':
      return towards === undefined || draws.happens(0.6) ? { who: user } : { who, towards }
  }
}
