import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../src/core/routing/candidate.ts'
import { mostRoom } from '../../src/core/routing/policies/mostRoom.ts'
import { trustedRoom } from '../../src/core/routing/policies/trustedRoom.ts'
import { policies } from '../../src/core/routing/policies.ts'
import { candidates, choice } from '../arbitraries/candidate.ts'

describe.each(policies.map((policy) => [policy.name, policy.pick] as const))('%s', (_, pick) => {
  test('for every candidate set and draw, the pick is one of them', () => {
    fc.assert(
      fc.property(candidates, choice, (set, what) => {
        expect(set[pick(set, what)]).toBeDefined()
      }),
    )
  })

  test('for every candidate set and draw, the same input gives the same pick and stays as it was', () => {
    fc.assert(
      fc.property(candidates, choice, (set, what) => {
        const copy = structuredClone(set)
        const picked = pick(set, what)
        expect(pick(copy, { ...what })).toBe(picked)
        expect(set).toEqual(copy)
      }),
    )
  })

  test('for every draw, a single candidate is picked', () => {
    fc.assert(
      fc.property(candidates, choice, (set, what) => {
        expect(pick(set.slice(0, 1), what)).toBe(0)
      }),
    )
  })
})

test('for every candidate set, most-room picks one that fits wherever one does', () => {
  fc.assert(
    fc.property(candidates, choice, (set, what) => {
      const picked = set[mostRoom.pick(set, what)]
      expect(picked !== undefined && fits(picked)).toBe(set.some(fits))
    }),
  )
})

test('for every candidate set without faults, trusted-room picks as most-room does', () => {
  fc.assert(
    fc.property(candidates, choice, (set, what) => {
      const faultless = set.map((candidate) => ({ ...candidate, tally: { ...candidate.tally, faults: 0, faultAmount: 0 } }))
      expect(trustedRoom.pick(faultless, what)).toBe(mostRoom.pick(faultless, what))
    }),
  )
})

test('for every candidate set, trusted-room does not depend on the unit of the record', () => {
  fc.assert(
    fc.property(candidates, choice, fc.constantFrom(1 / 1024, 1024), (set, what, factor) => {
      const scaled = set.map(({ tally, ...rest }) => ({
        ...rest,
        tally: { ...tally, successAmount: tally.successAmount * factor, faultAmount: tally.faultAmount * factor },
      }))
      expect(trustedRoom.pick(scaled, what)).toBe(trustedRoom.pick(set, what))
    }),
  )
})

function fits(candidate: Candidate): boolean {
  return candidate.room === undefined || candidate.room >= candidate.amount
}
