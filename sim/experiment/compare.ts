/**
 * All runs of an experiment, spread over worker threads. Runs end in any order and are handed back in one: by seed, then
 * by plan. So the number of jobs changes how long it takes, and nothing else.
 */
import { extname } from 'node:path'
import { Piscina } from 'piscina'
import type { Plan } from '../workload/plan.ts'
import type { RunFigures } from './figures.ts'
import type { Outcome, Task } from './worker.ts'

export interface Experiment {
  readonly plans: readonly Plan[]
  readonly seeds: readonly number[]
  /** Worker threads. */
  readonly jobs: number
}

/** Calls `ended` after each run. The first run that throws ends the whole. */
export async function runAll({ plans, seeds, jobs }: Experiment, ended: () => void): Promise<RunFigures[]> {
  const tasks = seeds.flatMap((seed) => plans.map((plan, index) => ({ plan, task: { plan: index, seed } })))
  const pool = poolOf(plans, Math.min(jobs, tasks.length))
  try {
    return await Promise.all(
      tasks.map(async ({ plan, task }) => {
        const outcome = await outcomeOf(pool, task)
        if (outcome.type === 'threw') throw failure(plan, task.seed, outcome.stack)
        ended()
        return outcome.figures
      }),
    )
  } finally {
    await pool.destroy()
  }
}

/** A bug that ended a run: its stack is the worker's. */
function failure(plan: Plan, seed: number, stack: string): Error {
  const error = new Error(`seed ${seed} of ${plan.regime} failed`)
  error.stack = `${error.message}: ${stack}`
  return error
}

/** The plans travel once to each worker, and not with each run: a graph and its payments may be large. */
function poolOf(plans: readonly Plan[], threads: number): Piscina<Task, Outcome> {
  // The worker's source when this file is run from its source (tests, tsx), otherwise what was built from it.
  const fromSource = extname(import.meta.url) === '.ts'
  return new Piscina<Task, Outcome>({
    filename: new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url).href,
    name: 'run',
    ...(fromSource ? { execArgv: ['--import', 'tsx'] } : {}),
    minThreads: threads,
    maxThreads: threads,
    workerData: plans,
  })
}

/** A worker that dies (out of memory) is one more way for a run to fail. */
async function outcomeOf(pool: Piscina<Task, Outcome>, task: Task): Promise<Outcome> {
  try {
    return await pool.run(task)
  } catch (error) {
    return { type: 'threw', stack: `the worker died: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` }
  }
}
