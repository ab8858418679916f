/** Which rows of the transition table (src/core/payment/table.ts) worlds have used, and why some cannot be used there. */
import { type PaymentEvent, type PaymentState, transitions } from '../../src/core/payment/table.ts'

export type Row = `${PaymentState} ${PaymentEvent}`

export type Rows = Partial<Record<Row, number>>

const ANSWERS: readonly PaymentEvent[] = ['fulfill', 'reject', 'notTaken', 'unknown']
const ANY: readonly PaymentEvent[] = [...ANSWERS, 'timer']

/**
 * Rows that no simulated world reaches, and the reason. A row that the table calls a bug is none that should be reached; it
 * asserts.
 */
const UNREACHABLE: Readonly<Partial<Record<Row, string>>> = {
  ...because(
    'what belongs to an attempt is heard only while there is one (thread.ts, ofAttempt), and none has been made',
    ['owning', 'waiting', 'rejecting'],
    ANY,
  ),
  ...because('the attempt has not left: nobody can answer it', ['charging'], ['fulfill', 'reject']),
  ...because('the next attempt has not left, and what belongs to the one before is not heard any more', ['rerouting'], ANSWERS),
}

function because(reason: string, states: readonly PaymentState[], events: readonly PaymentEvent[]): Partial<Record<Row, string>> {
  return Object.fromEntries(states.flatMap((state) => events.map((event) => [`${state} ${event}`, reason])))
}

const states = Object.keys(transitions) as readonly PaymentState[]
const rows = states.flatMap((state) =>
  (Object.keys(transitions[state]) as readonly PaymentEvent[]).flatMap((event): Row[] => (transitions[state][event] === 'bug' ? [] : [`${state} ${event}`])),
)

export interface Coverage {
  readonly reached: number
  /** Of rows that could have been. */
  readonly unreached: readonly Row[]
  readonly unreachable: readonly { readonly row: Row; readonly reason: string }[]
}

export function coverageOf(used: Rows): Coverage {
  const missing = rows.filter((row) => used[row] === undefined)
  return {
    reached: rows.length - missing.length,
    unreached: missing.filter((row) => UNREACHABLE[row] === undefined),
    unreachable: missing.flatMap((row) => {
      const reason = UNREACHABLE[row]
      return reason === undefined ? [] : [{ row, reason }]
    }),
  }
}

/** Counts without making a key for each event. */
export class RowCounts {
  readonly #counts = new Map<PaymentState, Map<PaymentEvent, number>>()

  readonly count = (state: PaymentState, event: PaymentEvent): void => {
    let counts = this.#counts.get(state)
    if (counts === undefined) {
      counts = new Map()
      this.#counts.set(state, counts)
    }
    counts.set(event, (counts.get(event) ?? 0) + 1)
  }

  rows(): Rows {
    return Object.fromEntries([...this.#counts].flatMap(([state, counts]) => [...counts].map(([event, times]) => [`${state} ${event}`, times])))
  }
}
