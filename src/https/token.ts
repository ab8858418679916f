/**
 * What an account shows to be let in: its token, or an HS256 JWT made with it (RFC 7519). Compared in constant
 * time, so that a wrong token says nothing of the right one but its length.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Whether the value of an Authorization header is good at this time (Unix ms). */
export type TokenCheck = (authorization: string | undefined, at: number) => boolean

/** How far ahead of ours the clock of whoever made a JWT may be. */
const SKEW_S = 60

/** With or without `Bearer`. A JWT must have `exp`; `iat` and `nbf` are judged where they stand, other claims are ignored. */
export function tokenCheck(token: string): TokenCheck {
  const secret = Buffer.from(token)
  return (authorization, at) => {
    if (authorization === undefined || token === '') return false
    const shown = withoutScheme(authorization)
    return isSame(Buffer.from(shown), secret) || isJwtOf(secret, shown, at / 1000)
  }
}

function withoutScheme(authorization: string): string {
  const bearer = authorization.length > 7 && authorization.slice(0, 7).toLowerCase() === 'bearer '
  return bearer ? authorization.slice(7).trim() : authorization
}

function isSame(shown: Buffer, secret: Buffer): boolean {
  return shown.length === secret.length && timingSafeEqual(shown, secret)
}

function isJwtOf(secret: Buffer, text: string, atS: number): boolean {
  const [header, payload, signature, ...more] = text.split('.', 4)
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) return false
  const expected = createHmac('sha256', secret).update(`${header}.${payload}`).digest()
  if (!isSame(Buffer.from(signature, 'base64url'), expected)) return false
  return claim(header, 'alg') === 'HS256' && isTimely(payload, atS)
}

function isTimely(payload: string, atS: number): boolean {
  const exp = claim(payload, 'exp')
  const iat = claim(payload, 'iat') ?? atS
  const nbf = claim(payload, 'nbf') ?? atS
  return isSeconds(exp) && atS < exp && isSeconds(iat) && iat <= atS + SKEW_S && isSeconds(nbf) && nbf <= atS + SKEW_S
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** Undefined where there is none, or no JSON object. */
function claim(part: string, name: string): unknown {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof parsed === 'object' && parsed !== null && Object.hasOwn(parsed, name) ? parsed[name as keyof typeof parsed] : undefined
  } catch {
    return undefined
  }
}
