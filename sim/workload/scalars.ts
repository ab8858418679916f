/** What single values look like in scenario files only: each is read, checked and turned into what the plan holds. */
import type { ThreadId } from '../../src/core/values/account.ts'
import { type Amount, amount } from '../../src/core/values/amount.ts'
import { AMOUNT_SHAPE, readAmount, scalar, shown } from '../../src/files/scalars.ts'

const PER_SECOND: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 }
const MAX_RATE_PER_S = 1_000_000

/** `30/s`, `2/m` → per second. */
export function rate(description: string) {
  return scalar<number>({ type: 'string', pattern: '^\\d+(\\.\\d+)?/(s|m|h)$', description }, (value) => {
    const match = /^(\d{1,12}(?:\.\d{1,9})?)\/(s|m|h)$/.exec(String(value))
    if (!match) return { wrong: `${shown(value)} is not a rate; write 30/s, 2/m or 1/h` }
    const perS = Number(match[1]) / (PER_SECOND[match[2] ?? ''] ?? 1)
    return perS > 0 && perS <= MAX_RATE_PER_S ? perS : { wrong: `${shown(value)} is not above 0 and at most ${MAX_RATE_PER_S}/s` }
  })
}

/** `98%` or 0.98 → 0.98. */
export function odds(description: string) {
  const shape = {
    anyOf: [
      { type: 'number', minimum: 0, maximum: 1 },
      { type: 'string', pattern: '^\\d+(\\.\\d+)?%$' },
    ],
    description,
  }
  return scalar<number>(shape, (value) => {
    const percent = typeof value === 'string' && /^\d{1,3}(\.\d{1,9})?%$/.test(value) ? Number(value.slice(0, -1)) / 100 : value
    return typeof percent === 'number' && percent >= 0 && percent <= 1 ? percent : { wrong: `${shown(value)} is not from 0 to 1; write 0.98 or 98%` }
  })
}

/** What `unlimited` stands for: a thousand million million, so that two thousand accounts stay below 2^61 (R6). */
export const UNLIMITED = amount(1_000_000_000_000_000n)

export function funds(description: string) {
  return scalar<Amount>({ anyOf: [{ const: 'unlimited' }, ...AMOUNT_SHAPE], description }, (value) => (value === 'unlimited' ? UNLIMITED : readAmount(value)))
}

/** A finite number above 0, for parameters of distributions. */
export function positive(description: string) {
  return scalar<number>({ type: 'number', exclusiveMinimum: 0, description }, (value) =>
    typeof value === 'number' && value > 0 && value < 1e15 ? value : { wrong: `${shown(value)} is not a number above 0` },
  )
}

/** A reject's code. */
export function rejectCode(description: string) {
  return scalar<string>({ type: 'string', pattern: '^[FTR]\\d\\d$', description }, (value) =>
    typeof value === 'string' && /^[FTR]\d\d$/.test(value) ? value : { wrong: `${shown(value)} is not a reject code; write F99, T00 or the like` },
  )
}

export function threadId(description: string) {
  return scalar<ThreadId>({ type: 'string', pattern: '^t\\d+$', description }, (value) =>
    isThread(value) ? value : { wrong: `${shown(value)} is not a thread; write t0, t1 or the like` },
  )
}

function isThread(value: unknown): value is ThreadId {
  return typeof value === 'string' && /^t\d{1,2}$/.test(value)
}
