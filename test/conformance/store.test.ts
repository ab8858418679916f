/** The simulated store and Redis are one store: the same replies to the same commands, and the same state after them. */
import fc from 'fast-check'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadScripts } from '../../src/store/scripts.ts'
import { repeatable } from '../arbitraries/repeatable.ts'
import { edgeExamples } from '../arbitraries/storeStep.ts'
import { conformance } from './conformance.ts'
import { startRedis, type TestRedis } from './redis.ts'

const SEQUENCES = 250

let server: TestRedis
let redis: Redis

beforeAll(async () => {
  server = await startRedis()
  redis = await server.connect()
})

afterAll(() => server.stop())

describe('both stores', () => {
  test('for every sequence of commands → the same replies and the same state', async () => {
    expect.hasAssertions()
    await fc.assert(conformance(redis, loadScripts()), { ...repeatable(SEQUENCES), examples: edgeExamples })
    expect(server.faults).toEqual([])
  })
})
