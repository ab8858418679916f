import { expect, test } from 'vitest'
import { storyOf } from '../../../../sim/experiment/violation.ts'

function told(about: readonly string[], lines: readonly unknown[]): unknown[] {
  const story = storyOf(about)
  for (const line of lines) story.hear(JSON.stringify(line))
  return story.lines().map((line) => JSON.parse(line))
}

test('a condition → its lines, and those of the payment that it belongs to', () => {
  const charge = { type: 'commit', changes: [{ type: 'charge', record: { payment: 'p7', condition: 'c' } }] }
  const send = { type: 'sendPrepare', payment: 'p8', prepare: { condition: 'd' } }
  const lines = [send, charge, { type: 'fulfillReceived', payment: 'p7' }, { type: 'fulfillReceived', payment: 'p8' }]
  expect(told(['c'], lines)).toEqual([charge, lines[2]])
  expect(told(['d'], lines)).toEqual([send, lines[3]])
})

test('a payment of the same id at another connector → not it', () => {
  const lines = [
    { connector: 'a', payment: 'p7', condition: 'c' },
    { connector: 'b', payment: 'p7' },
    { connector: 'a', payment: 'p7' },
  ]
  expect(told(['c'], lines)).toEqual([lines[0], lines[2]])
})

test('an account’s name → the lines with its id', () => {
  const lines = [
    { kind: 'account', account: { id: 'AbC', name: 'hub' } },
    { type: 'warm', account: 'AbC' },
    { type: 'warm', account: 'AbCd' },
  ]
  expect(told(['hub'], lines)).toEqual(lines.slice(0, 2))
})

test('a part of a name → not it', () => {
  expect(told(['p7'], [{ payment: 'p70' }, { payment: 'p7' }])).toEqual([{ payment: 'p7' }])
})

test('nothing to look for → the last 40 lines; never snapshots, which name everyone', () => {
  const lines = Array.from({ length: 200 }, (_, at) => ({ at }))
  expect(told([], [...lines, { type: 'snapshotTaken' }])).toEqual(lines.slice(-40))
})
