/**
 * A payment as it stands in the book's hash: ten lines. The first six are what the scripts move money by, as plain text that
 * needs no parsing; 7 to 10 they only pass on, replace or append to. JSON escapes line ends, so none can be inside.
 *
 *   1 sender  2 incomingAmount  3 incomingUnit  4 receiver  5 outgoingAmount  6 outgoingUnit
 *   7 the rest of the attempt: [route, outgoingExpiry, attempt, data where it may be sent again]; empty for a reject that moved
 *     nothing, and for an operation
 *   8 the rest of the record: [incomingExpiry, condition, destination, request id and hash]; of a reject or an operation, [id, hash]
 *   9 unresolved: [account, amount], …
 *  10 tombstone: [keepUntil, reply, 'converted' where that met a left fulfillment]; empty while it is under way
 */
import type { Change, PaymentId, PaymentRecord, RequestKey, Unresolved } from '../core/book/change.ts'
import type { StoredPayment, Tombstone } from '../core/book/contents.ts'
import type { AccountId, ThreadId } from '../core/values/account.ts'
import type { Address } from '../core/values/address.ts'
import { type Amount, amount } from '../core/values/amount.ts'
import type { Condition } from '../core/values/condition.ts'
import type { Reply } from '../core/values/packet.ts'
import type { UnixMs } from '../core/values/time.ts'
import { decimal } from './decimal.ts'
import { base64, bytes, type MoneyText, moneyReplyOf, moneyText, type ReplyText, replyOf, replyText } from './packets.ts'

type AttemptText = readonly [route: string, outgoingExpiry: number, attempt: number, data?: string]
type RecordText = readonly [incomingExpiry: number, condition: string, destination: string, id?: string, hash?: string]
type RequestText = readonly [id: string, hash: string]
type UnresolvedText = readonly [account: string, amount: string]
type TombstoneText = readonly [keepUntil: number | null, reply: ReplyText | MoneyText]

/** Lines 4 to 7. */
export function attemptLines(
  attempt: Pick<PaymentRecord, 'receiver' | 'outgoingAmount' | 'outgoingUnit' | 'route' | 'outgoingExpiry' | 'attempt' | 'data'>,
): readonly [string, string, string, string] {
  // An AttemptText, put together here: half the time of stringifying the whole.
  const data = attempt.data === undefined ? '' : `,"${base64(attempt.data)}"`
  const rest = `[${JSON.stringify(attempt.route)},${attempt.outgoingExpiry},${attempt.attempt}${data}]`
  return [attempt.receiver, decimal(attempt.outgoingAmount), unitText(attempt.outgoingUnit), rest]
}

/** Line 9, one of its parts. */
export function unresolvedText(unresolved: Unresolved | undefined): string {
  return unresolved === undefined ? '' : JSON.stringify([unresolved.account, decimal(unresolved.amount)] satisfies UnresolvedText)
}

/** Line 10. */
export function tombstoneText({ keepUntil, reply }: { readonly keepUntil?: UnixMs | undefined; readonly reply: Reply }): string {
  return JSON.stringify([keepUntil ?? null, replyText(reply)] satisfies TombstoneText)
}

export function underWayText(record: PaymentRecord): string {
  const { sender, incomingAmount, incomingUnit, incomingExpiry, condition, destination, request } = record
  const [receiver, outgoingAmount, outgoingUnit, attempt] = attemptLines(record)
  const key = request === undefined ? '' : `,${JSON.stringify(request.id)},${JSON.stringify(request.hash)}`
  // A RecordText.
  const rest = `[${incomingExpiry},${JSON.stringify(condition)},${JSON.stringify(destination)}${key}]`
  return `${sender}\n${decimal(incomingAmount)}\n${unitText(incomingUnit)}\n${receiver}\n${outgoingAmount}\n${outgoingUnit}\n${attempt}\n${rest}\n\n`
}

