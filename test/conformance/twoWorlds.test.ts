/** One core, two worlds: the same script leads to the same inputs and the same effects, to the last change of every commit. */
import { isDeepStrictEqual } from 'node:util'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRedis, type TestRedis } from './redis.ts'
import { live, type Played, type Step, simulated } from './twoWorlds.ts'

let server: TestRedis
let redis: Redis

beforeAll(async () => {
  server = await startRedis()
  redis = await server.connect()
})

afterAll(() => server.stop())

const pay = (amount: bigint, about: Partial<Extract<Step, { do: 'prepare' }>> = {}): Step => ({ do: 'prepare', amount, expiresInMs: 30_000, ...about })
const answered = (reply: Extract<Step, { do: 'answer' }>['with']): Step => ({ do: 'answer', with: reply })
const pass = (ms: number): Step => ({ do: 'pass', ms })

const SCRIPTS: Readonly<Record<string, readonly Step[]>> = {
  'fulfilled, with a warm before and a cool after': [pay(100n), answered('fulfill'), pass(250), pay(7n), answered('fulfill'), pass(250)],
  'beyond what R2 allows, and just within': [pay(50_001n), pay(50_000n), answered('fulfill'), pay(0n), answered('fulfill'), pass(250)],
  'rejected: the next candidate, and a final one': [pay(100n), answered('T00'), answered('F99'), pass(250)],
  'not taken, no room, a wrong preimage': [
    pay(100n),
    answered(503),
    answered('fulfill'),
    pay(200n),
    answered('T04'),
    answered('T04'),
    pay(5n),
    answered('wrong'),
    pass(250),
  ],
  'an id: asked again while under way and afterwards, and with other content': [
    pay(100n, { id: 'a' }),
    pay(100n, { id: 'a' }),
    pay(100n, { id: 'a', other: true }),
    answered('fulfill'),
    pay(100n, { id: 'a' }),
    pay(99_999n, { id: 'b' }),
    pay(99_999n, { id: 'b' }),
    pass(250),
  ],
  'held beyond its slice: the next candidate, and the first is late': [
    pay(100n, { expiresInMs: 4_000 }),
    pass(2_100),
    answered('fulfill'),
    answered('fulfill'),
    pass(250),
  ],
  'several at once, answered in the order they came': [
    pay(1n),
    pay(2n),
    pay(3n),
    answered('fulfill'),
    answered('T00'),
    answered('fulfill'),
    answered('fulfill'),
    pass(250),
  ],
}

test.for(Object.entries(SCRIPTS))('%s → the same inputs and effects in both worlds', async ([name, steps]) => {
  const expected = simulated(steps)
  const found = await live(redis, `${name.length}:${name.slice(0, 8)}:`, steps, expected)
  for (const [i, played] of expected.entries()) expect(plain(found[i]), i === 0 ? 'start' : JSON.stringify(steps[i - 1], text)).toEqual(plain(played))
  expect(isDeepStrictEqual(plainAll(found), plainAll(expected))).toBe(true)
  expect(typesIn(expected)).toContain('sendPrepare')
})

/** Bytes as text: one world has a Buffer where the other has an Uint8Array. Only one hands back what it has written. */
function plain(played: Played | undefined): unknown {
  return JSON.parse(JSON.stringify(played ?? [], text))
}

function plainAll(all: readonly Played[]): unknown {
  return all.map(plain)
}

function text(key: string, value: unknown): unknown {
  if (key === 'written') return undefined
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Map) return [...value]
  if (value instanceof Uint8Array || (typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer')) {
    return Buffer.from(value instanceof Uint8Array ? value : (value as unknown as { data: number[] }).data).toString('hex')
  }
  return value
}

function typesIn(all: readonly Played[]): string[] {
  return all.flatMap((played) => played.flatMap(({ effects }) => effects.map(({ type }) => type)))
}
