/**
 * The bytes of ILPv4 packets (RFC 27). Strict where RFC 27 is: shortest length prefixes, nothing behind a field or the
 * packet, real times, addresses of RFC 15, its size limits. What is malformed comes back as `invalid`, never thrown; to
 * encode what cannot be said is a bug, and throws.
 */
import { type Address, globalPrefix, parseAddress } from '../core/values/address.ts'
import { amount, type Invalid } from '../core/values/amount.ts'
import { type Condition, fulfillmentOf } from '../core/values/condition.ts'
import type { Fulfill, Prepare, Reject, RejectCode, Reply } from '../core/values/packet.ts'
import { lengthAt, prefixLength, writeLength } from './oer.ts'
import { readTimestamp, TIMESTAMP_LENGTH, writeTimestamp } from './timestamp.ts'

const PREPARE = 12
const FULFILL = 13
const REJECT = 14

const AMOUNT_LENGTH = 8
const HASH_LENGTH = 32
const CODE_LENGTH = 3
const CONDITION_AT = AMOUNT_LENGTH + TIMESTAMP_LENGTH
const DESTINATION_AT = CONDITION_AT + HASH_LENGTH

/** RFC 27's limits, in octets. */
const MAX_DATA = 32_767
const MAX_MESSAGE = 8_191

/** RFC 15: the allocation schemes. */
const SCHEMES: ReadonlySet<string> = new Set(['g', 'private', 'example', 'peer', 'self', 'test', 'test1', 'test2', 'test3', 'local'])
/** A node that does not know its own address says nothing (RFC 27); it is passed on as it came. */
const NOBODY = '' as Address

/** `data` is a view of `bytes`. The amount is any u64: what is beyond int64 is the core's to reject (F08). */
export function decodePrepare(bytes: Buffer): Prepare | Invalid {
  const at = contentsOf(bytes, PREPARE)
  if (typeof at !== 'number') return at
  if (bytes.length < at + DESTINATION_AT) return cutOff('the condition')
  const expiresAt = readTimestamp(bytes, at + AMOUNT_LENGTH)
  if (expiresAt === undefined) return { invalid: 'the expiry is not a time after 1970 of the form YYYYMMDDHHMMSSfff' }
  const destinationAt = fieldAt(bytes, at + DESTINATION_AT, 'the destination')
  if (typeof destinationAt !== 'number') return destinationAt
  const destinationEnd = destinationAt + lengthAt(bytes, at + DESTINATION_AT)
  const destination = addressOf(bytes, destinationAt, destinationEnd)
  if (typeof destination !== 'string') return destination
  const dataAt = lastFieldAt(bytes, destinationEnd)
  if (typeof dataAt !== 'number') return dataAt
  return {
    amount: amount(bytes.readBigUInt64BE(at)),
    expiresAt,
    condition: bytes.toString('base64url', at + CONDITION_AT, at + DESTINATION_AT) as Condition,
    destination,
    data: bytes.subarray(dataAt),
  }
}

/** Of bytes that may be any packet, or none. */
export function isReply(bytes: Uint8Array): boolean {
  return bytes[0] === FULFILL || bytes[0] === REJECT
}

/** `data` is a view of `bytes`. */
export function decodeReply(bytes: Buffer): Reply | Invalid {
  return bytes[0] === FULFILL ? decodeFulfill(bytes) : decodeReject(bytes)
}

function decodeFulfill(bytes: Buffer): Fulfill | Invalid {
  const at = contentsOf(bytes, FULFILL)
  if (typeof at !== 'number') return at
  if (bytes.length < at + HASH_LENGTH) return cutOff('the fulfillment')
  const dataAt = lastFieldAt(bytes, at + HASH_LENGTH)
  if (typeof dataAt !== 'number') return dataAt
  return { type: 'fulfill', fulfillment: fulfillmentOf(bytes.subarray(at, at + HASH_LENGTH)), data: bytes.subarray(dataAt) }
}

function decodeReject(bytes: Buffer): Reject | Invalid {
  const at = contentsOf(bytes, REJECT)
  if (typeof at !== 'number') return at
  if (bytes.length < at + CODE_LENGTH) return cutOff('the code')
  const code = bytes.toString('latin1', at, at + CODE_LENGTH)
  if (!isCode(code)) return { invalid: 'the code of a Reject is F, T or R and two digits' }
  const triggeredAt = fieldAt(bytes, at + CODE_LENGTH, 'triggeredBy')
  if (typeof triggeredAt !== 'number') return triggeredAt
  const triggeredEnd = triggeredAt + lengthAt(bytes, at + CODE_LENGTH)
  const triggeredBy = triggeredEnd === triggeredAt ? NOBODY : addressOf(bytes, triggeredAt, triggeredEnd)
  if (typeof triggeredBy !== 'string') return triggeredBy
  const messageAt = fieldAt(bytes, triggeredEnd, 'the message')
  if (typeof messageAt !== 'number') return messageAt
  const messageEnd = messageAt + lengthAt(bytes, triggeredEnd)
  if (messageEnd - messageAt > MAX_MESSAGE) return { invalid: `a message has at most ${MAX_MESSAGE} octets` }
  const dataAt = lastFieldAt(bytes, messageEnd)
  if (typeof dataAt !== 'number') return dataAt
  return { type: 'reject', code, triggeredBy, message: bytes.toString('utf8', messageAt, messageEnd), data: bytes.subarray(dataAt) }
}

