/** What single values look like in a node's configuration only. */
import { isIPv6 } from 'node:net'
import { z } from 'zod'
import { type Address, parseAddress } from '../../core/values/address.ts'
import { scalar, shown, type Wrong } from '../../files/scalars.ts'
import { suggestion } from '../../files/usageError.ts'
import { isPublicKey } from '../../https/rpcKeys.ts'

export function ilpAddress(description: string) {
  return scalar<Address>({ type: 'string', description }, (value): Address | Wrong => {
    const parsed = parseAddress(String(value))
    return typeof parsed === 'string' ? parsed : { wrong: `${parsed.invalid}; write one like test.hub` }
  })
}

export function port(description: string) {
  return scalar<number>({ type: 'integer', minimum: 0, maximum: 65_535, description }, (value) =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535
      ? Number(value)
      : { wrong: `${shown(value)} is not a port; write a number from 1 to 65535, or 0 for any free one` },
  )
}

/** Where to listen. */
export function host(description: string) {
  return scalar<string>({ type: 'string', description }, (value) =>
    typeof value === 'string' && ((isIPv6(value) && !value.includes('%')) || /^[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*$/.test(value))
      ? value
      : { wrong: `${shown(value)} is not a host; write a name or an address without a port, such as 127.0.0.1 or 0.0.0.0` },
  )
}

/** With one of these schemes, and neither query nor fragment nor user. */
export function url(description: string, schemes: readonly [string, string]) {
  return scalar<string>({ type: 'string', description }, (value) => {
    const parsed = urlIn(value)
    if (parsed === undefined || !schemes.includes(parsed.protocol.slice(0, -1)) || parsed.hostname === '') {
      return { wrong: `${shown(value)} is not a url; write ${schemes.map((scheme) => `${scheme}://…`).join(' or ')}` }
    }
    if (parsed.username !== '' || parsed.password !== '') return { wrong: 'has a user or password in it; the token stands in a key of its own' }
    return parsed.hash === '' && parsed.search === '' ? String(value) : { wrong: `${shown(value)} has a ? or # part; leave it out` }
  })
}

function urlIn(value: unknown): URL | undefined {
  return typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
}

/** `embedded`, or where a Redis is. */
export function redis(description: string) {
  return scalar<string>({ type: 'string', description }, (value) => {
    if (value === 'embedded') return value
    if (Array.isArray(value)) return { wrong: 'a list of cluster nodes is not served yet; write embedded, or the url of one Redis' }
    const parsed = urlIn(value)
    if (parsed !== undefined && /^rediss?:$/.test(parsed.protocol) && parsed.hostname !== '') return String(value)
    return { wrong: `${withoutPassword(value)} is neither embedded nor the url of a Redis; write embedded, or redis://host:port` }
  })
}

function withoutPassword(value: unknown): string {
  return shown(typeof value === 'string' ? value.replace(/\/\/[^@/]*@/, '//…@') : value)
}

const MAX_TOKEN = 1_024

/** Goes into an Authorization header as it is. Never shown. */
export function token(description: string) {
  return scalar<string>({ type: 'string', description }, (value) => {
    if (typeof value !== 'string') return { wrong: 'is not a text; write the token in quotes' }
    if (value === '') return { wrong: 'is empty; without a token nobody could be told from anybody' }
    return value.length <= MAX_TOKEN && /^[!-~]+$/.test(value)
      ? value
      : { wrong: `has a character that no header can carry, or more than ${MAX_TOKEN}; write printable ASCII without spaces` }
  })
}

/** Of X25519, 32 octets. Never shown. */
export function publicKey(description: string) {
  return scalar<string>({ type: 'string', description }, (value) =>
    typeof value === 'string' && isPublicKey(value) ? value : { wrong: 'is not a public key; write 43 characters of base64url' },
  )
}

const DECIMAL = /^\d{1,18}(\.\d{1,18})?$/

/** A positive decimal number, exactly as it stands. */
export function decimal(description: string) {
  const shape = {
    anyOf: [
      { type: 'number', exclusiveMinimum: 0 },
      { type: 'string', pattern: '^\\d{1,18}(\\.\\d{1,18})?$' },
    ],
    description,
  }
  return scalar<string>(shape, (value) => {
    const written = typeof value === 'number' ? plain(value) : typeof value === 'string' ? value : undefined
    if (written === undefined || !DECIMAL.test(written)) return { wrong: `${shown(value)} is not a decimal number above 0; write one like 0.0004, or "0.0004"` }
    if (/^[0.]+$/.test(written)) return { wrong: 'is not above 0' }
    // A number of the file has gone through binary: 15 digits come back as they were written.
    if (typeof value === 'number' && written.replace('.', '').replace(/^0+/, '').length > 15) {
      return { wrong: `${shown(value)} has more digits than a plain number keeps; write it in quotes` }
    }
    return written
  })
}

/** 1e-7 → 0.0000001 */
function plain(value: number): string {
  const [digits = '', exponent] = String(value).split('e-')
  if (exponent === undefined) return digits
  const [whole = '', decimals = ''] = digits.split('.')
  return `0.${'0'.repeat(Number(exponent) - whole.length)}${whole}${decimals}`
}

interface Words<T extends string | boolean> {
  readonly served: readonly T[]
  /** Known, and for a later version. */
  readonly later: readonly (string | boolean)[]
}

export function servedWord<T extends string | boolean>(description: string, { served, later }: Words<T>) {
  return scalar<T>({ enum: [...served], description }, (value): T | Wrong => {
    const found = served.find((each) => each === value)
    if (found !== undefined) return found
    if (later.some((each) => each === value)) return { wrong: `${shown(value)} is not served yet; write ${served.join(' or ')}` }
    return { wrong: `${shown(value)} is not known; ${suggestion(String(value), served.map(String))}` }
  })
}

/** A key of a later version: refused rather than ignored. */
export function notServed(todo: string) {
  return z.exactOptional(scalar<boolean>({ not: {}, description: 'Not served yet.' }, () => ({ wrong: `is not served yet; ${todo}` })))
}
