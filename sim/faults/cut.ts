/** How much of what is on its way to the store still gets there when the connection breaks, and when. */
import type { Latency } from '../workload/plan.ts'
import type { Chance, Cut } from './fault.ts'

export const AT_ONCE: Latency = { kind: 'constant', ms: 0 }

export function drawCut(arrives: number | undefined, lateBy: Latency, chance: Chance): Cut {
  const any = chance.unit()
  return { arrives: arrives ?? any, lateUs: chance.latencyUs(lateBy) }
}

/** One for each thread. */
export function drawCuts(threads: number, arrives: number | undefined, lateBy: Latency, chance: Chance): Cut[] {
  return Array.from({ length: threads }, () => drawCut(arrives, lateBy, chance))
}

/** Of `inFlight` commands so many, the first, still arrive: drawn uniform, each number is as likely. */
export function arriving({ arrives }: Cut, inFlight: number): number {
  return Math.min(inFlight, Math.floor(arrives * (inFlight + 1)))
}
