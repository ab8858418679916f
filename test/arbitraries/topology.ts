/** Small networks of connectors: any number of them joined in any way, in one piece or in several. */
import fc from 'fast-check'

export interface Topology {
  /** Connectors are named by letters; which letter stands where is part of the draw, since addresses are compared. */
  readonly names: readonly string[]
  readonly slack: readonly (0 | 1)[]
  /** Pairs of indices, each pair once. */
  readonly links: readonly (readonly [number, number])[]
}

export const topology: fc.Arbitrary<Topology> = fc.integer({ min: 2, max: 7 }).chain((size) => {
  const pairs = Array.from({ length: size }, (_, a) => Array.from({ length: a }, (__, b) => [a, b] as const)).flat()
  return fc.record({
    names: fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e', 'f', 'g'], { minLength: size, maxLength: size }),
    slack: fc.array(fc.constantFrom(0 as const, 1 as const), { minLength: size, maxLength: size }),
    links: fc.subarray(pairs, { minLength: 1 }),
  })
})
