import { describe, expect, test } from 'vitest'
import { add, amount, balance, divideFloor, excess, least, MAX_INT64, most, parseAmount, subtract, times } from '../../../../src/core/values/amount.ts'

describe('reading an amount', () => {
  test.each([
    ['0', 0n],
    ['007', 7n],
    ['9223372036854775807', MAX_INT64],
  ])('%s → that many', (text, value) => {
    expect(parseAmount(text)).toBe(value)
  })

  test.each(['', '-1', '+1', '1.0', '1e3', ' 1', '1 ', '0x10', '١', '123456789012345678901'])('%j → invalid: digits only', (text) => {
    expect(parseAmount(text)).toHaveProperty('invalid')
  })

  test.each(['9223372036854775808', '18446744073709551616'])('%s, beyond int64 → invalid, and says the largest', (text) => {
    expect(parseAmount(text)).toEqual({ invalid: expect.stringContaining('9223372036854775807') })
  })
})

describe('arithmetic', () => {
  test('below zero → throws', () => {
    expect(() => amount(-1n)).toThrow('negative amount -1')
    expect(() => subtract(amount(1n), amount(2n))).toThrow()
  })

  test('excess → the part above, never below zero', () => {
    expect([excess(balance(5n), balance(3n)), excess(balance(3n), balance(5n)), excess(balance(-1n), balance(-4n))]).toEqual([2n, 0n, 3n])
  })

  test('beyond 2^53 → exact', () => {
    expect(add(amount(2n ** 60n), amount(1n))).toBe(1_152_921_504_606_846_977n)
    expect(times(amount(2n ** 60n + 1n), 3)).toBe(3_458_764_513_820_540_931n)
  })

  test('least and most → the smaller, the larger', () => {
    expect([least(amount(1n), amount(2n)), most(amount(1n), amount(2n))]).toEqual([1n, 2n])
  })

  test.each([
    [7n, 2n, 3n],
    [-7n, 2n, -4n],
    [-8n, 2n, -4n],
    [0n, 5n, 0n],
    [-1n, 5n, -1n],
  ])('floor of %d / %d → %d', (a, n, floor) => {
    expect(divideFloor(a, n)).toBe(floor)
  })
})
