import { describe, expect, test } from 'vitest'
import { exact } from '../../../../src/core/book/warming/exact.ts'
import { makeDirectory } from '../../../../src/core/directory.ts'
import { happen } from '../../../../src/core/payment/lifecycle.ts'
import { makePayment, type Payment } from '../../../../src/core/payment/payment.ts'
import { type PaymentEvent, type PaymentState, transitions } from '../../../../src/core/payment/table.ts'
import { holdingOf, makeThreadState, type ThreadState } from '../../../../src/core/threadState.ts'
import { address } from '../../../../src/core/values/address.ts'
import { amount } from '../../../../src/core/values/amount.ts'
import { conditionOf } from '../../../../src/core/values/condition.ts'
import { NO_DATA } from '../../../../src/core/values/packet.ts'
import { account, inOrder, oneThread, only, preimage, reject, START_MS } from '../../../fixtures/oneThread.ts'

const alice = account('alice')
const bob = account('bob')
const carol = account('carol')

const cells = Object.entries(transitions).flatMap(([state, row]) =>
  Object.entries(row).map(([event, action]) => [state as PaymentState, event as PaymentEvent, action] as const),
)
const actionIn = (action: string) => cells.filter((cell) => cell[2] === action)

/** A payment put into `state` by hand, with an attempt at bob where that state has one. */
function placed(state: PaymentState): { thread: ThreadState; payment: Payment } {
  const thread = makeThreadState({
    thread: 't0',
    directory: makeDirectory(address('test.hub'), 1, [alice, bob]),
    policy: inOrder([bob]),
    failover: 1,
    warming: exact,
    coolAfterMs: 100,
    rates: new Map(),
    maxPacketAmount: amount(1_000n),
    answerRetentionMs: 60_000,
    maxOpen: 9,
    maxKeptIds: 9,
    maxWaiting: 9,
    positionLimits: new Map(),
  })
  const prepare = { amount: amount(5n), expiresAt: START_MS + 9_000, condition: conditionOf(preimage(1)), destination: address('test.far'), data: NO_DATA }
  const payment = makePayment(thread, holdingOf(thread, alice), prepare, { type: 'request', request: 1 })
  payment.state = state
  if (state !== 'owning' && state !== 'waiting' && state !== 'rejecting') {
    payment.attempt = {
      number: 1,
      route: 'test.far',
      receiver: holdingOf(thread, bob),
      outgoingAmount: amount(5n),
      outgoingExpiry: START_MS + 8_000,
      repeatable: false,
    }
  }
  return { thread, payment }
}

function meet(state: PaymentState, event: PaymentEvent) {
  const { thread, payment } = placed(state)
  const run = () =>
    happen(thread, payment, {
      event,
      at: START_MS,
      judgement: 'pass',
      fulfill: { type: 'fulfill', fulfillment: preimage(1), data: NO_DATA },
      reject: reject('T00'),
    })
  return { thread, payment, run }
}

describe('the transition table', () => {
  test.each(actionIn('bug'))('%s, %s → cannot happen: the step throws and nothing has moved', (state, event) => {
    const { thread, payment, run } = meet(state, event)
    expect(run).toThrow(`'${event}' cannot happen in state '${state}'`)
    expect([thread.effects, thread.changes, payment.state]).toEqual([[], [], state])
  })

  test.each([...actionIn('ignoredLate'), ...actionIn('ignoredEarly'), ...actionIn('ignoredSpurious')])('%s, %s → %s', (state, event) => {
    const { thread, payment, run } = meet(state, event)
    run()
    expect([thread.effects, thread.changes, payment.state]).toEqual([[], [], state])
  })

  test('every other cell → stands on the way of a payment, once each', () => {
    const others = cells.filter(([, , action]) => action !== 'bug' && !action.startsWith('ignored'))
    expect(others.map((cell) => cell.join(' ')).sort()).toEqual([
      'charging committed send',
      'crediting committed answer',
      'owning owned admit',
      'refunding committed answer',
      'rejecting committed answer',
      'rerouting committed send',
      'sent fulfill credit',
      'sent notTaken notTaken',
      'sent reject receiverRejected',
      'sent repeat sendAgain',
      'sent timer timedOut',
      'sent unknown keepUnknown',
      'waiting judged charge',
    ])
  })
})

describe('late, early and repeated messages through the door', () => {
  const setting = { accounts: [alice, bob, carol], routes: { 'test.far': [bob, carol] }, opening: { alice: 100n } }
  const pay = { from: alice, amount: 5n, expiresInMs: 10_000 }

  test('answers to the first attempt before its charge is durable → ignored, then it is sent', () => {
    const thread = oneThread({ ...setting, holds: ['commit'] })
    const charge = only(thread.prepare(pay), 'commit')
    const early = { type: 'sendPrepare', to: bob.id, payment: 't0-1.1', attempt: 1 } as Parameters<typeof thread.fulfill>[0]
    expect(thread.fulfill(early)).toEqual([])
    expect(thread.reject(early, 'F00')).toEqual([])
    expect(only(thread.release(charge), 'sendPrepare').payment).toBe('t0-1.1')
  })

  test('an answer to the next attempt before its reroute is durable → ignored, then it is sent', () => {
    const thread = oneThread(setting)
    const first = only(thread.prepare(pay), 'sendPrepare')
    thread.world.held.add('commit')
    const reroute = only(thread.reject(first, 'T00'), 'commit')
    const early = { ...first, to: carol.id, attempt: 2 }
    expect([thread.fulfill(early), thread.reject(early, 'F00'), thread.fail(early, 'unknown'), thread.fail(early, 'notTaken')]).toEqual([[], [], [], []])
    expect(only(thread.release(reroute), 'sendPrepare').attempt).toBe(2)
  })

  test.each(['fulfill', 'reject', 'timer'] as const)('settled by a %s, not yet durable → whatever comes then is ignored', (how) => {
    const thread = oneThread({ ...setting, failover: 0 })
    const first = only(thread.prepare(pay), 'sendPrepare')
    thread.world.held.add('commit')
    if (how === 'fulfill') thread.fulfill(first)
    else if (how === 'reject') thread.reject(first, 'F99')
    else thread.pass(9_500)
    expect([thread.fulfill(first), thread.reject(first, 'F00'), thread.fail(first, 'unknown'), thread.fail(first, 'notTaken')]).toEqual([[], [], [], []])
  })

  test('settled and told → whatever comes then is ignored, the timer too', () => {
    const thread = oneThread({ ...setting, failover: 0, coolAfterMs: 60_000 })
    const first = only(thread.prepare({ ...pay, id: 'x' }), 'sendPrepare')
    thread.fulfill(first)
    expect([thread.fulfill(first), thread.reject(first, 'F00'), thread.fail(first, 'unknown'), thread.fail(first, 'notTaken')]).toEqual([[], [], [], []])
    const later = thread.pass(20_000)
    expect(later.filter(({ type }) => type === 'answer' || type === 'commit')).toEqual([])
  })

  test('a payment that nobody knows → ignored', () => {
    const thread = oneThread(setting)
    const first = only(thread.prepare(pay), 'sendPrepare')
    const unknown = { ...first, payment: 't0-1.99' as typeof first.payment }
    expect([thread.fulfill(unknown), thread.reject(unknown, 'F00'), thread.fail(unknown, 'notTaken')]).toEqual([[], [], []])
  })
})
