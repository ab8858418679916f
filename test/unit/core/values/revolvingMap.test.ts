import { expect, test } from 'vitest'
import { RevolvingMap } from '../../../../src/core/values/revolvingMap.ts'

test('set, replaced and deleted → as a Map has it, in the order of the first setting', () => {
  const map = new RevolvingMap<string, number>()
  map.set('a', 1)
  map.set('b', 2)
  map.set('a', 3)
  expect([map.size, map.get('a'), map.get('c'), map.has('b'), [...map.values()]]).toEqual([2, 3, undefined, true, [3, 2]])
  expect([map.delete('a'), map.delete('a'), map.size, map.get('a')]).toEqual([true, false, 1, undefined])
  map.set('a', 4)
  expect([...map]).toEqual([
    ['b', 2],
    ['a', 4],
  ])
})

test('cleared → empty, and takes values again', () => {
  const map = new RevolvingMap<number, string>()
  map.set(1, 'one')
  map.clear()
  expect([map.size, map.get(1), [...map.values()]]).toEqual([0, undefined, []])
  map.set(1, 'one again')
  expect(map.get(1)).toBe('one again')
})

test('deleted while it is gone through → what was deleted does not come', () => {
  const map = new RevolvingMap<number, string>()
  for (const key of [1, 2, 3]) map.set(key, `value ${key}`)
  const seen: string[] = []
  for (const value of map.values()) {
    seen.push(value)
    map.delete(2)
  }
  expect(seen).toEqual(['value 1', 'value 3'])
})
