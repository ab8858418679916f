/** Whole worlds in which threads, clocks, stores and the network go wrong: every invariant holds, and when all is over every balance is right. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runWorld } from '../../sim/world/world.ts'
import { faultyPlan } from '../arbitraries/faultyPlan.ts'
import { repeatable } from '../arbitraries/repeatable.ts'

const RUNS = 200
/** Each kind falls, and each checker looks, so often at least; hints between threads are few. */
const LEAST = 15
/** A thread leaves only where no farm needs it, and few of these worlds have one to spare. */
const LEAST_LEAVES = 3

test('for every plan with faults of threads, clocks, stores and the network, all invariants hold', () => {
  const counts: Record<string, number> = {}
  fc.assert(
    fc.property(faultyPlan, fc.nat(), (world, seed) => {
      const { invariants, faults } = runWorld(world, seed)
      expect(invariants.violation).toBeUndefined()
      for (const [name, times] of Object.entries({ ...invariants.checked, ...faults?.fired })) counts[name] = (counts[name] ?? 0) + times
    }),
    repeatable(RUNS),
  )
  expect(Object.entries(counts).filter(([rule, times]) => times < (rule === 'thread-leaves' ? LEAST_LEAVES : LEAST) && rule !== 'progress')).toEqual([])
})
