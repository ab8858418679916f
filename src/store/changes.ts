/**
 * Commits as the text that `commit.lua` reads. A change is its name, then as many words as that name has, always the same
 * number; what is left out is an empty word. None has a unit separator inside: ids and addresses have no control characters,
 * and JSON escapes them.
 */
import { type Change, type Counted, type Instead, isStruckOut, type Written } from '../core/book/change.ts'
import { unreachable } from '../core/values/unreachable.ts'
import { decimal } from './decimal.ts'
import { attemptLines, operationText, rejectedText, tombstoneText, underWayText, unitText, unresolvedText } from './payments.ts'

export interface Commit {
  readonly seq: number
  readonly changes: readonly Change[]
}

/** Closes each word. */
const SEPARATOR = '\x1f'

/** Seq, number of words, changes. One after the other, commits are what `commit.lua` reads. */
export function written({ seq, changes }: Commit): Written {
  const words: string[] = [String(seq), '']
  for (const change of changes) writeChange(words, change)
  words[1] = String(words.length - 2)
  words.push('')
  return words.join(SEPARATOR) as Written
}

export function seqOf(commit: Written | undefined): string {
  return commit?.slice(0, commit.indexOf(SEPARATOR)) ?? ''
}

function writeChange(into: string[], change: Change): void {
  switch (change.type) {
    case 'take':
    case 'give':
      into.push(change.type, change.account, decimal(change.amount))
      return
    case 'charge':
      into.push('charge', change.record.payment, underWayText(change.record))
      return
    case 'reroute':
      into.push('reroute', change.payment, ...attemptLines(change), ...countedArguments(change.counted), unresolvedText(change.unresolved))
      into.push(...insteadArguments(change.instead))
      return
    case 'credit':
      into.push('credit', change.payment, change.pocket, keptText(change), ...countedArguments(change.counted), change.refunds ?? '')
      return
    case 'refund':
      into.push('refund', change.payment, change.pocket, keptText(change), ...countedArguments(change.counted), unresolvedText(change.unresolved))
      into.push(...insteadArguments(change.instead))
      return
    case 'reject':
      into.push('reject', change.payment, rejectedText(change))
      return
    case 'unconditional':
      into.push('unconditional', change.payment, ...movedArguments(change), operationText(change))
      return
    case 'consumed':
      into.push('consumed', change.message)
      return
    case 'dropped':
      into.push('dropped', change.payment)
      return
    default:
      return unreachable(change)
  }
}

/** Nothing where the payment is struck out. */
function keptText(change: Extract<Change, { type: 'credit' | 'refund' }>): string {
  return isStruckOut(change) ? '' : tombstoneText(change)
}

/** Account, pocket or nothing where no money moves, amount with its sign, unit. */
function movedArguments(change: Extract<Change, { type: 'unconditional' }>): readonly string[] {
  const { account, unit, direction, amount, pocket, reply } = change
  return [account, reply.type === 'moved' ? pocket : '', decimal(direction === 'deposit' ? amount : -amount), unitText(unit)]
}

/** `ACCOUNT ROUTE`, outcome, amount. */
function countedArguments(counted: Counted | undefined): readonly [way: string, outcome: string, amount: string] {
  return counted === undefined ? ['', '', ''] : [`${counted.account} ${counted.route}`, counted.outcome, decimal(counted.amount)]
}

const NOTHING_INSTEAD = ['', '', '', '', '', '']

/** Pocket, what is counted, `late` or nothing, keepUntil as JSON. */
function insteadArguments(instead: Instead | undefined): readonly string[] {
  if (instead === undefined) return NOTHING_INSTEAD
  return [instead.pocket, ...countedArguments(instead.counted), instead.late ? 'late' : '', String(instead.keepUntil ?? null)]
}
