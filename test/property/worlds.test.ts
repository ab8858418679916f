/** Whole worlds, with the checkers of the simulator as judges: R3, R5, B1, B4, how payments end, and quiet at the end. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runWorld } from '../../sim/world/world.ts'
import { plan } from '../arbitraries/plan.ts'
import { repeatable } from '../arbitraries/repeatable.ts'

const RUNS = 100

test('for every workload, R3 and R5 hold, and with them every other invariant', () => {
  const checked: Record<string, number> = {}
  fc.assert(
    fc.property(plan, fc.nat(), (world, seed) => {
      const { invariants } = runWorld(world, seed)
      expect(invariants.violation).toBeUndefined()
      for (const [invariant, times] of Object.entries(invariants.checked)) checked[invariant] = (checked[invariant] ?? 0) + times
    }),
    repeatable(RUNS),
  )
  expect(Object.entries(checked).filter(([rule, times]) => times < RUNS && rule !== 'progress')).toEqual([])
})
