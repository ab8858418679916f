/** What single values look like in a file: each is read, checked and turned into what the program holds. */
import { z } from 'zod'
import { policies, policyNamed } from '../core/routing/policies.ts'
import { type Amount, MAX_INT64, parseAmount } from '../core/values/amount.ts'
import { isName, NAME_RULE } from './names.ts'
import { suggestion } from './usageError.ts'

export type Wrong = { readonly wrong: string }
type JsonSchema = Record<string, unknown>

/** A schema with its own reading and messages; `shape` is what editors are told. `parse` never sees a missing value. */
export function scalar<T extends string | number | bigint | boolean>(shape: JsonSchema, parse: (value: unknown) => T | Wrong) {
  return z
    .unknown()
    .meta(shape)
    .transform((value, context): T => {
      const parsed = value === undefined ? { wrong: 'is missing' } : value === null ? { wrong: 'has no value' } : parse(value)
      if (typeof parsed !== 'object') return parsed
      context.issues.push({ code: 'custom', message: parsed.wrong, input: value })
      return z.NEVER
    })
}

/** As a person would see it in the file, shortened. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : typeof value === 'number' ? digitsOf(value) : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function digitsOf(value: number): string {
  return String(Number.isInteger(value) ? BigInt(value) : value)
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
/** 31 days. */
const MAX_DURATION_MS = 2_678_400_000

/** `250ms`, `1.5s`, `5m`, `1h` → ms. */
export function duration(description: string, least = 0) {
  return scalar<number>({ type: 'string', pattern: '^\\d+(\\.\\d+)?(ms|s|m|h)$', description }, (value) => {
    const match = /^(\d{1,12}(?:\.\d{1,9})?)(ms|s|m|h)$/.exec(String(value))
    if (!match) return { wrong: `${shown(value)} is not a duration; write 250ms, 10s, 5m or 1h` }
    const ms = Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 1)
    if (ms > MAX_DURATION_MS) return { wrong: `${shown(value)} is longer than 31 days` }
    return ms < least ? { wrong: `${shown(value)} is shorter than ${least}ms` } : ms
  })
}

export const AMOUNT_SHAPE = [
  { type: 'integer', minimum: 0 },
  { type: 'string', pattern: '^\\d{1,19}$' },
]

/** A whole number of base units; above 2^53 in quotes. */
export function money(description: string) {
  return scalar<Amount>({ anyOf: AMOUNT_SHAPE, description }, readAmount)
}

export function readAmount(value: unknown): Amount | Wrong {
  if (typeof value !== 'number' && typeof value !== 'string') return { wrong: `${shown(value)} is not an amount; write a whole number of base units` }
  const number = Number(value)
  if (number < 0) return { wrong: `${shown(value)} is negative; an amount is 0 or more` }
  if (number > Number(MAX_INT64)) return { wrong: `${shown(value)} is above the largest amount, 2^63 - 1` }
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return { wrong: `${shown(value)} is above 2^53; write an amount this large in quotes` }
  }
  const parsed = parseAmount(String(value))
  if (typeof parsed === 'bigint') return parsed
  return { wrong: `${shown(value)} is ${/^\d+$/.test(String(value)) ? 'above the largest amount, 2^63 - 1' : 'not a whole number of base units'}` }
}

export function count(description: string, { least, most }: { readonly least: number; readonly most: number }) {
  return scalar<number>({ type: 'integer', minimum: least, maximum: most, description }, (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? Number(value)
      : { wrong: `${shown(value)} is not a whole number from ${least} to ${most}` },
  )
}

export function flag(description: string) {
  return scalar<boolean>({ type: 'boolean', description }, (value) =>
    typeof value === 'boolean' ? value : { wrong: `${shown(value)} is neither true nor false` },
  )
}

export function word<T extends string>(description: string, allowed: readonly T[]) {
  return scalar<T>({ enum: [...allowed], description }, (value): T | Wrong => {
    const found = allowed.find((each) => each === value)
    return found ?? { wrong: `${shown(value)} is not known; ${suggestion(String(value), allowed)}` }
  })
}

export function text(description: string) {
  return scalar<string>({ type: 'string', description }, (value) =>
    typeof value === 'string' && value.trim() !== '' ? value.trim() : { wrong: `${shown(value)} is not a text` },
  )
}

export function name(description: string) {
  return scalar<string>({ type: 'string', pattern: '^[a-zA-Z0-9_~-]+$', description }, (value) =>
    typeof value === 'string' && isName(value) ? value : { wrong: `${shown(value)} is not a name; ${NAME_RULE}` },
  )
}

/** A policy's name. */
export function policy(description: string) {
  return scalar<string>({ type: 'string', description }, (value) =>
    typeof value === 'string' && policyNamed(value) !== undefined
      ? value
      : {
          wrong: `${shown(value)} is not a policy; ${suggestion(
            String(value),
            policies.map((each) => each.name),
          )}`,
        },
  )
}
