/** One run in a worker thread. Nothing is thrown across: an error would lose its class and its fields on the way. */
import { workerData } from 'piscina'
import type { Plan } from '../workload/plan.ts'
import { runWorld } from '../world/world.ts'
import type { RunFigures } from './figures.ts'

export interface Task {
  /** Index into the plans that the worker was started with. */
  readonly plan: number
  readonly seed: number
}

export type Outcome =
  | { readonly type: 'ran'; readonly figures: RunFigures }
  /** A bug in the program. */
  | { readonly type: 'threw'; readonly stack: string }

export function run({ plan, seed }: Task): Outcome {
  try {
    const planned = (workerData as readonly Plan[])[plan]
    if (planned === undefined) throw new Error(`there is no plan ${plan}`)
    return { type: 'ran', figures: runWorld(planned, seed) }
  } catch (error) {
    return { type: 'threw', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
