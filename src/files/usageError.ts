/** What is wrong with a file or a flag that a person gave us: exit code 2, never a stack trace. */

export interface Problem {
  readonly file?: string
  readonly line?: number
  /** The key, column or flag. */
  readonly key?: string
  readonly what: string
  /** What is allowed, or what to do. */
  readonly todo?: string
}

/** The message lists every problem, a line each: `FILE:LINE: KEY: WHAT; TODO`. */
export class UsageError extends Error {
  readonly problems: readonly Problem[]

  constructor(...problems: readonly Problem[]) {
    super(problems.map(textOf).join('\n'))
    this.name = 'UsageError'
    this.problems = problems
  }
}

function textOf(problem: Problem): string {
  const place = problem.file === undefined ? '' : `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}: `
  const key = problem.key === undefined || problem.key === '' ? '' : `${problem.key}: `
  return `${place}${key}${problem.what}${problem.todo === undefined ? '' : `; ${problem.todo}`}`
}

/** The allowed word that `word` was probably meant to be: at most a third of its letters changed, added, lost or swapped. */
function nearestOf(word: string, allowed: Iterable<string>): string | undefined {
  let best: string | undefined
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of allowed) {
    const edits = editsBetween(word.toLowerCase(), candidate.toLowerCase(), fewest)
    if (edits < fewest) {
      fewest = edits
      best = candidate
    }
  }
  return best
}

const MAX_LISTED = 12

/** `did you mean 'capacity'? Allowed: from, to, capacity`, for a word that is not among the allowed. */
export function suggestion(word: string, allowed: Iterable<string>): string {
  const all = [...new Set(allowed)]
  const nearest = nearestOf(word, all)
  const listed = all.length > MAX_LISTED ? `${all.slice(0, MAX_LISTED).join(', ')}, … (${all.length})` : all.join(', ')
  return `${nearest === undefined ? '' : `did you mean '${nearest}'? `}allowed: ${listed}`
}

/** Optimal string alignment distance; stops counting at `limit`. */
function editsBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let edits = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits = Math.min(edits, (beforeLast[j - 2] ?? 0) + 1)
      row.push(edits)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? limit
}
