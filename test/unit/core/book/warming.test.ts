import { describe, expect, test } from 'vitest'
import { adaptive } from '../../../../src/core/book/warming/adaptive.ts'
import { exact } from '../../../../src/core/book/warming/exact.ts'
import { share } from '../../../../src/core/book/warming/share.ts'
import { keep, type WarmingPolicy, type WarmingView, wanted, warmingPolicies } from '../../../../src/core/book/warming.ts'
import { amount, balance } from '../../../../src/core/values/amount.ts'
import { account, oneThread, only, type Setting } from '../../../fixtures/oneThread.ts'

const pair = account('pair', { parallelism: 4 })
const bob = account('bob')

function view(about: { hot?: bigint; cold?: bigint; creditLimit?: bigint; parallelism?: number; lacking?: bigint; used?: bigint }): WarmingView {
  const { hot = 0n, cold, creditLimit = 0n, parallelism = 4, lacking = 0n, used = 0n } = about
  return {
    hot: amount(hot),
    cold: cold === undefined ? undefined : balance(cold),
    creditLimit: amount(creditLimit),
    parallelism,
    lacking: amount(lacking),
    used: amount(used),
  }
}

test('the policies → by name', () => {
  expect(warmingPolicies.map(({ name }) => name)).toEqual(['exact', 'share', 'adaptive'])
})

describe('what is kept hot', () => {
  test.each<[string, WarmingPolicy, Parameters<typeof view>[0], bigint]>([
    ['exact → nothing', exact, { cold: 400n, hot: 100n, used: 100n }, 0n],
    ['share → cold and hot over parallelism, rounded down', share, { cold: 401n, hot: 102n }, 125n],
    ['share, with a credit limit → that counts', share, { cold: -100n, creditLimit: 300n, hot: 0n }, 50n],
    ['share, cold below all credit → nothing', share, { cold: -300n, creditLimit: 200n, hot: 50n }, 0n],
    ['share, cold was never told → nothing', share, { hot: 100n }, 0n],
    ['adaptive, little used → what was used', adaptive, { cold: 400n, hot: 0n, used: 30n }, 30n],
    ['adaptive, much used → the share', adaptive, { cold: 400n, hot: 0n, used: 300n }, 100n],
    ['any policy, a farm of one → everything', exact, { parallelism: 1 }, 2n ** 61n],
  ])('%s', (_, policy, about, kept) => {
    expect(keep(policy, view(about))).toBe(kept)
  })
})

describe('what a warm asks for', () => {
  test.each<[string, WarmingPolicy, Parameters<typeof view>[0], bigint]>([
    ['exact → what is lacking', exact, { cold: 400n, lacking: 7n }, 7n],
    ['share above what is lacking → up to the share', share, { cold: 390n, hot: 10n, lacking: 7n }, 90n],
    ['share below what is lacking → what is lacking', share, { cold: 40n, lacking: 70n }, 70n],
    ['adaptive → at least what is lacking', adaptive, { cold: 400n, used: 3n, lacking: 7n }, 7n],
    ['a farm of one → everything', exact, { parallelism: 1, hot: 5n, lacking: 7n }, 2n ** 61n - 5n],
  ])('%s', (_, policy, about, asked) => {
    expect(wanted(policy, view(about))).toBe(asked)
  })
})

describe('adaptive: what the last second used', () => {
  /** `wanted` of a warm by pair, which has much cold, for one more payment of 1. */
  function asked(uses: readonly { amount: bigint; thenMs: number }[], setting: Partial<Setting> = {}) {
    const t0 = oneThread({ accounts: [pair, bob], routes: { 'test.far': [bob] }, opening: { pair: 100_000n }, warming: adaptive, ...setting })
    for (const use of uses) {
      t0.prepare({ from: pair, amount: use.amount })
      t0.pass(use.thenMs)
    }
    return only(t0.prepare({ from: pair, amount: 1n }), 'warm').wanted
  }

  test('300 within the second, given back since → 300 are asked for', () => {
    expect(asked([{ amount: 300n, thenMs: 500 }])).toBe(300n)
  })

  test('some in the second before this one → the busier of the two', () => {
    expect(
      asked([
        { amount: 300n, thenMs: 1_000 },
        { amount: 50n, thenMs: 500 },
      ]),
    ).toBe(300n)
  })

  test('nothing for two seconds → only what is lacking', () => {
    expect(asked([{ amount: 300n, thenMs: 2_500 }])).toBe(1n)
  })
})

test('B6: a warm that got less than it wanted is applied once more → the shard is asked when no other can come in, and all goes back', () => {
  const t0 = oneThread({ accounts: [pair, bob], threads: 4, routes: { 'test.far': [bob] }, opening: { pair: 15n } })
  const warm = only(t0.prepare({ from: pair, amount: 20n }), 'warm')
  t0.pass(1_000)
  t0.reach(warm)
  const granted = () => t0.store.shards.get(pair.id)?.granted.get('t0')
  expect(granted()).toBe(20n)
  t0.pass(10_000)
  t0.pass(10_000)
  t0.pass(1_000)
  const book = t0.store.books.get('t0')?.entries.get(pair.id)
  expect({ taken: book?.taken, given: book?.given, hot: book?.hot }).toEqual({ taken: 20n, given: 20n, hot: 0n })
})
