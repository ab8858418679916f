/**
 * R2: an outgoing prepare passes when cold + hot + creditLimit >= parallelism * amount, and the thread holds the amount
 * hot (R3). Too little hot: one warm at a time, and whoever comes meanwhile waits and is judged in order (B6).
 */
import { write } from '../book/commits.ts'
import { coolUnserved, coolWhenIdle } from '../book/cool.ts'
import { type Holding, take } from '../book/holding.ts'
import { giveRecalled } from '../book/recall.ts'
import { askForWarm } from '../book/warm.ts'
import type { Warmed } from '../input.ts'
import { payGathered } from '../money/booking.ts'
import type { ThreadState } from '../threadState.ts'
import { type Amount, minus, subtract, times } from '../values/amount.ts'
import type { UnixMs } from '../values/time.ts'
import type { Payment } from './payment.ts'

/** How old the store's word on the cold may be (R2). */
const COLD_BELIEF_MS = 1_000

export type Judgement = 'pass' | 'ask' | 'fail'

/** `fresh`: a warm has just been answered, so the cold is exact and a no is final. */
function judge(holding: Holding, amount: Amount, at: UnixMs, fresh: boolean): Judgement {
  if (amount === 0n) return 'pass'
  const { parallelism, creditLimit } = holding.account
  const need = times(amount, parallelism)
  const told = holding.cold !== undefined && (fresh || at - holding.coldAt <= COLD_BELIEF_MS)
  // cold never falls below -creditLimit (R3), so hot alone is a lower bound that needs no asking.
  const there = told ? (holding.cold ?? 0n) + creditLimit + holding.hot : holding.hot
  if (there < need) return fresh ? 'fail' : 'ask'
  return holding.hot >= amount ? 'pass' : 'ask'
}

/** Whether the prepare may be charged at once; otherwise it stands in line and a warm is on its way. */
export function admit(state: ThreadState, payment: Payment, at: UnixMs): 'pass' | 'waits' | 'tooMany' | 'full' {
  const holding = payment.sender
  if (holding.full) return 'full'
  const inLine = holding.waiting.length > 0 || holding.warmingSince !== undefined
  if (!inLine && judge(holding, payment.prepare.amount, at, false) === 'pass') return 'pass'
  // With an id the bound was judged before `own` (B4).
  if (payment.request === undefined && holding.waiting.length >= state.config.maxWaiting) return 'tooMany'
  holding.waiting.push(payment)
  askForWarm(state, holding, at)
  return 'waits'
}

/** What the waiting prepares come to: each is told to the caller, in order, until one needs another warm. */
export function heardWarm(
  state: ThreadState,
  holding: Holding,
  reply: Warmed | 'full',
  at: UnixMs,
  verdict: (payment: Payment, judgement: 'pass' | 'fail') => void,
): void {
  const askedAt = holding.warmingSince
  if (askedAt === undefined || (reply !== 'full' && reply.granted < holding.taken)) return
  holding.warmingSince = undefined
  if (reply === 'full') holding.full = true
  else takeGrant(state, holding, reply, askedAt)
  payGathered(state, holding, at)
  const waiting = holding.waiting
  holding.waiting = []
  while (waiting.length > 0) {
    const payment = waiting[0] as Payment
    const judgement = holding.full ? 'fail' : judge(holding, payment.prepare.amount, at, true)
    if (judgement === 'ask') break
    waiting.shift()
    verdict(payment, judgement)
  }
  holding.waiting = waiting
  giveRecalled(state, holding)
  if (waiting.length > 0) askForWarm(state, holding, at)
  else if (holding.served) coolWhenIdle(state, holding, at)
  else coolUnserved(state, holding)
}

function takeGrant(state: ThreadState, holding: Holding, reply: Warmed, askedAt: UnixMs): void {
  // Its own cold and grant belong together, whatever else was told meanwhile.
  holding.cold = minus(reply.coldBefore, reply.grant)
  holding.coldAt = askedAt
  const grant = subtract(reply.granted, holding.taken)
  if (grant === 0n) return
  take(holding, grant)
  write(state, { type: 'take', account: holding.account.id, amount: grant })
}
