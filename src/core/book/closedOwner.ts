/**
 * B4, B11: who was asked has left, and its book is closed. The answer that it keeps under the id is told; an id that it lacks is
 * owned anew.
 */
import type { Closed, Input } from '../input.ts'
import { answerMoney } from '../money/answerMoney.ts'
import { askInstead } from '../money/ask.ts'
import { isOfMoney } from '../money/operation.ts'
import { answer } from '../payment/answer.ts'
import { receiveInstead } from '../payment/receive.ts'
import type { ThreadState } from '../threadState.ts'

export function heardOwnerIsClosed(state: ThreadState, { to: owner, message, at }: Extract<Input, { type: 'left' }>, { closed: term, kept }: Closed): void {
  const asked = state.asked.get(message)
  const askedMoney = state.askedMoney.get(message)
  if (asked !== undefined) {
    state.asked.delete(message)
    asked.sender.open--
    if (kept === undefined) receiveInstead(state, asked, { owner, term }, at)
    else if (!isOfMoney(kept)) answer(state, asked.asker, kept)
  } else if (askedMoney !== undefined) {
    state.askedMoney.delete(message)
    if (kept === undefined) askInstead(state, askedMoney, { owner, term }, at)
    else if (isOfMoney(kept)) answerMoney(state, askedMoney.asker, kept)
  }
}
