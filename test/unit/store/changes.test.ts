import { describe, expect, test } from 'vitest'
import type { Change, PaymentId, PaymentRecord } from '../../../src/core/book/change.ts'
import { accountIdOf } from '../../../src/core/values/account.ts'
import { address } from '../../../src/core/values/address.ts'
import { type Amount, amount, MAX_INT64 } from '../../../src/core/values/amount.ts'
import type { Condition, Fulfillment } from '../../../src/core/values/condition.ts'
import { NO_DATA, type Reply } from '../../../src/core/values/packet.ts'
import { written } from '../../../src/store/changes.ts'
import { rejectedText, storedPaymentOf, underWayText } from '../../../src/store/payments.ts'

const alice = accountIdOf('alice', 1)
const bob = accountIdOf('bob', 1)
const payment = 'e.1' as PaymentId
const record: PaymentRecord = {
  payment,
  sender: alice,
  incomingUnit: 'X R\nP',
  incomingAmount: amount(MAX_INT64),
  incomingExpiry: 2_000,
  condition: 'c'.repeat(43) as Condition,
  destination: address('test.bob.shop'),
  route: '',
  receiver: bob,
  outgoingUnit: 'gwei',
  outgoingAmount: amount(2n ** 53n + 1n),
  outgoingExpiry: 1_000,
  attempt: 1,
}
const fulfill: Reply = { type: 'fulfill', fulfillment: 'f'.repeat(43) as Fulfillment, data: NO_DATA }
const fulfilledText = `["fulfill","${fulfill.fulfillment}",""]`
const counted = { route: 'test.bob', account: bob, outcome: 'success', amount: amount(7n) } as const
const unresolved = { account: bob, amount: amount(7n) }

/** Each is closed by a unit separator. */
function wordsOf(text: string): string[] {
  expect(text.endsWith('\x1f')).toBe(true)
  return text.slice(0, -1).split('\x1f')
}

describe('changes → a name and words, always as many', () => {
  const rerouted = {
    type: 'reroute',
    payment,
    route: 'test',
    receiver: alice,
    outgoingUnit: 'gwei',
    outgoingAmount: amount(5n),
    outgoingExpiry: 900,
    attempt: 2,
  } as const
  const nothingInstead = ['', '', '', '', '', '']
  test.each<[Change, string[]]>([
    [{ type: 'take', account: alice, amount: amount(5n) }, ['take', alice, '5']],
    [{ type: 'give', account: alice, amount: amount(0n) }, ['give', alice, '0']],
    [{ type: 'charge', record }, ['charge', 'e.1', underWayText(record)]],
    [rerouted, ['reroute', 'e.1', alice, '5', 'gwei', '["test",900,2]', '', '', '', '', ...nothingInstead]],
    [
      { ...rerouted, counted, unresolved },
      ['reroute', 'e.1', alice, '5', 'gwei', '["test",900,2]', `${bob} test.bob`, 'success', '7', `["${bob}","7"]`, ...nothingInstead],
    ],
    [{ type: 'credit', payment, pocket: 'hot', reply: fulfill, counted }, ['credit', 'e.1', 'hot', '', `${bob} test.bob`, 'success', '7', '']],
    [
      { type: 'refund', payment, pocket: 'given', reply: fulfill, keepUntil: 9 },
      ['refund', 'e.1', 'given', `[9,${fulfilledText}]`, '', '', '', '', ...nothingInstead],
    ],
    [
      { type: 'refund', payment, pocket: 'given', reply: fulfill, instead: { pocket: 'hot', counted, late: true } },
      ['refund', 'e.1', 'given', `[null,${fulfilledText}]`, '', '', '', '', 'hot', `${bob} test.bob`, 'success', '7', 'late', 'null'],
    ],
    [{ type: 'consumed', message: 'f.3' }, ['consumed', 'f.3']],
    [{ type: 'dropped', payment }, ['dropped', 'e.1']],
  ])('%s', (change, expected) => {
    expect(wordsOf(written({ seq: 7, changes: [change] }))).toEqual(['7', String(expected.length), ...expected])
  })

  test('several commits, one of them empty → each with its number of words', () => {
    const dropped: Change = { type: 'dropped', payment }
    const commits = [
      { seq: 1, changes: [dropped, dropped] },
      { seq: 2, changes: [] },
      { seq: 3, changes: [dropped] },
    ]
    expect(wordsOf(commits.map(written).join(''))).toEqual(['1', '4', 'dropped', 'e.1', 'dropped', 'e.1', '2', '0', '3', '2', 'dropped', 'e.1'])
  })

  test('an amount beyond int64 → thrown, nothing is sent', () => {
    const change: Change = { type: 'take', account: alice, amount: (MAX_INT64 + 1n) as Amount }
    expect(() => written({ seq: 1, changes: [change] })).toThrow('does not fit a signed 64-bit integer')
  })
})

describe('a stored payment → ten lines, and back', () => {
  test('under way: what the scripts move money by stands first, exact', () => {
    const lines = underWayText(record).split('\n')
    expect(lines.slice(0, 6)).toEqual([alice, '9223372036854775807', 'X%20R%0AP', bob, '9007199254740993', 'gwei'])
    expect(lines).toHaveLength(10)
  })

  test.each([undefined, { id: 'a "quoted"\nid', hash: 'h' }])('request %s', (request) => {
    const whole = { ...record, request }
    expect(storedPaymentOf(payment, underWayText(whole))).toEqual({ payment, record: whole, unresolved: [], tombstone: undefined })
  })

  test('a reject that moved nothing', () => {
    const request = { id: 'line\nend', hash: 'h' }
    const text = rejectedText({ type: 'reject', payment, sender: alice, request, reply: fulfill, keepUntil: 5 })
    expect(storedPaymentOf(payment, text)).toEqual({
      payment,
      record: undefined,
      unresolved: [],
      tombstone: { sender: alice, request, reply: fulfill, keepUntil: 5 },
    })
  })
})
