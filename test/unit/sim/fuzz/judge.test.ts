import { expect, test } from 'vitest'
import { planOf } from '../../../../sim/fuzz/generate.ts'
import { judge } from '../../../../sim/fuzz/judge.ts'

test('a world in which things go on happening → it is stopped, and is not quiet', () => {
  const { failure } = judge({ plan: planOf(1), seed: 1 }, { mostEvents: 1_000 })
  expect(failure).toMatchObject({ invariant: 'quiet', what: 'after 1000 events the world is not at rest' })
})
