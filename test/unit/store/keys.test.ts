import { expect, test } from 'vitest'
import { accountIdOf } from '../../../src/core/values/account.ts'
import { keysUnder } from '../../../src/store/keys.ts'

const alice = accountIdOf('alice', 4)

/** What Redis Cluster hashes: between the first brace and the next closing one. */
const tagOf = (key: string) => /\{([^}]*)\}/.exec(key)?.[1]

test('every key of a shard, whatever the request id → the tag of its account', () => {
  const keys = keysUnder('hub:')
  const all = [...Object.values(keys.shard(alice)), keys.hotSet(alice, 'a}{b'), keys.hotSet(alice, '')]
  expect(new Set(all.map(tagOf))).toEqual(new Set([alice]))
  expect(new Set(all).size).toBe(all.length)
})

test('every key of a book → the tag of its thread', () => {
  const all = Object.values(keysUnder('hub:').book('t3'))
  expect(new Set(all.map(tagOf))).toEqual(new Set(['t3']))
})

test('two prefixes → no key in common', () => {
  const [hub, other] = ['hub:', 'other:'].map((prefix) => Object.values(keysUnder(prefix).book('t0')))
  expect(hub?.filter((key) => other?.includes(key))).toEqual([])
})

test('a prefix with braces → thrown', () => {
  expect(() => keysUnder('{hub}')).toThrow("the prefix of the keys, '{hub}', has braces in it")
})