export function rejectedText(change: Extract<Change, { type: 'reject' }>): string {
  const request: RequestText = [change.request.id, change.request.hash]
  return [change.sender, '', '', '', '', '', '', JSON.stringify(request), '', tombstoneText(change)].join('\n')
}

/** The kept answer of an operation. */
export function operationText({ account, request, reply, keepUntil }: Extract<Change, { type: 'unconditional' }>): string {
  const key: RequestText = [request.id, request.hash]
  const tombstone: TombstoneText = [keepUntil, moneyText(reply)]
  return [account, '', '', '', '', '', '', JSON.stringify(key), '', JSON.stringify(tombstone)].join('\n')
}

export function storedPaymentOf(payment: PaymentId, text: string): StoredPayment {
  const lines = text.split('\n')
  const [sender = '', , , , , , attempt = '', rest = '', unresolved = '', tombstone = ''] = lines
  const record = attempt === '' ? undefined : recordOf(payment, lines)
  const request = attempt === '' ? requestOf(JSON.parse(rest) as RequestText) : record?.request
  return {
    payment,
    record,
    unresolved: (JSON.parse(`[${unresolved}]`) as UnresolvedText[]).map(([account, sum]) => ({ account: account as AccountId, amount: amount(BigInt(sum)) })),
    tombstone: tombstone === '' ? undefined : tombstoneOf(sender as AccountId, request, JSON.parse(tombstone) as TombstoneText),
  }
}

/** Of a payment under way, what its sender was charged. */
export interface UnderWay {
  readonly thread: ThreadId
  readonly sender: AccountId
  readonly incomingAmount: Amount
}

/** None or one. */
export function underWayOf(thread: ThreadId, text: string): readonly UnderWay[] {
  const [sender = '', incomingAmount = '', , , , , attempt = '', , , tombstone = ''] = text.split('\n')
  return attempt === '' || tombstone !== '' ? [] : [{ thread, sender: sender as AccountId, incomingAmount: amount(BigInt(incomingAmount)) }]
}

function recordOf(payment: PaymentId, lines: readonly string[]): PaymentRecord {
  const [sender = '', incomingAmount = '', incomingUnit = '', receiver = '', outgoingAmount = '', outgoingUnit = '', attemptLine = '', recordLine = ''] = lines
  const [route, outgoingExpiry, attempt, data] = JSON.parse(attemptLine) as AttemptText
  const [incomingExpiry, condition, destination, id, hash] = JSON.parse(recordLine) as RecordText
  return {
    payment,
    sender: sender as AccountId,
    incomingUnit: unitOf(incomingUnit),
    incomingAmount: amount(BigInt(incomingAmount)),
    incomingExpiry,
    condition: condition as Condition,
    destination: destination as Address,
    route,
    receiver: receiver as AccountId,
    outgoingUnit: unitOf(outgoingUnit),
    outgoingAmount: amount(BigInt(outgoingAmount)),
    outgoingExpiry,
    attempt,
    data: data === undefined ? undefined : bytes(data),
    request: id === undefined || hash === undefined ? undefined : { id, hash },
  }
}

function requestOf([id, hash]: RequestText): RequestKey {
  return { id, hash }
}

function tombstoneOf(sender: AccountId, request: RequestKey | undefined, [keepUntil, reply]: TombstoneText): Tombstone {
  return { sender, request, reply: isOfMoney(reply) ? moneyReplyOf(reply) : replyOf(reply), keepUntil: keepUntil ?? undefined }
}

function isOfMoney(reply: ReplyText | MoneyText): reply is MoneyText {
  return reply[0] === 'moved' || reply[0] === 'declined'
}

/** What encodeURIComponent leaves as it is, found faster. */
const PLAIN = /^[\w.-]*$/

/** A unit is whatever a ledger is called; here it may hold no line end. */
export function unitText(unit: string): string {
  return PLAIN.test(unit) ? unit : encodeURIComponent(unit)
}

export function unitOf(text: string): string {
  return decodeURIComponent(text)
}
