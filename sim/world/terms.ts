/** What the plan says to a connector's witness. */
import type { Terms } from '../check/terms.ts'
import { MOST_JOINED } from '../faults/threads.ts'
import { longestMs } from '../workload/latency.ts'
import type { ConnectorPlan, Plan } from '../workload/plan.ts'
import { MAX_PACKET } from './threadConfig.ts'

/** A store that answers within this leaves time for a commit in the half second that S3 keeps. */
const PROMPT_MS = 100
/** Of a world without faults: what rounding to whole ms may cost. */
const ROUNDING_MS = 3
/** What waits for a thread or a store that is away was chosen long before it leaves. */
const FAULTY_LAG_MS = 120_000

export function termsOf(plan: Plan, connector: ConnectorPlan, clocks: Pick<Terms, 'nowMs' | 'latestMs'>): Terms {
  const { name, slack, announceIntervalMs, feePpm } = connector
  const storeMs = longestMs(plan.storeLatency)
  const isCalm = plan.faults.length === 0
  return {
    own: `test.${name}`,
    slack,
    announceIntervalMs,
    lagMs: longestMs(plan.localLatency) + 2 * storeMs + (isCalm ? ROUNDING_MS : FAULTY_LAG_MS),
    threads: threadCounts(plan, connector),
    maxPacketAmount: MAX_PACKET,
    feePpm,
    ...clocks,
    isPrompt: isCalm && storeMs <= PROMPT_MS,
  }
}

function threadCounts({ faults }: Plan, { name, threads }: ConnectorPlan): number[] {
  const kinds = new Set(faults.filter(({ who }) => who === name).map(({ kind }) => kind))
  const least = kinds.has('thread-leaves') ? 1 : threads
  const most = kinds.has('thread-joins') ? threads + MOST_JOINED : threads
  return Array.from({ length: most - least + 1 }, (_, i) => least + i)
}
