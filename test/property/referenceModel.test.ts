/**
 * The simulator against the slow, plain model of `test/reference`. A failure says what replays it:
 * REPLAY='seed path' npx vitest run test/property/referenceModel.test.ts
 */
import { expect, test } from 'vitest'
import { runWorld } from '../../sim/world/world.ts'
import { compare, searchDifference } from '../reference/compare.ts'
import type { ConnectorSpec, OrderSpec, UserSpec, World } from '../reference/model.ts'

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
  const users = [user('ann', 1, 100n), user('bob', 1, 100n)]
  const orders = [order(1_000, 'ann', 10n, { expiryMs: 600_001 }), order(2_000, 'ann', 10n, { expiryMs: 600_000 })]
  expect(compare(world(317, 1, users, orders), runWorld).difference).toBeUndefined()
})

// Found here: the core took a cool's reply for as young as the last cool, and did not believe the warm's.
test('a warm that is asked between two cools → its own reply is believed', () => {
  const users = [user('ann', 3, 211n, 39_396), user('eve', 3, 2_000n, 16_372), user('bob', 4, 2_000n)]
  const orders = [
    order(1, 'ann', 40n, { fulfills: false, withId: true }),
    order(2, 'ann', 1n, { to: 'ann' }),
    order(3, 'ann', 20n),
    order(4, 'ann', 20n),
    order(45_005, 'eve', 20n, { to: 'ann', withId: true }),
    order(60_006, 'ann', 50n),
    order(419_007, 'ann', 30n),
    order(424_008, 'ann', 50n),
  ]
  expect(compare(world(41_017, 4, users, orders), runWorld).difference).toBeUndefined()
})

/** One connector and its users. */
function world(storeUs: number, threads: number, users: readonly UserSpec[], orders: readonly OrderSpec[]): World {
  const hub: ConnectorSpec = {
    name: 'hub',
    threads,
    parallelism: 1,
    dealing: 'connection',
    policy: 'lowest-account-id',
    failover: 0,
    slack: 0,
    warming: 'exact',
    snapshotMs: 60_000,
    coolAfterMs: 20,
    limitsKnown: true,
  }
  return { storeUs, localUs: 53, connectors: [hub], lines: [], users, behaviours: [], orders }
}

function user(name: string, parallelism: number, opening: bigint, latencyUs = 10_000): UserSpec {
  return { name, at: ['hub'], opening, creditLimit: 0n, parallelism, latencyUs }
}

function order(atUs: number, from: string, amount: bigint, rest: Partial<OrderSpec> = {}): OrderSpec {
  return { atUs, from, to: 'bob', amount, expiryMs: 5_000, fulfills: true, rejectCode: 'F99', withId: false, ...rest }
}
