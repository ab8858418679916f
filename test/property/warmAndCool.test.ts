/** Money between cold and hot, whatever happens to the answers on the way (B6, B7). The watch on the store checks R3 and R5. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { warmingPolicies } from '../../src/core/book/warming.ts'
import type { Effect } from '../../src/core/effect.ts'
import { repeatable } from '../arbitraries/repeatable.ts'
import { account, type EffectOf, type OneThread, ofType, severalThreads } from '../fixtures/oneThread.ts'

const THREADS = 3
const alice = account('alice', { parallelism: THREADS })
const bob = account('bob', { parallelism: THREADS })
/** Served by t0 alone: what t1 and t2 credit to it is given straight. */
const one = account('one')
const accounts = [alice, bob, one]

/** What becomes of a command to the store and of its answer. Only a cool may be lost or come twice. */
type Fate = 'answered' | 'answerLate' | 'answerLost' | 'lost' | 'twice'

type Step =
  | { readonly do: 'pay'; readonly thread: number; readonly from: number; readonly to: number; readonly amount: bigint }
  | { readonly do: 'settle'; readonly which: number; readonly fulfilled: boolean }
  | { readonly do: 'deliver'; readonly which: number; readonly fate: Fate }
  | { readonly do: 'hearLate'; readonly which: number }
  | { readonly do: 'wait'; readonly ms: number }

const index = fc.nat({ max: 50 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pay' as const), thread: index, from: index, to: index, amount: fc.bigInt({ min: 1n, max: 60n }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), which: index, fulfilled: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      which: index,
      fate: fc.constantFrom<Fate>('answered', 'answerLate', 'answerLost', 'lost', 'twice'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hearLate' as const), which: index }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 10, 100, 1_500) }) },
)

interface Held {
  readonly thread: OneThread
  readonly effect: Effect
}

class Wires {
  readonly threads: readonly OneThread[]
  /** Commands on their way to the store; sent prepares; answers that are late. */
  #commands: Held[] = []
  #sent: { readonly thread: OneThread; readonly sent: EffectOf<'sendPrepare'> }[] = []
  #late: (() => void)[] = []
  cools = 0

  constructor(warming: (typeof warmingPolicies)[number]) {
    const routes = Object.fromEntries(accounts.map((each) => [each.address, [each]]))
    const opening = { alice: 300n, bob: 200n, one: 100n }
    this.threads = severalThreads(THREADS, { accounts, threads: THREADS, routes, opening, warming, holds: ['commit', 'warm', 'cool'] })
  }

  do(each: Step): void {
    switch (each.do) {
      case 'pay': {
        const [thread, from, to] = [pick(this.threads, each.thread), pick(accounts, each.from), pick(accounts, each.to)]
        if (from !== to && (from !== one || thread.id === 't0')) thread.prepare({ from, amount: each.amount, to: to.address })
        break
      }
      case 'settle': {
        const [found] = this.#sent.splice(each.which % Math.max(1, this.#sent.length), 1)
        if (found !== undefined) settle(found, each.fulfilled)
        break
      }
      case 'deliver':
        this.#deliver(each.which, each.fate)
        break
      case 'hearLate': {
        const [hear] = this.#late.splice(each.which % Math.max(1, this.#late.length), 1)
        hear?.()
        break
      }
      case 'wait':
        this.threads[0]?.pass(each.ms)
    }
    this.#collect()
  }

  /** Each thread's commits keep their order (B2); all else may overtake. */
  #deliver(which: number, fate: Fate): void {
    if (this.#commands.length === 0) return
    let at = which % this.#commands.length
    const { thread, effect } = this.#commands[at] as Held
    if (effect.type === 'commit') at = this.#commands.findIndex((each) => each.thread === thread && each.effect.type === 'commit')
    const [held] = this.#commands.splice(at, 1) as [Held]
    if (held.effect.type !== 'cool') void held.thread.release(held.effect)
    else this.#deliverCool(held.thread, held.effect, fate)
  }

  #deliverCool(thread: OneThread, cool: EffectOf<'cool'>, fate: Fate): void {
    if (fate === 'lost') return
    const reply = thread.store.cool(thread.id, cool)
    const hear = (): void => void thread.hear({ type: 'cooled', account: cool.account, reply })
    if (fate === 'twice') thread.store.cool(thread.id, cool)
    if (fate === 'answerLate') this.#late.push(hear)
    else if (fate !== 'answerLost') hear()
    if (fate === 'twice') this.#late.push(hear)
  }

  #collect(): void {
    for (const thread of this.threads) {
      const news = thread.news()
      for (const effect of news) if (['commit', 'warm', 'cool'].includes(effect.type)) this.#commands.push({ thread, effect })
      for (const sent of ofType(news, 'sendPrepare')) this.#sent.push({ thread, sent })
      this.cools += ofType(news, 'cool').length
    }
  }

  /** Everything arrives and is answered, every payment ends, and time goes by. */
  rest(): void {
    for (let second = 0; second < 45; second++) {
      while (this.#commands.length > 0) this.do({ do: 'deliver', which: 0, fate: 'answered' })
      while (this.#late.length > 0) this.do({ do: 'hearLate', which: 0 })
      this.do({ do: 'wait', ms: 1_000 })
    }
  }
}

function settle({ thread, sent }: { thread: OneThread; sent: EffectOf<'sendPrepare'> }, fulfilled: boolean): void {
  if (fulfilled) thread.fulfill(sent)
  else thread.reject(sent, 'F99')
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T
}

/** Cold, hot, and what is between them, by the formula of DESIGN.md; and what is under way. */
function total({ threads }: Wires): bigint {
  const { store } = threads[0] as OneThread
  const underWay = [...store.books.values()].flatMap(({ entries }) => [...entries.values()].map((entry): bigint => entry.underWay))
  return accounts.map(({ id }): bigint => store.balanceOf(id)).reduce((a, b) => a + b) + underWay.reduce((a, b) => a + b, 0n)
}

test('for every order of answers, cools late, repeated or lost: cold + hot + transit is conserved and comes to rest', () => {
  fc.assert(
    fc.property(fc.constantFrom(...warmingPolicies), fc.array(step, { maxLength: 60 }), (warming, steps) => {
      const wires = new Wires(warming)
      for (const each of steps) {
        wires.do(each)
        expect(total(wires)).toBe(600n)
      }
      wires.rest()
      expect(total(wires)).toBe(600n)
      const { shards, books } = (wires.threads[0] as OneThread).store
      for (const { thread, entries } of books.values()) {
        for (const [id, { hot, taken, given, underWay }] of entries) {
          const shard = shards.get(id)
          const transit = [(shard?.granted.get(thread) ?? 0n) - taken, given - (shard?.returned.get(thread) ?? 0n)]
          expect({ transit, underWay, hot: id === one.id ? 0n : hot }).toEqual({ transit: [0n, 0n], underWay: 0n, hot: 0n })
        }
      }
      const cools = wires.cools
      wires.rest()
      expect(wires.cools, 'nothing is cooled any more').toBe(cools)
    }),
    repeatable(100),
  )
})
