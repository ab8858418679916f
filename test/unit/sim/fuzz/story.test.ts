import { describe, expect, test } from 'vitest'
import { StoryTeller } from '../../../../sim/fuzz/story.ts'

const account = { at: -1, kind: 'account', connector: 'hub', account: { id: 'a', name: 'alice' } }
const warm = (at: number, who: string, wanted = '5') => ({
  at,
  kind: 'store',
  connector: 'hub',
  who,
  command: { type: 'warm', account: 'a', wanted },
  reply: { grant: '0', coldBefore: '0' },
})
const crash = (at: number) => ({ at, kind: 'fault', connector: 'hub', fault: { type: 'crash', thread: 't1' } })

function told(...lines: readonly object[]): string[] {
  const teller = new StoryTeller()
  for (const line of [account, ...lines]) teller.hear(JSON.stringify(line))
  return teller.all().map(({ words }) => words)
}

describe('a story', () => {
  test('one thread asks the same again and again → told once, with how often and how long', () => {
    expect(told(warm(1, 't0'), warm(2, 't0'), warm(3, 't0'))).toEqual(['hub t0 warms alice: wants 5, gets 0 of 0 cold; 3 times until 3'])
  })

  test('another thread in between → each is told once', () => {
    expect(told(warm(1, 't0'), warm(2, 't1'), warm(3, 't0'), warm(4, 't1')).map((words) => words.replace(/.* (t\d).*;/, '$1'))).toEqual([
      't0 2 times until 3',
      't1 2 times until 4',
    ])
  })

  test('other words, or a fault in between → told anew', () => {
    expect(told(warm(1, 't0'), warm(2, 't0', '6'), warm(3, 't0'))).toHaveLength(3)
    expect(told(warm(1, 't0'), crash(2), warm(3, 't0'))).toHaveLength(3)
  })
})
