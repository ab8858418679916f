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
 * It is applied here and not by git or patch, which a machine that runs the tests may lack. Hunks may have moved, and the
 * outer lines of their context may have changed; what they take away must be there, word for word.
 */

/** Lines of context that may have changed, at either end of a hunk. */
const MAX_DROPPED = 2

const SMALL = 'test/mutants/small.yaml --seed 1'

export interface Mutant {
  readonly rule: string
  readonly caughtBy: string
  /** What is broken. */
  readonly broken: string
  /** Arguments for `ilp-sim run`, where an invariant must notice. */
  readonly run: readonly string[]
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
  return {
    rule: required(name, header, 'Rule'),
    caughtBy: required(name, header, 'Caught by'),
    broken: sentenceOf(name, header),
    run: (field(header, 'Run') ?? SMALL).split(/\s+/),
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

function sentenceOf(name: string, header: readonly string[]): string {
  const sentence = header.slice(header.indexOf('')).join(' ').trim()
  if (!header.includes('') || sentence === '') throw new Error(`${name} does not say what is broken (after an empty line)`)
  return sentence
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
  for (const hunk of hunks) {
    const place = placeOf(hunk, lines, hunk.line - 1 + moved)
    if (place === undefined) {
      throw new Error(`${name} does not apply: ${path} has no such lines near line ${hunk.line}. Make the patch anew. It looks for:\n${hunk.before.join('\n')}`)
    }
    const { at, before, after } = place
    lines = [...lines.slice(0, at), ...after, ...lines.slice(at + before.length)]
    moved += after.length - before.length
  }
  return lines.join('\n')
}

interface Place extends Omit<Hunk, 'line'> {
  readonly at: number
}

/** Where the hunk goes, nearest to `near`; where its context has changed, with less of it, if that is said only once. */
function placeOf({ before, after }: Hunk, lines: readonly string[], near: number): Place | undefined {
  const places = placesOf(before, lines).sort((a, b) => Math.abs(a - near) - Math.abs(b - near))
  const [at] = places
  if (at !== undefined) return { at, before, after }
  for (let dropped = 1; dropped <= MAX_DROPPED; dropped++) {
    const top = Math.min(dropped, sameAtStart(before, after))
    const bottom = Math.min(dropped, sameAtStart(before.toReversed(), after.toReversed()))
    const less = { before: before.slice(top, before.length - bottom), after: after.slice(top, after.length - bottom) }
    const [only, ...others] = placesOf(less.before, lines)
    if (only !== undefined && others.length === 0) return { at: only, ...less }
  }
  return undefined
}

function placesOf(wanted: readonly string[], lines: readonly string[]): number[] {
  return wanted.length === 0 ? [] : lines.flatMap((_, at) => (wanted.every((line, i) => lines[at + i] === line) ? [at] : []))
}

function sameAtStart(a: readonly string[], b: readonly string[]): number {
  const first = a.findIndex((line, i) => line !== b[i])
  return first < 0 ? a.length : first
}
