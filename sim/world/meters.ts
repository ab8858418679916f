/** What is measured of a run, as it goes: bounded by traffics, accounts and samples, never by payments. */
import type { AccountId } from '../../src/core/values/account.ts'
import type { Prepare } from '../../src/core/values/packet.ts'
import { type AccountFigures, bucketOf, type DirectionFigures } from '../experiment/figures.ts'
import type { BehaviourPlan, Plan } from '../workload/plan.ts'
import { inForce } from './behaviours/behaviours.ts'
import type { Connector } from './connector.ts'
import type { Context, Watch } from './context.ts'
import type { Payment, Payments } from './payments.ts'

/** Each second, or less often: a run has at most so many samples of an account. */
const MAX_SAMPLES = 2_000
/** A line with less than this share left is depleted. */
const DEPLETED = 0.05

interface Direction {
  readonly name: string
  payments: number
  fulfilled: number
  volume: bigint
  volumeFulfilled: bigint
  attempts: number
  readonly rejects: Record<string, number>
  readonly fulfilledLatency: number[]
  readonly allLatency: number[]
  /** Per second of the run, by when a payment began. */
  readonly begunBySecond: number[]
  readonly fulfilledBySecond: number[]
}

interface Watched {
  readonly connector: Connector
  readonly account: AccountId
  readonly name: string
  readonly low: bigint
  readonly high: bigint
  readonly levels: number[]
  samples: number
  depleted: number
  firstPicks: number
  firstPicked: bigint
  readonly behaviours: readonly BehaviourPlan[]
}

export class Meters {
  readonly #context: Context
  readonly #plan: Plan
  readonly #payments: Payments
  readonly #told: Watch['ended']
  readonly #directions: Direction[]
  readonly #watched: Watched[] = []
  readonly #byAccount = new Map<Connector, Map<AccountId, Watched>>()
  readonly #sampleMs: number
  /** Where a behaviour begins in the midst of a run, its effect is looked at second by second. */
  readonly #bySecond: boolean
  #commandsBefore: Readonly<Record<string, number>> = {}
  #picked = 0n
  #pickedBad = 0n

  constructor(context: Context, payments: Payments, told?: Watch['ended']) {
    this.#context = context
    this.#told = told
    this.#plan = context.plan
    this.#payments = payments
    const names = this.#plan.payments.length > 0 ? ['payments'] : this.#plan.traffic.map(({ name }) => name)
    this.#directions = names.map(makeDirection)
    this.#sampleMs = 1_000 * Math.max(1, Math.ceil(this.#plan.durationMs / 1_000 / MAX_SAMPLES))
    this.#bySecond = this.#plan.behaviours.some(({ fromMs }) => fromMs > 0)
  }

  /** Begins to watch the peers of a connector whose policy is compared, and takes samples from time 0. */
  watch(connector: Connector): void {
    const byAccount = new Map<AccountId, Watched>()
    this.#byAccount.set(connector, byAccount)
    for (const account of connector.directory.accounts.values()) {
      if (account.relation !== 'peer') continue
      const behaviours = this.#plan.behaviours.filter(({ who }) => who === account.name)
      const watched: Watched = {
        connector,
        account: account.id,
        name: account.name,
        low: -account.creditLimit,
        high: account.peerLimit ?? 0n,
        levels: [],
        samples: 0,
        depleted: 0,
        firstPicks: 0,
        firstPicked: 0n,
        behaviours,
      }
      this.#watched.push(watched)
      byAccount.set(account.id, watched)
    }
  }

