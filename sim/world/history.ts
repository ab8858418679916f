/**
 * A recorded history judged by the same oracles as a run: its store commands go through a store of our own, and the same
 * witness hears who asked, sent, heard and told what. Nothing that a core thought is believed. (What a receiver fulfilled
 * to a thread that is no more is a loss, and breaks nothing: it is not counted here.)
 */

import type { Effect } from '../../src/core/effect.ts'
import type { Input } from '../../src/core/input.ts'
import type { ThreadId } from '../../src/core/values/account.ts'
import { matches } from '../../src/core/values/condition.ts'
import type { Prepare } from '../../src/core/values/packet.ts'
import { unreachable } from '../../src/core/values/unreachable.ts'
import { type Checked, nothingChecked } from '../check/violation.ts'
import { type Asked, Witness } from '../check/witness.ts'
import type { ConnectorPlan, Plan } from '../workload/plan.ts'
import { HistoryUsers } from './historyUsers.ts'
import { SimStore } from './store.ts'
import type { StoreCommand, TraceLine } from './trace.ts'
import { driftOf, isCoolAtRest } from './world.ts'

type LineOf<K extends TraceLine['kind']> = Extract<TraceLine, { kind: K }>

interface Recorded {
  readonly plan: ConnectorPlan
  readonly store: SimStore
  readonly witness: Witness
  readonly threads: Map<ThreadId, RecordedThread>
}

/** What is known of a thread's present life. */
interface RecordedThread {
  epoch: string
  readonly held: Map<number, Asked>
  /** By payment and attempt. */
  readonly sent: Map<string, Prepare>
}

export class History {
  readonly checked: Checked = nothingChecked()
  readonly #connectors = new Map<string, Recorded>()
  #plan: Plan | undefined
  #users: HistoryUsers | undefined
  #closed = 0

  /** Throws InvariantBroken. */
  hear(line: TraceLine): void {
    this.#users?.until(line.at)
    switch (line.kind) {
      case 'world':
        return this.#begin(line.plan)
      case 'account':
        return this.#open(line)
      case 'input':
        if (line.who !== 'announcer') this.#input(this.#at(line.connector), line.who, line.input)
        return
      case 'effect':
        if (line.who !== 'announcer') this.#effect(this.#at(line.connector), line.who, line.effect, line.at)
        return
      case 'store':
        if (line.who !== 'announcer') this.#apply(this.#at(line.connector), line.who, line.command, line.at)
        return
      case 'message':
        return this.#users?.hear(line)
      case 'undone':
        throw new Error('a store that lost what it had applied cannot be followed yet')
      case 'ended':
        return this.#ended(this.#at(line.connector), line.who)
      case 'closing':
        this.#closed++
        return
      case 'fault':
      case 'lineFault':
      case 'slip':
      case 'cut':
        return
      default:
        return unreachable(line)
    }
  }

  get isWhole(): boolean {
    return this.#plan !== undefined && this.#closed === this.#plan.connectors.length
  }

  /** What was on its way to users when the trace ended is told. Throws InvariantBroken. */
  arrive(): void {
    this.#users?.until(Number.POSITIVE_INFINITY)
  }

  /** What is judged when all is over. Throws InvariantBroken. */
  close(): void {
    const plan = this.#plan
    if (plan === undefined) throw new Error('a history without its world')
    this.#users?.close(this.checked)
    for (const { witness, store, plan: each } of this.#connectors.values()) witness.quiet(store, isCoolAtRest(each))
    driftOf({ plan, checked: this.checked }, this.#connectors)
  }

  #begin(plan: Plan): void {
    this.#plan = plan
    this.#users = new HistoryUsers(plan, this.checked)
    for (const each of plan.connectors) {
      const witness = new Witness(each.name, this.checked)
      this.#connectors.set(each.name, { plan: each, witness, store: new SimStore(witness), threads: new Map() })
    }
  }

  #open({ connector, account, openingBalance }: LineOf<'account'>): void {
    const { witness, store } = this.#at(connector)
    witness.opened(account, openingBalance)
    store.register(account, openingBalance)
  }

  #at(name: string): Recorded {
    const connector = this.#connectors.get(name)
    if (connector === undefined) throw new Error(`the world of this history has no connector ${name}`)
    return connector
  }

  #input({ witness, threads }: Recorded, id: ThreadId, input: Input): void {
    const thread = threadOf(threads, id)
    switch (input.type) {
      case 'started':
        thread.epoch = input.epoch
        return
      case 'claimed':
        return witness.acknowledged(id, input.book.seq)
      case 'committed':
        if (input.reply === 'ok' || input.reply === 'already') witness.acknowledged(id, input.seq)
        return
      case 'prepareReceived':
        return this.#asked(witness, id, thread, input)
      case 'fulfillReceived': {
        const prepare = thread.sent.get(`${input.payment} ${input.attempt}`)
        if (prepare === undefined) return
        const { condition } = prepare
        const right = matches(condition, input.fulfill.fulfillment)
        return witness.fulfillHeard({ condition, payment: input.payment, attempt: input.attempt, epoch: thread.epoch, right, at: input.at })
      }
      default:
        return
    }
  }

  #asked(witness: Witness, id: ThreadId, thread: RecordedThread, input: Extract<Input, { type: 'prepareReceived' }>): void {
    const { from, prepare, requestId } = input
    const asked: Asked = { from, prepare, requestId, thread: id, epoch: thread.epoch }
    thread.held.set(input.request, asked)
    witness.asked(asked)
  }

  #effect({ witness, threads }: Recorded, id: ThreadId, effect: Effect, atMs: number): void {
    const thread = threadOf(threads, id)
    switch (effect.type) {
      case 'sendPrepare': {
        const { to, payment, attempt, requestId, prepare } = effect
        thread.sent.set(`${payment} ${attempt}`, prepare)
        return witness.sent({ to, payment, thread: id, epoch: thread.epoch, attempt, requestId, prepare, at: Math.floor(atMs) })
      }
      case 'answer': {
        const held = thread.held.get(effect.request)
        if (held === undefined) return
        thread.held.delete(effect.request)
        return witness.told(held, effect.reply)
      }
      case 'stop':
        return witness.stopped(id, thread.epoch, effect.why)
      default:
        return
    }
  }

  #apply({ store }: Recorded, id: ThreadId, command: StoreCommand, atMs: number): void {
    switch (command.type) {
      case 'claim':
        store.claim(id, command)
        return
      case 'commit':
        store.commit(id, command)
        return
      case 'warm':
        store.warm(id, command)
        return
      case 'cool':
        store.cool(id, command)
        return
      case 'own':
        store.own(id, command, Math.floor(atMs))
        return
      case 'leave':
        store.leave(command)
        return
      case 'close':
        store.close(id, command)
        return
      case 'readLeft':
      case 'readBooks':
        return
      default:
        return unreachable(command)
    }
  }

  #ended({ witness, threads }: Recorded, id: ThreadId): void {
    const thread = threadOf(threads, id)
    for (const held of thread.held.values()) witness.cutOff(held)
    thread.held.clear()
    thread.sent.clear()
  }
}

function threadOf(threads: Map<ThreadId, RecordedThread>, id: ThreadId): RecordedThread {
  let thread = threads.get(id)
  if (thread === undefined) {
    thread = { epoch: '', held: new Map(), sent: new Map() }
    threads.set(id, thread)
  }
  return thread
}
