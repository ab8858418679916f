/** ILP addresses (RFC 15): segments of letters, digits, `_`, `~`, `-`, separated by dots. */
declare const brand: unique symbol
export type Address = string & { readonly [brand]: true }

const SHAPE = /^[a-zA-Z0-9_~-]+(\.[a-zA-Z0-9_~-]+)*$/
const MAX_LENGTH = 1023

export function parseAddress(text: string): Address | { readonly invalid: string } {
  if (text.length > MAX_LENGTH) return { invalid: `an ILP address has at most ${MAX_LENGTH} characters` }
  if (!SHAPE.test(text)) return { invalid: `'${text}' is not an ILP address (segments of letters, digits, _ ~ - with dots between)` }
  return text as Address
}

/** Throws for a malformed one: only for addresses that a configuration already vouched for. */
export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (typeof parsed !== 'string') throw new Error(parsed.invalid)
  return parsed
}

/** Whether `address` is `prefix` or lies below it. The empty prefix holds everything. */
export function isBelow(prefix: string, address: string): boolean {
  if (prefix === '') return true
  return address.startsWith(prefix) && (address.length === prefix.length || address.charCodeAt(prefix.length) === 46)
}

/** `test.hub.alice` → `test.hub`; undefined above the first segment. */
export function parentOf(address: string): string | undefined {
  const dot = address.lastIndexOf('.')
  return dot < 0 ? undefined : address.slice(0, dot)
}

/** The first segment: `test`, `g`, `private`… */
export function globalPrefix(address: string): string {
  const dot = address.indexOf('.')
  return dot < 0 ? address : address.slice(0, dot)
}
