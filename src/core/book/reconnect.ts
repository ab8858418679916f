/**
 * B2: after a broken connection everything that was asked of the store and not answered is asked again, commits in order.
 * Every command may be applied twice: each compares totals, numbers or ids before it writes. The store may have lost what it
 * acknowledged (B12): the first commit tells of the book, and a question that nobody has answered is left again.
 */
import { askOwnerOfOperationAgain, askToOwn as askToOwnMoney } from '../money/ask.ts'
import type { ThreadState } from '../threadState.ts'
import type { UnixMs } from '../values/time.ts'
import { resendLost } from './commits.ts'
import { resendCool } from './cool.ts'
import { askToOwn } from './ids.ts'
import { leave, readLeft } from './leave.ts'
import { expectLate } from './recovery.ts'
import { askToClose } from './retire.ts'
import { askForWarmAgain } from './warm.ts'

export function askAgain(state: ThreadState, at: UnixMs): void {
  if (!state.serving) {
    state.epoch = anotherEpoch(state.epoch)
    state.effects.push({ type: 'claim', epoch: state.epoch })
    for (const { effect } of state.leaving.values()) state.effects.push(effect)
    return
  }
  if (state.isClosing) return askToClose(state)
  resendLost(state)
  for (const holding of state.holdings.values()) askForWarmAgain(state, holding, at)
  for (const holding of state.cooling) resendCool(state, holding, at)
  for (const payment of state.owning) askToOwn(state, payment)
  for (const booking of state.owningMoney) askToOwnMoney(state, booking)
  for (const { effect } of state.leaving.values()) state.effects.push(effect)
  for (const [message] of state.asked) state.doubted.add(message)
  for (const message of state.askedMoney.keys()) state.doubted.add(message)
  readLeft(state)
  expectLate(state, at)
}

/**
 * A claim goes out once under an epoch. Sent again, the first could come in when another life has claimed the book in between
 * and has committed, and this one's commits would pass for that one's: `already` (B2, B3).
 */
function anotherEpoch(epoch: string): string {
  const [life, claims = '1'] = epoch.split('~')
  return `${life}~${Number(claims) + 1}`
}

/** Each second: what may be lost, once it lies there again. So often, and no more, for connections that break many times in it. */
export function askDoubtedAgain(state: ThreadState): void {
  for (const message of [...state.doubted]) {
    if (state.leaving.has(message)) continue
    state.doubted.delete(message)
    askOwnerAgain(state, message)
    askOwnerOfOperationAgain(state, message)
  }
}

/**
 * Under a new number, whose answer is another: the question may have been left, read, answered and struck out, and all of that
 * lost. Left again under its own number, it is struck out unread when its owner replays that commit.
 */
function askOwnerAgain(state: ThreadState, message: string): void {
  const asked = state.asked.get(message)
  if (asked?.question === undefined) return
  const { question } = asked
  state.asked.delete(message)
  const again = leave(state, question.to, (id) => ({ ...question.message, message: id }))
  state.asked.set(again, { ...asked, question: state.leaving.get(again)?.effect })
}
