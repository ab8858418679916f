/** What may happen next, as one whole number: its kind, whom or what it is about, and a detail. */

export type Kind = (typeof KINDS)[number]

const KINDS = [
  /** The store applies the next command of a life's connection. */
  'apply',
  /** A life hears the store's next reply. */
  'hear',
  /** A life wakes at its deadline. */
  'wake',
  /** A message arrives. */
  'deliver',
  /** A callback arrives, at one of the lives. */
  'callBack',
  /** A hint is lost. */
  'drop',
  /** A sender asks. */
  'ask',
  /** A thread is started again. */
  'start',
  /** A connection to the store is made anew. */
  'reconnect',
  /** What a connection that is no more left behind: its first command arrives, or all of them are lost. */
  'applyLate',
  'loseLate',
  'time',
  // What goes wrong.
  'crash',
  'overtake',
  'cut',
  'loseCommit',
  'delay',
] as const

export interface Choice {
  readonly kind: Kind
  /** A slot's index, a message, a queue, a payment, or a callback and a slot. */
  readonly what: number
  /** Of a step: the number of its effects after which the thread dies; 0: it does not. Of a prepare: the deed. Of an asking: the slot. */
  readonly detail: number
}

const KIND_BITS = 5
const DETAIL_BITS = 6
export const MAX_DETAIL = (1 << DETAIL_BITS) - 1

export function numberOf(kind: Kind, what = 0, detail = 0): number {
  return (((what << DETAIL_BITS) | detail) << KIND_BITS) | KINDS.indexOf(kind)
}

export function choiceOf(number: number): Choice {
  return {
    kind: KINDS[number & ((1 << KIND_BITS) - 1)] as Kind,
    what: number >> (KIND_BITS + DETAIL_BITS),
    detail: (number >> KIND_BITS) & MAX_DETAIL,
  }
}
