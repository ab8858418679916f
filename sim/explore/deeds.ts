/** What a receiver may do with a prepare, and the answer that its thread will hear. */
import { NO_DATA, type RejectCode } from '../../src/core/values/packet.ts'
import { EXPIRY_GRACE_MS } from '../../src/core/values/time.ts'
import type { Parts } from './parts.ts'
import { START_MS } from './setting.ts'
import type { Deed } from './smallWorld.ts'
import type { Fulfilling, Heard, Message } from './words.ts'

type Prepared = Extract<Message, { type: 'prepare' }>

/** Those of the receiver of this prepare. */
export function deedsFor({ setting }: Parts, { effect }: Prepared): readonly Deed[] {
  return setting.world.accounts[setting.accounts.findIndex(({ id }) => id === effect.to)]?.does ?? []
}

/** The number of the answer to message `prepare`; 0: none comes. `deed`: which of its receiver's. */
export function answerOf(parts: Parts, prepare: number, deed: number): number {
  const message = parts.words.messages.at(prepare) as Prepared
  const done = deedsFor(parts, message)[deed]
  if (done === undefined || done.kind === 'hold') return 0
  const { epoch, effect } = message
  const heard = parts.words.heard.idOf(heardOf(parts, message, done))
  const fulfills = done.kind === 'fulfill' ? fulfillingOf(parts, message) : undefined
  if (!callsBack(parts, message, done)) return parts.words.messages.idOf({ type: 'reply', epoch, heard, fulfills })
  const payment = parts.setting.paymentOf(effect.prepare.condition)
  return parts.words.messages.idOf({ type: 'callback', from: parts.threadOf(epoch), heard, fulfills, payment, attempt: effect.attempt })
}

/** That it was not taken, or that nobody knows, its sender finds by itself. */
function callsBack({ setting }: Parts, { effect }: Prepared, { kind }: Deed): boolean {
  return (kind === 'fulfill' || kind === 'reject') && setting.accounts.some(({ id, callsBack }) => id === effect.to && callsBack === true)
}

function heardOf({ setting }: Parts, { effect }: Prepared, deed: Exclude<Deed, { kind: 'hold' }>): Heard {
  const { to: from, payment, attempt, prepare } = effect
  switch (deed.kind) {
    case 'fulfill': {
      const fulfillment = setting.payers[setting.paymentOf(prepare.condition)]?.fulfillment
      if (fulfillment === undefined) throw new Error("a prepare with nobody's condition")
      return { type: 'fulfillReceived', from, payment, attempt, fulfill: { type: 'fulfill', fulfillment, data: NO_DATA } }
    }
    case 'reject':
      return { type: 'rejectReceived', from, payment, attempt, reject: rejectOf(deed.code, prepare.destination) }
    case 'notTaken':
    case 'unknown':
      return { type: 'sendFailed', payment, attempt, how: deed.kind }
  }
}

function rejectOf(code: RejectCode, triggeredBy: Prepared['effect']['prepare']['destination']) {
  return { type: 'reject', code, triggeredBy, message: '', data: NO_DATA } as const
}

function fulfillingOf({ setting, words }: Parts, { epoch, effect }: Prepared): Fulfilling {
  const { attempt, prepare } = effect
  const event = words.events.idOf({ type: 'fulfilled', payment: setting.paymentOf(prepare.condition), attempt, epoch: words.epochs.at(epoch) })
  return { event, beforeMs: prepare.expiresAt - START_MS + EXPIRY_GRACE_MS }
}
