/** What a line of a trace says, in words. */
import type { Change } from '../../src/core/book/change.ts'
import type { ConnectorStrike, LineStrike } from '../faults/fault.ts'
import type { Message, TraceLine } from '../world/trace.ts'

export interface Names {
  readonly account: (connector: string, id: string) => string
  readonly payment: (condition: string) => string
  readonly paymentOf: (connector: string, payment: string) => { readonly word: string; readonly condition: string } | undefined
  readonly charged: (connector: string, payment: string, condition: string) => void
}

interface Told {
  readonly words: string
  readonly about: readonly string[]
}

type StoreLine = Extract<TraceLine, { kind: 'store' }>
type Reply = { readonly type: string; readonly code?: string; readonly status?: number; readonly how?: string }

export function replyWords(reply: Reply | Message): string {
  if ('code' in reply && reply.code !== undefined) return `reject ${reply.code}`
  if ('status' in reply && reply.status !== undefined) return `refused, ${reply.status}`
  if ('how' in reply && reply.how !== undefined) return reply.how === 'unknown' ? 'is broken off' : 'is not taken'
  return reply.type
}

/** A kind that is new here is told by its name. */
export function faultWords(fault: ConnectorStrike | LineStrike): string {
  const { type, ...rest } = fault
  const thread = 'thread' in rest ? ` of ${rest.thread}` : ''
  return `${type}${thread}${'midStep' in rest && rest.midStep !== undefined ? ', in the midst of its next step' : ''}`
}

/** Undefined for what moves nothing and says nothing: reading. */
export function commandWords(line: StoreLine, names: Names): Told | undefined {
  const { connector, who, command } = line
  const by = `${connector} ${who}`
  switch (command.type) {
    case 'claim':
      return { words: `${by} claims its book as ${command.epoch}`, about: [] }
    case 'commit':
      return commitWords(line, by, command, names)
    case 'warm': {
      const account = names.account(connector, command.account)
      const words = `${by} warms ${account}: wants ${command.wanted}, gets ${field(line, 'grant')} of ${field(line, 'coldBefore')} cold`
      return { words, about: [account] }
    }
    case 'cool': {
      const account = names.account(connector, command.account)
      return { words: `${by} cools ${account}: ${command.given} given so far, cold ${field(line, 'cold')}`, about: [account] }
    }
    case 'own':
      return { words: `${by} owns id ${command.requestId}: its owner is ${field(line, 'owner')}`, about: [command.requestId] }
    case 'leave':
      return { words: `${by} leaves a message for ${command.to}: ${command.message.type}`, about: [] }
    case 'close':
      return { words: `${by} closes its book: ${String(line.reply)}`, about: [] }
    case 'readLeft':
    case 'readBooks':
      return undefined
    default:
      return { words: `${by}: ${(command as { readonly type: string }).type}`, about: [] }
  }
}

/** Of its reply. */
function field({ reply }: StoreLine, name: string): string {
  const value: unknown = typeof reply === 'object' ? Object.entries(reply).find(([key]) => key === name)?.[1] : undefined
  return value === undefined ? '?' : String(value)
}

function commitWords(line: StoreLine, by: string, command: Extract<StoreLine['command'], { type: 'commit' }>, names: Names): Told | undefined {
  const told = command.changes.map((change) => changeWords(line.connector, change, names))
  const outcome = line.reply === undefined || line.reply === 'ok' ? '' : `: ${typeof line.reply === 'string' ? line.reply : '?'}`
  if (told.length === 0) return outcome === '' ? undefined : { words: `${by} commits ${command.seq}${outcome}`, about: [] }
  return { words: `${by} commits ${command.seq}: ${told.map(({ words }) => words).join('; ')}${outcome}`, about: told.flatMap(({ about }) => about) }
}

function changeWords(connector: string, change: Change, names: Names): Told {
  switch (change.type) {
    case 'charge': {
      const { record } = change
      names.charged(connector, record.payment, record.condition)
      const [sender, receiver] = [names.account(connector, record.sender), names.account(connector, record.receiver)]
      return {
        words: `charge ${record.incomingAmount} of ${sender} for ${names.payment(record.condition)} to ${receiver}`,
        about: [record.condition, sender, receiver],
      }
    }
    case 'take':
    case 'give': {
      const account = names.account(connector, change.account)
      return { words: `${change.type} ${change.amount} of ${account}`, about: [account] }
    }
    default: {
      const known = 'payment' in change ? names.paymentOf(connector, change.payment) : undefined
      const about = known === undefined ? [] : [known.condition]
      return { words: known === undefined ? change.type : `${change.type} ${known.word}`, about }
    }
  }
}
