import { describe, expect, test } from 'vitest'
import type { PaymentId } from '../../../src/core/book/change.ts'
import { inputOf, notTaken, outcomeOf, unknown } from '../../../src/https/outcome.ts'
import { encodePrepare, encodeReply } from '../../../src/wire/packet.ts'
import { alice, FULFILL, prepareOf, REJECT } from '../../fixtures/farm.ts'

describe('S1: a whole response', () => {
  test.each([400, 401, 403, 404, 413, 421, 429, 503])('%i → not taken, whatever its body', (status) => {
    expect(outcomeOf(status, encodeReply(FULFILL))).toMatchObject({ type: 'failed', how: 'notTaken' })
  })

  test.each([201, 202, 204, 301, 302, 307, 402, 405, 408, 409, 410, 415, 422, 500, 502, 504, 599])('%i → unknown, whatever its body', (status) => {
    expect(outcomeOf(status, encodeReply(FULFILL))).toMatchObject({ type: 'failed', how: 'unknown' })
  })

  test('200 with a Fulfill or a Reject → that', () => {
    expect(outcomeOf(200, encodeReply(FULFILL))).toEqual(FULFILL)
    expect(outcomeOf(200, encodeReply(REJECT))).toEqual({ ...REJECT, data: Buffer.alloc(0) })
  })

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a page', Buffer.from('<html>')],
    ['a prepare', encodePrepare(prepareOf())],
    ['half a Fulfill', encodeReply(FULFILL).subarray(0, 20)],
  ])('200 with %s → unknown', (_what, body) => {
    expect(outcomeOf(200, body)).toMatchObject({ type: 'failed', how: 'unknown' })
  })
})

test('an outcome → the input that the core hears, of that payment and attempt', () => {
  const effect = { type: 'sendPrepare', to: alice.id, payment: 'e.1' as PaymentId, attempt: 2, prepare: prepareOf() } as const
  const of = { at: 5, payment: 'e.1', attempt: 2 }
  if (FULFILL.type !== 'fulfill' || REJECT.type !== 'reject') throw new Error('the fixtures are not what they say')
  expect(inputOf(effect, FULFILL, 5, () => 7)).toEqual({ ...of, type: 'fulfillReceived', from: alice.id, fulfill: FULFILL })
  expect(inputOf(effect, REJECT, 5, () => 7)).toEqual({ ...of, type: 'rejectReceived', draw: 7, from: alice.id, reject: REJECT })
  expect(inputOf(effect, notTaken('x'), 5, () => 7)).toEqual({ ...of, type: 'sendFailed', draw: 7, how: 'notTaken' })
  expect(inputOf(effect, unknown('x'), 5, () => 7)).toEqual({ ...of, type: 'sendFailed', draw: 7, how: 'unknown' })
})
