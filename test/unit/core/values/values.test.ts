import { describe, expect, test } from 'vitest'
import { conditionOf, fulfillmentOf, matches } from '../../../../src/core/values/condition.ts'
import { nextDraw, unit } from '../../../../src/core/values/draw.ts'

describe('conditions', () => {
  test('32 zero bytes → their SHA-256 (FIPS 180-4)', () => {
    const condition = conditionOf(fulfillmentOf(Buffer.alloc(32)))
    expect(Buffer.from(condition, 'base64url').toString('hex')).toBe('66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925')
  })

  test('a preimage of another length → throws', () => {
    for (const length of [0, 31, 33]) expect(() => fulfillmentOf(Buffer.alloc(length))).toThrow(/32 bytes/)
  })

  test('one bit differs → does not match', () => {
    const right = fulfillmentOf(Buffer.alloc(32, 1))
    const wrong = fulfillmentOf(Buffer.concat([Buffer.alloc(31, 1), Buffer.of(0)]))
    expect([matches(conditionOf(right), right), matches(conditionOf(right), wrong)]).toEqual([true, false])
  })
})

describe('draws', () => {
  test('the largest → below 1; the smallest → 0', () => {
    expect(unit(Number.MAX_SAFE_INTEGER)).toBeLessThan(1)
    expect(unit(0)).toBe(0)
  })

  test('stretched a thousand times → whole numbers of 53 bits, all different, evenly spread', () => {
    const draws: number[] = []
    for (let draw = 1; draws.length < 1_000; draw = nextDraw(draw)) draws.push(draw)
    expect(new Set(draws).size).toBe(1_000)
    expect(draws.every((draw) => Number.isSafeInteger(draw) && draw >= 0)).toBe(true)
    const mean = draws.reduce((sum, draw) => sum + unit(draw), 0) / draws.length
    expect(mean).toBeGreaterThan(0.45)
    expect(mean).toBeLessThan(0.55)
  })
})
