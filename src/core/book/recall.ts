/**
 * B10: who has to pay an account out leaves a recall in all other books. Whoever reads it gives back all that it holds of
 * that account, waiting prepares or not; the message is struck out by the commit that does, so that a crash loses neither.
 */
import { findAccount, holdingOf, type ThreadState } from '../threadState.ts'
import { write } from './commits.ts'
import { coolAll } from './cool.ts'
import type { Holding } from './holding.ts'
import { leave } from './leave.ts'
import type { Recall } from './message.ts'

export function recallOthers(state: ThreadState, holding: Holding): void {
  const { directory } = state
  const { thread } = state.config
  const account = holding.account.id
  for (let i = 0; i < directory.threads; i++) {
    if (thread !== `t${i}`) leave(state, `t${i}`, (message) => ({ type: 'recall', message, account }))
  }
}

export function heardRecall(state: ThreadState, { message, account: id }: Recall): void {
  const account = findAccount(state, id)
  if (account === undefined) return write(state, { type: 'consumed', message })
  const holding = holdingOf(state, account)
  holding.recalls = [...(holding.recalls ?? []), message]
  // What a warm has been granted and not brought yet is recalled too.
  if (holding.warmingSince === undefined) giveRecalled(state, holding)
}

export function giveRecalled(state: ThreadState, holding: Holding): void {
  const { recalls } = holding
  if (recalls === undefined) return
  holding.recalls = undefined
  coolAll(state, holding)
  for (const message of recalls) write(state, { type: 'consumed', message })
}
