/** A payment as its owner thread knows it, from the concentric prepare to the tombstone. */
import type { PaymentId, RequestKey } from '../book/change.ts'
import type { Holding } from '../book/holding.ts'
import type { Asker } from '../book/message.ts'
import type { ThreadState } from '../threadState.ts'
import type { Amount } from '../values/amount.ts'
import type { Prepare, Reject, Reply } from '../values/packet.ts'
import type { UnixMs } from '../values/time.ts'
import type { PaymentState } from './table.ts'

/** The excentric side: whom it is offered to now. */
export interface Attempt {
  readonly number: number
  readonly route: string
  readonly receiver: Holding
  readonly outgoingAmount: Amount
  readonly outgoingExpiry: UnixMs
}

export interface Payment {
  readonly id: PaymentId
  readonly sender: Holding
  readonly prepare: Prepare
  readonly request: RequestKey | undefined
  /** Who is told the answer; with an id there may be several. */
  readonly askers: Asker[]
  state: PaymentState
  attempt: Attempt | undefined
  /** The present attempt may or may not have been taken (S1). */
  unknown: boolean
  /** Receivers of earlier attempts. */
  readonly tried: Holding[]
  /** The last reject that a receiver itself gave: it counts before ours. */
  receiverReject: Reject | undefined
  reply: Reply | undefined
}

/** A new payment of `sender`, known by its id from now on. */
export function makePayment(state: ThreadState, sender: Holding, prepare: Prepare, asker: Asker, request?: RequestKey): Payment {
  state.lastPayment++
  const id = `${state.epoch}.${state.lastPayment}` as PaymentId
  const payment: Payment = {
    id,
    sender,
    prepare,
    request,
    askers: [asker],
    state: 'owning',
    attempt: undefined,
    unknown: false,
    tried: [],
    receiverReject: undefined,
    reply: undefined,
  }
  state.payments.set(id, payment)
  sender.open++
  if (request !== undefined) {
    sender.ids ??= new Map()
    sender.ids.set(request.id, payment)
  }
  return payment
}
