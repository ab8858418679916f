import { describe, expect, test } from 'vitest'
import { InvariantBroken } from '../../../../sim/check/violation.ts'
import { type Found, type Space, search } from '../../../../sim/explore/search.ts'

/** Two counters from 0 to `top`: a choice raises one of them. `wrong`: where a rule is broken. */
function counters(top: number, wrong: (a: number, b: number) => boolean = () => false): Space {
  return {
    width: 2,
    starts: [new Int32Array(2)],
    expand: (state: Int32Array, found: Found) => {
      for (const choice of [0, 1]) {
        const next = state.slice()
        next[choice] = (next[choice] ?? 0) + 1
        if ((next[choice] ?? 0) > top) continue
        if (wrong(next[0] ?? 0, next[1] ?? 0)) found.broken(choice, new InvariantBroken('R3', 'too high', []))
        else found.next(choice, next)
      }
    },
  }
}

describe('search', () => {
  test('two counters up to 99 → 10,000 states, each once, the last at depth 198', () => {
    expect(search(counters(99), { maxStates: 20_000 })).toEqual({ states: 10_000, depth: 198, exhausted: true })
  })

  test('a rule is broken at (2, 3) and further → a history of five choices', () => {
    const { violation, exhausted } = search(
      counters(9, (a, b) => a >= 2 && b >= 3),
      { maxStates: 1_000 },
    )
    expect(exhausted).toBe(false)
    expect(violation).toMatchObject({ invariant: 'R3', what: 'too high' })
    expect(violation?.choices.toSorted()).toEqual([0, 0, 1, 1, 1])
  })

  test('more states than the bound → not exhausted, no violation', () => {
    expect(search(counters(99), { maxStates: 500 })).toMatchObject({ exhausted: false })
    expect(search(counters(99), { maxStates: 500 }).violation).toBeUndefined()
  })

  test('the program throws → a violation called bug', () => {
    const space = counters(3)
    const broken: Space = { ...space, expand: (_, found) => found.broken(undefined, new Error('assert')) }
    expect(search(broken, { maxStates: 10 }).violation).toEqual({ invariant: 'bug', what: 'assert', choices: [] })
  })
})
