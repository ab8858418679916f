/** Packets inside JSON: amounts as decimal strings, bytes as base64. */

import type { Declined, MoneyReply } from '../core/money/operation.ts'
import type { Address } from '../core/values/address.ts'
import { amount } from '../core/values/amount.ts'
import type { Condition, Fulfillment } from '../core/values/condition.ts'
import { NO_DATA, type Prepare, type Refusal, type RejectCode, type Reply } from '../core/values/packet.ts'
import { decimal } from './decimal.ts'

export type PrepareText = readonly [amount: string, expiresAt: number, condition: string, destination: string, data: string]
export type ReplyText =
  | readonly [type: 'fulfill', fulfillment: string, data: string]
  | readonly [type: 'reject', code: string, triggeredBy: string, message: string, data: string]
export type MoneyText = readonly ['moved'] | readonly ['declined', why: Declined]
type RefusalText = readonly [type: 'refusal', status: number, message: string]
export type AnswerText = ReplyText | RefusalText

export function prepareText({ amount, expiresAt, condition, destination, data }: Prepare): PrepareText {
  return [decimal(amount), expiresAt, condition, destination, base64(data)]
}

export function prepareOf([sum, expiresAt, condition, destination, data]: PrepareText): Prepare {
  return { amount: amount(BigInt(sum)), expiresAt, condition: condition as Condition, destination: destination as Address, data: bytes(data) }
}

export function replyText(reply: Reply): ReplyText {
  if (reply.type === 'fulfill') return ['fulfill', reply.fulfillment, base64(reply.data)]
  return ['reject', reply.code, reply.triggeredBy, reply.message, base64(reply.data)]
}

export function replyOf(text: ReplyText): Reply {
  if (text[0] === 'fulfill') return { type: 'fulfill', fulfillment: text[1] as Fulfillment, data: bytes(text[2]) }
  const [, code, triggeredBy, message, data] = text
  return { type: 'reject', code: code as RejectCode, triggeredBy: triggeredBy as Address, message, data: bytes(data) }
}

export type MoneyAnswerText = MoneyText | RefusalText

export function moneyAnswerText(answer: MoneyReply | Refusal): MoneyAnswerText {
  return answer.type === 'refusal' ? refusalText(answer) : moneyText(answer)
}

export function moneyAnswerOf(text: MoneyAnswerText): MoneyReply | Refusal {
  return text[0] === 'refusal' ? refusalOf(text) : moneyReplyOf(text)
}

function refusalText({ status, message }: Refusal): RefusalText {
  return ['refusal', status, message]
}

function refusalOf([, status, message]: RefusalText): Refusal {
  return { type: 'refusal', status: status as Refusal['status'], message }
}

export function moneyText(reply: MoneyReply): MoneyText {
  return reply.type === 'moved' ? ['moved'] : ['declined', reply.why]
}

export function moneyReplyOf(text: MoneyText): MoneyReply {
  return text[0] === 'moved' ? { type: 'moved' } : { type: 'declined', why: text[1] }
}

export function answerText(answer: Reply | Refusal): AnswerText {
  return answer.type === 'refusal' ? refusalText(answer) : replyText(answer)
}

export function answerOf(text: AnswerText): Reply | Refusal {
  return text[0] === 'refusal' ? refusalOf(text) : replyOf(text)
}

export function base64(data: Uint8Array): string {
  return data.length === 0 ? '' : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
}

export function bytes(text: string): Uint8Array {
  if (text === '') return NO_DATA
  const { buffer, byteOffset, byteLength } = Buffer.from(text, 'base64')
  return new Uint8Array(buffer, byteOffset, byteLength)
}
