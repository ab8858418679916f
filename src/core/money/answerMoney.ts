/** Whoever asked for an operation is told. */
import { leave } from '../book/leave.ts'
import type { Asker } from '../book/message.ts'
import type { ThreadState } from '../threadState.ts'
import type { Refusal } from '../values/packet.ts'
import type { MoneyReply } from './operation.ts'

export function answerMoney(state: ThreadState, asker: Asker, reply: MoneyReply | Refusal): void {
  if (asker.type === 'request') state.effects.push({ type: 'answerMoney', request: asker.request, reply })
  else leave(state, asker.thread, (message) => ({ type: 'operationAnswered', message, answers: asker.message, reply }), asker.message)
}
