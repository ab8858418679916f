import { describe, expect, test } from 'vitest'
import { readPayments } from '../../../../sim/workload/payments.ts'
import { fileOf, refusal } from '../../../fixtures/files.ts'

const payments = (content: string) => readPayments(fileOf('payments.csv', content))

describe('good payments', () => {
  test('rows in any order → in order of time, equal times as in the file, each with its line', () => {
    expect(payments('atMs,from,to,amount\n20,a,b,3\n5.5,b,a,1\n\n20,b,a,9223372036854775807\n')).toMatchObject({
      rows: [
        { atMs: 5.5, from: 'b', to: 'a', amount: 1n },
        { atMs: 20, from: 'a', to: 'b', amount: 3n },
        { atMs: 20, from: 'b', to: 'a', amount: 9223372036854775807n },
      ],
      lines: [3, 2, 5],
    })
  })

  test('an amount of 0 → taken: it passes as it is (R7)', () => {
    expect(payments('atMs,from,to,amount\n0,a,b,0').rows).toEqual([{ atMs: 0, from: 'a', to: 'b', amount: 0n }])
  })
})

describe('bad payments', () => {
  const HEADER = 'atMs,from,to,amount'
  const AMOUNT = 'an amount is a whole number of base units from 0 to 2^63 - 1'
  const TIME = 'time counts from the start of the run, 31 days at most'
  test.each([
    ['no header', '5,a,b,1', 'payments.csv:1: has no header; the first line is the header atMs,from,to,amount'],
    ['a graph in its place', 'from,to,capacity\na,b,1', "payments.csv:1: unknown column 'capacity'; allowed: atMs, from, to, amount"],
    ['no rows', HEADER, 'payments.csv: has a header and no payments; give one payment a row'],
    ['from is to', `${HEADER}\n1,a,a,5`, "payments.csv:2: to: 'a' pays itself; from and to differ"],
    ['a negative time', `${HEADER}\n-1,a,b,5`, `payments.csv:2: atMs: '-1' is not a number of milliseconds from 0 to 2678400000; ${TIME}`],
    ['a time of day', `${HEADER}\n1721000000000,a,b,5`, `payments.csv:2: atMs: '1721000000000' is not a number of milliseconds from 0 to 2678400000; ${TIME}`],
    [
      'an amount of 2^64',
      `${HEADER}\n1,a,b,18446744073709551616`,
      `payments.csv:2: amount: 18446744073709551616 is above the largest amount, 9223372036854775807; ${AMOUNT}`,
    ],
    ['a negative amount', `${HEADER}\n1,a,b,-5`, `payments.csv:2: amount: '-5' is not a whole number of base units (digits only); ${AMOUNT}`],
    ['a fractional amount', `${HEADER}\n1,a,b,0.5`, `payments.csv:2: amount: '0.5' is not a whole number of base units (digits only); ${AMOUNT}`],
    ['no amount', `${HEADER}\n1,a,b,`, `payments.csv:2: amount: '' is not a whole number of base units (digits only); ${AMOUNT}`],
  ])('%s → says so, and where', (_, content, message) => {
    expect(refusal(() => payments(content))).toBe(message)
  })
})
