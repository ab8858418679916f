import fc from 'fast-check'
import { expect, test } from 'vitest'
import { longestPrefix } from '../../src/core/routing/addressMapper.ts'
import type { Way } from '../../src/core/routing/snapshot.ts'
import { repeatable } from '../arbitraries/repeatable.ts'

const segment = fc.constantFrom('a', 'b', 'ab', 'a-b')
const dotted = (minLength: number) => fc.array(segment, { minLength, maxLength: 5 }).map((segments) => segments.join('.'))

/** Plainly: of all prefixes whose segments are the destination's first segments, the one with the most. */
function longest(prefixes: readonly string[], destination: string): string | undefined {
  const segments = destination.split('.')
  const fitting = prefixes.filter((prefix) => prefix === '' || prefix.split('.').every((each, i) => each === segments[i]))
  return fitting.sort((a, b) => b.length - a.length)[0]
}

test('for every set of prefixes and destination, the longest prefix that holds it is found', () => {
  fc.assert(
    fc.property(fc.uniqueArray(dotted(0), { maxLength: 8 }), dotted(1), (prefixes, destination) => {
      const ways: readonly Way[] = []
      const found = longestPrefix(new Map(prefixes.map((prefix) => [prefix, ways])), destination)
      expect(found?.route).toBe(longest(prefixes, destination))
    }),
    repeatable(1_000),
  )
})
