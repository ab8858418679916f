/**
 * A broken invariant, told: the run is repeated with a trace, which goes whole to a file; the last of its lines about
 * the payment, account or connector that the violation names are kept to be shown.
 */
import type { Plan } from '../workload/plan.ts'
import { runWorld } from '../world/world.ts'
import type { Violation } from './figures.ts'
import { traceFile } from './traceFile.ts'

/** As many as fit on a screen. */
const MAX_LINES = 40

export interface Broken {
  readonly plan: Plan
  readonly seed: number
  readonly violation: Violation
}

/** Writes the trace to `path`; the lines come in order, oldest first. */
export function retell({ plan, seed, violation }: Broken, path: string): string[] {
  const file = traceFile(path)
  const about = namesIn(violation.what, plan)
  let lines: string[] = []
  const trace = (line: string) => {
    file.write(line)
    if (about.length > 0 && !about.some((name) => line.includes(name))) return
    lines.push(line)
    if (lines.length >= 2 * MAX_LINES) lines = lines.slice(-MAX_LINES)
  }
  try {
    runWorld(plan, seed, { trace })
  } finally {
    file.close()
  }
  return lines.slice(-MAX_LINES)
}

/**
 * What a violation's sentence is about, as it stands in a trace: the ids in it (words with a digit in them, accounts'
 * ids), or where it has none, names of the plan. None: everything.
 */
export function namesIn(what: string, plan: Plan): string[] {
  const words = [...new Set(what.match(/[\w~-]+(?:[.:/][\w~-]+)*/g) ?? [])]
  const named = new Set([...plan.connectors, ...plan.endpoints, ...plan.lines].map(({ name }) => name))
  const ids = words.filter((word) => word.length > 2 && /[a-z_-]/i.test(word) && /\d/.test(word))
  return ids.length > 0 ? ids : words.filter((word) => named.has(word) || named.has(word.replace(/^test\./, '')))
}
