/**
 * A history in words: who did what in order, as far as it concerns what was broken. Read from the lines of a trace, so it
 * tells what happened and not what anybody thought of it.
 */
import type { Effect } from '../../src/core/effect.ts'
import type { ThreadId } from '../../src/core/values/account.ts'
import type { TraceLine } from '../world/trace.ts'
import { commandWords, faultWords, type Names, replyWords } from './words.ts'

export interface StoryEvent {
  readonly atMs: number
  readonly words: string
  /** Conditions, names and payments that it speaks of. */
  readonly about: ReadonlySet<string>
}

/** An event with what is done again right after it by the same, word for word: a poll is told once. */
interface Repeated extends StoryEvent {
  times: number
  untilMs: number
}

/** Hears the lines of a trace; amounts are strings in them. */
export class StoryTeller implements Names {
  readonly #events: Repeated[] = []
  /** By who did it. */
  readonly #last = new Map<string, Repeated>()
  readonly #accounts = new Map<string, string>()
  readonly #payments = new Map<string, { readonly word: string; readonly condition: string }>()
  readonly #words = new Map<string, string>()
  #unperformed: StoryEvent | undefined

  readonly hear = (text: string): void => {
    const line = JSON.parse(text) as TraceLine
    if (line.kind !== 'effect') this.#unperformed = undefined
    else if (line.who !== 'announcer') this.#unperformed = this.#effect(line.at, line.connector, line.who, line.effect) ?? this.#unperformed
    const told = this.#tell(line)
    if (told !== undefined) this.#add(doerOf(line), { atMs: line.at, words: told.words, about: new Set(told.about) })
  }

  /** A fault is a beginning for everyone. */
  #add(doer: string | undefined, event: StoryEvent): void {
    if (doer === undefined) this.#last.clear()
    const last = this.#last.get(doer ?? '')
    if (last?.words === event.words) {
      last.times++
      last.untilMs = event.atMs
      return
    }
    const added: Repeated = { ...event, times: 1, untilMs: event.atMs }
    this.#events.push(added)
    if (doer !== undefined) this.#last.set(doer, added)
  }

  /** What is performed shows in the lines that follow. */
  #effect(atMs: number, connector: string, who: ThreadId, effect: Effect): StoryEvent | undefined {
    const by = `${connector} ${who}`
    switch (effect.type) {
      case 'answer':
        return { atMs, words: `${by} answers request ${effect.request}: ${replyWords(effect.reply)}`, about: new Set() }
      case 'sendPrepare': {
        const known = this.paymentOf(connector, effect.payment)
        const words = `${by} sends attempt ${effect.attempt} of ${known?.word ?? effect.payment} to ${this.account(connector, effect.to)}`
        return { atMs, words, about: new Set(known === undefined ? [] : [known.condition]) }
      }
      case 'stop':
        return { atMs, words: `${by} stops: ${effect.why}`, about: new Set() }
      default:
        return undefined
    }
  }

  /** All of it; an effect that was not performed any more is the last. */
  all(): readonly StoryEvent[] {
    const told = this.#events.map(({ times, untilMs, ...event }) =>
      times === 1 ? event : { ...event, words: `${event.words}; ${times} times until ${untilMs}` },
    )
    return this.#unperformed === undefined ? told : [...told, this.#unperformed]
  }

  account(connector: string, id: string): string {
    return this.#accounts.get(`${connector} ${id}`) ?? id
  }

  /** `payment 1`, `payment 2`, … in order of appearance, the same at all connectors. */
  payment(condition: string): string {
    const known = this.#words.get(condition)
    if (known !== undefined) return known
    const word = `payment ${this.#words.size + 1}`
    this.#words.set(condition, word)
    return word
  }

  paymentOf(connector: string, payment: string): { readonly word: string; readonly condition: string } | undefined {
    return this.#payments.get(`${connector} ${payment}`)
  }

  charged(connector: string, payment: string, condition: string): void {
    this.#payments.set(`${connector} ${payment}`, { word: this.payment(condition), condition })
  }

  #tell(line: TraceLine): { readonly words: string; readonly about: readonly string[] } | undefined {
    switch (line.kind) {
      case 'account':
        this.#accounts.set(`${line.connector} ${line.account.id}`, line.account.name)
        return undefined
      case 'message':
        return this.#tellMessage(line)
      case 'store':
        return line.at < 0 ? undefined : commandWords(line, this)
      case 'fault':
        return { words: `fault at ${line.connector}: ${faultWords(line.fault)}`, about: [] }
      case 'ended':
        return { words: `${line.connector} ${line.who} ends its life ${line.epoch} (${line.why})`, about: [] }
      case 'lineFault':
        return { words: `fault on ${line.line}: ${faultWords(line.fault)}`, about: [] }
      case 'undone':
        return { words: `${line.connector} loses what its store applied after ${line.since}: ${line.shards.length} shards`, about: [] }
      case 'slip':
        return { words: `fault at ${line.who}: ${line.slip.type} on ${line.on}`, about: [] }
      case 'cut':
        return { words: `${line.connector} ${line.who} loses the store: ${line.arriving} commands still arrive, ${line.lost} do not`, about: [] }
      default:
        return undefined
    }
  }

  #tellMessage({ from, to, message }: Extract<TraceLine, { kind: 'message' }>): { readonly words: string; readonly about: readonly string[] } | undefined {
    if (message.type === 'announcement') return undefined
    const { condition } = message
    const word = this.payment(condition)
    if (message.type !== 'prepare') return { words: `${from} answers ${to}: ${word} ${replyWords(message)}`, about: [condition] }
    const id = message.requestId === undefined ? '' : `, id ${message.requestId}`
    return { words: `${from} asks ${to}: ${word}, ${message.amount} to ${message.destination}${id}, until ${message.expiresAt}`, about: [condition] }
  }
}

function doerOf(line: TraceLine): string | undefined {
  if (line.kind === 'message') return `${line.from} ${line.to}`
  return line.kind === 'store' ? `${line.connector} ${line.who}` : undefined
}
