/** The table of rejects (DESIGN.md, section 4) row by row: the code that is told, and what it says of the account picked. */
import { describe, expect, test } from 'vitest'
import type { Effect } from '../../../../src/core/effect.ts'
import { amount, MAX_INT64 } from '../../../../src/core/values/amount.ts'
import { ratioOf } from '../../../../src/core/values/rate.ts'
import { account, changesIn, type OneThread, oneThread, only, type Setting, toldIn } from '../../../fixtures/oneThread.ts'

const alice = account('alice')
const bob = account('bob')
const carol = account('carol')
const euros = account('euros', { unit: 'EUR' })
const pay = { from: alice, amount: 100n, expiresInMs: 10_000 }

/** What happens to a prepare of 100 from alice, who has 1,000, towards bob alone unless said otherwise. */
interface Row {
  readonly setting?: Partial<Setting>
  readonly asking?: Partial<Parameters<OneThread['prepare']>[0]>
  readonly next?: (thread: OneThread, effects: readonly Effect[]) => readonly Effect[]
}

const sent = (effects: readonly Effect[]) => only(effects, 'sendPrepare')
const both = { routes: { 'test.far': [bob, carol] } }

const ROWS: Readonly<Record<string, readonly [string, string | undefined, Row]>> = {
  'no route': ['F02', undefined, { asking: { to: 'test.nowhere' } }],
  'no rate': ['F02', undefined, { setting: { routes: { 'test.far': [euros] } } }],
  'only the sender itself': ['F02', undefined, { setting: { routes: { 'test.far': [alice] } } }],
  'nothing was announced yet': ['F02', undefined, { setting: { routes: {} } }],
  'preimage does not hash to the condition': ['F05', 'fault', { next: (thread, effects) => thread.fulfill(sent(effects), 2) }],
  'amount beyond maxPacketAmount': ['F08', undefined, { setting: { maxPacketAmount: amount(99n) } }],
  'amount beyond int64': ['F08', undefined, { asking: { amount: MAX_INT64 + 1n } }],
  'R2: the balance is too low': ['T04', undefined, { asking: { amount: 1_001n } }],
  'the position is at its limit': ['T04', undefined, { setting: { positionLimits: new Map([['USD', amount(99n)]]) } }],
  'the receiver’s T04, nobody left': ['T04', 'noRoom', { next: (thread, effects) => thread.reject(sent(effects), 'T04') }],
  'not taken, nobody left': ['T01', 'noRoom', { next: (thread, effects) => thread.fail(sent(effects), 'notTaken') }],
  'too many wait on one warm, no id': ['T03', undefined, { setting: { holds: ['warm'], maxWaiting: 1 }, next: (thread) => thread.prepare(pay) }],
  'the timer, nobody left': ['R00', 'fault', { next: (thread) => thread.pass(9_500) }],
  'the timer, unknown before': [
    'R00',
    'fault',
    {
      next: (thread, effects) => {
        thread.fail(sent(effects), 'unknown')
        return thread.pass(9_500)
      },
    },
  ],
  'less than minMessageWindow left': ['R02', undefined, { asking: { expiresInMs: 1_249 } }],
  'less than minMessageWindow left once durable': [
    'R02',
    undefined,
    {
      setting: { holds: ['commit'] },
      next: (thread, effects) => {
        thread.world.now += 8_751
        thread.world.held.clear()
        return thread.release(only(effects, 'commit'))
      },
    },
  ],
  'the floor leaves nothing': ['R01', undefined, { setting: { rates: new Map([['USD/USD', ratioOf('0.001', 2, 2, 0)]]) } }],
  'the receiver’s T code': ['T09', 'fault', { next: (thread, effects) => thread.reject(sent(effects), 'T09') }],
  'the receiver’s F code': ['F17', undefined, { next: (thread, effects) => thread.reject(sent(effects), 'F17') }],
  'the receiver’s R code': ['R17', undefined, { next: (thread, effects) => thread.reject(sent(effects), 'R17') }],
  'the receiver’s R00': ['R00', undefined, { next: (thread, effects) => thread.reject(sent(effects), 'R00') }],
}

