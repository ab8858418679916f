/** What was written as JSON, with its amounts as bigint again. */
import { balance } from '../../src/core/values/amount.ts'

/** The keys, at any depth, under which a type has amounts. */
export type AmountKeys<T> = T extends readonly (infer E)[]
  ? AmountKeys<E>
  : T extends string | number | boolean | bigint | Uint8Array | ReadonlyMap<unknown, unknown> | undefined
    ? never
    : { [K in keyof T & string]-?: NonNullable<T[K]> extends bigint ? K : AmountKeys<NonNullable<T[K]>> }[keyof T & string]

/** Whole numbers in strings become bigint wherever they stand under one of `keys`. */
export function revived(value: unknown, keys: Readonly<Record<string, true>>, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => revived(item, keys))
  if (typeof value === 'string') return keys[key] && /^-?\d+$/.test(value) ? balance(BigInt(value)) : value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, revived(item, keys, name)]))
}