  startSampling(): void {
    const sample = (): void => {
      const ms = this.#context.events.nowUs / 1000
      if (ms >= this.#plan.durationMs) return
      for (const watched of this.#watched) this.#sample(watched, ms >= this.#plan.warmUpMs)
      this.#context.events.after(this.#sampleMs * 1000, sample)
    }
    this.#context.events.at(0, sample)
  }

  /** The end of the warm-up: what the stores did until now is left out. */
  startCounting(connectors: readonly Connector[]): void {
    this.#commandsBefore = commandsOf(connectors)
  }

  storeCommands(connectors: readonly Connector[]): Record<string, number> {
    return Object.fromEntries(Object.entries(commandsOf(connectors)).map(([name, count]) => [name, count - (this.#commandsBefore[name] ?? 0)]))
  }

  #sample(watched: Watched, measured: boolean): void {
    const span = watched.high - watched.low
    const balance = watched.connector.store.balanceOf(watched.account)
    const level = span === 0n ? 0 : Number(((balance - watched.low) * 10_000n) / span) / 10_000
    watched.levels.push(level)
    if (!measured) return
    watched.samples++
    if (1 - level < DEPLETED) watched.depleted++
  }

  began(payment: Payment): void {
    if (payment.facts.isExtreme) return
    const direction = this.#direction(payment)
    if (this.#bySecond) countSecond(direction.begunBySecond, payment)
    if (!this.#isMeasured(payment)) return
    direction.payments++
    direction.volume += payment.facts.amount
  }

  ended(payment: Payment, outcome: string): void {
    this.#told?.(payment, outcome)
    if (payment.facts.isExtreme) return
    const direction = this.#direction(payment)
    const fulfilled = outcome === 'fulfilled'
    if (fulfilled && this.#bySecond) countSecond(direction.fulfilledBySecond, payment)
    if (!this.#isMeasured(payment)) return
    const bucket = bucketOf((this.#context.events.nowUs - payment.facts.startedUs) / 1000)
    addTo(direction.allLatency, bucket)
    if (fulfilled) {
      direction.fulfilled++
      direction.volumeFulfilled += payment.facts.amount
      addTo(direction.fulfilledLatency, bucket)
    } else direction.rejects[outcome] = (direction.rejects[outcome] ?? 0) + 1
  }

  /** An excentric prepare leaves a connector. */
  sent(connector: Connector, to: AccountId, attempt: number, prepare: Prepare): void {
    const payment = this.#payments.find(prepare.condition)
    if (payment === undefined || !this.#isMeasured(payment)) return
    if (payment.facts.first === connector.name) this.#direction(payment).attempts++
    if (attempt === 1) this.#firstPick(this.#byAccount.get(connector)?.get(to), prepare.amount)
  }

  #firstPick(watched: Watched | undefined, amount: bigint): void {
    if (watched === undefined) return
    watched.firstPicks++
    watched.firstPicked += amount
    const now = this.#context.events.nowUs
    if (!this.#plan.behaviours.some((behaviour) => inForce(behaviour, now))) return
    this.#picked += amount
    if (watched.behaviours.some((behaviour) => inForce(behaviour, now))) this.#pickedBad += amount
  }

  #isMeasured(payment: Payment): boolean {
    return payment.facts.startedUs >= this.#plan.warmUpMs * 1000 && !payment.facts.isExtreme
  }

  #direction(payment: Payment): Direction {
    return this.#directions[payment.facts.traffic] as Direction
  }

  directions(): DirectionFigures[] {
    return this.#directions.map((direction) => ({
      name: direction.name,
      payments: direction.payments,
      fulfilled: direction.fulfilled,
      volume: `${direction.volume}`,
      volumeFulfilled: `${direction.volumeFulfilled}`,
      rejects: sorted(direction.rejects),
      attempts: direction.attempts,
      fulfilledLatency: direction.fulfilledLatency,
      allLatency: direction.allLatency,
    }))
  }

  accounts(): AccountFigures[] {
    return this.#watched.map((watched) => ({
      connector: watched.connector.name,
      account: watched.name,
      low: `${watched.low}`,
      high: `${watched.high}`,
      levels: watched.levels,
      sampleMs: this.#sampleMs,
      depleted: watched.samples === 0 ? 0 : watched.depleted / watched.samples,
      firstPicks: watched.firstPicks,
      firstPicked: `${watched.firstPicked}`,
      bad: watched.behaviours.length > 0,
    }))
  }

  /** Share of what was picked first, while a behaviour was in force, that went to accounts with one. */
  badShare(): number | undefined {
    if (this.#plan.behaviours.length === 0) return undefined
    return this.#picked === 0n ? 0 : Number((this.#pickedBad * 1_000_000n) / this.#picked) / 1_000_000
  }

  /** Judged on the first traffic, which meets the behaviour. */
  recoveryMs(): number | null | undefined {
    const start = Math.min(...this.#plan.behaviours.map(({ fromMs }) => fromMs).filter((ms) => ms > 0))
    const [direction] = this.#directions
    if (direction === undefined || !Number.isFinite(start)) return undefined
    const first = Math.ceil(start / 1000)
    const ratio = (from: number, to: number): number => share(direction.fulfilledBySecond, direction.begunBySecond, from, to)
    const before = ratio(Math.floor(this.#plan.warmUpMs / 1000), first)
    const last = Math.floor(this.#plan.durationMs / 1000)
    for (let second = first; second + RECOVERY_WINDOW_S <= last; second++) {
      if (ratio(second, second + RECOVERY_WINDOW_S) >= before - RECOVERY_POINTS) return (second - first) * 1000
    }
    return null
  }
}

const RECOVERY_WINDOW_S = 10
const RECOVERY_POINTS = 0.05

function commandsOf(connectors: readonly Connector[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { store } of connectors) for (const [name, count] of Object.entries(store.counts)) sums[name] = (sums[name] ?? 0) + count
  return sums
}

function makeDirection(name: string): Direction {
  return {
    name,
    payments: 0,
    fulfilled: 0,
    volume: 0n,
    volumeFulfilled: 0n,
    attempts: 0,
    rejects: {},
    fulfilledLatency: [],
    allLatency: [],
    begunBySecond: [],
    fulfilledBySecond: [],
  }
}

function share(parts: readonly number[], wholes: readonly number[], from: number, to: number): number {
  let part = 0
  let whole = 0
  for (let i = from; i < to; i++) {
    part += parts[i] ?? 0
    whole += wholes[i] ?? 0
  }
  return whole === 0 ? 1 : part / whole
}

function countSecond(seconds: number[], { facts }: Payment): void {
  addTo(seconds, Math.floor(facts.startedUs / 1_000_000))
}

function addTo(histogram: number[], bucket: number): void {
  for (let i = histogram.length; i <= bucket; i++) histogram.push(0)
  histogram[bucket] = (histogram[bucket] as number) + 1
}

function sorted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
}
