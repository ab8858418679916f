/** Messages left in a book: a place in the order of their arrival, and JSON. */
import type { PaymentId } from '../core/book/change.ts'
import type { Fulfilled, LeftMessage } from '../core/book/message.ts'
import type { Direction } from '../core/money/operation.ts'
import type { AccountId, ThreadId } from '../core/values/account.ts'
import { amount } from '../core/values/amount.ts'
import type { Condition } from '../core/values/condition.ts'
import type { Fulfill, Reject } from '../core/values/packet.ts'
import { EXPIRY_GRACE_MS } from '../core/values/time.ts'
import { unreachable } from '../core/values/unreachable.ts'
import { decimal } from './decimal.ts'
import {
  type AnswerText,
  answerOf,
  answerText,
  type MoneyAnswerText,
  moneyAnswerOf,
  moneyAnswerText,
  type PrepareText,
  prepareOf,
  prepareText,
  type ReplyText,
  replyOf,
  replyText,
} from './packets.ts'

type MessageText =
  | readonly [type: 'askedAgain', message: string, from: ThreadId, account: string, requestId: string, hash: string, prepare: PrepareText]
  | readonly [type: 'recall', message: string, account: string]
  | readonly [type: 'operationAsked', message: string, from: ThreadId, account: string, id: string, direction: Direction, amount: string, expiresAt: number]
  | readonly [type: 'operationAnswered', message: string, answers: string, reply: MoneyAnswerText]
  | readonly [type: 'answered', message: string, answers: string, reply: AnswerText]
  /** The reply stands last: commit.lua takes it from there. */
  | readonly [type: 'fulfilled', message: string, payment: string, attempt: number, from: string, at: number, condition: string, reply: ReplyText]
  | readonly [type: 'rejected', message: string, payment: string, attempt: number, from: string, at: number, reply: ReplyText]

export function messageText(left: LeftMessage): string {
  return JSON.stringify(partsOf(left))
}

function partsOf(left: LeftMessage): MessageText {
  switch (left.type) {
    case 'askedAgain':
      return ['askedAgain', left.message, left.from, left.account, left.requestId, left.hash, prepareText(left.prepare)]
    case 'answered':
      return ['answered', left.message, left.answers, answerText(left.reply)]
    case 'recall':
      return ['recall', left.message, left.account]
    case 'operationAsked': {
      const { account, id, direction, amount, expiresAt } = left.operation
      return ['operationAsked', left.message, left.from, account, id, direction, decimal(amount), expiresAt]
    }
    case 'operationAnswered':
      return ['operationAnswered', left.message, left.answers, moneyAnswerText(left.reply)]
    case 'fulfilled':
      return ['fulfilled', left.message, left.payment, left.attempt, left.from, left.at, left.condition, replyText(left.fulfill)]
    case 'rejected':
      return ['rejected', left.message, left.payment, left.attempt, left.from, left.at, replyText(left.reject)]
    default:
      return unreachable(left)
  }
}

/** What leave.lua looks at before it takes a reply: payment, attempt, from, the condition of a fulfillment, and the earliest expiry for which that is in time. */
export function replyArguments(left: LeftMessage): readonly string[] {
  if (left.type !== 'fulfilled' && left.type !== 'rejected') return ['']
  const about = [left.payment, String(left.attempt), left.from]
  return left.type === 'rejected' ? [...about, ''] : [...about, left.condition, String(left.at - EXPIRY_GRACE_MS)]
}

/** `texts` as the book's hash holds them, in any order → oldest first. */
export function messagesOf(texts: readonly string[]): LeftMessage[] {
  return texts
    .map((text) => {
      const end = text.indexOf(' ')
      return { place: Number(text.slice(0, end)), message: messageOf(JSON.parse(text.slice(end + 1)) as MessageText) }
    })
    .sort((a, b) => a.place - b.place)
    .map(({ message }) => message)
}

function messageOf(text: MessageText): LeftMessage {
  switch (text[0]) {
    case 'askedAgain': {
      const [type, message, from, account, requestId, hash, prepare] = text
      return { type, message, from, account: account as AccountId, requestId, hash, prepare: prepareOf(prepare) }
    }
    case 'answered':
      return { type: 'answered', message: text[1], answers: text[2], reply: answerOf(text[3]) }
    case 'recall':
      return { type: 'recall', message: text[1], account: text[2] as AccountId }
    case 'operationAsked': {
      const [type, message, from, account, id, direction, sum, expiresAt] = text
      return { type, message, from, operation: { id, account: account as AccountId, direction, amount: amount(BigInt(sum)), expiresAt } }
    }
    case 'operationAnswered':
      return { type: 'operationAnswered', message: text[1], answers: text[2], reply: moneyAnswerOf(text[3]) }
    case 'fulfilled': {
      const [type, message, payment, attempt, from, at, condition, reply] = text
      return { type, message, ...replyThere(payment, attempt, from, at), condition: condition as Condition, fulfill: fulfillOf(reply) }
    }
    case 'rejected': {
      const [type, message, payment, attempt, from, at, reply] = text
      return { type, message, ...replyThere(payment, attempt, from, at), reject: rejectOf(reply) }
    }
    default:
      return unreachable(text)
  }
}

function replyThere(payment: string, attempt: number, from: string, at: number): Pick<Fulfilled, 'payment' | 'attempt' | 'from' | 'at'> {
  return { payment: payment as PaymentId, attempt, from: from as AccountId, at }
}

function fulfillOf(text: ReplyText): Fulfill {
  const reply = replyOf(text)
  if (reply.type !== 'fulfill') throw new Error(`a left fulfillment is a ${reply.type}`)
  return reply
}

function rejectOf(text: ReplyText): Reject {
  const reply = replyOf(text)
  if (reply.type !== 'reject') throw new Error(`a left reject is a ${reply.type}`)
  return reply
}