describe('the table of rejects', () => {
  test.each(Object.entries(ROWS).map(([cause, [code, record, row]]) => ({ cause, code, record, row })))('$cause → $code, $record', ({ code, record, row }) => {
    const { setting, asking, next } = row
    const thread = oneThread({ accounts: [alice, bob, carol, euros], routes: { 'test.far': [bob] }, opening: { alice: 1_000n }, ...setting })
    const first = thread.prepare({ ...pay, ...asking })
    const effects = [...first, ...(next?.(thread, first) ?? [])]
    expect(toldIn(effects)).toEqual([code])
    const counted = changesIn(effects).flatMap((change) => ('counted' in change && change.counted !== undefined ? [change.counted] : []))
    expect(counted).toEqual(record === undefined ? [] : [{ route: 'test.far', account: bob.id, outcome: record, amount: 100n }])
  })

  test('a reject of our own → triggered by us, with words and without data', () => {
    const { reply } = only(oneThread({ accounts: [alice], opening: { alice: 1_000n } }).prepare({ ...pay, to: 'test.nowhere' }), 'answer')
    expect(reply).toMatchObject({ triggeredBy: 'test.hub', message: expect.stringMatching(/route/) })
    expect(reply).toHaveProperty('data', new Uint8Array(0))
  })
})

describe('A2: what an attempt is counted as', () => {
  const start = (setting: Partial<Setting> = {}) => {
    const thread = oneThread({ accounts: [alice, bob, carol], ...both, opening: { alice: 1_000n }, ...setting })
    return { thread, first: sent(thread.prepare(pay)) }
  }
  const outcomes = (effects: readonly Effect[]) =>
    changesIn(effects).flatMap((change) =>
      'counted' in change && change.counted !== undefined ? [[change.type, change.counted.outcome, change.counted.account]] : [],
    )

  test('a fulfill → success, in the settling commit', () => {
    const { thread, first } = start()
    expect(outcomes(thread.fulfill(first))).toEqual([['credit', 'success', bob.id]])
  })

  test.each([
    ['T00', 'fault'],
    ['T04', 'noRoom'],
  ] as const)('%s and a next candidate → %s of the first, in the reroute', (code, outcome) => {
    const { thread, first } = start()
    expect(outcomes(thread.reject(first, code))).toEqual([['reroute', outcome, bob.id]])
  })

  test('not taken and a next candidate → no room of the first, in the reroute', () => {
    const { thread, first } = start()
    expect(outcomes(thread.fail(first, 'notTaken'))).toEqual([['reroute', 'noRoom', bob.id]])
  })

  test('the timer and a next candidate → fault of the first, in the reroute', () => {
    expect(outcomes(start().thread.pass(5_000))).toEqual([['reroute', 'fault', bob.id]])
  })

  test('counted under the announced route, by the outgoing amount', () => {
    const rates = new Map([['USD/USD', ratioOf('0.5', 2, 2, 0)]])
    const { thread, first } = start({ rates, routes: { test: [bob] } })
    expect(changesIn(thread.fulfill(first))).toMatchObject([{ type: 'credit', counted: { route: 'test', amount: 50n } }])
  })

  test('two fulfilled, one timed out → the book has their sums', () => {
    const { thread, first } = start({ failover: 0 })
    thread.fulfill(first)
    thread.fulfill(sent(thread.prepare({ ...pay, amount: 7n })))
    thread.prepare({ ...pay, amount: 30n })
    thread.pass(30_000)
    expect(thread.store.books.get('t0')?.tallies.read().get('test.far')?.get(bob.id)).toEqual({
      successes: 2,
      successAmount: 107,
      faults: 1,
      faultAmount: 30,
      noRoom: 0,
      noRoomAmount: 0,
    })
  })
})
