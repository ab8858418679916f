import { describe, expect, test } from 'vitest'
import { address } from '../../../src/core/values/address.ts'
import { amount } from '../../../src/core/values/amount.ts'
import { NO_DATA, type Prepare } from '../../../src/core/values/packet.ts'
import { OctetWriter } from '../../../src/wire/octets.ts'
import { encodePrepare } from '../../../src/wire/packet.ts'
import { decodeOutcome, decodeTransfer, encodeOutcome, encodeTransfer } from '../../../src/wire/rpc.ts'
import { FULFILL, prepareOf } from '../../fixtures/farm.ts'

const between = { prefix: 'peer.a.usd.2.', from: 'peer.a.usd.2.us', to: 'peer.a.usd.2.them' }

function packetOf2017(account: string): Buffer {
  const contents = new OctetWriter().take(Buffer.alloc(8, 1)).ascii(account).octets(Buffer.from('memo')).count(0).bytes()
  return new OctetWriter().uint(1, 1).octets(contents).bytes()
}

function again(prepare: Prepare) {
  return decodeTransfer(JSON.parse(encodeTransfer(between, { id: 'id-1', prepare })))
}

/** A transfer as a peer may send it. */
function given(about: Record<string, unknown>): readonly unknown[] {
  const { condition } = prepareOf()
  const ilp = encodePrepare(prepareOf()).toString('base64url')
  return [{ id: 'a', amount: '5', executionCondition: condition, expiresAt: '2017-12-31T23:59:59.999Z', ilp, ...about }]
}

describe('a transfer', () => {
  test('ours → read back as it was, to the millisecond', () => {
    const prepare = prepareOf({ expiresAt: 1_800_000_000_007, data: Buffer.from('hello') })
    expect(again(prepare)).toEqual({ id: 'id-1', prepare })
    const [sent] = JSON.parse(encodeTransfer(between, { id: 'id-1', prepare }))
    expect(sent).toMatchObject({ ledger: between.prefix, from: between.from, to: between.to, amount: '100', expiresAt: '2027-01-15T08:00:00.007Z' })
  })

  test('with a packet of 2017 → its account, and the whole packet as data; sent on, the packet is the same', () => {
    const packet = packetOf2017('test.bob.x')
    const read = decodeTransfer(given({ ilp: packet.toString('base64url') }))
    if ('invalid' in read) throw new Error(read.invalid)
    expect(read.prepare).toMatchObject({ amount: 5n, destination: 'test.bob.x', data: packet, expiresAt: Date.parse('2017-12-31T23:59:59.999Z') })
    expect(JSON.parse(encodeTransfer(between, { id: 'b', prepare: read.prepare }))[0].ilp).toBe(packet.toString('base64url'))
  })

  test('data that only looks like a packet of 2017, for another → inside an ILPv4 packet', () => {
    const prepare = prepareOf({ destination: address('test.carol'), data: packetOf2017('test.bob') })
    expect(again(prepare)).toEqual({ id: 'id-1', prepare })
  })

  test.each([
    ['2017-12-31T23:59:59Z', 1_514_764_799_000],
    ['2017-12-31T23:59:59.5Z', 1_514_764_799_500],
    ['2017-12-31T23:59:59.123456Z', 1_514_764_799_123],
  ])('expires at %s → that', (expiresAt, ms) => {
    expect(decodeTransfer(given({ expiresAt }))).toMatchObject({ prepare: { expiresAt: ms } })
  })

  test.each<[string, Record<string, unknown>]>([
    ['no id', { id: undefined }],
    ['an id of two words', { id: 'a b' }],
    ['a fraction', { amount: '1.5' }],
    ['a negative amount', { amount: -1 }],
    ['beyond int64', { amount: '9223372036854775808' }],
    ['no condition', { executionCondition: undefined }],
    ['no time', { expiresAt: 'tomorrow' }],
    ['no such day', { expiresAt: '2017-02-30T00:00:00Z' }],
    ['no packet', { ilp: undefined }],
    ['noise for a packet', { ilp: 'AAAA' }],
    ['a packet of 2017 that is cut off', { ilp: packetOf2017('test.bob').subarray(0, 12).toString('base64url') }],
  ])('with %s → invalid', (_, about) => {
    expect(decodeTransfer(given(about))).toHaveProperty('invalid')
  })

  test.each([[[]], [[null]], [['text']], [[[]]]])('%j → invalid', (parameters) => {
    expect(decodeTransfer(parameters)).toHaveProperty('invalid')
  })
})

describe('an outcome', () => {
  test('a fulfillment, a reject → read back, without data', () => {
    for (const reply of [FULFILL, { type: 'reject', code: 'T04', triggeredBy: address('test.far'), message: 'poor', data: NO_DATA } as const]) {
      const { method, parameters } = encodeOutcome('id-1', reply)
      expect(decodeOutcome(method, JSON.parse(parameters))).toEqual({ id: 'id-1', reply: { ...reply, data: NO_DATA } })
    }
  })

  test.each([[{}], [null], ['no'], [{ code: 'X', message: 7, triggered_by: 'a..b' }]])('a reject for the reason %j → F00', (reason) => {
    expect(decodeOutcome('reject_incoming_transfer', ['a', reason])).toMatchObject({ id: 'a', reply: { type: 'reject', code: 'F00' } })
  })

  test('another method → none; without an id or a fulfillment → invalid', () => {
    expect(decodeOutcome('get_balance', [])).toBeUndefined()
    expect(decodeOutcome('fulfill_condition', [7, 'x'])).toHaveProperty('invalid')
    expect(decodeOutcome('fulfill_condition', ['a', 'short'])).toHaveProperty('invalid')
    expect(decodeOutcome('reject_incoming_transfer', [])).toHaveProperty('invalid')
  })
})

test('amounts → of the transfer, whatever the packet says', () => {
  const ilp = encodePrepare(prepareOf({ amount: amount(999n) })).toString('base64url')
  expect(decodeTransfer(given({ ilp, amount: 7 }))).toMatchObject({ prepare: { amount: 7n } })
})
