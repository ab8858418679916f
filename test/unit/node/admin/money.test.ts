import { describe, expect, test } from 'vitest'
import type { MoneyReply, Operation } from '../../../../src/core/money/operation.ts'
import { type Account, accountIdOf } from '../../../../src/core/values/account.ts'
import { address } from '../../../../src/core/values/address.ts'
import { amount, ZERO } from '../../../../src/core/values/amount.ts'
import type { Refusal } from '../../../../src/core/values/packet.ts'
import { expiriesAt, moveMoney } from '../../../../src/node/admin/money.ts'
import type { Node } from '../../../../src/node/admin/node.ts'

const DAY_MS = 86_400_000

const ALICE: Account = {
  id: accountIdOf('alice', 1),
  name: 'alice',
  address: address('test.hub.alice'),
  unit: 'usd',
  scale: 2,
  relation: 'user',
  parallelism: 1,
  creditLimit: ZERO,
  deduplicates: false,
  routes: [],
}

const conflict: Refusal = { type: 'refusal', status: 409, message: 'other content' }

/** Threads that own an id with its content, as the store does; `now` may be moved. */
function field() {
  const owned = new Map<string, string>()
  const asked: Operation[] = []
  const world = { now: 100 * DAY_MS, threads: ['t0'] as const, dead: 0 }
  const node = {
    now: () => world.now,
    threads: () => [{ thread: 't0', pid: 1, state: 'serving', farms: [1], restarts: 0, fences: 0 }],
    ask: async (_thread: string, ask: { operation: Operation }): Promise<MoneyReply | Refusal | undefined> => {
      const { id, amount: sum, expiresAt, direction } = ask.operation
      asked.push(ask.operation)
      const content = `${direction} ${sum} ${expiresAt}`
      if (owned.has(id) && owned.get(id) !== content) return conflict
      owned.set(id, content)
      if (world.dead-- > 0) return undefined
      return { type: 'moved' }
    },
  } as unknown as Node
  return { node, world, asked, owned }
}

const wanted = { direction: 'deposit', amount: amount(5n) } as const

describe('an id makes it once', () => {
  test('for every moment → it is new for three days at least and six at most, less than a thread allows', () => {
    for (let at = 0; at < 9 * DAY_MS; at += DAY_MS / 4) {
      const [now, before] = expiriesAt(at)
      expect(now - at).toBeGreaterThan(3 * DAY_MS - 1)
      expect(now - at).toBeLessThanOrEqual(6 * DAY_MS)
      expect(before).toBe(now - 3 * DAY_MS)
      expect(expiriesAt(at + 3 * DAY_MS)[1]).toBe(now)
    }
  })

  test('asked again in the same window and in the next → the first is what is asked for', async () => {
    const { node, world, owned } = field()
    for (const days of [0, 1, 3]) {
      world.now = (100 + days) * DAY_MS
      expect(await moveMoney(node, ALICE, wanted, 'bank-1')).toEqual({ type: 'moved' })
    }
    expect(owned.size).toBe(1)
  })

  test('other content → the conflict is told', async () => {
    const { node } = field()
    await moveMoney(node, ALICE, wanted, 'bank-1')
    expect(await moveMoney(node, ALICE, { ...wanted, amount: amount(6n) }, 'bank-1')).toEqual(conflict)
  })

  test('a thread dies before it answers → asked again under the same id and content', async () => {
    const { node, world, asked } = field()
    world.dead = 1
    expect(await moveMoney(node, ALICE, wanted, undefined)).toEqual({ type: 'moved' })
    expect(asked).toHaveLength(2)
    expect(asked[1]).toEqual(asked[0])
  })
})
