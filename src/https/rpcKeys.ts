/** What two peers of `ilp-plugin-virtual` 16 derive from a secret and each other's public key: token, prefix and names. */
import { createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto'

export interface RpcSecret {
  /** Ours, base64url. */
  readonly secret: string
  /** 32 octets, base64url. */
  readonly peerPublicKey: string
  readonly currency: string
  /** Decimal places of the account's ledger. */
  readonly scale: number
}

/** How the two name each other and what is between them. */
export interface RpcNames {
  readonly prefix: string
  readonly ours: string
  readonly theirs: string
}

export interface RpcKeys extends RpcNames {
  /** Shown by both. */
  readonly token: string
}

/** DER before the 32 octets of an X25519 key (RFC 8410). */
const PRIVATE_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex')
const PUBLIC_HEAD = Buffer.from('302a300506032b656e032100', 'hex')
/** Of the token's characters, in the prefix. */
const TOKEN_PART = 5

export function isPublicKey(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}

export function rpcKeysOf({ secret, peerPublicKey, currency, scale }: RpcSecret): RpcKeys {
  const own = privateKeyOf(secret)
  const shared = diffieHellman({ privateKey: own, publicKey: publicKeyOf(peerPublicKey) })
  const prefix = `peer.${hmac(shared, 'token').slice(0, TOKEN_PART)}.${currency.toLowerCase()}.${scale}.`
  return { prefix, ours: prefix + rawOf(own), theirs: prefix + peerPublicKey, token: hmac(shared, 'authorization') }
}

function privateKeyOf(secret: string): KeyObject {
  const seed = createHash('sha256').update(Buffer.from(secret, 'base64url')).digest()
  return createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, seed]), format: 'der', type: 'pkcs8' })
}

function publicKeyOf(raw: string): KeyObject {
  return createPublicKey({ key: Buffer.concat([PUBLIC_HEAD, Buffer.from(raw, 'base64url')]), format: 'der', type: 'spki' })
}

function rawOf(own: KeyObject): string {
  return createPublicKey(own).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_HEAD.length).toString('base64url')
}

function hmac(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text, 'ascii').digest('base64url')
}
