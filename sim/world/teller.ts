/** Who keeps the ledger of the endpoints: asks for deposits and withdrawals, again at another thread until each is answered. */
import type { Operation } from '../../src/core/money/operation.ts'
import { type Amount, amount } from '../../src/core/values/amount.ts'
import { InvariantBroken } from '../check/violation.ts'
import type { MoneyPlan, MoneyRow } from '../workload/plan.ts'
import type { Connector, MoneyAnswer } from './connector.ts'
import { type Context, stream, traceTime } from './context.ts'
import type { Population } from './population.ts'
import { drawAmount, type Stream } from './random.ts'
import type { Access, User } from './users.ts'

/** Longer than any run: an answer that was kept is there as long as anybody asks. */
const EXPIRY_MS = 6 * 86_400_000
/** After its expiry; its answer is still kept then. */
const ASKED_LATE_MS = 2_000
/** Between a request that broke or was refused and the next. */
const RETRY_MS = 50
/** From the last asking to the last answer, where nothing is broken: longer than a withdrawal waits. */
export const OPERATION_LIFE_MS = 8_000

/** The same, for the operations of a plan, from when they arrive. */
export function longestOperationMs(plans: readonly MoneyPlan[] = []): number {
  return Math.max(0, ...plans.map(({ expiryMs }) => OPERATION_LIFE_MS + (expiryMs === undefined ? 0 : expiryMs + ASKED_LATE_MS)))
}

interface Asking {
  readonly connector: Connector
  readonly operation: Operation
  readonly heard?: ((reply: MoneyAnswer) => void) | undefined
}

export class Teller {
  readonly #context: Context
  readonly #population: Population
  #last = 0

  constructor(context: Context, population: Population) {
    this.#context = context
    this.#population = population
  }

  start(plan: MoneyPlan): void {
    if (plan.rows === undefined) this.#draw(plan)
    else this.#askAll(plan, plan.rows)
  }

  /** Poisson arrivals from time 0 until the plan's end. */
  #draw(plan: MoneyPlan): void {
    const { events } = this.#context
    const arrivals = stream(this.#context, `arrivals of money ${plan.name}`)
    const facts = stream(this.#context, `money ${plan.name}`)
    const endUs = this.#context.plan.durationMs * 1000
    const next = (): number => Math.max(1, Math.round(arrivals.exponential(1_000_000 / plan.ratePerS)))
    const arrive = (): void => {
      this.#one(plan, this.#drawn(plan, facts))
      const at = events.nowUs + next()
      if (at < endUs) events.at(at, arrive)
    }
    if (plan.ratePerS > 0) events.at(next(), arrive)
  }

  /** One event planned at a time. */
  #askAll(plan: MoneyPlan, rows: readonly MoneyRow[], first = 0): void {
    const row = rows[first]
    if (row === undefined) return
    this.#context.events.at(Math.round(row.atMs * 1000), () => {
      this.#one(plan, row)
      this.#askAll(plan, rows, first + 1)
    })
  }

  /** Every fact is drawn, wanted or not, so that the stream stays in step whatever comes of it. */
  #drawn(plan: MoneyPlan, facts: Stream): MoneyRow {
    const who = plan.who[facts.below(plan.who.length)] ?? ''
    const accesses = this.#user(who).accesses
    const { connector: at } = accesses[facts.below(accesses.length)] as Access
    const sum = drawAmount(facts, plan.amounts)
    const direction = facts.happens(plan.deposits) ? 'deposit' : 'withdrawal'
    const isRepeated = facts.happens(plan.repeatOdds)
    const thread = facts.below(this.#connector(at).plan.threads)
    return { atMs: traceTime(this.#context), who, at, direction, amount: sum, thread, isRepeated }
  }

  #one(plan: MoneyPlan, row: MoneyRow): void {
    const { who, at, direction, amount: sum, thread, isRepeated } = row
    if (sum === 0n) return
    const { expiryMs } = plan
    this.#context.watch.moneyAsked?.(plan, row)
    const access = this.#user(who).accesses.find(({ connector }) => connector === at)
    if (access === undefined) throw new Error(`${who} has no account at ${at}`)
    const asking = { connector: this.#connector(at), operation: this.#operation(access, direction, sum, expiryMs) }
    this.#ask(asking, thread)
    if (!isRepeated) return
    this.#ask(asking, thread + 1)
    if (expiryMs !== undefined) this.#context.events.after((expiryMs + ASKED_LATE_MS) * 1000, () => this.#ask(asking, thread + 1))
  }

  #operation({ account }: Access, direction: Operation['direction'], sum: Amount, expiryMs = EXPIRY_MS): Operation {
    return { id: `${++this.#last}`, account: account.id, direction, amount: sum, expiresAt: this.#context.events.nowMs() + expiryMs }
  }

  #ask(asking: Asking, place: number): void {
    const { connector, operation } = asking
    connector.moveMoney(place, operation, (reply) => {
      if (reply.type === 'failure' || (reply.type === 'refusal' && reply.status === 503))
        this.#context.events.after(RETRY_MS * 1000, () => this.#ask(asking, place + 1))
      else asking.heard?.(reply)
    })
  }

  /**
   * B10: in a quiet world all that an account has can be withdrawn, and no more, at whatever thread; what a store forgot is
   * there once more, and reported (B12). Returns who is to be looked at when there was time.
   */
  drain(plans: readonly MoneyPlan[], beyond: bigint): () => void {
    const due: { readonly asking: Asking; readonly account: string; readonly replies: readonly MoneyAnswer[] }[] = []
    for (const access of this.#accesses(plans)) {
      const connector = this.#connector(access.connector)
      const { id, name, creditLimit } = access.account
      const [shard] = connector.store.read([id]).accounts
      const all = connector.store.balanceOf(id) + creditLimit + (shard?.lostByFailover ?? 0n) + beyond
      if (all <= 0n) continue
      const operation = this.#operation(access, 'withdrawal', amount(all))
      const replies: MoneyAnswer[] = []
      const asking: Asking = { connector, operation, heard: (reply) => void replies.push(reply) }
      due.push({ asking, account: name, replies })
      this.#ask(asking, due.length + 1)
    }
    return () => {
      for (const { asking, account, replies } of due) {
        this.#context.checked.B10++
        const { amount: sum } = asking.operation
        const [reply] = replies
        const words = reply?.type === 'declined' ? reply.why : reply?.type
        if (words === (beyond > 0n ? 'insufficient' : 'moved')) continue
        const what = `at ${asking.connector.name}: ${sum} of ${account} was asked for, ${beyond} more than there is, and the answer is ${words}`
        throw new InvariantBroken('B10', what, [account])
      }
    }
  }

  #accesses(plans: readonly MoneyPlan[]): readonly Access[] {
    const names = new Set(plans.flatMap(({ who }) => who))
    return [...names].flatMap((name) => this.#user(name).accesses)
  }

  #user(name: string): User {
    const user = this.#population.users.get(name)
    if (user === undefined) throw new Error(`operations of ${name}, who is no user`)
    return user
  }

  #connector(name: string): Connector {
    return this.#population.connectors.get(name) as Connector
  }
}
