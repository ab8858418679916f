/** Which rows of the transition table (src/core/payment/table.ts) worlds have used, and why some cannot be used there. */
import { type PaymentEvent, type PaymentState, transitions } from '../../src/core/payment/table.ts'

export type Row = `${PaymentState} ${PaymentEvent}`

export type Rows = Partial<Record<Row, number>>

const SENDING: readonly PaymentEvent[] = ['notTaken', 'unknown', 'repeat']
const OF_ATTEMPT: readonly PaymentEvent[] = ['fulfill', 'reject', 'timer', ...SENDING]

/**
 * Rows that no world can reach, and the reason: one that is reached all the same refutes it. A row that the table calls a bug is
 * none that should be reached; it asserts. A reply to what has not left is no such row: a liar may claim it for another payment.
 */
const UNREACHABLE: Readonly<Partial<Record<Row, string>>> = {
  ...because(
    'each of these is of an attempt, by its number, and is heard only while that is the present one (thread.ts, replies.ts); none has been made',
    ['owning', 'waiting', 'rejecting'],
    OF_ATTEMPT,
  ),
  ...because(
    'they come of a sending of the present attempt, which leaves, or is taken up from a book, in state sent; what comes of an earlier attempt is not heard',
    ['charging', 'rerouting'],
    SENDING,
  ),
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
  /** Explained as out of reach, and reached. */
  readonly refuted: readonly Row[]
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
    refuted: rows.filter((row) => used[row] !== undefined && UNREACHABLE[row] !== undefined),
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
