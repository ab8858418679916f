/** Single values and packets of the trace. */
import { z } from 'zod'
import type { Account } from '../../../src/core/values/account.ts'
import type { Fulfill, Prepare, Refusal, Reject } from '../../../src/core/values/packet.ts'
import { describes, named } from './shape.ts'

export const amount = named(
  'Amount',
  'A whole number of base units, not negative: a signed 64-bit integer as a decimal string.',
  z.string().regex(/^\d{1,19}$/),
)
export const balance = named('Balance', 'A whole number of base units, perhaps negative, as a decimal string.', z.string().regex(/^-?\d{1,19}$/))
export const unit = named('Unit', 'What a ledger counts in. Money of one unit never becomes money of another except by a rate.', z.string().min(1))
export const ms = named('Ms', 'Virtual time in ms; time 0 is when the first payments may start, books are set up before it.', z.number())
export const draw = named('Draw', 'The one random number that comes in with an input, uniform.', z.int().min(0).max(Number.MAX_SAFE_INTEGER))
export const count = named('Count', 'A whole number, 0 or more.', z.int().min(0))
export const name = named('Name', 'Of a connector, an endpoint or a line of the plan: a segment of an ILP address.', z.string().regex(/^[a-zA-Z0-9_~-]+$/))
export const lineName = named(
  'LineName',
  "A line of the plan by its name, or a user's line to its connector: 'USER CONNECTOR'.",
  z.string().regex(/^[a-zA-Z0-9_~-]+( [a-zA-Z0-9_~-]+)?$/),
)
export const threadId = named('ThreadId', 'A thread of one connector: t0, t1, …', z.string().regex(/^t\d+$/))
export const accountId = named(
  'AccountId',
  'One counterparty of one connector: base64url of a byte that is its parallelism and 15 bytes of the hash of its name. Not the same at two connectors.',
  z.string().regex(/^[A-Za-z0-9_-]{22}$/),
)
export const paymentId = named(
  'PaymentId',
  'A payment in the book of one thread: EPOCH.NUMBER. One payment has another id at each connector.',
  z.string().regex(/^.+\.\d+$/),
)
export const condition = named(
  'Condition',
  'SHA-256 of the fulfillment, 32 bytes in base64url. The same all along the way, so it names the payment across connectors.',
  z.string().regex(/^[A-Za-z0-9_-]{43}$/),
)
export const address = named('Address', 'An ILP address (RFC 15).', z.string().regex(/^[a-zA-Z0-9_~-]+(\.[a-zA-Z0-9_~-]+)*$/))
export const prefix = named(
  'Prefix',
  'An announced route: everything that is it or lies below it. Empty: everything.',
  z.string().regex(/^([a-zA-Z0-9_~-]+(\.[a-zA-Z0-9_~-]+)*)?$/),
)
export const requestId = named(
  'RequestId',
  "The sender's own id of a prepare, unique in its account: repeated, it gets the first answer and moves no money twice.",
  z.string(),
)
export const contentHash = named('ContentHash', 'SHA-256 of a prepare with an id, in base64url: other content under the same id is refused.', z.string())
export const messageId = named('MessageId', 'Of a message left in a book: EPOCH.NUMBER of the thread that left it.', z.string().regex(/^.+\.\d+$/))
export const data = named('Data', 'Bytes in base64.', z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/))
const rejectCode = named('RejectCode', 'F: final, T: temporary, R: relative (RFC 27).', z.string().regex(/^[FTR]\d\d$/))

const packetAmount = named(
  'PacketAmount',
  'What a packet may say, wanted or not: an unsigned 64-bit integer as a decimal string.',
  z.string().regex(/^\d{1,20}$/),
)

/** The fields of a prepare, wherever one stands. */
export const prepareFields = {
  amount: packetAmount,
  expiresAt: ms,
  condition,
  destination: address,
  data,
}
export const fulfillFields = {
  type: z.literal('fulfill'),
  fulfillment: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .describe('32 bytes in base64url. Nothing is paid for one whose SHA-256 is not the condition.'),
  data,
}
export const rejectFields = {
  type: z.literal('reject'),
  code: rejectCode,
  triggeredBy: address.describe('Who rejected it first.'),
  message: z.string(),
  data,
}
export const refusalFields = {
  type: z.literal('refusal'),
  status: z.literal([400, 404, 409, 410, 429, 503]).describe('Of HTTP.'),
  message: z.string(),
}

export const prepare = named('Prepare', 'RFC 27. The amount is in the unit of the account that it is sent to or from.', z.strictObject(prepareFields))
export const fulfill = named('Fulfill', 'RFC 27.', z.strictObject(fulfillFields))
export const reject = named('Reject', 'RFC 27.', z.strictObject(rejectFields))
export const refusal = named('Refusal', 'Refused before it counts as a payment: no packet, and no money moved for this request.', z.strictObject(refusalFields))
export const reply = z.discriminatedUnion('type', [fulfill, reject])
export const answer = z.discriminatedUnion('type', [fulfill, reject, refusal])

export const account = named(
  'Account',
  'An account as its connector was configured with it.',
  z.strictObject({
    id: accountId,
    name: name.describe('Of its holder, a connector or a user. A peer and a user of one connector may have the same name.'),
    address,
    unit,
    scale: count.describe('Decimal places of the unit.'),
    relation: z.enum(['user', 'peer', 'child', 'parent']),
    parallelism: count.describe('How many threads serve it.'),
    creditLimit: amount.describe('How far its cold may go below zero (R4).'),
    peerLimit: z.exactOptional(amount.describe('The credit that its holder grants this connector, where it is known.')),
    deduplicates: z.boolean().describe('Whether its holder answers a repeated id with the first answer (S1).'),
    callsBack: z.exactOptional(z.boolean().describe('Its replies come later, to any thread (B8).')),
    routes: z.array(address).describe('Reached through it without being announced.'),
    mayAnnounce: z.exactOptional(z.array(prefix)),
  }),
)

describes<typeof prepare, Prepare>()
describes<typeof answer, Fulfill | Reject | Refusal>()
describes<typeof account, Account>()
