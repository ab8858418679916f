/** Messages left in a book: a place in the order of their arrival, and JSON. */
import type { LeftMessage } from '../core/book/message.ts'
import type { AccountId, ThreadId } from '../core/values/account.ts'
import { type AnswerText, answerOf, answerText, type PrepareText, prepareOf, prepareText } from './packets.ts'

type MessageText =
  | readonly [type: 'askedAgain', message: string, from: ThreadId, account: string, requestId: string, hash: string, prepare: PrepareText]
  | readonly [type: 'answered', message: string, answers: string, reply: AnswerText]

export function messageText(left: LeftMessage): string {
  return JSON.stringify(partsOf(left))
}

function partsOf(left: LeftMessage): MessageText {
  if (left.type === 'answered') return ['answered', left.message, left.answers, answerText(left.reply)]
  return ['askedAgain', left.message, left.from, left.account, left.requestId, left.hash, prepareText(left.prepare)]
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
  if (text[0] === 'answered') return { type: 'answered', message: text[1], answers: text[2], reply: answerOf(text[3]) }
  const [type, message, from, account, requestId, hash, prepare] = text
  return { type, message, from, account: account as AccountId, requestId, hash, prepare: prepareOf(prepare) }
}
