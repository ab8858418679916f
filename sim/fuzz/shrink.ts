/** A smaller world that breaks the same invariant, found by fast-check among those that are a step smaller each. */
import fc from 'fast-check'
import type { FaultPlan } from '../workload/faultPlan.ts'
import type { MoneyPlan, MoneyRow, Plan } from '../workload/plan.ts'
import { type Broken, judge, type World } from './judge.ts'
import { withMoney } from './lessMoney.ts'
import { FROM_THE_START, type Progress, smallerThan } from './smaller.ts'

export interface Shrinking {
  readonly seconds: number
  /** Worlds tried, and how large the smallest is that still breaks. */
  readonly progress?: (tried: number, smallest: World) => void
}

export function shrink(world: World, invariant: Broken, { seconds, progress }: Shrinking): World {
  let smallest = without(world, invariant)
  let tried = 0
  const breaks = (candidate: World): boolean => {
    tried++
    const broken = judge(candidate).failure?.invariant === invariant
    if (broken) smallest = candidate
    progress?.(tried, smallest)
    return broken
  }
  fc.check(
    fc.property(new SmallerWorlds(smallest), (candidate) => !breaks(candidate)),
    { numRuns: 1, seed: 0, endOnFailure: false, interruptAfterTimeLimit: seconds * 1_000 },
  )
  return smallest
}

/** What comes after the invariant is broken goes, and what falls by chance is made to fall when it fell: if it breaks all the same. */
function without(world: World, invariant: Broken): World {
  const { plan, seed } = world
  const fallen = new Map<FaultPlan, { atMs: number; draw: number }[]>()
  const asked = new Map<MoneyPlan, MoneyRow[]>()
  const { failure } = judge(world, {
    fell: (fault, atMs, draw) => note(fallen, fault, { atMs, draw }),
    moneyAsked: (money, row) => note(asked, money, row),
  })
  const at = failure?.at ?? plan.durationMs
  const faults = plan.faults.flatMap((fault) => fixedAt(fault, fallen.get(fault) ?? []))
  const fixed = withMoney(
    { ...plan, faults },
    (plan.money ?? []).map((each) => ({ ...each, rows: asked.get(each) ?? [] })),
  )
  const early = plan.payments.filter(({ atMs }) => atMs <= at)
  const steps: readonly Plan[] = [{ ...fixed, payments: early }, fixed, { ...plan, payments: early }]
  const found = steps.find((step) => judge({ plan: step, seed }).failure?.invariant === invariant)
  return found === undefined ? world : { plan: found, seed }
}

function note<K, V>(notes: Map<K, V[]>, of: K, value: V): void {
  const before = notes.get(of)
  if (before === undefined) notes.set(of, [value])
  else before.push(value)
}

/** A fault of a kind that falls at times: at those at which it fell, as it was drawn then. */
function fixedAt(fault: FaultPlan, fallen: readonly { readonly atMs: number; readonly draw: number }[]): FaultPlan[] {
  if (!('times' in fault)) return [fault]
  if (fallen.length === 0) return []
  return [{ ...fault, times: { kind: 'at', atMs: fallen.map(({ atMs }) => atMs), draws: fallen.map(({ draw }) => draw) } }]
}

class SmallerWorlds extends fc.Arbitrary<World> {
  readonly #world: World

  constructor(world: World) {
    super()
    this.#world = world
  }

  override generate(): fc.Value<World> {
    return new fc.Value(this.#world, FROM_THE_START)
  }

  override canShrinkWithoutContext(value: unknown): value is World {
    return value === this.#world
  }

  override shrink(world: World, context: unknown): fc.Stream<fc.Value<World>> {
    return fc.stream(smallerThan(world, context as Progress)).map(({ world: smaller, progress }) => new fc.Value(smaller, progress))
  }
}
