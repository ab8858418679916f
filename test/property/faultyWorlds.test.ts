/** Whole worlds in which threads crash, and stores die or stand still: every invariant holds, and when all is over every balance is right. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runWorld } from '../../sim/world/world.ts'
import { faultyPlan } from '../arbitraries/faultyPlan.ts'
import { repeatable } from '../arbitraries/repeatable.ts'

const RUNS = 200

test('for every plan with crashes, store restarts and stalls, all invariants hold', () => {
  const counts: Record<string, number> = {}
  fc.assert(
    fc.property(faultyPlan, fc.nat(), (world, seed) => {
      const { invariants, faults } = runWorld(world, seed)
      expect(invariants.violation).toBeUndefined()
      for (const [name, times] of Object.entries({ ...invariants.checked, ...faults?.fired })) counts[name] = (counts[name] ?? 0) + times
    }),
    repeatable(RUNS),
  )
  expect(Object.entries(counts).filter(([, times]) => times < RUNS)).toEqual([])
})
