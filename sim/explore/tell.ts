/** A history in words, an event a line: what happened, and what came of it. */
import type { Change } from '../../src/core/book/change.ts'
import type { CommitReply } from '../../src/core/input.ts'
import type { AccountId } from '../../src/core/values/account.ts'
import { type Choice, choiceOf } from './choice.ts'
import { deedsFor } from './deeds.ts'
import { COMMANDS, REPLIES, TIME } from './layout.ts'
import type { Op } from './life.ts'
import type { Parts } from './parts.ts'
import type { Deed } from './smallWorld.ts'
import type { Command, Event, Heard, Message } from './words.ts'

/** The choice alone: among those of one state no two read the same. */
export function choiceWords(state: Int32Array, number: number, parts: Parts): string {
  const choice = choiceOf(number)
  const { what, detail } = choice
  const slot = parts.layout.slots[what] as number
  const { queues } = parts
  const life = (place: number) => parts.words.epochs.at(parts.lives.view(state[place] as number).epoch)
  switch (choice.kind) {
    case 'apply':
      return `the store applies ${commandWords(queues.head(state[slot + COMMANDS] as number), parts)} of ${life(slot)}`
    case 'hear':
      return `${life(slot)} hears ${heardWords(queues.head(state[slot + REPLIES] as number), parts)}${death(detail)}`
    case 'wake':
      return `${life(slot)} wakes at its deadline${death(detail)}`
    case 'callBack': {
      const { callback, slot: at } = parts.callingBackOf(what)
      return `${life(at)} hears by a callback ${messageWords(parts.words.messages.at(callback), parts)}${death(detail)} at ${state[TIME]} ms`
    }
    case 'deliver':
    case 'drop':
      return messageChoice(choice, state, parts)
    case 'ask': {
      const { payment, ask, slot: asked } = parts.askingOf(what)
      return `${wishWords(payment, life(asked), parts)}${parts.setting.wishes[payment]?.id === undefined ? '' : `, asking ${ask + 1}`}${death(detail)}`
    }
    case 'start':
      return `t${what} is started again`
    case 'reconnect':
      return `${life(slot)} reaches the store again${death(detail)}`
    case 'applyLate':
      return `late, the store applies ${commandWords(queues.head(what), parts)}, the first of ${queueWords(what, parts)} that a broken connection left behind`
    case 'loseLate':
      return `${queueWords(what, parts)} of a broken connection are lost`
    case 'time':
      return `time goes on to ${parts.deadlineMs(state)} ms`
    case 'delay':
      return `all that is under way is slow; time goes on to ${parts.deadlineMs(state)} ms`
    case 'crash':
      return `${life(slot)} dies`
    case 'overtake':
      return `${life(slot)} is taken for dead, and another life of t${what} is started`
    case 'cut':
      return `${life(slot)} loses its connection to the store`
    case 'loseCommit':
      return `${commandWords(queues.head(state[slot + COMMANDS] as number), parts)} of ${life(slot)} is lost`
  }
}

function wishWords(wish: number, life: string, { setting }: Parts): string {
  const { payers, operations } = setting
  const payer = payers[wish]
  if (payer !== undefined) return `${payer.payment.from} asks ${life} to pay ${payer.payment.amount} to ${payer.payment.to}: ${payer.payment.name}`
  const operation = operations[wish - payers.length]
  if (operation === undefined) throw new Error(`there is nothing with the number ${wish}`)
  return `${life} is asked for a ${operation.direction} of ${operation.amount} of ${setting.accountNamed(operation.account)}: ${operation.id}`
}

function death(effects: number): string {
  return effects === 0 ? '' : `, and dies after ${effects} of the effects`
}

function messageChoice({ kind, what, detail }: Choice, state: Int32Array, parts: Parts): string {
  const message = parts.words.messages.at(what)
  if (kind === 'drop') return `${messageWords(message, parts)} is lost`
  if (message.type === 'prepare') {
    const { effect } = message
    return `${parts.setting.accountNamed(effect.to)} gets ${messageWords(message, parts)} of ${parts.words.epochs.at(message.epoch)}: ${deedWords(deedsFor(parts, message)[detail])}`
  }
  if (message.type === 'wake') return `${message.to} hears a hint to look${death(detail)}`
  if (message.type !== 'reply') throw new Error('a callback is not delivered to one alone')
  return `${parts.words.epochs.at(message.epoch)} hears ${heardWords(message.heard, parts)}${death(detail)} at ${state[TIME]} ms`
}

function deedWords(deed: Deed | undefined): string {
  switch (deed?.kind) {
    case 'fulfill':
      return 'fulfills'
    case 'reject':
      return `rejects with ${deed.code}`
    case 'notTaken':
      return 'does not take it'
    case 'unknown':
      return 'nobody knows whether it took it'
    default:
      return 'does not answer'
  }
}

