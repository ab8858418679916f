/** What the users of a recorded history were told, from the messages on their lines alone. */
import { type Checked, InvariantBroken } from '../check/violation.ts'
import type { PaymentRow, Plan } from '../workload/plan.ts'
import type { TraceLine } from './trace.ts'

type MessageLine = Extract<TraceLine, { kind: 'message' }>

interface Told {
  readonly arrives: number
  readonly user: string
  readonly condition: string
  readonly outcome: string
}

export class HistoryUsers {
  readonly #holders: ReadonlySet<string>
  readonly #checked: Checked
  readonly #rows: readonly PaymentRow[]
  /** Prepares without an answer, by line and exchange. */
  readonly #open = new Map<string, { readonly condition: string; readonly connector: string }>()
  readonly #outcomes = new Map<string, string>()
  /** Which row of the plan has this condition: they are asked in order. */
  readonly #row = new Map<string, number>()
  #onTheWay: Told[] = []

  constructor({ behaviours, payments }: Plan, checked: Checked) {
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
      this.#open.set(key, { condition: message.condition, connector: to })
      if (!this.#row.has(message.condition)) this.#row.set(message.condition, this.#row.size)
    } else if (this.#open.delete(key)) {
      const outcome = message.type === 'fulfill' ? 'fulfilled' : message.type === 'reject' ? message.code : undefined
      if (outcome !== undefined && arrives !== undefined) this.#onTheWay.push({ arrives, user, condition: message.condition, outcome })
    }
  }

  /** What has arrived by now is told. */
  until(atMs: number): void {
    if (!this.#onTheWay.some(({ arrives }) => arrives <= atMs)) return
    const arrived = this.#onTheWay.filter(({ arrives }) => arrives <= atMs).sort((a, b) => a.arrives - b.arrives)
    this.#onTheWay = this.#onTheWay.filter(({ arrives }) => arrives > atMs)
    for (const told of arrived) this.#tell(told)
  }

  #tell({ user, condition, outcome }: Told): void {
    const before = this.#outcomes.get(condition)
    if (before !== undefined && before !== outcome) throw new InvariantBroken('ends', `${user} was told ${before}, and then ${outcome}`, [condition])
    this.#outcomes.set(condition, outcome)
    if (before === undefined && this.#mustSucceed(condition)) this.#succeeded(condition, user, outcome)
  }

  #mustSucceed(condition: string): boolean {
    return this.#rows[this.#row.get(condition) ?? -1]?.mustSucceed === true
  }

  #succeeded(condition: string, user: string, outcome: string): void {
    this.#checked.progress++
    if (outcome === 'fulfilled') return
    const { amount, to } = this.#rows[this.#row.get(condition) ?? -1] ?? {}
    throw new InvariantBroken('progress', `nothing stands in the way of ${amount} from ${user} to ${to}, and ${user} was told ${outcome}`, [condition])
  }

  /** At the end: every request was answered, unless by one that holds, and what must succeed has. */
  close(checked: Checked): void {
    this.until(Number.POSITIVE_INFINITY)
    checked.quiet++
    const untold = [...this.#open.values()].filter(({ connector }) => !this.#holders.has(connector))
    if (untold[0] !== undefined) throw new InvariantBroken('quiet', `${untold.length} payments were never told how they ended`, [untold[0].condition])
    for (const condition of this.#row.keys()) {
      if (this.#mustSucceed(condition) && !this.#outcomes.has(condition)) this.#succeeded(condition, '?', 'lost')
    }
  }
}
