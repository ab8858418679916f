/**
 * Money: integers in ledgerBaseUnit, as bigint. An `Amount` is never negative, a `Balance` may be.
 * Only this file makes one from a bare bigint (R6: everything fits a signed 64-bit integer).
 */
declare const balanceBrand: unique symbol
declare const amountBrand: unique symbol
export type Balance = bigint & { readonly [balanceBrand]: true }
export type Amount = Balance & { readonly [amountBrand]: true }

export const MAX_INT64 = (2n ** 63n - 1n) as Amount
/** What entered, the credit limits and the position limits of a unit stay below this (R6). */
export const MAX_TOTAL = (2n ** 61n) as Amount
/** A running total this high is `full`: the thread serves that account no more (R6). */
export const MAX_RUNNING_TOTAL = (2n ** 62n) as Amount

export const ZERO = 0n as Amount

export type Invalid = { readonly invalid: string }

/** A decimal string without sign, point or exponent, at most 2^63 - 1. */
export function parseAmount(text: string): Amount | Invalid {
  if (!/^\d{1,20}$/.test(text)) return { invalid: `'${text}' is not a whole number of base units (digits only)` }
  const value = BigInt(text)
  if (value > MAX_INT64) return { invalid: `${text} is above the largest amount, ${MAX_INT64}` }
  return value as Amount
}

/** Throws for a negative value: a bug, never a peer's doing. */
export function amount(value: bigint): Amount {
  if (value < 0n) throw new Error(`negative amount ${value}`)
  return value as Amount
}

export function balance(value: bigint): Balance {
  return value as Balance
}

export function add(a: Amount, b: Amount): Amount {
  return (a + b) as Amount
}

/** a - b where b <= a is known; throws otherwise. */
export function subtract(a: Amount, b: Amount): Amount {
  return amount(a - b)
}

export function plus(a: Balance, b: Balance): Balance {
  return (a + b) as Balance
}

export function minus(a: Balance, b: Balance): Balance {
  return (a - b) as Balance
}

export function times(a: Amount, n: number): Amount {
  return (a * BigInt(n)) as Amount
}

/** The part of `a` above `b`, or zero. */
export function excess(a: Balance, b: Balance): Amount {
  return (a > b ? a - b : 0n) as Amount
}

export function least(a: Amount, b: Amount): Amount {
  return a < b ? a : b
}

export function most(a: Amount, b: Amount): Amount {
  return a > b ? a : b
}

/** Floor of a / n for a positive n; a may be negative. */
export function divideFloor(a: bigint, n: bigint): bigint {
  const quotient = a / n
  return a % n !== 0n && a < 0n !== n < 0n ? quotient - 1n : quotient
}

/** An approximation for statistics (records, ratios of volume); never money. */
export function weight(a: Balance): number {
  return Number(a)
}
