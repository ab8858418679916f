/** The shape of a drawn world: connectors, the lines between them, and the users. */
import { policies } from '../../src/core/routing/policies.ts'
import { type Amount, amount, ZERO } from '../../src/core/values/amount.ts'
import type { Answers, ConnectorPlan, Durability, EndpointPlan, LinePlan } from '../workload/plan.ts'
import type { Draws } from './draw.ts'

const MAX_THREADS = 4
const LATENCY_MS = 30
/** 2^55: all that enters, and all credit, of some thirty accounts and lines, stays below 2^61 (R6). */
const MOST_ENTERING = 36_028_797_018_963_968n
/** 2^50: near the largest packet. */
const HUGE = 1_125_899_906_842_624n
/** What a payment of the tail moves at most, and so what a probe has for each. */
export const PROBE_AMOUNT = 10n
const PROBE_PAYMENTS = 1_000n

const ONLY_EVERYSEC: readonly [Durability] = ['everysec']
const DURABILITIES: readonly [Durability, ...Durability[]] = ['everysec', 'always', 'wait']
const ONLY_SYNCHRONOUS: readonly [Answers] = ['synchronous']
const ANSWERS: readonly [Answers, ...Answers[]] = ['synchronous', 'deduplicating', 'callback']
const MOSTLY_CALLBACKS: readonly [Answers, ...Answers[]] = ['deduplicating', 'callback', 'callback']

interface AnswersOf {
  /** How those who are asked may answer. */
  readonly answers: readonly [Answers, ...Answers[]]
}

export interface Shape {
  readonly connectors: readonly ConnectorPlan[]
  readonly lines: readonly LinePlan[]
  readonly users: readonly EndpointPlan[]
  /** At each connector two that take no part until all has healed: what they are then asked to pay must succeed. */
  readonly probes: readonly EndpointPlan[]
  /** Lines carry whatever is sent, so that a payment over them can be known to be feasible. */
  readonly isRoomy: boolean
  /** The order of what accounts hold and payments move. */
  readonly scale: bigint
}

export function drawShape(draws: Draws): Shape {
  const isRoomy = draws.happens(0.5)
  // Whoever hears announcements at another pace than his own forgets routes in between.
  const announceIntervalMs = isRoomy ? draws.of([2_000, 5_000, 60_000]) : undefined
  const names = ['c0', 'c1', 'c2', 'c3'].slice(0, draws.of([1, 1, 1, 2, 2, 2, 3, 4]))
  const durabilities = draws.of([ONLY_EVERYSEC, ONLY_EVERYSEC, DURABILITIES])
  const answers = draws.of([ONLY_SYNCHRONOUS, ANSWERS, MOSTLY_CALLBACKS])
  const connectors = names.map((name) => drawConnector(draws, { name, announceIntervalMs, durabilities }))
  const scale = draws.of([10n, 100n, 100n, 1_000n, 1_000_000n, isRoomy ? 1_000n : HUGE])
  const users = Array.from({ length: draws.whole(2, 6) }, (_, i) => drawUser(draws, { name: `u${i}`, connectors, scale, answers }))
  return { connectors, lines: drawLines(draws, { connectors, isRoomy, scale, answers }), users, probes: connectors.flatMap(probesAt), isRoomy, scale }
}

/** What the connectors of one world have in common. */
interface Habits {
  readonly name: string
  readonly announceIntervalMs: number | undefined
  readonly durabilities: readonly [Durability, ...Durability[]]
}

function drawConnector(draws: Draws, { name, announceIntervalMs, durabilities }: Habits): ConnectorPlan {
  const threads = draws.of([1, 2, 2, 3, MAX_THREADS])
  return {
    name,
    threads,
    parallelism: draws.whole(1, threads),
    dealing: draws.of(['connection', 'request']),
    policy: (policies[draws.whole(0, policies.length - 1)] ?? policies[0])?.name ?? '',
    failover: draws.of([0, 1, 1, 2]),
    slack: draws.of([0, 1]),
    warming: draws.of(['exact', 'share', 'adaptive']),
    snapshotIntervalMs: draws.of([1_000, 1_000, 1_000, 200]),
    announceIntervalMs: announceIntervalMs ?? draws.of([2_000, 5_000, 60_000]),
    // Short slices may leave too little for the last of several hops.
    ...(announceIntervalMs === undefined && draws.happens(0.4) ? { attemptTimeoutMs: draws.whole(300, 3_000) } : {}),
    coolAfterMs: draws.of([10, 100, 100, 1_000]),
    limitsKnown: draws.happens(0.5),
    durability: draws.of(durabilities),
  }
}

/** Joined in a row at least, so that there is a way from each to each. */
function drawLines(draws: Draws, { connectors, isRoomy, scale, answers }: Pick<Shape, 'connectors' | 'isRoomy' | 'scale'> & AnswersOf): LinePlan[] {
  return connectors.flatMap(({ name: from }, i) =>
    connectors.slice(i + 1).flatMap(({ name: to }, j): LinePlan[] => {
      if (j > 0 && draws.happens(0.5)) return []
      const grants = (): Amount => (isRoomy ? amount(MOST_ENTERING) : draws.amount(0n, 20n * scale))
      return [{ name: `${from}-${to}`, from, to, fromGrants: grants(), toGrants: grants(), latency: draws.latency(LATENCY_MS), answers: draws.of(answers) }]
    }),
  )
}

function drawUser(
  draws: Draws,
  { name, connectors, scale, answers }: Pick<Shape, 'connectors' | 'scale'> & AnswersOf & { readonly name: string },
): EndpointPlan {
  const first = draws.whole(0, connectors.length - 1)
  const homes = connectors.filter((_, i) => i === first || (i === (first + 1) % connectors.length && draws.happens(0.2)))
  return {
    group: name,
    name,
    at: homes.map((home) => home.name),
    openingBalance: draws.amount(0n, 50n * scale),
    creditLimit: draws.happens(0.6) ? ZERO : draws.amount(0n, 10n * scale),
    parallelism: draws.whole(1, Math.min(...homes.map(({ threads }) => threads))),
    announced: draws.happens(0.5),
    latency: draws.latency(LATENCY_MS),
    answers: draws.of(answers),
  }
}

function probesAt({ name: at, threads }: ConnectorPlan): EndpointPlan[] {
  return ['p', 'q'].map((letter) => ({
    group: 'probes',
    name: `${letter}-${at}`,
    at: [at],
    openingBalance: amount(PROBE_AMOUNT * PROBE_PAYMENTS * BigInt(threads)),
    creditLimit: ZERO,
    // A thread may leave.
    parallelism: Math.max(1, threads - 1),
    announced: false,
    latency: { kind: 'constant', ms: 1 },
  }))
}
