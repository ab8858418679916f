import { describe, expect, test } from 'vitest'
import { Timers } from '../../../src/core/timers.ts'

const always = () => true

function taken(timers: Timers<string>, at: number): string[] {
  const jobs: string[] = []
  for (let slot = timers.take(at); slot !== undefined; slot = timers.take(at)) jobs.push(...slot)
  return jobs
}

describe('timers', () => {
  test('nothing armed → no deadline, nothing to take', () => {
    const timers = new Timers<string>(always)
    expect(timers.next()).toBeUndefined()
    expect(timers.take(1_000_000)).toBeUndefined()
  })

  test('a job → at the end of its 10 ms slot, never early', () => {
    const timers = new Timers<string>(always)
    timers.arm(101, 'a')
    expect(timers.next()).toBe(110)
    expect(taken(timers, 109)).toEqual([])
    expect(taken(timers, 110)).toEqual(['a'])
    expect(taken(timers, 1_000)).toEqual([])
  })

  test('a job exactly at the end of a slot → in that slot', () => {
    const timers = new Timers<string>(always)
    timers.arm(100, 'a')
    expect(timers.next()).toBe(100)
  })

  test('jobs armed in any order → taken by slot, within a slot as they were armed', () => {
    const timers = new Timers<string>(always)
    for (const [at, job] of [
      [55, 'f'],
      [20, 'c'],
      [11, 'a'],
      [40, 'e'],
      [19, 'b'],
      [31, 'd'],
      [60, 'g'],
    ] as const)
      timers.arm(at, job)
    expect(taken(timers, 40)).toEqual(['c', 'a', 'b', 'e', 'd'])
    expect(taken(timers, 60)).toEqual(['f', 'g'])
  })

  test('one slot at a time → the next is told in between', () => {
    const timers = new Timers<string>(always)
    timers.arm(30, 'b')
    timers.arm(10, 'a')
    expect(timers.take(100)).toEqual(['a'])
    expect(timers.next()).toBe(30)
  })

  test('a job armed in the past → due at once', () => {
    const timers = new Timers<string>(always)
    timers.arm(100, 'late')
    timers.arm(5, 'old')
    expect(timers.next()).toBe(10)
    expect(taken(timers, 100)).toEqual(['old', 'late'])
  })

  test('many slots → in order', () => {
    const timers = new Timers<string>(always)
    const at = Array.from({ length: 500 }, (_, i) => ((i * 7_919) % 500) * 10)
    for (const each of at) timers.arm(each, String(each))
    expect(taken(timers, 5_000)).toEqual([...at].sort((a, b) => a - b).map(String))
  })

  test('all jobs of a slot have lost their reason → nobody wakes for it', () => {
    const gone = new Set(['a'])
    const timers = new Timers<string>((job) => !gone.has(job))
    timers.arm(10, 'a')
    timers.arm(20, 'b')
    expect(timers.next()).toBe(20)
    gone.add('b')
    expect(timers.next()).toBeUndefined()
  })
})
