import { describe, expect, test } from 'vitest'
import { makeDirectory, serves } from '../../../../src/core/directory.ts'
import { accountIdOf, dealFarms, parallelismOf } from '../../../../src/core/values/account.ts'
import { address } from '../../../../src/core/values/address.ts'
import { account } from '../../../fixtures/oneThread.ts'

describe('A1: the accountId', () => {
  test.each([1, 4, 255])('parallelism %i → the first byte says so', (parallelism) => {
    const id = accountIdOf('alice', parallelism)
    expect(Buffer.from(id, 'base64url')).toHaveLength(16)
    expect(parallelismOf(id)).toBe(parallelism)
  })

  test('the same name and parallelism → the same id; another of either → another', () => {
    expect(accountIdOf('alice', 4)).toBe(accountIdOf('alice', 4))
    expect(new Set([accountIdOf('alice', 4), accountIdOf('alice', 5), accountIdOf('bob', 4)]).size).toBe(3)
  })

  test.each([0, 256, 1.5, -1, Number.NaN])('parallelism %d → throws', (parallelism) => {
    expect(() => accountIdOf('alice', parallelism)).toThrow(/parallelism/)
  })
})

describe('A1: dealing threads to farms', () => {
  test('4 threads, farms 1 and 4 → t0, and t1 t2 t3 t0', () => {
    expect([...dealFarms(4, [1, 4])]).toEqual([
      [1, ['t0']],
      [4, ['t1', 't2', 't3', 't0']],
    ])
  })

  test('any order, repeated → ascending, each farm once', () => {
    expect([...dealFarms(6, [3, 1, 3, 2, 1])]).toEqual([
      [1, ['t0']],
      [2, ['t1', 't2']],
      [3, ['t3', 't4', 't5']],
    ])
  })

  test('the ring is used up → it goes on from the first', () => {
    expect([...dealFarms(3, [1, 2, 3])]).toEqual([
      [1, ['t0']],
      [2, ['t1', 't2']],
      [3, ['t0', 't1', 't2']],
    ])
  })

  test('a farm larger than the connector → throws and says how many are missing', () => {
    expect(() => dealFarms(4, [5])).toThrow('a farm of 5 needs 5 threads, there are 4')
  })

  test('no accounts → no farms', () => {
    expect(dealFarms(4, []).size).toBe(0)
  })
})

test('a directory → each account is served by its farm alone', () => {
  const one = account('one')
  const four = account('four', { parallelism: 4 })
  const directory = makeDirectory(address('test.hub'), 5, [one, four])
  expect((['t0', 't1', 't4'] as const).map((thread) => [serves(directory, thread, one), serves(directory, thread, four)])).toEqual([
    [true, false],
    [false, true],
    [false, true],
  ])
})
