/** One life of a thread: the real core, from its birth on. What it does comes out as numbers of words.ts. */
import type { Effect } from '../../src/core/effect.ts'
import type { Input } from '../../src/core/input.ts'
import { step } from '../../src/core/thread.ts'
import { makeThreadState, type ThreadState } from '../../src/core/threadState.ts'
import type { ThreadId } from '../../src/core/values/account.ts'
import { unreachable } from '../../src/core/values/unreachable.ts'
import { canonical, inside } from './canonical.ts'
import type { Machine } from './memo.ts'
import { type Setting, START_MS } from './setting.ts'
import { askOf, type Callback, callbackOf, type Event, type Words } from './words.ts'

export type LifeInput =
  | { readonly type: 'born'; readonly thread: ThreadId; readonly epoch: string; readonly at: number }
  | { readonly type: 'hears'; readonly input: Input }

export interface Op {
  /** `thank`: a callback is thanked for. */
  readonly to: 'store' | 'network' | 'record' | 'thank'
  /** Of the command, message, event, or callback. */
  readonly number: number
  /** An event that the record hears as well. */
  readonly event?: number
}

export interface LifeOutput {
  readonly ops: readonly Op[]
  readonly stopped: boolean
}

export interface LifeView {
  /** 0 before birth. */
  readonly epoch: number
  readonly thread: ThreadId
  readonly serving: boolean
  /** Since time 0, ms; infinite without one. */
  readonly deadlineMs: number
  /** Its mirror of its book. */
  readonly mirror: number
}

export class Life implements Machine<LifeInput, LifeOutput, LifeView> {
  readonly #setting: Setting
  readonly #words: Words
  #state: ThreadState | undefined

  constructor(setting: Setting, words: Words) {
    this.#setting = setting
    this.#words = words
  }

