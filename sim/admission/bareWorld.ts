/**
 * The rules without books: one balance in the store, and threads that ask it. A thread judges one payment of the account at
 * a time, which is the kindest that can be said of the bare rule.
 */
import type { PaymentRow } from '../workload/plan.ts'
import { Events } from '../world/events.ts'
import { latencyUs, Stream } from '../world/random.ts'
import type { Demand } from './demand.ts'
import { type Counted, nothingCounted } from './figures.ts'

export type BareRule = 'seed-rule' | 'single-counter'

export function runBare(rule: BareRule, demand: Demand, seed: number): Counted {
  return new BareWorld(rule, demand, seed).run()
}

class BareWorld {
  readonly #rule: BareRule
  readonly #demand: Demand
  readonly #events = new Events(0)
  readonly #stream: Stream
  readonly #counted: Counted
  readonly #factor: bigint
  /** Of each thread: what it judges now, and what waits for that. */
  readonly #threads: PaymentRow[][]
  #balance: bigint
  #sent = 0

  constructor(rule: BareRule, demand: Demand, seed: number) {
    this.#rule = rule
    this.#demand = demand
    this.#stream = new Stream(seed, 'store')
    this.#balance = demand.subject.openingBalance
    this.#counted = nothingCounted(this.#balance)
    this.#factor = BigInt(demand.subject.parallelism)
    this.#threads = Array.from({ length: demand.subject.parallelism }, () => [])
  }

  run(): Counted {
    const { rows, subject, plan } = this.#demand
    for (const row of rows) {
      if (row.from === subject.name) {
        const queue = this.#threads[this.#sent++ % this.#threads.length] as PaymentRow[]
        this.#events.at(row.atMs * 1000, () => this.#arrive(queue, row))
      } else this.#events.at(row.atMs * 1000, () => this.#refill(row))
    }
    this.#events.runUntil((plan.durationMs + 60_000) * 1000)
    return this.#counted
  }

  #arrive(queue: PaymentRow[], row: PaymentRow): void {
    this.#counted.payments++
    queue.push(row)
    if (queue.length === 1) this.#judge(queue)
  }

  #judge(queue: PaymentRow[]): void {
    const [row] = queue
    if (row === undefined) return
    const next = (): void => {
      queue.shift()
      this.#judge(queue)
    }
    if (this.#rule === 'single-counter') this.#countDown(row, next)
    else this.#readAndDecrement(row, next)
  }

  /** One atomic command. */
  #countDown(row: PaymentRow, next: () => void): void {
    let passes = false
    this.#ask(
      () => {
        passes = this.#balance >= row.amount
        if (passes) this.#move(-row.amount)
      },
      () => {
        if (passes) this.#pay(row)
        next()
      },
    )
  }

  /** Two commands, and whatever others do between them. */
  #readAndDecrement(row: PaymentRow, next: () => void): void {
    let read = 0n
    const judged = (): void => {
      if (read > row.amount * this.#factor) this.#ask(() => this.#move(-row.amount), paid)
      else {
        if (this.#balance >= row.amount) this.#counted.falseRejects++
        next()
      }
    }
    const paid = (): void => {
      this.#pay(row)
      next()
    }
    this.#ask(() => {
      read = this.#balance
    }, judged)
  }

  #pay({ amount }: PaymentRow): void {
    this.#counted.fulfilled++
    this.#counted.volume += amount
    // The receiver's credit.
    this.#ask(() => {})
  }

  /** Somebody pays the account: whoever it is has enough. */
  #refill({ amount }: PaymentRow): void {
    this.#counted.commands += this.#rule === 'single-counter' ? 1 : 2
    this.#ask(() => this.#move(amount))
  }

  #move(amount: bigint): void {
    this.#balance += amount
    if (this.#balance < this.#counted.lowest) this.#counted.lowest = this.#balance
  }

  #ask(apply: () => void, hear?: () => void): void {
    const { storeLatency } = this.#demand.plan
    this.#counted.commands++
    this.#events.after(latencyUs(this.#stream, storeLatency), () => {
      apply()
      if (hear !== undefined) this.#events.after(latencyUs(this.#stream, storeLatency), hear)
    })
  }
}
