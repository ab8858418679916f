/** Admission against R2 as it is written, with the money read from the store and never from the core. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type WarmingPolicy, warmingPolicies } from '../../src/core/book/warming.ts'
import { type Amount, amount, type Balance } from '../../src/core/values/amount.ts'
import { repeatable } from '../arbitraries/repeatable.ts'
import { account, changesIn, type OneThread, ofType, oneThread, only, toldIn } from '../fixtures/oneThread.ts'

const bob = account('bob')

type Step =
  | { readonly do: 'pay'; readonly amount: bigint; readonly fulfilled: boolean }
  /** Somebody pays the account, through this thread. */
  | { readonly do: 'receive'; readonly amount: bigint }
  /** Another thread takes from its cold, or gives back all that it took. */
  | { readonly do: 'taken'; readonly amount: bigint }
  | { readonly do: 'returned' }
  | { readonly do: 'wait'; readonly ms: number }

interface Case {
  readonly parallelism: number
  readonly creditLimit: bigint
  readonly opening: bigint
  readonly warming: WarmingPolicy
  readonly coolAfterMs: number
  readonly steps: readonly Step[]
}

const cases: fc.Arbitrary<Case> = fc.constantFrom(1n, 2n ** 48n).chain((scale) => {
  const sum = fc.bigInt({ min: 0n, max: 120n }).map((n) => n * scale)
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('pay' as const), amount: sum, fulfilled: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('receive' as const), amount: sum }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('taken' as const), amount: sum }) },
    { weight: 1, arbitrary: fc.constant({ do: 'returned' as const }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 50, 100, 999, 1_000, 1_001) }) },
  )
  return fc.record({
    parallelism: fc.integer({ min: 1, max: 4 }),
    creditLimit: fc.oneof(fc.constant(0n), sum),
    opening: sum.map((n) => n * 4n),
    warming: fc.constantFrom(...warmingPolicies),
    coolAfterMs: fc.constantFrom(10, 100, 5_000),
    steps: fc.array(step, { minLength: 1, maxLength: 25 }),
  })
})

/** One account and its thread, and beside them what R2 needs to know. */
class Judge {
  readonly #case: Case
  readonly #thread: OneThread
  readonly #alice
  /** What the store last told this thread of the cold, and when. */
  #told: { cold: Balance; at: number } | undefined
  #takenElsewhere: Amount = amount(0n)

  constructor(given: Case) {
    const { parallelism, creditLimit, opening, warming, coolAfterMs } = given
    this.#case = given
    this.#alice = account('alice', { parallelism, creditLimit: amount(creditLimit) })
    const routes = { 'test.far': [bob], 'test.hub.alice': [this.#alice] }
    const bounds = { maxOpen: 1_000, maxPacketAmount: amount(2n ** 60n) }
    this.#thread = oneThread({
      accounts: [this.#alice, bob],
      routes,
      warming,
      coolAfterMs,
      ...bounds,
      opening: { alice: opening, bob: 2n ** 60n },
      failover: 0,
    })
  }

  do(step: Step): void {
    switch (step.do) {
      case 'pay':
        return this.#pay(step.amount, step.fulfilled)
      case 'receive':
        this.#look(() => this.#thread.fulfill(only(this.#thread.prepare({ from: bob, amount: step.amount, to: 'test.hub.alice.x' }), 'sendPrepare')))
        return
      case 'taken': {
        const { granted } = this.#thread.store.warm('t3', {
          type: 'warm',
          account: this.#alice.id,
          taken: this.#takenElsewhere,
          wanted: amount(step.amount),
        }) as {
          granted: Amount
        }
        this.#takenElsewhere = granted
        return
      }
      case 'returned':
        this.#thread.store.cool('t3', { type: 'cool', account: this.#alice.id, given: this.#takenElsewhere })
        return
      case 'wait':
        for (let left = step.ms; left > 0; ) {
          const ms = Math.min(left, Math.max(1, this.#thread.deadline - this.#thread.now))
          this.#look(() => this.#thread.pass(ms))
          left -= ms
        }
    }
  }

  /** R2, plainly. */
  #passes(sum: bigint): { passes: boolean; asks: boolean } {
    const { cold, hot } = this.#money()
    const need = BigInt(this.#case.parallelism) * sum
    const known = this.#told !== undefined && this.#thread.now - this.#told.at <= 1_000 ? this.#told.cold + this.#case.creditLimit : 0n
    if (sum === 0n || (known + hot >= need && hot >= sum)) return { passes: true, asks: false }
    return { passes: cold + hot + this.#case.creditLimit >= need, asks: true }
  }

  #money(): { cold: bigint; hot: bigint } {
    const { shards, books } = this.#thread.store
    return { cold: shards.get(this.#alice.id)?.cold ?? 0n, hot: books.get('t0')?.entries.get(this.#alice.id)?.hot ?? 0n }
  }

  #pay(sum: bigint, fulfilled: boolean): void {
    const expected = this.#passes(sum)
    const effects = this.#look(() => this.#thread.prepare({ from: this.#alice, amount: sum }))
    const charged = changesIn(effects).some(({ type }) => type === 'charge')
    const asked = ofType(effects, 'warm').length > 0
    expect({ passes: charged, asks: asked }).toEqual(expected)
    expect(toldIn(effects)).toEqual(charged ? [] : ['T04'])
    const [sent] = ofType(effects, 'sendPrepare')
    if (sent !== undefined) this.#look(() => (fulfilled ? this.#thread.fulfill(sent) : this.#thread.reject(sent, 'F99')))
  }

  #look(act: () => ReturnType<OneThread['hear']>): ReturnType<OneThread['hear']> {
    const effects = act()
    const heard = [...ofType(effects, 'warm'), ...ofType(effects, 'cool')].some((effect) => effect.account === this.#alice.id)
    if (heard) this.#told = { cold: this.#thread.store.shards.get(this.#alice.id)?.cold as Balance, at: this.#thread.now }
    return effects
  }
}

test('for every sequence of amounts and balances, a prepare is charged iff R2 says so, and asks iff it has to', () => {
  fc.assert(
    fc.property(cases, (each) => {
      const judge = new Judge(each)
      for (const step of each.steps) judge.do(step)
    }),
    repeatable(500),
  )
})
