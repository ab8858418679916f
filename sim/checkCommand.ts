/** `ilp-sim check`: a recorded history, judged line by line. */
import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { UsageError } from '../src/files/usageError.ts'
import type { Terminal } from '../src/terminal/terminal.ts'
import { exitCodeOf } from './broken.ts'
import { InvariantBroken } from './check/violation.ts'
import { wrapped } from './fuzz/screen.ts'
import { count } from './report/format.ts'
import { History } from './world/history.ts'
import { lineOf, WHAT_TO_DO } from './world/recorded.ts'

export interface CheckOptions {
  readonly json?: true
}

interface Violation {
  readonly invariant: string
  readonly line: number
  readonly at: number
  readonly what: string
  readonly about: readonly string[]
}

/** Returns the exit code. */
export function checkCommand(file: string, options: CheckOptions, { stdout }: Terminal): number {
  const history = new History()
  const violation = violationIn(history, file)
  const invariants = { checked: history.checked, broken: violation === undefined ? 0 : 1 }
  if (options.json) stdout.write(`${JSON.stringify({ invariants, ...(violation === undefined ? {} : { violation }) }, null, 2)}\n`)
  else stdout.write(textOf(history, file, violation))
  return violation === undefined ? 0 : exitCodeOf(violation.invariant)
}

function violationIn(history: History, file: string): Violation | undefined {
  let number = 0
  let at = 0
  try {
    for (const text of linesOf(file)) {
      number++
      const line = lineOf(text, file, number)
      if ((line.kind === 'world') !== (number === 1))
        throw new UsageError({ file, line: number, key: 'kind', what: 'the first line, and no other, is the world', todo: WHAT_TO_DO })
      at = line.at
      heard(() => history.hear(line), file, number)
    }
    history.arrive()
    if (!history.isWhole) throw new UsageError({ file, line: number, what: 'the trace ends before the run was over', todo: WHAT_TO_DO })
    history.close()
    return undefined
  } catch (error) {
    if (!(error instanceof InvariantBroken)) throw error
    return { invariant: error.invariant, line: number, at, what: error.what, about: error.about }
  }
}

/** A line that is well formed and says what cannot be: of a payment, an account or a book that is not there. */
function heard(hear: () => void, file: string, line: number): void {
  try {
    hear()
  } catch (error) {
    if (error instanceof InvariantBroken || !(error instanceof Error)) throw error
    throw new UsageError({ file, line, what: error.message, todo: `lines are missing or were changed; ${WHAT_TO_DO}` })
  }
}

function textOf({ checked }: History, file: string, violation: Violation | undefined): string {
  const counts = Object.entries(checked).map(([name, times]) => `${name} ${count(times)}`)
  if (violation === undefined) return [...wrapped(`every invariant holds; checked ${counts.join(', ')} times`, ''), ''].join('\n')
  const { invariant, line, at, what } = violation
  return [`broken invariant: ${invariant}, at ${at} ms, line ${line} of ${file}`, ...wrapped(what, '  '), ''].join('\n')
}

const CHUNK_BYTES = 1 << 20

/** A trace may be larger than memory. */
function* linesOf(file: string): Generator<string> {
  const descriptor = opened(file)
  try {
    const decoder = new StringDecoder('utf8')
    const chunk = Buffer.alloc(CHUNK_BYTES)
    let rest = ''
    for (let bytes = readSync(descriptor, chunk); bytes > 0; bytes = readSync(descriptor, chunk)) {
      const lines = (rest + decoder.write(chunk.subarray(0, bytes))).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
    if (rest !== '') yield rest
  } finally {
    closeSync(descriptor)
  }
}

function opened(file: string): number {
  try {
    return openSync(file, 'r')
  } catch {
    throw new UsageError({ file, what: 'cannot be read', todo: WHAT_TO_DO })
  }
}
