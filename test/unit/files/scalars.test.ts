import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { keys, problemsIn } from '../../../src/files/forms.ts'
import { duration, money } from '../../../src/files/scalars.ts'
import { suggestion, UsageError } from '../../../src/files/usageError.ts'

/** The value, or what is wrong with it. */
function read(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : problemsIn(parsed.error)[0]?.what
}

describe('single values', () => {
  test.each([
    ['250ms', 250],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['1h', 3_600_000],
    [10, '10 is not a duration; write 250ms, 10s, 5m or 1h'],
    ['32000h', "'32000h' is longer than 31 days"],
    ['0s', "'0s' is shorter than 1ms"],
    [null, 'has no value'],
    [undefined, 'is missing'],
  ])('a duration: %s → %s', (value, expected) => {
    expect(read(duration('', 1), value)).toBe(expected)
  })

  test.each([
    [0, 0n],
    ['9223372036854775807', 9_223_372_036_854_775_807n],
    [9_007_199_254_740_991, 9_007_199_254_740_991n],
    ['9223372036854775808', "'9223372036854775808' is above the largest amount, 2^63 - 1"],
    [9_007_199_254_740_992, '9007199254740992 is above 2^53; write an amount this large in quotes'],
    [Number.POSITIVE_INFINITY, 'Infinity is above the largest amount, 2^63 - 1'],
    [1.5, '1.5 is not a whole number of base units'],
    ['', "'' is not a whole number of base units"],
    [[1], '[1] is not an amount; write a whole number of base units'],
  ])('an amount: %s → %s', (value, expected) => {
    expect(read(money(''), value)).toBe(expected)
  })

  test('keys that are unknown → a problem each, with its own path', () => {
    const parsed = keys({ first: z.number(), second: z.number() }).safeParse({ first: 1, secnd: 2, x: 3 })
    expect(problemsIn(parsed.error as z.ZodError)).toContainEqual({
      path: ['secnd'],
      what: "unknown key; did you mean 'second'? allowed: first, second",
    })
    expect(problemsIn(parsed.error as z.ZodError)).toContainEqual({ path: ['x'], what: 'unknown key; allowed: first, second' })
  })
})

describe('errors for a person', () => {
  test('file, line, key, reason, what to do → a line each', () => {
    const error = new UsageError({ file: 'f', line: 3, key: 'k', what: 'is wrong', todo: 'mend it' }, { key: 'k', what: 'is worse' }, { what: 'is bad' })
    expect(error.message).toBe('f:3: k: is wrong; mend it\nk: is worse\nis bad')
  })

  test.each([
    ['capcity', ['capacity', 'from'], "did you mean 'capacity'? allowed: capacity, from"],
    ['form', ['capacity', 'from'], "did you mean 'from'? allowed: capacity, from"],
    ['xyz', ['capacity', 'from'], 'allowed: capacity, from'],
    ['a1', Array.from({ length: 14 }, (_, i) => `name${i}`), `allowed: ${Array.from({ length: 12 }, (_, i) => `name${i}`).join(', ')}, … (14)`],
  ])('%s among %s → the nearest that is like it, and all', (word, allowed, expected) => {
    expect(suggestion(word, allowed)).toBe(expected)
  })
})
