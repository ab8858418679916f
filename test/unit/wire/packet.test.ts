import * as oracle from 'ilp-packet'
import { describe, expect, test } from 'vitest'
import { address } from '../../../src/core/values/address.ts'
import { amount } from '../../../src/core/values/amount.ts'
import { conditionOf } from '../../../src/core/values/condition.ts'
import { NO_DATA, type Prepare, type Reject } from '../../../src/core/values/packet.ts'
import { decodePrepare, decodeReply, encodePrepare, encodeReply } from '../../../src/wire/packet.ts'
import { preimage } from '../../fixtures/oneThread.ts'

const prepare: Prepare = {
  amount: amount(107n),
  expiresAt: Date.UTC(2017, 11, 23, 1, 21, 40, 549),
  condition: conditionOf(preimage(1)),
  destination: address('example.alice'),
  data: Buffer.alloc(100, 7),
}
const bytes = encodePrepare(prepare)
/** Of the contents: a Prepare of 128 octets or more has a prefix of two. */
const AMOUNT_AT = 3
const EXPIRY_AT = AMOUNT_AT + 8

function withBytes(at: number, text: string, of: Buffer = bytes): Buffer {
  const changed = Buffer.from(of)
  changed.write(text, at, 'latin1')
  return changed
}

const reject: Reject = { type: 'reject', code: 'F99', triggeredBy: address('test.far'), message: 'no', data: NO_DATA }

describe('a prepare', () => {
  test('read → the core’s own values, data as a view of the bytes', () => {
    const read = decodePrepare(bytes)
    expect(read).toEqual({ ...prepare, data: Buffer.from(prepare.data) })
    expect('data' in read && read.data.buffer === bytes.buffer).toBe(true)
  })

  test('an amount beyond int64 → as it is, up to all of u64: the core rejects it with F08', () => {
    const largest = withBytes(AMOUNT_AT, '\xff'.repeat(8))
    expect(decodePrepare(largest)).toHaveProperty('amount', 2n ** 64n - 1n)
  })

  test.each([
    ['cut off anywhere', bytes.subarray(0, 40), /cut off within the packet/],
    ['nothing at all', Buffer.alloc(0), /no packet/],
    ['one octet more', Buffer.concat([bytes, Buffer.of(0)]), /octets behind the packet/],
    ['another type', withBytes(0, '\x0d'), /type 13 where 12 is expected/],
    ['a long form of a short length', Buffer.concat([Buffer.of(12, 0x82, 0), bytes.subarray(2)]), /shortest form/],
    ['a length of indefinite form', withBytes(1, '\x80'), /shortest form/],
    ['month 13', withBytes(EXPIRY_AT, '20171323012140549'), /the expiry is not a time/],
    ['30 February', withBytes(EXPIRY_AT, '20240230000000000'), /the expiry is not a time/],
    ['a leap second', withBytes(EXPIRY_AT, '20161231235960000'), /the expiry is not a time/],
    ['no digits', withBytes(EXPIRY_AT, '2017122301214054Z'), /the expiry is not a time/],
    ['1969', withBytes(EXPIRY_AT, '19691231235959999'), /the expiry is not a time/],
    ['a scheme that nobody allocated', withBytes(bytes.indexOf('example'), 'exbmple'), /allocation scheme/],
    ['an address with a space', withBytes(bytes.indexOf('alice'), 'al ce'), /not an ILP address/],
    ['an address with the high bit set', withBytes(bytes.indexOf('alice'), 'al\xe9ce'), /not an ILP address/],
    ['a scheme with nothing below', withBytes(bytes.indexOf('.alice'), '_alice'), /allocation scheme/],
  ])('%s → invalid, and says why', (_what, malformed, why) => {
    expect(decodePrepare(malformed)).toEqual({ invalid: expect.stringMatching(why) })
  })

  test('octets between the data and the end → invalid', () => {
    const inner = Buffer.concat([bytes.subarray(AMOUNT_AT), Buffer.of(1)])
    const longer = Buffer.concat([Buffer.of(12, 0x81, inner.length), inner])
    expect(oracle.deserializeIlpPrepare(longer).amount).toBe('107')
    expect(decodePrepare(longer)).toEqual({ invalid: 'there are octets behind the data' })
  })

  test('data beyond RFC 27’s limit → invalid; encoded → throws', () => {
    const large = { ...prepare, data: Buffer.alloc(32_768) }
    const written = oracle.serializeIlpPrepare({
      amount: '1',
      executionCondition: Buffer.alloc(32),
      expiresAt: new Date(prepare.expiresAt),
      destination: 'test.a',
      data: large.data,
    })
    expect(decodePrepare(written)).toEqual({ invalid: 'data has at most 32767 octets' })
    expect(() => encodePrepare(large)).toThrow('32768')
  })

  test.each([
    ['an amount beyond u64', { amount: amount(2n ** 64n) }],
    ['a time that is no whole number', { expiresAt: 1.5 }],
    ['a time before 1970', { expiresAt: -1 }],
    ['a time after 9999', { expiresAt: 253_402_300_800_000 }],
    ['a short condition', { condition: 'AAAA' as Prepare['condition'] }],
  ])('%s, encoded → throws: a bug', (_what, wrong) => {
    expect(() => encodePrepare({ ...prepare, ...wrong })).toThrow()
  })
})

describe('a reply', () => {
  test('a Fulfill → its preimage as text', () => {
    const fulfill = { type: 'fulfill', fulfillment: preimage(1), data: Buffer.from('thanks') } as const
    expect(decodeReply(encodeReply(fulfill))).toEqual(fulfill)
  })

  test('a Reject by a node that knows no address of its own → passed on as it came', () => {
    const nobody = oracle.serializeIlpReject({ code: 'T00' as oracle.IlpErrorCode, triggeredBy: '', message: '', data: Buffer.alloc(0) })
    const read = decodeReply(nobody)
    expect(read).toMatchObject({ type: 'reject', triggeredBy: '' })
    expect('type' in read && encodeReply(read)).toEqual(nobody)
  })

  test.each(['X00', 'F0a', 'f00', 'T 1'])('a Reject with the code %s → invalid', (code) => {
    expect(decodeReply(withBytes(2, code, encodeReply(reject)))).toEqual({ invalid: expect.stringContaining('code') })
    expect(() => encodeReply({ ...reject, code: code as Reject['code'] })).toThrow(code)
  })

  test('a message beyond RFC 27’s limit → invalid; encoded → throws', () => {
    const message = 'x'.repeat(8_192)
    const written = oracle.serializeIlpReject({ code: 'T00' as oracle.IlpErrorCode, triggeredBy: 'test.a', message, data: Buffer.alloc(0) })
    expect(decodeReply(written)).toEqual({ invalid: 'a message has at most 8191 octets' })
    expect(() => encodeReply({ ...reject, message })).toThrow('8192')
  })

  test('a prepare in place of a reply → invalid', () => {
    expect(decodeReply(bytes)).toEqual({ invalid: 'type 12 where 14 is expected' })
  })
})
