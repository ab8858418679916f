import { describe, expect, test } from 'vitest'
import { echoOf } from '../../../../src/core/routing/echo.ts'
import { address } from '../../../../src/core/values/address.ts'

const OWN = address('test.hub')
const PREFIX = Buffer.from('ECHOECHOECHOECHO')

function echo(type: number, back: Buffer, destination = OWN) {
  return echoOf(OWN, { destination, data: Buffer.concat([PREFIX, Buffer.of(type), back]) })
}

function named(text: string): Buffer {
  const length =
    text.length < 128 ? Buffer.of(text.length) : text.length < 256 ? Buffer.of(0x81, text.length) : Buffer.of(0x82, text.length >> 8, text.length & 255)
  return Buffer.concat([length, Buffer.from(text)])
}

describe('a request to ourselves', () => {
  test.each(['test.hub.alice', `test.${'x'.repeat(150)}`, `test.${'x'.repeat(500)}`])('that names %s → a response there', (back) => {
    expect(echo(0, named(back))).toEqual({ destination: back, data: Buffer.concat([PREFIX, Buffer.of(1)]) })
  })

  test('with more behind the address → the same', () => {
    expect(echo(0, Buffer.concat([named('test.a'), Buffer.from('more')]))).toMatchObject({ destination: 'test.a' })
  })

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['less than it says', Buffer.from([9, 116])],
    ['a length of too many octets', Buffer.from([0x83, 0, 0, 1, 97])],
    ['a length that is cut off', Buffer.from([0x82, 1])],
    ['no address', named('a..b')],
  ])('that names %s → malformed', (_, back) => {
    expect(echo(0, back)).toBe('malformed')
  })
})

test('a response, another destination, other data, or too little of it → no echo', () => {
  expect(echo(1, named('test.a'))).toBeUndefined()
  expect(echo(0, named('test.a'), address('test.hub.alice'))).toBeUndefined()
  expect(echoOf(OWN, { destination: OWN, data: Buffer.from('hello, this is no echo at all') })).toBeUndefined()
  expect(echoOf(OWN, { destination: OWN, data: PREFIX })).toBeUndefined()
})
