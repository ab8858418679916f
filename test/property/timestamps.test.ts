import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readTimestamp, writeTimestamp } from '../../src/wire/timestamp.ts'
import { repeatable } from '../arbitraries/repeatable.ts'

const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const DAY_MS = 86_400_000

function isoDigits(ms: number): string {
  return new Date(ms).toISOString().replace(/\D/g, '')
}

test('for every time after 1970, what is written is the digits of its ISO form, and is read as the same time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: LAST_MS }), (ms) => {
      const bytes = Buffer.alloc(17)
      writeTimestamp(bytes, 0, ms)
      expect(bytes.toString('latin1')).toBe(isoDigits(ms))
      expect(readTimestamp(bytes, 0)).toBe(ms)
    }),
    repeatable(2_000),
  )
})

test('for every day from 1970 to 2400, its last millisecond is written and read right', () => {
  const bytes = Buffer.alloc(17)
  let wrong = 0
  for (let ms = DAY_MS - 1; ms < Date.UTC(2400, 2, 2); ms += DAY_MS) {
    writeTimestamp(bytes, 0, ms)
    if (bytes.toString('latin1') !== isoDigits(ms) || readTimestamp(bytes, 0) !== ms) wrong++
  }
  expect(wrong).toBe(0)
})

test('for every 17 digits, they are a time only if the calendar has it', () => {
  const two = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'))
  const digits = fc.tuple(
    fc.integer({ min: 1965, max: 2105 }).map(String),
    two(14),
    two(33),
    two(25),
    two(61),
    two(61),
    fc.nat(999).map((n) => String(n).padStart(3, '0')),
  )
  fc.assert(
    fc.property(digits, (parts) => {
      const text = parts.join('')
      const iso = text.replace(/^(....)(..)(..)(..)(..)(..)(...)$/, '$1-$2-$3T$4:$5:$6.$7Z')
      const ms = Date.parse(iso)
      const real = ms > 0 && isoDigits(ms) === text
      expect(readTimestamp(Buffer.from(text), 0)).toBe(real ? ms : undefined)
    }),
    repeatable(3_000),
  )
})
