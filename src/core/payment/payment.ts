/** A payment as its owner thread knows it, from the concentric prepare to the tombstone. */
import type { Counted, PaymentId, PaymentRecord, Pocket, RequestKey } from '../book/change.ts'
import type { Holding } from '../book/holding.ts'
import type { Asker } from '../book/message.ts'
import type { Thanks } from '../effect.ts'
import type { ThreadState } from '../threadState.ts'
import type { ThreadId } from '../values/account.ts'
import { type Amount, ZERO } from '../values/amount.ts'
import type { Condition } from '../values/condition.ts'
import { NO_DATA, type Prepare, type Reject, type Reply } from '../values/packet.ts'
import { RevolvingMap } from '../values/revolvingMap.ts'
import type { UnixMs } from '../values/time.ts'
import type { PaymentState } from './table.ts'

/** The excentric side: whom it is offered to now. */
export interface Attempt {
  readonly number: number
  readonly route: string
  readonly receiver: Holding
  readonly outgoingAmount: Amount
  readonly outgoingExpiry: UnixMs
  /** It is sent with an id, and again while its end is unknown (S1). */
  readonly repeatable: boolean
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
  /** How often the present attempt was sent. */
  sendings: number
  /** Taken up from the book of an earlier incarnation (B9): it never fails over. */
  readonly recovered: boolean
  /** Receivers of earlier attempts. */
  readonly tried: Holding[]
  /** The last reject that a receiver itself gave: it counts before ours. */
  receiverReject: Reject | undefined
  reply: Reply | undefined
  /** Whether the book has it, under way or with its tombstone, once all that was emitted is applied. */
  inBook: boolean
  /** What its refund or reroute ended, until the store has said whether that stands (B8). */
  unsure: Unsure | undefined
  /** Callbacks that wait until what they brought is durable. */
  thanks: Thanking[] | undefined
  /** Prepares with other content that came under its id before the store said whose content is the first. */
  rivals: Rival[] | undefined
}

export interface Unsure {
  readonly attempt: Attempt
  readonly counted: Counted | undefined
  /** Where the commit puts the money: by the time of its answer the farms may be dealt anew (B11). */
  readonly senderPocket: Pocket
  readonly receiverPocket: Pocket
}

interface Thanking {
  readonly request: number
  readonly how: Thanks
}

export interface Rival {
  readonly asker: Asker
  readonly prepare: Prepare
  readonly hash: string
}

/** The id under which an attempt is sent: whoever hears a reply to it can tell which, and whose, it is (B8). */
export function attemptIdOf(payment: PaymentId, attempt: number): string {
  return `${payment}.${attempt}`
}

const ATTEMPT_ID = /^(.+\.\d+)\.(\d{1,9})$/

/** Undefined for an id that none of ours can be. */
export function attemptOfId(id: string): { readonly payment: PaymentId; readonly attempt: number } | undefined {
  const [, payment, attempt] = ATTEMPT_ID.exec(id) ?? []
  return payment === undefined ? undefined : { payment: payment as PaymentId, attempt: Number(attempt) }
}

const OF_THREAD = /^(t\d+)-/

/** The thread in whose book it is: a payment's id begins with its epoch, and an epoch with its thread. */
export function ownerOf(id: PaymentId): ThreadId | undefined {
  return OF_THREAD.exec(id)?.[1] as ThreadId | undefined
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
    sendings: 0,
    recovered: false,
    tried: [],
    receiverReject: undefined,
    reply: undefined,
    inBook: false,
    unsure: undefined,
    thanks: undefined,
    rivals: undefined,
  }
  sender.open++
  know(state, payment)
  return payment
}

function know(state: ThreadState, payment: Payment): void {
  const { id, sender, request } = payment
  state.payments.set(id, payment)
  if (request === undefined) return
  sender.ids ??= new RevolvingMap()
  sender.ids.set(request.id, payment)
}

/** As the book has it: under way, or with its reply a tombstone. Nobody of this incarnation has asked for it yet (B9). */
export interface Stored {
  readonly id: PaymentId
  readonly sender: Holding
  /** Undefined for a reject that moved nothing. */
  readonly record: PaymentRecord | undefined
  readonly request: RequestKey | undefined
  readonly reply: Reply | undefined
}

export function takeUp(state: ThreadState, { id, sender, record, request, reply }: Stored): Payment {
  const payment: Payment = {
    id,
    sender,
    prepare: record === undefined ? unknownPrepare(state) : prepareOf(record),
    request,
    askers: [],
    state: reply === undefined ? 'sent' : 'done',
    attempt: undefined,
    unknown: true,
    sendings: 0,
    recovered: true,
    tried: [],
    receiverReject: undefined,
    reply,
    inBook: true,
    unsure: undefined,
    thanks: undefined,
    rivals: undefined,
  }
  if (reply === undefined) sender.open++
  know(state, payment)
  return payment
}

/** The book keeps data only where it may be sent again (B5). */
function prepareOf({ incomingAmount, incomingExpiry, condition, destination, data = NO_DATA }: PaymentRecord): Prepare {
  return { amount: incomingAmount, expiresAt: incomingExpiry, condition, destination, data }
}

/** Of a tombstone only the reply is told. */
function unknownPrepare(state: ThreadState): Prepare {
  return { amount: ZERO, expiresAt: 0, condition: '' as Condition, destination: state.directory.address, data: NO_DATA }
}
