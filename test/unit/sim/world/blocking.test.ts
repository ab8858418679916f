import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadScenario, planOf, variationsOf } from '../../../../sim/workload/scenario.ts'
import { runWorld } from '../../../../sim/world/world.ts'

/** One line of `capacity` units, and as much demand for one unit each way; answers are quick against the gaps between payments. */
const scenario = (capacity: number) => `
question: How often is a line of ${capacity} full?
duration: 3000s
latency: 0.1ms
storeLatency: 0.01ms
topology: {line: {length: 2, capacity: ${capacity}}}
endpoints: {alice: {at: c0}, bob: {at: c1}}
traffic:
  there: {from: alice, to: bob, rate: 5/s, amounts: 1}
  back: {from: bob, to: alice, rate: 5/s, amounts: 1}
compare: {policies: random, failover: 0}
`

function blocked(capacity: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'ilp-blocking-'))
  try {
    const file = join(folder, 'line.yaml')
    writeFileSync(file, scenario(capacity))
    const loaded = loadScenario(file)
    const [variation] = variationsOf(loaded)
    if (variation === undefined) throw new Error('no variation')
    const { directions } = runWorld(planOf(loaded, variation, 'random'), 1)
    const payments = directions.reduce((sum, direction) => sum + direction.payments, 0)
    return directions.reduce((sum, { rejects }) => sum + (rejects.T04 ?? 0), 0) / payments
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('a line under balanced unit demand, parallelism 1', () => {
  // Its balance walks over capacity + 1 levels, all as likely; at either end one direction is blocked. With 30,000 payments
  // seeds 1 to 6 came within 0.011 of it for each capacity; twice that is allowed.
  test.each([1, 3, 9])('capacity of %i units → blocks 1 / (capacity + 1)', (capacity) => {
    expect(Math.abs(blocked(capacity) - 1 / (capacity + 1))).toBeLessThan(0.022)
  })
})
