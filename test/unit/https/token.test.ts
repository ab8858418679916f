import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { tokenCheck } from '../../../src/https/token.ts'

const NOW_S = 1_800_000_000
const check = tokenCheck('alice-secret')
const now = (authorization: string | undefined) => check(authorization, NOW_S * 1000)

const base64url = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

function jwt(claims: unknown, { secret = 'alice-secret', header = { alg: 'HS256', typ: 'JWT' } as unknown, hash = 'sha256' } = {}): string {
  const signed = `${base64url(header)}.${base64url(claims)}`
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`
}

const good = { iat: NOW_S, exp: NOW_S + 300 }

describe('let in', () => {
  test.each([
    ['the token as bearer', 'Bearer alice-secret'],
    ['in any case of the word', 'bearer alice-secret'],
    ['with more spaces', 'Bearer   alice-secret '],
    ['the bare token', 'alice-secret'],
    ['a JWT of iat and exp', `Bearer ${jwt(good)}`],
    ['a bare JWT', jwt(good)],
    ['a JWT whose maker’s clock is ahead a little', jwt({ ...good, iat: NOW_S + 30 })],
    ['a JWT without iat', jwt({ exp: NOW_S + 1 })],
  ])('%s → good', (_what, authorization) => {
    expect(now(authorization)).toBe(true)
  })

  test('a token that has dots itself → good as it is', () => {
    expect(tokenCheck('a.b.c')('Bearer a.b.c', 0)).toBe(true)
  })
})

describe('kept out', () => {
  test.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['the scheme alone', 'Bearer '],
    ['another token', 'Bearer alice-secreT'],
    ['a longer token', 'Bearer alice-secret1'],
    ['a shorter token', 'Bearer alice-secre'],
    ['another scheme', 'Basic alice-secret'],
    ['an expired JWT', jwt({ iat: NOW_S - 300, exp: NOW_S })],
    ['a JWT without exp', jwt({ iat: NOW_S })],
    ['a JWT whose exp is text', jwt({ exp: String(NOW_S + 300) })],
    ['a JWT from tomorrow', jwt({ ...good, iat: NOW_S + 86_400 })],
    ['a JWT not to be used before tomorrow', jwt({ ...good, nbf: NOW_S + 86_400 })],
    ['a JWT made with another secret', jwt(good, { secret: 'bob-secret' })],
    ['a JWT of another hash', jwt(good, { hash: 'sha512' })],
    ['a JWT that names another algorithm', jwt(good, { header: { alg: 'none' } })],
    ['a JWT without a signature', `${jwt(good).split('.').slice(0, 2).join('.')}.`],
    ['a JWT with a part more', `${jwt(good)}.x`],
    ['a JWT whose payload is no JSON', jwt('{')],
    ['a JWT whose payload is null', jwt(null)],
    ['a JWT whose payload is a list', jwt([good])],
  ])('%s → not', (_what, authorization) => {
    expect(now(authorization)).toBe(false)
  })

  test('an account without a token → nobody gets in, not even with nothing', () => {
    expect([undefined, '', 'Bearer ', jwt(good, { secret: '' })].map((authorization) => tokenCheck('')(authorization, NOW_S * 1000))).toEqual([
      false,
      false,
      false,
      false,
    ])
  })

  test('a JWT with a changed payload → not', () => {
    const [header, , signature] = jwt(good).split('.')
    expect(now(`${header}.${base64url({ ...good, exp: NOW_S + 9_999 })}.${signature}`)).toBe(false)
  })
})
