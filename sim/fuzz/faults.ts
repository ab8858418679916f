/** Of each kind of fault, how one is drawn into a plan. A new kind fails to compile until it stands here. */
import type { FaultKind, FaultPlan, FaultTimes, OddsKind } from '../workload/faultPlan.ts'
import type { ConnectorPlan } from '../workload/plan.ts'
import type { Draws } from './draw.ts'

/** What all kinds have in common, and what a kind adds to it. */
type Common = 'name' | 'who' | 'times' | 'odds' | 'fromMs' | 'untilMs'
type Rest<K extends FaultKind> = Omit<Extract<FaultPlan, { kind: K }>, Common>

/** A strike falls at times, odds on single messages. Which connector it falls on is drawn before, or which line. */
interface Kind<K extends FaultKind> {
  readonly family: K extends OddsKind ? 'odds' : 'strike'
  readonly on: 'connector' | 'line'
  readonly draw: (draws: Draws, connector: ConnectorPlan | undefined) => Rest<K>
}

const kinds: { readonly [K in FaultKind]: Kind<K> } = {
  crash: {
    family: 'strike',
    on: 'connector',
    draw: (draws, connector) => ({
      kind: 'crash',
      midStep: draws.of([0, 0.5, 1]),
      restartAfter: draws.upTo(2_000),
      lateBy: draws.upTo(1_000),
      ...arrives(draws),
      ...(connector !== undefined && draws.happens(0.3) ? { thread: `t${draws.whole(0, connector.threads - 1)}` as const } : {}),
    }),
  },
  pause: {
    family: 'strike',
    on: 'connector',
    draw: (draws) => ({
      kind: 'pause',
      midStep: draws.of([0, 0.5, 1]),
      lasts: draws.upTo(4_000),
      ...(draws.happens(0.5) ? { abandonAfter: draws.upTo(2_000) } : {}),
    }),
  },
  clock: {
    family: 'strike',
    on: 'connector',
    draw: (draws) => ({
      kind: 'clock',
      by: draws.upTo(200),
      driftPpm: draws.of([0, 100, 10_000]),
      lasts: draws.upTo(2_000),
      ...(draws.happens(0.2) ? { store: true } : {}),
    }),
  },
  partition: {
    family: 'strike',
    on: 'line',
    draw: (draws) => ({ kind: 'partition', lasts: draws.upTo(3_000), ways: draws.of(['both', 'one']), how: draws.of(['refused', 'silent']) }),
  },
  'store-restart': {
    family: 'strike',
    on: 'connector',
    draw: (draws) => ({
      kind: 'store-restart',
      restartAfter: draws.upTo(2_000),
      ...arrives(draws),
      ...(draws.happens(0.3) ? { loses: draws.upTo(1_000) } : {}),
    }),
  },
  'store-failover': {
    family: 'strike',
    on: 'connector',
    draw: (draws) => ({ kind: 'store-failover', restartAfter: draws.upTo(2_000), loses: draws.upTo(1_000), ...arrives(draws) }),
  },
  'store-stall': {
    family: 'strike',
    on: 'connector',
    draw: (draws) => ({ kind: 'store-stall', lasts: draws.upTo(5_000), lateBy: draws.upTo(1_000), ...arrives(draws) }),
  },
  'store-cut': { family: 'strike', on: 'connector', draw: (draws) => ({ kind: 'store-cut', lateBy: draws.upTo(1_000), ...arrives(draws) }) },
  'thread-leaves': { family: 'strike', on: 'connector', draw: () => ({ kind: 'thread-leaves' }) },
  'thread-joins': { family: 'strike', on: 'connector', draw: () => ({ kind: 'thread-joins' }) },
  drop: {
    family: 'odds',
    on: 'line',
    draw: (draws) => ({ kind: 'drop', refused: draws.of([0, 0.5, 1]), ...(draws.happens(0.5) ? { noticedAfter: draws.upTo(1_000) } : {}) }),
  },
  repeat: { family: 'odds', on: 'line', draw: (draws) => ({ kind: 'repeat', after: draws.upTo(2_000) }) },
  delay: { family: 'odds', on: 'line', draw: (draws) => ({ kind: 'delay', by: draws.upTo(3_000) }) },
  reorder: { family: 'odds', on: 'line', draw: (draws) => ({ kind: 'reorder', by: draws.upTo(1_000) }) },
  'store-command-lost': { family: 'odds', on: 'connector', draw: () => ({ kind: 'store-command-lost' }) },
  'store-reply-lost': { family: 'odds', on: 'connector', draw: () => ({ kind: 'store-reply-lost' }) },
  'store-delay': { family: 'odds', on: 'connector', draw: (draws) => ({ kind: 'store-delay', by: draws.upTo(3_000) }) },
  'store-reorder': { family: 'odds', on: 'connector', draw: (draws) => ({ kind: 'store-reorder', by: draws.upTo(1_000) }) },
  'store-repeat': { family: 'odds', on: 'connector', draw: (draws) => ({ kind: 'store-repeat', after: draws.upTo(2_000) }) },
  'store-error': { family: 'odds', on: 'connector', draw: () => ({ kind: 'store-error' }) },
  'wake-lost': { family: 'odds', on: 'connector', draw: () => ({ kind: 'wake-lost' }) },
  'wake-late': { family: 'odds', on: 'connector', draw: (draws) => ({ kind: 'wake-late', by: draws.upTo(2_000) }) },
  'wake-repeat': { family: 'odds', on: 'connector', draw: (draws) => ({ kind: 'wake-repeat', after: draws.upTo(2_000) }) },
}

