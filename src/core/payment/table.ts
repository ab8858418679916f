/**
 * The life of a payment as a table: what each event means in each state. Nothing else decides what a late, early or
 * repeated message does. The actions stand in `lifecycle.ts`.
 */

export type PaymentState =
  /** Its id is being claimed (B4). */
  | 'owning'
  /** Waits for a warm of its sender's account (B6). */
  | 'waiting'
  /** Its charge is not yet durable. */
  | 'charging'
  /** The excentric prepare may be on its way. */
  | 'sent'
  /** The next attempt is not yet durable. */
  | 'rerouting'
  | 'crediting'
  | 'refunding'
  /** A reject without a charge, recorded because it carries an id. */
  | 'rejecting'
  /** A tombstone: told, kept for whoever asks again. */
  | 'done'

export type PaymentEvent = 'owned' | 'judged' | 'committed' | 'fulfill' | 'reject' | 'notTaken' | 'unknown' | 'repeat' | 'timer'

export type Action =
  | 'admit'
  | 'charge'
  | 'send'
  | 'credit'
  | 'receiverRejected'
  | 'notTaken'
  | 'keepUnknown'
  | 'sendAgain'
  | 'timedOut'
  | 'answer'
  /** An answer to what has ended, or to an earlier attempt. */
  | 'ignoredLate'
  /** An answer before anything was sent. */
  | 'ignoredEarly'
  /** A timer whose reason is gone. */
  | 'ignoredSpurious'
  /** Cannot happen: the step asserts. */
  | 'bug'

type Row = Readonly<Record<PaymentEvent, Action>>

const early = { fulfill: 'ignoredEarly', reject: 'ignoredEarly', notTaken: 'bug', unknown: 'bug', repeat: 'ignoredSpurious', timer: 'ignoredSpurious' } as const
const late = {
  fulfill: 'ignoredLate',
  reject: 'ignoredLate',
  notTaken: 'ignoredLate',
  unknown: 'ignoredLate',
  repeat: 'ignoredSpurious',
  timer: 'ignoredSpurious',
} as const

export const transitions: Readonly<Record<PaymentState, Row>> = {
  owning: { ...early, owned: 'admit', judged: 'bug', committed: 'bug' },
  waiting: { ...early, owned: 'bug', judged: 'charge', committed: 'bug' },
  charging: { ...early, owned: 'bug', judged: 'bug', committed: 'send' },
  sent: {
    owned: 'bug',
    judged: 'bug',
    committed: 'bug',
    fulfill: 'credit',
    reject: 'receiverRejected',
    notTaken: 'notTaken',
    unknown: 'keepUnknown',
    repeat: 'sendAgain',
    timer: 'timedOut',
  },
  rerouting: { ...late, owned: 'bug', judged: 'bug', committed: 'send' },
  crediting: { ...late, owned: 'bug', judged: 'bug', committed: 'answer' },
  refunding: { ...late, owned: 'bug', judged: 'bug', committed: 'answer' },
  rejecting: { ...late, owned: 'bug', judged: 'bug', committed: 'answer' },
  done: { ...late, owned: 'bug', judged: 'bug', committed: 'bug' },
}