/** What came of a step. */
export function opWords({ to, number }: Op, parts: Parts): string {
  if (to === 'store') return commandWords(number, parts)
  if (to === 'thank') return `thanks for ${messageWords(parts.words.messages.at(number), parts)}`
  if (to === 'network') return messageWords(parts.words.messages.at(number), parts)
  return eventWords(parts.words.events.at(number), parts)
}

function queueWords(queue: number, parts: Parts): string {
  return parts.queues
    .at(queue)
    .map((command) => commandWords(command, parts))
    .join(', ')
}

function commandWords(number: number, parts: Parts): string {
  const { thread, effect }: Command = parts.words.commands.at(number)
  const name = (account: AccountId) => parts.setting.accountNamed(account)
  switch (effect.type) {
    case 'claim':
      return `${effect.epoch}'s claim`
    case 'commit':
      return `commit ${effect.seq} of ${effect.epoch} (${effect.changes.map((change) => changeWords(change, parts)).join(', ')})`
    case 'warm':
      return `a warm of ${name(effect.account)} by ${thread} (taken ${effect.taken}, wanted ${effect.wanted})`
    case 'cool':
      return `a cool of ${name(effect.account)} by ${thread} (given ${effect.given})`
    case 'own':
      return `own ${effect.requestId} by ${thread}`
    case 'leave':
      return `a message for ${effect.to} by ${thread} (${effect.message.type} ${effect.message.message})`
    case 'readLeft':
      return `a look by ${thread} at what was left`
  }
}

function changeWords(change: Change, parts: Parts): string {
  switch (change.type) {
    case 'take':
    case 'give':
      return `${change.type} ${change.amount} of ${parts.setting.accountNamed(change.account)}`
    case 'charge':
      return `charge ${change.record.payment}`
    case 'reroute':
    case 'credit':
    case 'refund':
    case 'reject':
    case 'dropped':
      return `${change.type} ${change.payment}`
    case 'unconditional':
      return `${change.type} ${change.payment}`
    case 'consumed':
      return `strike out ${change.message}`
  }
}

function heardWords(number: number, parts: Parts): string {
  const heard: Heard = parts.words.heard.at(number)
  switch (heard.type) {
    case 'committed':
      return `that commit ${heard.seq} is ${commitWords(heard.reply)}`
    case 'claimed':
      return 'what its book holds'
    case 'warmed':
    case 'cooled':
      return `that ${parts.setting.accountNamed(heard.account)} was ${heard.type} (${heard.reply === 'full' ? 'full' : 'granted' in heard.reply ? `granted ${heard.reply.granted}` : `returned ${heard.reply.returned}`})`
    case 'owned':
      return `that ${heard.reply.owner} owns ${heard.requestId}`
    case 'left':
      return `that its message lies with ${heard.to}`
    case 'leftRead':
      if (heard.messages === 'fenced') return 'that another has claimed its book'
      return `what was left: ${heard.messages.map(({ type, message }) => `${type} ${message}`).join(', ')}`
    case 'fulfillReceived':
      return `that ${parts.setting.accountNamed(heard.from)} fulfilled attempt ${heard.attempt} of ${heard.payment}`
    case 'rejectReceived':
      return `that ${parts.setting.accountNamed(heard.from)} rejected attempt ${heard.attempt} of ${heard.payment} with ${heard.reject.code}`
    case 'sendFailed':
      return `that attempt ${heard.attempt} of ${heard.payment} is ${heard.how === 'notTaken' ? 'not taken' : 'unknown'}`
    default:
      return heard.type
  }
}

function commitWords(reply: CommitReply): string {
  if (typeof reply === 'string') return reply
  return 'gap' in reply ? `missed after ${reply.gap}` : `applied, and credited ${reply.converted.map(({ payment }) => payment).join(', ')} instead`
}

function messageWords(message: Message, parts: Parts): string {
  switch (message.type) {
    case 'prepare':
      return `the prepare of ${message.effect.payment}, attempt ${message.effect.attempt}, for ${parts.setting.accountNamed(message.effect.to)}`
    case 'wake':
      return `a hint for ${message.to}`
    case 'reply':
    case 'callback':
      return heardWords(message.heard, parts)
    case 'heldCallback':
      return messageWords(parts.words.messages.at(message.callback), parts)
  }
}

function eventWords(event: Event, parts: Parts): string {
  if (event.type !== 'answered') return event.type
  const { payment, ask, reply } = event
  const words = reply.type === 'reject' ? `reject ${reply.code}` : reply.type === 'refusal' ? `refusal ${reply.status}` : reply.type
  return `${parts.setting.wishes[payment]?.name} is told ${words}${ask === 0 ? '' : ` (asking ${ask + 1})`}`
}
