import { expect, test } from 'vitest'
import { runWorld } from '../../sim/world/world.ts'
import { type Ended, node } from '../processes.ts'
import { type OtherNode, otherMajor, otherNode } from './node.ts'
import { plansOfAll, rowOf, type Traced, traceHash } from './traceHashes.ts'

/** Of virtual time in which payments start; within 13 more they end and what they leave settles. */
const SECONDS = 2
const SEED = 1

const other = await otherNode()
/** Begun before our own, so that both go on at once. */
const theirs = 'missing' in other ? undefined : hashesUnder(other)
const plans = plansOfAll(SECONDS)
const hashes = plans.map((each) => traceHash(each, SEED))
/** Of every regime one, and of every policy. */
const some = plans.filter((_, i) => i % 9 === 0)

function hashesUnder({ path }: Extract<OtherNode, { path: string }>): Promise<Ended> {
  const args = ['--import', 'tsx', 'test/determinism/traceHashes.ts', '--seconds', String(SECONDS), '--seed', String(SEED)]
  return node(args, { binary: path, timeoutMs: 120_000 })
}

function linesOf({ plan }: Traced, seed: number): string[] {
  const lines: string[] = []
  runWorld(plan, seed, { trace: (line) => lines.push(line) })
  return lines
}

test('eight policies, seven regimes, and two policies among crashes, failover 0 and 1 → as many traces', () => {
  expect(new Set(hashes.map(({ sha256 }) => sha256)).size).toBe((8 * 7 + 2) * 2)
})

test('the same seed again → the same bytes', () => {
  for (const each of some) expect(hashes).toContainEqual(traceHash(each, SEED))
})

test('another seed → another world after the first line, which names the seed', () => {
  for (const each of some.slice(0, 3)) {
    const [one, two] = [SEED, SEED + 1].map((seed) => linesOf(each, seed).slice(1).join('\n'))
    expect(one === two).toBe(false)
  }
})

test(`Node ${otherMajor()} → the same bytes for every policy and regime`, { timeout: 150_000 }, async (context) => {
  if ('missing' in other) return context.skip(other.missing)
  const { stdout: version } = await node(['--version'], { binary: other.path })
  expect(version).toMatch(`v${otherMajor()}.`)
  const { stdout = '', stderr = '' } = (await theirs) ?? {}
  expect(stderr).toBe('')
  expect(stdout.split('\n').slice(0, -2)).toEqual(hashes.map(rowOf))
})
