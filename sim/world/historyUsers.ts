/** What the users of a recorded history were told, from the messages on their lines alone. */
import { type Checked, InvariantBroken } from '../check/violation.ts'
import type { BehaviourPlan, PaymentRow, Plan } from '../workload/plan.ts'
import type { TraceLine } from './trace.ts'

type MessageLine = Extract<TraceLine, { kind: 'message' }>

interface Told {
  readonly arrives: number
  readonly user: string
  readonly connector: string
  readonly payment: string
  readonly condition: string
  readonly outcome: string
}

/** Two payments of one sender may share a condition, never the expiry too. */
interface Open {
  readonly line: string
  readonly payment: string
  readonly condition: string
  readonly connector: string
}

export class HistoryUsers {
  readonly #holders: ReadonlySet<string>
  readonly #behaviours: readonly BehaviourPlan[]
  /** Lines on which a request may stay without an answer for good. */
  readonly #lossy: ReadonlySet<string>
  readonly #checked: Checked
  readonly #rows: readonly PaymentRow[]
  /** Prepares without an answer, by line and exchange. */
  readonly #open = new Map<string, Open>()
  readonly #outcomes = new Map<string, string>()
  /** Which row of the plan a payment is: they are asked in order. */
  readonly #row = new Map<string, number>()
  #onTheWay: Told[] = []

  constructor({ behaviours, payments, faults }: Plan, checked: Checked) {
    this.#behaviours = behaviours
    this.#lossy = new Set(faults.map(({ who }) => who))
    this.#holders = new Set(behaviours.filter(({ kind }) => kind === 'hold').map(({ who }) => who))
    this.#rows = payments
    this.#checked = checked
  }

  /** Lines between connectors have no space in their names. */
  hear({ line, exchange, from, to, arrives, message }: MessageLine): void {
    if (!line.includes(' ') || message.type === 'announcement') return
    const key = `${line} ${exchange}`
    const user = line.slice(0, line.indexOf(' '))
    if (message.type === 'prepare') {
      if (from !== user) return
      const payment = `${user} ${message.condition} ${message.expiresAt}`
      this.#open.set(key, { line, payment, condition: message.condition, connector: to })
      if (!this.#row.has(payment)) this.#row.set(payment, this.#row.size)
      return
    }
    const open = this.#open.get(key)
    if (open !== undefined) {
      this.#open.delete(key)
      const outcome = message.type === 'fulfill' ? 'fulfilled' : message.type === 'reject' ? message.code : undefined
      if (outcome !== undefined && arrives !== undefined) this.#onTheWay.push({ ...open, arrives, user, outcome })
    }
  }

  /** What has arrived by now is told. */
  until(atMs: number): void {
    if (!this.#onTheWay.some(({ arrives }) => arrives <= atMs)) return
    const arrived = this.#onTheWay.filter(({ arrives }) => arrives <= atMs).sort((a, b) => a.arrives - b.arrives)
    this.#onTheWay = this.#onTheWay.filter(({ arrives }) => arrives > atMs)
    for (const told of arrived) this.#tell(told)
  }

  #tell(told: Told): void {
    const { user, payment, condition, outcome } = told
    const before = this.#outcomes.get(payment)
    if (before !== undefined && before !== outcome && !this.#isLiar(told))
      throw new InvariantBroken('ends', `${user} was told ${before}, and then ${outcome}`, [condition])
    this.#outcomes.set(payment, outcome)
    if (before === undefined && this.#mustSucceed(payment)) this.#succeeded(payment, user, outcome)
  }

  /** Of a connector that lies to its own users nothing is expected. */
  #isLiar({ user, connector }: Told): boolean {
    return this.#behaviours.some(({ who, towards = user }) => who === connector && towards === user)
  }

  #mustSucceed(payment: string): boolean {
    return this.#rows[this.#row.get(payment) ?? -1]?.mustSucceed === true
  }

  #succeeded(payment: string, user: string, outcome: string): void {
    this.#checked.progress++
    if (outcome === 'fulfilled') return
    const { amount, to } = this.#rows[this.#row.get(payment) ?? -1] ?? {}
    const [, condition = ''] = payment.split(' ')
    throw new InvariantBroken('progress', `nothing stands in the way of ${amount} from ${user} to ${to}, and ${user} was told ${outcome}`, [condition])
  }

  /** At the end: every request was answered, unless by one that holds, and what must succeed has. */
  close(checked: Checked): void {
    this.until(Number.POSITIVE_INFINITY)
    checked.quiet++
    const untold = [...this.#open.values()].filter(({ connector, line }) => !this.#holders.has(connector) && !this.#lossy.has(line))
    if (untold[0] !== undefined) throw new InvariantBroken('quiet', `${untold.length} payments were never told how they ended`, [untold[0].condition])
    for (const payment of this.#row.keys()) {
      if (this.#mustSucceed(payment) && !this.#outcomes.has(payment)) this.#succeeded(payment, '?', 'lost')
    }
  }
}
