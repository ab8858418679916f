/** How sending a prepare ended (S1), and the input that the core hears of it. Money rests on the difference that is drawn here. */
import type { Effect } from '../core/effect.ts'
import type { Input } from '../core/input.ts'
import type { Draw } from '../core/values/draw.ts'
import type { Reply } from '../core/values/packet.ts'
import type { UnixMs } from '../core/values/time.ts'
import { unreachable } from '../core/values/unreachable.ts'
import { decodeReply } from '../wire/packet.ts'

export interface Failed {
  readonly type: 'failed'
  readonly how: 'notTaken' | 'unknown'
  /** For the log: never with a token in it. */
  readonly why: string
}

export type Outcome = Reply | Failed

type SendPrepare = Extract<Effect, { type: 'sendPrepare' }>

/** By these the peer says that it did nothing; whatever else is no packet leaves open what it did. */
const NOT_TAKEN: ReadonlySet<number> = new Set([400, 401, 403, 404, 413, 421, 429, 503])

export function notTaken(why: string): Failed {
  return { type: 'failed', how: 'notTaken', why }
}

export function unknown(why: string): Failed {
  return { type: 'failed', how: 'unknown', why }
}

/** Of a whole response. */
export function outcomeOf(status: number, body: Buffer): Outcome {
  if (NOT_TAKEN.has(status)) return notTaken(`status ${status}`)
  if (status !== 200) return unknown(`status ${status}`)
  const reply = decodeReply(body)
  return 'invalid' in reply ? unknown(`no reply packet: ${reply.invalid}`) : reply
}

export function inputOf({ to, payment, attempt }: SendPrepare, outcome: Outcome, at: UnixMs, draw: () => Draw): Input {
  switch (outcome.type) {
    case 'fulfill':
      return { type: 'fulfillReceived', at, from: to, payment, attempt, fulfill: outcome }
    case 'reject':
      return { type: 'rejectReceived', at, draw: draw(), from: to, payment, attempt, reject: outcome }
    case 'failed':
      return { type: 'sendFailed', at, draw: draw(), payment, attempt, how: outcome.how }
    default:
      return unreachable(outcome)
  }
}
