import { describe, expect, test } from 'vitest'
import { address, globalPrefix, isBelow, parentOf, parseAddress } from '../../../../src/core/values/address.ts'

describe('ILP addresses', () => {
  test.each(['test', 'g.us.bank', 'test.a-b_c~d.9', `g.${'a'.repeat(1021)}`])('%.30s → an address', (text) => {
    expect(parseAddress(text)).toBe(text)
  })

  test.each(['', '.', 'test.', '.test', 'test..a', 'test.a b', 'test/a', 'tést', 'test.a\n', 'test.a\0', `g.${'a'.repeat(1022)}`])('%j → invalid', (text) => {
    expect(parseAddress(text)).toHaveProperty('invalid')
    expect(() => address(text)).toThrow()
  })

  test.each([
    ['test.hub', 'test.hub', true],
    ['test.hub', 'test.hub.alice', true],
    ['test.hub', 'test.hubris', false],
    ['test.hub', 'test', false],
    ['', 'test', true],
    ['', '', true],
  ])('%j and %j → below: %s', (prefix, text, below) => {
    expect(isBelow(prefix, text)).toBe(below)
  })

  test('parents → one segment less, undefined above the first', () => {
    expect(['test.hub.alice', 'test.hub', 'test'].map(parentOf)).toEqual(['test.hub', 'test', undefined])
  })

  test('the global prefix → the first segment', () => {
    expect(['test.hub', 'g'].map(globalPrefix)).toEqual(['test', 'g'])
  })
})