export const faultKinds = Object.keys(kinds) as readonly FaultKind[]

/** Nothing, all of it, mostly some by chance. */
function arrives(draws: Draws): { readonly arrives?: number } {
  return draws.of([{}, {}, {}, { arrives: 0 }, { arrives: 1 }])
}

export interface FaultPhase {
  readonly connectors: readonly ConnectorPlan[]
  /** By name: of peers and of users. */
  readonly lines: readonly string[]
  readonly fromMs: number
  readonly untilMs: number
}

/** Which kinds there are, where, and how often: from no faults at all to all kinds everywhere. */
export function drawFaults(draws: Draws, phase: FaultPhase): FaultPlan[] {
  return draws.swarm(faultKinds).flatMap((name, i) => {
    // The table's rows agree in themselves; of a union of them the compiler cannot know.
    const kind = kinds[name] as Kind<FaultKind>
    const places = someOf(draws, kind.on === 'line' ? phase.lines : phase.connectors.map((connector) => connector.name))
    return places.map((who): FaultPlan => {
      const { fromMs, untilMs } = phase
      const often = kind.family === 'odds' ? { odds: draws.of([0.003, 0.03, 0.1, 0.5]) } : { times: drawTimes(draws, fromMs, untilMs) }
      const connector = phase.connectors.find((each) => each.name === who)
      return { name: `${name}-${i + 1}`, who, fromMs, untilMs, ...often, ...kind.draw(draws, connector) } as FaultPlan
    })
  })
}

function someOf<T>(draws: Draws, places: readonly T[]): readonly T[] {
  const one = places[draws.whole(0, places.length - 1)]
  return draws.happens(0.5) || one === undefined ? places : [one]
}

/** The least mean is a life shorter than a claim may take. */
function drawTimes(draws: Draws, fromMs: number, untilMs: number): FaultTimes {
  if (draws.happens(0.7)) return { kind: 'every', meanMs: Math.round(draws.magnitude(40, 3_000)) }
  const atMs = Array.from({ length: draws.whole(1, 4) }, () => draws.whole(fromMs * 1_000, untilMs * 1_000 - 1) / 1_000)
  return { kind: 'at', atMs: [...new Set(atMs)].sort((a, b) => a - b) }
}