export function encodePrepare(prepare: Prepare): Buffer {
  const { destination, data } = prepare
  const contents = DESTINATION_AT + sizeOf(destination.length) + sizeOf(data.length)
  const bytes = Buffer.allocUnsafe(1 + sizeOf(contents))
  bytes[0] = PREPARE
  const at = writeLength(bytes, 1, contents)
  bytes.writeBigUInt64BE(prepare.amount, at)
  writeTimestamp(bytes, at + AMOUNT_LENGTH, prepare.expiresAt)
  writeHash(bytes, at + CONDITION_AT, prepare.condition)
  const destinationAt = writeLength(bytes, at + DESTINATION_AT, destination.length)
  bytes.write(destination, destinationAt, 'latin1')
  writeData(bytes, destinationAt + destination.length, data)
  return bytes
}

export function encodeReply(reply: Reply): Buffer {
  return reply.type === 'fulfill' ? encodeFulfill(reply) : encodeReject(reply)
}

function encodeFulfill({ fulfillment, data }: Fulfill): Buffer {
  const contents = HASH_LENGTH + sizeOf(data.length)
  const bytes = Buffer.allocUnsafe(1 + sizeOf(contents))
  bytes[0] = FULFILL
  const at = writeLength(bytes, 1, contents)
  writeHash(bytes, at, fulfillment)
  writeData(bytes, at + HASH_LENGTH, data)
  return bytes
}

function encodeReject({ code, triggeredBy, message, data }: Reject): Buffer {
  if (!isCode(code)) throw new Error(`'${code}' is no code of a Reject`)
  const messageLength = Buffer.byteLength(message)
  if (messageLength > MAX_MESSAGE) throw new Error(`a message of ${messageLength} octets, the most are ${MAX_MESSAGE}`)
  const contents = CODE_LENGTH + sizeOf(triggeredBy.length) + sizeOf(messageLength) + sizeOf(data.length)
  const bytes = Buffer.allocUnsafe(1 + sizeOf(contents))
  bytes[0] = REJECT
  const at = writeLength(bytes, 1, contents)
  bytes.write(code, at, 'latin1')
  const triggeredAt = writeLength(bytes, at + CODE_LENGTH, triggeredBy.length)
  bytes.write(triggeredBy, triggeredAt, 'latin1')
  const messageAt = writeLength(bytes, triggeredAt + triggeredBy.length, messageLength)
  bytes.write(message, messageAt)
  writeData(bytes, messageAt + messageLength, data)
  return bytes
}

/** Where the contents begin; they end where `bytes` do. */
function contentsOf(bytes: Buffer, type: number): number | Invalid {
  if (bytes[0] !== type) return { invalid: bytes.length === 0 ? 'there is no packet' : `type ${bytes[0]} where ${type} is expected` }
  const length = lengthAt(bytes, 1)
  if (length < 0) return badPrefix('the packet')
  const at = 1 + prefixLength(length)
  if (1 + prefixLength(length) + length < bytes.length) return { invalid: 'there are octets behind the packet' }
  return at + length > bytes.length ? cutOff('the packet') : at
}

/** Where the octets begin whose length stands at `at`; all of them are there. */
function fieldAt(bytes: Buffer, at: number, what: string): number | Invalid {
  const length = lengthAt(bytes, at)
  if (length < 0) return at >= bytes.length ? cutOff(what) : badPrefix(what)
  const start = at + prefixLength(length)
  return start + length > bytes.length ? cutOff(what) : start
}

/** The data, which ends where `bytes` do. */
function lastFieldAt(bytes: Buffer, at: number): number | Invalid {
  const start = fieldAt(bytes, at, 'the data')
  if (typeof start !== 'number') return start
  const length = lengthAt(bytes, at)
  if (length > MAX_DATA) return { invalid: `data has at most ${MAX_DATA} octets` }
  return start + length < bytes.length ? { invalid: 'there are octets behind the data' } : start
}

/** RFC 15: an allocation scheme and at least one segment below it. */
function addressOf(bytes: Buffer, start: number, end: number): Address | Invalid {
  const address = parseAddress(bytes.toString('latin1', start, end))
  if (typeof address !== 'string') return address
  const scheme = globalPrefix(address)
  return SCHEMES.has(scheme) && scheme.length < address.length ? address : { invalid: `'${address}' is not below an allocation scheme (g, test, private…)` }
}

function isCode(code: string): code is RejectCode {
  const first = code.charCodeAt(0)
  return code.length === CODE_LENGTH && (first === 70 || first === 82 || first === 84) && isDigit(code.charCodeAt(1)) && isDigit(code.charCodeAt(2))
}

function isDigit(char: number): boolean {
  return char >= 48 && char <= 57
}

/** A field with its prefix. */
function sizeOf(length: number): number {
  return prefixLength(length) + length
}

function writeHash(bytes: Buffer, at: number, hash: string): void {
  if (bytes.write(hash, at, HASH_LENGTH, 'base64url') !== HASH_LENGTH) throw new Error(`'${hash}' is not 32 octets in base64url`)
}

function writeData(bytes: Buffer, at: number, data: Uint8Array): void {
  if (data.length > MAX_DATA) throw new Error(`data of ${data.length} octets, the most are ${MAX_DATA}`)
  bytes.set(data, writeLength(bytes, at, data.length))
}

function cutOff(what: string): Invalid {
  return { invalid: `the packet is cut off within ${what}` }
}

function badPrefix(what: string): Invalid {
  return { invalid: `the length of ${what} is not in OER's shortest form` }
}
