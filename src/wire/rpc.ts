/**
 * Interledger RPC in JSON, as `ilp-plugin-virtual` 16 speaks it: transfers, and what becomes of them. The packet in a transfer is
 * of 2017 (type 1) or an ILPv4 Prepare. One of 2017 is carried whole, as data, so that a receiver of 2017 has it as it was
 * sent, its own amount with it; the transfer's amount, expiry and condition are what counts.
 */
import { type Address, address, parseAddress } from '../core/values/address.ts'
import { type Invalid, parseAmount } from '../core/values/amount.ts'
import type { Condition, Fulfillment } from '../core/values/condition.ts'
import { NO_DATA, type Prepare, type Reject, type RejectCode, type Reply } from '../core/values/packet.ts'
import type { UnixMs } from '../core/values/time.ts'
import { OctetReader } from './octets.ts'
import { decodePrepare, encodePrepare } from './packet.ts'
import { readTimestamp, TIMESTAMP_LENGTH, writeTimestamp } from './timestamp.ts'

export interface Transfer {
  readonly id: string
  readonly prepare: Prepare
}

/** Who sends to whom, in the plugin's names. */
export interface Between {
  readonly prefix: string
  readonly from: string
  readonly to: string
}

const PAYMENT_2017 = 1
const HASH = /^[A-Za-z0-9_-]{43}$/
const ID = /^[\x21-\x7e]{1,128}$/
const MAX_WORDS = 1_024

/** Parameters of `send_transfer`. */
export function encodeTransfer({ prefix, from, to }: Between, { id, prepare }: Transfer): string {
  const { amount, condition, expiresAt, destination, data } = prepare
  const packet = packetOf2017(data)?.destination === destination ? data : encodePrepare(prepare)
  const ilp = Buffer.from(packet).toString('base64url')
  return JSON.stringify([{ id, ledger: prefix, from, to, amount: String(amount), executionCondition: condition, expiresAt: isoOf(expiresAt), ilp }])
}

export function decodeTransfer([given]: readonly unknown[]): Transfer | Invalid {
  const { id, amount: amountText, executionCondition, expiresAt: expiry, ilp } = fieldsOf(given)
  if (typeof id !== 'string' || !ID.test(id)) return { invalid: 'its id must be a word of at most 128 characters' }
  if (typeof executionCondition !== 'string' || !HASH.test(executionCondition))
    return { invalid: 'it must have an executionCondition of 32 octets in base64url' }
  const amount = parseAmount(typeof amountText === 'number' ? String(amountText) : typeof amountText === 'string' ? amountText : '')
  if (typeof amount !== 'bigint') return amount
  const expiresAt = typeof expiry === 'string' ? msOf(expiry) : undefined
  if (expiresAt === undefined) return { invalid: 'its expiresAt must be a time like 2017-12-31T23:59:59.999Z' }
  if (typeof ilp !== 'string') return { invalid: 'it must have an ilp packet' }
  const inside = insideOf(Buffer.from(ilp, 'base64url'))
  if ('invalid' in inside) return inside
  return { id, prepare: { amount, expiresAt, condition: executionCondition as Condition, ...inside } }
}

type Inside = Pick<Prepare, 'destination' | 'data'>

function insideOf(packet: Buffer): Inside | Invalid {
  if (packet[0] === PAYMENT_2017) return packetOf2017(packet) ?? { invalid: 'its ilp packet is malformed' }
  const prepare = decodePrepare(packet)
  return 'invalid' in prepare ? prepare : { destination: prepare.destination, data: prepare.data }
}

/** Undefined where it is none. */
function packetOf2017(packet: Uint8Array): Inside | undefined {
  if (packet[0] !== PAYMENT_2017) return undefined
  const contents = new OctetReader(packet.subarray(1)).octets()
  const reader = new OctetReader(contents)
  reader.take(8)
  const destination = parseAddress(reader.ascii())
  reader.octets()
  return reader.isBroken || typeof destination !== 'string' ? undefined : { destination, data: packet }
}

/** Method and parameters that tell what became of the transfer under this id. */
export function encodeOutcome(id: string, reply: Reply): { readonly method: string; readonly parameters: string } {
  if (reply.type === 'fulfill') return { method: 'fulfill_condition', parameters: JSON.stringify([id, reply.fulfillment]) }
  const { code, triggeredBy, message } = reply
  const reason = { code, name: message, message, triggered_by: triggeredBy, forwarded_by: [], additional_info: {} }
  return { method: 'reject_incoming_transfer', parameters: JSON.stringify([id, reason]) }
}

/** Undefined: there is no such method of these. */
export function decodeOutcome(method: string, [id, what]: readonly unknown[]): { readonly id: string; readonly reply: Reply } | Invalid | undefined {
  if (method !== 'fulfill_condition' && method !== 'reject_incoming_transfer') return undefined
  if (typeof id !== 'string') return { invalid: 'its first parameter must be the id of a transfer' }
  if (method === 'reject_incoming_transfer') return { id, reply: rejectOf(fieldsOf(what)) }
  if (typeof what !== 'string' || !HASH.test(what)) return { invalid: 'a fulfillment must be 32 octets in base64url' }
  return { id, reply: { type: 'fulfill', fulfillment: what as Fulfillment, data: NO_DATA } }
}

const NOBODY: Address = address('peer.unknown')

/** Whatever is missing or strange in it, it is a reject. */
function rejectOf(reason: Readonly<Record<string, unknown>>): Reject {
  const { code, message, name, triggered_by: by } = reason
  const triggeredBy = typeof by === 'string' ? parseAddress(by) : NOBODY
  return {
    type: 'reject',
    code: typeof code === 'string' && /^[FTR]\d\d$/.test(code) ? (code as RejectCode) : 'F00',
    triggeredBy: typeof triggeredBy === 'string' ? triggeredBy : NOBODY,
    message: [message, name].find((each) => typeof each === 'string')?.slice(0, MAX_WORDS) ?? '',
    data: NO_DATA,
  }
}

function fieldsOf(given: unknown): Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null ? Object.fromEntries(Object.entries(given)) : {}
}

function isoOf(ms: UnixMs): string {
  const bytes = Buffer.alloc(TIMESTAMP_LENGTH)
  writeTimestamp(bytes, 0, ms)
  return bytes.toString('latin1').replace(/^(....)(..)(..)(..)(..)(..)(...)$/, '$1-$2-$3T$4:$5:$6.$7Z')
}

function msOf(iso: string): UnixMs | undefined {
  const [, date, time, fraction = ''] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(iso) ?? []
  if (date === undefined || time === undefined) return undefined
  return readTimestamp(Buffer.from(`${date}${time}`.replaceAll(/[-:]/g, '') + fraction.padEnd(3, '0').slice(0, 3)), 0)
}
