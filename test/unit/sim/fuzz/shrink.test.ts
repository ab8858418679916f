import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { planOf } from '../../../../sim/fuzz/generate.ts'
import { judge, type World } from '../../../../sim/fuzz/judge.ts'
import { readReplay, writeReplay } from '../../../../sim/fuzz/replayFile.ts'
import { retold } from '../../../../sim/fuzz/retelling.ts'
import { screenOf } from '../../../../sim/fuzz/screen.ts'
import { shrink } from '../../../../sim/fuzz/shrink.ts'
import { amount } from '../../../../src/core/values/amount.ts'
import { UsageError } from '../../../../src/files/usageError.ts'

const folder = mkdtempSync(join(tmpdir(), 'ilp-fuzz-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A drawn world in which one payment is said to be feasible, and is not: its receiver rejects it. */
const broken: World = (() => {
  const plan = planOf(3)
  const home = plan.connectors[0]?.name
  const row = { atMs: 700, from: `p-${home}`, to: `q-${home}`, amount: amount(3n), expiryMs: 5_000, fulfills: false, rejectCode: 'F99', mustSucceed: true }
  return { plan: { ...plan, payments: [...plan.payments.slice(0, 200), row].sort((a, b) => a.atMs - b.atMs) }, seed: 3 }
})()
const small = shrink(broken, 'progress', { seconds: 20 })

describe('a world that breaks', () => {
  test('shrunk → the one payment that matters, and nothing that goes wrong', () => {
    expect(judge(small).failure?.invariant).toBe('progress')
    expect(small.plan.payments.map(({ rejectCode }) => rejectCode)).toEqual(['F99'])
    expect([...small.plan.faults, ...small.plan.behaviours]).toEqual([])
  })

  test('told → at most a screen', () => {
    const { events } = retold(small)
    const lines = screenOf(events)
    expect(events.length).toBeLessThan(25)
    expect(lines.at(-1)).toMatch(/answers p-c0: payment 1 reject F99$/)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('saved and read → the same world, which breaks byte for byte as before', () => {
    const { failure, traceHash } = retold(small)
    const file = join(folder, 'replay.json')
    writeReplay(file, { ...small, invariant: 'progress', what: failure?.what ?? '', traceHash })
    const read = readReplay(file)
    expect(read.plan).toEqual(small.plan)
    expect(retold(read).traceHash).toBe(traceHash)
  })
})

describe('a replay file that is damaged → says where', () => {
  const file = join(folder, 'damaged.json')
  const written = (change: (text: string) => string): string => {
    writeReplay(file, { ...small, invariant: 'progress', what: '', traceHash: '' })
    writeFileSync(file, change(readFileSync(file, 'utf8')))
    return file
  }

  test.each<[string, (text: string) => string, string]>([
    ['cut off', (text) => text.slice(0, 500), 'is no JSON'],
    ['another version', (text) => text.replace('"version": 1', '"version": 9'), 'version'],
    ['an amount that is none', (text) => text.replace(/"amount": "\d+"/, '"amount": "three"'), 'plan.payments.0.amount'],
    ['an unknown invariant', (text) => text.replace('"invariant": "progress"', '"invariant": "R99"'), 'invariant'],
  ])('%s', (_, change, where) => {
    expect(() => readReplay(written(change))).toThrow(UsageError)
    expect(() => readReplay(written(change))).toThrow(where)
  })

  test('no such file', () => {
    expect(() => readReplay(join(folder, 'nothing.json'))).toThrow('cannot be read')
  })
})
