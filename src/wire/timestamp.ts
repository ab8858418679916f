/** Interledger timestamps (RFC 27): 17 ASCII digits, `YYYYMMDDHHMMSSfff`, UTC. By arithmetic: this room has no `Date`. */
import type { UnixMs } from '../core/values/time.ts'

export const TIMESTAMP_LENGTH = 17

const DAY_MS = 86_400_000
/** From 0000-03-01, where the arithmetic of leap years begins, to 1970-01-01. */
const DAYS_BEFORE_1970 = 719_468
const DAYS_OF_400_YEARS = 146_097
/** The last that four digits of a year can say: 9999-12-31T23:59:59.999Z. */
const LAST_MS = 253_402_300_799_999

/** Undefined unless all are digits of a time that the calendar has, after 1970-01-01; a leap second is none. */
export function readTimestamp(bytes: Uint8Array, at: number): UnixMs | undefined {
  const year = digits(bytes, at, 4)
  const month = digits(bytes, at + 4, 2)
  const day = digits(bytes, at + 6, 2)
  const hour = digits(bytes, at + 8, 2)
  const minute = digits(bytes, at + 10, 2)
  const second = digits(bytes, at + 12, 2)
  const millisecond = digits(bytes, at + 14, 3)
  // What is no digit has made its field NaN, and NaN is never within its bounds.
  if (!(year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month))) return undefined
  if (!(hour < 24 && minute < 60 && second < 60 && millisecond < 1000)) return undefined
  const ms = daysSince1970(year, month, day) * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond
  return ms > 0 ? ms : undefined
}

/** Whole milliseconds after 1970 and before the year 10000; throws otherwise. */
export function writeTimestamp(bytes: Uint8Array, at: number, ms: UnixMs): void {
  if (!Number.isInteger(ms) || ms <= 0 || ms > LAST_MS) throw new Error(`${ms} is no time that a packet can say`)
  const daysSince = Math.floor(ms / DAY_MS)
  const ofDay = ms - daysSince * DAY_MS
  writeDate(bytes, at, daysSince)
  put(bytes, at + 8, 2, Math.floor(ofDay / 3_600_000))
  put(bytes, at + 10, 2, Math.floor(ofDay / 60_000) % 60)
  put(bytes, at + 12, 2, Math.floor(ofDay / 1000) % 60)
  put(bytes, at + 14, 3, ofDay % 1000)
}

/** The civil calendar by eras of 400 years that begin in March (Howard Hinnant, chrono-compatible date algorithms). */
function daysSince1970(year: number, month: number, day: number): number {
  const fromMarch = month > 2 ? month - 3 : month + 9
  const y = month > 2 ? year : year - 1
  const ofYear = Math.floor((153 * fromMarch + 2) / 5) + day - 1
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + ofYear - DAYS_BEFORE_1970
}

function writeDate(bytes: Uint8Array, at: number, daysSince: number): void {
  const days = daysSince + DAYS_BEFORE_1970
  const era = Math.floor(days / DAYS_OF_400_YEARS)
  const ofEra = days - era * DAYS_OF_400_YEARS
  const yearOfEra = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365)
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * ofYear + 2) / 153)
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  put(bytes, at, 4, yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
  put(bytes, at + 4, 2, month)
  put(bytes, at + 6, 2, ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1)
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let i = at; i < at + count; i++) {
    const digit = (bytes[i] ?? 0) - 48
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

function put(bytes: Uint8Array, at: number, count: number, value: number): void {
  let left = value
  for (let i = at + count - 1; i >= at; i--) {
    bytes[i] = 48 + (left % 10)
    left = Math.floor(left / 10)
  }
}
