/**
 * A mutant: a unified diff with a header that says which rule it breaks and what must notice.
 *
 *     Rule: B1
 *     Caught by: B1                        an invariant of the checkers, or a test file: test/unit/….test.ts
 *     Run: which-account --seed 2          left out: the small scenario beside this file
 *
 *     What is broken, in a sentence.
 *
 *     --- a/src/core/…
 *     +++ b/src/core/…
 *     @@ -10,7 +10,7 @@
 *
 * It is applied here and not by git or patch, which a machine that runs the tests may lack. Hunks may have moved, but
 * what they take away must be there, word for word.
 */

export interface Mutant {
  readonly rule: string
  readonly caughtBy: string
  /** Arguments for `ilp-sim run`. */
  readonly run: readonly string[] | undefined
  readonly files: readonly FilePatch[]
}

interface FilePatch {
  readonly path: string
  readonly hunks: readonly Hunk[]
}

interface Hunk {
  /** Counted from 1. */
  readonly line: number
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** Throws when the header or the diff is not as described above; `name` is the patch's file. */
export function mutantOf(name: string, text: string): Mutant {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith('--- '))
  if (start < 0) throw new Error(`${name} has no diff (a line that starts with '--- ')`)
  const header = lines.slice(0, start)
  const run = field(header, 'Run')
  return {
    rule: required(name, header, 'Rule'),
    caughtBy: required(name, header, 'Caught by'),
    run: run?.split(/\s+/),
    files: filesOf(name, lines.slice(start)),
  }
}

function field(header: readonly string[], key: string): string | undefined {
  return header
    .find((line) => line.startsWith(`${key}: `))
    ?.slice(key.length + 2)
    .trim()
}

function required(name: string, header: readonly string[], key: string): string {
  const value = field(header, key)
  if (value === undefined || value === '') throw new Error(`${name} has no line '${key}: …' before its diff`)
  return value
}

function filesOf(name: string, lines: readonly string[]): FilePatch[] {
  const starts = lines.flatMap((line, i) => (line.startsWith('--- ') && lines[i + 1]?.startsWith('+++ ') ? [i] : []))
  return starts.map((start, i) => {
    const path = /^\+\+\+ (?:b\/)?(\S+)/.exec(lines[start + 1] ?? '')?.[1] ?? ''
    const hunks = hunksOf(lines.slice(start + 2, starts[i + 1]))
    if (hunks.length === 0) throw new Error(`${name} changes nothing in ${path} (no line that starts with '@@ ')`)
    return { path, hunks }
  })
}

function hunksOf(lines: readonly string[]): Hunk[] {
  const hunks: { line: number; before: string[]; after: string[] }[] = []
  for (const line of lines) {
    const start = /^@@ -(\d+)/.exec(line)?.[1]
    if (start !== undefined) hunks.push({ line: Number(start), before: [], after: [] })
    const hunk = hunks.at(-1)
    if (hunk === undefined || start !== undefined) continue
    if (line.startsWith(' ') || line.startsWith('-')) hunk.before.push(line.slice(1))
    if (line.startsWith(' ') || line.startsWith('+')) hunk.after.push(line.slice(1))
  }
  return hunks
}

/** The text of one file with the mutant's hunks in it; throws where the file is no longer what the patch expects. */
export function patched(name: string, text: string, { path, hunks }: FilePatch): string {
  let lines = text.split('\n')
  let moved = 0
  for (const { line, before, after } of hunks) {
    const at = placeOf(before, lines, line - 1 + moved)
    if (at === undefined) {
      throw new Error(`${name} does not apply: ${path} has no such lines near line ${line}. Make the patch anew. It looks for:\n${before.join('\n')}`)
    }
    lines = [...lines.slice(0, at), ...after, ...lines.slice(at + before.length)]
    moved = at + after.length - before.length - (line - 1)
  }
  return lines.join('\n')
}

/** Where `wanted` stands in `lines`: the place nearest to `near`. */
function placeOf(wanted: readonly string[], lines: readonly string[], near: number): number | undefined {
  const places = lines.flatMap((_, at) => (wanted.every((line, i) => lines[at + i] === line) ? [at] : []))
  return places.sort((a, b) => Math.abs(a - near) - Math.abs(b - near))[0]
}
