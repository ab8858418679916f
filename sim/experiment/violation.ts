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
  const story = storyOf(violation.about ?? [])
  try {
    runWorld(plan, seed, {
      trace: (line) => {
        file.write(line)
        story.hear(line)
      },
    })
  } finally {
    file.close()
  }
  return story.lines()
}

export interface Story {
  readonly hear: (line: string) => void
  readonly lines: () => string[]
}

/**
 * Keeps the last lines of a trace that name one of `about`, or what stands for it elsewhere at the same connector: an
 * account's id for its name, a payment's id for its condition. With nothing to look for it keeps the last of all.
 */
export function storyOf(about: readonly string[]): Story {
  const names = about.map((name) => JSON.stringify(name))
  const aliases = new Map<string, Set<string>>()
  let lines: string[] = []
  const isAbout = (line: string) => {
    const connector = /"connector":"[^"]*"/.exec(line)?.[0] ?? ''
    const known = aliases.get(connector) ?? new Set()
    if (![...names, ...known].some((name) => line.includes(name))) return false
    for (const alias of aliasesIn(JSON.parse(line), about)) known.add(JSON.stringify(alias))
    aliases.set(connector, known)
    return true
  }
  return {
    hear: (line) => {
      // Snapshots name every account, and come every second.
      if (line.includes('"snapshotTaken"') || (about.length > 0 && !isAbout(line))) return
      lines.push(line)
      if (lines.length >= 2 * MAX_LINES) lines = lines.slice(-MAX_LINES)
    },
    lines: () => lines.slice(-MAX_LINES),
  }
}

/** In any object of the line: `id` beside a sought `name`, `payment` beside a sought `condition` or a prepare with it. */
function aliasesIn(value: unknown, about: readonly string[]): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item) => aliasesIn(item, about))
  const { name, id, condition, payment, prepare } = value as Readonly<Record<string, unknown>>
  const prepared = typeof prepare === 'object' && prepare !== null && 'condition' in prepare ? prepare.condition : undefined
  const found: string[] = []
  if (typeof id === 'string' && about.some((word) => word === name)) found.push(id)
  if (typeof payment === 'string' && about.some((word) => word === condition || word === prepared)) found.push(payment)
  return [...found, ...Object.values(value).flatMap((item) => aliasesIn(item, about))]
}