  step(input: LifeInput): LifeOutput {
    if (input.type === 'hears') return this.#output(step(this.#born(), input.input))
    this.#state = makeThreadState(this.#setting.configOf(input.thread))
    const { at, epoch } = input
    const effects = step(this.#state, { type: 'started', at, epoch })
    step(this.#state, { type: 'snapshotTaken', at, snapshot: this.#setting.snapshot })
    return this.#output(effects)
  }

  text(): string {
    return this.#state === undefined ? '' : textOf(this.#state)
  }

  view(): LifeView {
    const state = this.#state
    if (state === undefined) return { epoch: 0, thread: 't0', serving: false, deadlineMs: Number.POSITIVE_INFINITY, mirror: 0 }
    return {
      epoch: this.#words.epochs.idOf(state.epoch),
      thread: state.config.thread,
      serving: state.serving && state.ended === undefined,
      deadlineMs: state.sleepingUntil === undefined ? Number.POSITIVE_INFINITY : state.sleepingUntil - START_MS,
      mirror: this.#words.mirrors.idOf(mirrorOf(state)),
    }
  }

  #born(): ThreadState {
    if (this.#state === undefined) throw new Error('a life hears nothing before its birth')
    return this.#state
  }

  #output(effects: readonly Effect[]): LifeOutput {
    const ops: Op[] = []
    for (const effect of effects) {
      const op = this.#opOf(effect)
      if (op !== undefined) ops.push(op)
    }
    return { ops, stopped: effects.some(({ type }) => type === 'stop') }
  }

  #opOf(effect: Effect): Op | undefined {
    const { messages, commands, events } = this.#words
    const { config } = this.#born()
    switch (effect.type) {
      case 'claim':
      case 'commit':
      case 'warm':
      case 'cool':
      case 'own':
      case 'leave':
      case 'readLeft':
        return { to: 'store', number: commands.idOf({ thread: config.thread, effect }) }
      case 'wake':
        return { to: 'network', number: messages.idOf({ type: 'wake', to: effect.to }) }
      case 'sendPrepare':
        return this.#sent(effect)
      case 'answer':
      case 'answerMoney':
        return { to: 'record', number: events.idOf(this.#answered(effect)) }
      case 'thank':
        return this.#thanked(effect)
      case 'recommit':
        throw new Error('a small world writes no commit down')
      case 'close':
        throw new Error('no thread leaves a small world')
      case 'stop':
      case 'sleepUntil':
        return undefined
      default:
        return unreachable(effect)
    }
  }

  #sent(effect: Extract<Effect, { type: 'sendPrepare' }>): Op {
    const { messages, events, epochs } = this.#words
    const { epoch } = this.#born()
    const { attempt, to, prepare } = effect
    const event = events.idOf({ type: 'sent', payment: this.#setting.paymentOf(prepare.condition), attempt, epoch, to })
    return { to: 'network', number: messages.idOf({ type: 'prepare', epoch: epochs.idOf(epoch), effect }), event }
  }

  #thanked({ request, how }: Extract<Effect, { type: 'thank' }>): Op {
    const { messages, events } = this.#words
    const number = callbackOf(request)
    const callback = messages.at(number) as Callback
    if (callback.fulfills === undefined) return { to: 'thank', number }
    const { payment, attempt } = callback
    return { to: 'thank', number, event: events.idOf({ type: 'thanked', payment, attempt, epoch: this.#born().epoch, how }) }
  }

  #answered({ request, reply }: Extract<Effect, { type: 'answer' | 'answerMoney' }>): Event {
    const { payment, ask } = askOf(request)
    const { epoch } = this.#born()
    return { type: 'answered', payment, ask, epoch, reply: reply.type === 'refusal' ? { type: 'refusal', status: reply.status } : reply }
  }
}

/**
 * All that can matter to what it does next. Holdings and payments stand for themselves where others point to them. What was
 * acknowledged lately does not matter: here no store loses what it has acknowledged.
 */
function textOf(state: ThreadState): string {
  const labels = labelsOf(state)
  const {
    config,
    holdings,
    payments,
    snapshot: _s,
    timers,
    recent: _r,
    draw: _d,
    effects: _e,
    changes: _c,
    changedPayments: _p,
    changedGiven: _g,
    ...rest
  } = state
  let text = `${config.thread} `
  for (const holding of holdings.values()) text += `${inside(holding, labels)}\n`
  for (const payment of payments.values()) text += `${inside(payment, labels)}\n`
  return `${text}${canonical(timers.live(), labels)}${canonical(rest, labels)}`
}

function labelsOf({ config, snapshot, holdings, payments }: ThreadState): Map<unknown, string> {
  const labels = new Map<unknown, string>([
    [config, 'config'],
    [snapshot, 'snapshot'],
  ])
  for (const account of config.directory.accounts.values()) labels.set(account, `a:${account.name}`)
  for (const holding of holdings.values()) labels.set(holding, `h:${holding.account.name}`)
  for (const payment of payments.values()) labels.set(payment, `p:${payment.id}`)
  return labels
}

function mirrorOf({ holdings, positions }: ThreadState): string {
  const accounts = [...holdings.values()].map(({ account, hot, taken, given, underWay }) => ({ account: account.id, hot, taken, given, underWay }))
  return mirrorText(accounts, positions)
}

interface Mirrored {
  readonly account: string
  readonly hot: bigint
  readonly taken: bigint
  readonly given: bigint
  readonly underWay: bigint
}

/** Of a book, or of a thread's mirror of it: all money in it, without noughts. */
export function mirrorText(accounts: readonly Mirrored[], positions: ReadonlyMap<string, bigint>): string {
  const lines = accounts
    .filter(({ hot, taken, given, underWay }) => hot !== 0n || taken !== 0n || given !== 0n || underWay !== 0n)
    .map(({ account, hot, taken, given, underWay }) => `${account} ${hot} ${taken} ${given} ${underWay}`)
  const sums = [...positions].filter(([, sum]) => sum !== 0n).map(([unit, sum]) => `${unit} ${sum}`)
  return [...lines, ...sums].sort().join('\n')
}
