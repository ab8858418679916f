import { describe, expect, test } from 'vitest'
import { InvariantBroken } from '../../../../sim/check/violation.ts'
import { planOf } from '../../../../sim/fuzz/generate.ts'
import { judge } from '../../../../sim/fuzz/judge.ts'
import { History } from '../../../../sim/world/history.ts'
import { lineOf } from '../../../../sim/world/recorded.ts'
import type { TraceLine } from '../../../../sim/world/trace.ts'

/** A drawn world with faults, small enough to be read line by line; without what cannot be followed yet: a store that loses writes, and two lives of a thread at once. */
const { lines, checked } = (() => {
  const drawn = planOf(2)
  const faults = drawn.faults.filter(({ kind }) => kind !== 'store-failover' && kind !== 'store-restart' && kind !== 'pause')
  const plan = { ...drawn, faults, payments: [...drawn.payments.slice(0, 150), ...drawn.payments.filter(({ mustSucceed }) => mustSucceed)] }
  const texts: string[] = []
  const { figures } = judge({ plan, seed: 2 }, { trace: (line) => texts.push(line) })
  return { lines: texts.map((text, i) => lineOf(text, 'trace', i + 1)), checked: figures?.invariants.checked }
})()

function judged(history: readonly TraceLine[]): { readonly broken: string | undefined; readonly checked: unknown } {
  const judge = new History()
  try {
    for (const line of history) judge.hear(line)
    judge.close()
    return { broken: undefined, checked: judge.checked }
  } catch (error) {
    if (!(error instanceof InvariantBroken)) throw error
    return { broken: error.invariant, checked: judge.checked }
  }
}

const without = (index: number): readonly TraceLine[] => lines.filter((_, i) => i !== index)

describe('a recorded history', () => {
  test('as it was written → all that the run checked but its last looks at money and threads (B10, B11), and nothing broken', () => {
    const seen = judged(lines)
    expect(seen).toEqual({ broken: undefined, checked: { ...checked, B10: 0, B11: 1 } })
  })

  test('an acknowledgement is taken away → B1: what rests on it was told or sent too early', () => {
    const answer = lines.findIndex((line) => line.kind === 'effect' && line.who !== 'announcer' && line.effect.type === 'sendPrepare')
    const told = lines.findLastIndex((line, i) => i < answer && line.kind === 'input' && line.who !== 'announcer' && line.input.type === 'committed')
    expect(judged(without(told)).broken).toBe('B1')
  })

  test('a commit is taken away → B2', () => {
    const commits = lines.map((line) =>
      line.kind === 'store' && line.command.type === 'commit' ? { of: `${line.connector} ${line.who}`, ...line.command } : undefined,
    )
    // One that did not come twice.
    const commit = commits.findIndex(
      (each) => each?.changes.some(({ type }) => type === 'charge') && commits.filter((other) => other?.of === each.of && other.seq === each.seq).length === 1,
    )
    expect(judged(without(commit)).broken).toMatch(/B1|B2/)
  })

  test('a line that is cut → its number', () => {
    expect(() => lineOf('{"at":1,"kind":"inp', 'trace', 7)).toThrow('trace:7: is no JSON')
    expect(() => lineOf('{"at":1,"kind":"nothing"}', 'trace', 8)).toThrow('trace:8: kind')
    expect(() => lineOf('{"at":1,"kind":"ended","connector":"c0","who":"t0","epoch":"t0-1","why":"bored"}', 'trace', 9)).toThrow('trace:9: why')
  })
})
