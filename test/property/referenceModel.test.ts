/**
 * The simulator against the slow, plain model of `test/reference`. A failure says what replays it:
 * REPLAY='seed path' npx vitest run test/property/referenceModel.test.ts
 */
import { expect, test } from 'vitest'
import { runWorld } from '../../sim/world/world.ts'
import { compare, searchDifference } from '../reference/compare.ts'
import type { World } from '../reference/model.ts'

const RUNS = 1_000
/** Of all worlds: in so many happens what the model is there for. */
const COVERED = 0.2
/** Of all worlds: so many may differ by the order of two things in one instant, which no rule settles. */
const UNDECIDED = 0.01

test('for every small workload, the model tells the same attempts, outcomes and balances', { timeout: 180_000 }, async () => {
  const [seed, path] = process.env['REPLAY']?.split(' ') ?? []
  const replay = { ...(seed === undefined ? {} : { seed: Number(seed) }), ...(path === undefined ? {} : { path }) }
  const { difference, worlds, undecided } = await searchDifference(runWorld, { numRuns: RUNS, shrink: true, ...replay })
  expect.soft(undecided).toBeLessThan(RUNS * UNDECIDED)
  if (difference !== undefined) throw new Error(difference)
  if (path !== undefined) return
  const { ties: _, ...happened } = worlds
  expect(Object.entries(happened).filter(([, times]) => times < RUNS * COVERED)).toEqual([])
})

test('a prepare that expires more than 10 minutes ahead → both refuse it with 400', () => {
  const { difference } = compare(withExpiries(600_001, 600_000), runWorld)
  expect(difference).toBeUndefined()
})

/** One connector and two users, who pay each other. */
function withExpiries(...expiriesMs: readonly number[]): World {
  const user = { at: ['hub'], opening: 100n, creditLimit: 0n, parallelism: 1, latencyUs: 500 }
  const order = { from: 'ann', to: 'bob', amount: 10n, fulfills: true, rejectCode: 'F99', withId: false }
  return {
    storeUs: 317,
    localUs: 53,
    connectors: [
      {
        name: 'hub',
        threads: 1,
        parallelism: 1,
        dealing: 'connection',
        policy: 'lowest-account-id',
        failover: 0,
        slack: 0,
        warming: 'exact',
        snapshotMs: 60_000,
        coolAfterMs: 100,
        limitsKnown: true,
      },
    ],
    lines: [],
    users: [
      { ...user, name: 'ann' },
      { ...user, name: 'bob' },
    ],
    behaviours: [],
    orders: expiriesMs.map((expiryMs, i) => ({ ...order, expiryMs, atUs: 1_000 * (i + 1) })),
  }
}
