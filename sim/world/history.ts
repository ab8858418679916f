/**
 * A recorded history judged by the same oracles as a run: its store commands go through a store of our own, and the same
 * witness hears who asked, sent, heard and told what. Nothing that a core thought is believed. (What a receiver fulfilled
 * to a thread that is no more is a loss, and breaks nothing: it is not counted here.)
 */

import type { Effect } from '../../src/core/effect.ts'
import type { Input } from '../../src/core/input.ts'
import type { Operation } from '../../src/core/money/operation.ts'
import type { AccountId, ThreadId } from '../../src/core/values/account.ts'
import { matches } from '../../src/core/values/condition.ts'
import type { Prepare } from '../../src/core/values/packet.ts'
import { unreachable } from '../../src/core/values/unreachable.ts'
import type { About, Heard } from '../check/sending.ts'
import type { Asked } from '../check/telling.ts'
import { type Checked, nothingChecked } from '../check/violation.ts'
import { Witness } from '../check/witness.ts'
import type { ConnectorPlan, Plan } from '../workload/plan.ts'
import { HistoryUsers } from './historyUsers.ts'
import { SimStore } from './store.ts'
import { termsOf } from './terms.ts'
import type { StoreCommand, TraceLine } from './trace.ts'
import { driftOf, isCoolAtRest, lostIn } from './world.ts'

type LineOf<K extends TraceLine['kind']> = Extract<TraceLine, { kind: K }>

interface Recorded {
  readonly plan: ConnectorPlan
  readonly store: SimStore
  readonly witness: Witness
  readonly threads: Map<ThreadId, RecordedThread>
}

interface SentPrepare {
  readonly to: AccountId
  readonly prepare: Prepare
}

/** What is known of a thread's present life. */
interface RecordedThread {
  epoch: string
  /** What its clock shows, and has shown at most. */
  nowMs: number
  latestMs: number
  readonly held: Map<number, Asked>
  readonly heldMoney: Map<number, Operation>
  /** Replies that are not thanked for yet, by request. */
  readonly calledBack: Map<number, Heard>
  /** By payment and attempt. */
  readonly sent: Map<string, SentPrepare>
}

export class History {
  readonly checked: Checked = nothingChecked()
  readonly #connectors = new Map<string, Recorded>()
  #plan: Plan | undefined
  #users: HistoryUsers | undefined
  #closed = 0
  #nowMs = Number.NEGATIVE_INFINITY

  /** Throws InvariantBroken. */
  hear(line: TraceLine): void {
    this.#users?.until(line.at)
    this.#nowMs = Math.floor(line.at)
    switch (line.kind) {
      case 'world':
        return this.#begin(line.plan)
      case 'account':
        return this.#open(line)
      case 'input':
        if (line.who !== 'announcer') this.#input(this.#at(line.connector), line.who, line.input)
        else if (line.input.type === 'announcementReceived') this.#at(line.connector).witness.announced(line.input.from, line.input.announcement)
        return
      case 'effect':
        if (line.who !== 'announcer') this.#effect(this.#at(line.connector), line.who, line.effect)
        else if (line.effect.type === 'announce') this.#at(line.connector).witness.announces(line.effect.announcement)
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
      case 'behaviour':
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
    for (const { witness, store, plan: each } of this.#connectors.values()) {
      witness.quiet(store, isCoolAtRest(each))
      witness.reported(store, lostIn(store))
    }
    driftOf({ plan, checked: this.checked }, this.#connectors)
  }

  #begin(plan: Plan): void {
    this.#plan = plan
    this.#users = new HistoryUsers(plan, this.checked)
    for (const each of plan.connectors) {
      const threads = new Map<ThreadId, RecordedThread>()
      const terms = termsOf(plan, each, { nowMs: () => this.#nowMs, latestMs: (thread) => threadOf(threads, thread).latestMs })
      const witness = new Witness(each.name, this.checked, terms)
      this.#connectors.set(each.name, { plan: each, witness, store: new SimStore(witness), threads })
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
    thread.nowMs = input.at
    thread.latestMs = Math.max(thread.latestMs, input.at)
    switch (input.type) {
      case 'started':
        thread.epoch = input.epoch
        return
      case 'claimed':
        return witness.acknowledged(id, input.book.seq)
      case 'committed':
        if (input.reply === 'ok' || input.reply === 'already' || (typeof input.reply === 'object' && 'converted' in input.reply))
          witness.acknowledged(id, input.seq)
        return
      case 'moneyAsked':
        thread.heldMoney.set(input.request, input.operation)
        return witness.operationAsked(input.operation)
      case 'prepareReceived':
        return this.#asked(witness, id, thread, input)
      case 'fulfillReceived':
      case 'rejectReceived':
        return input.request === undefined ? this.#heard(witness, thread, input) : this.#calledBack(witness, thread, input.request, input)
      case 'sendFailed':
        return this.#heard(witness, thread, input)
      default:
        return
    }
  }

  #heard(witness: Witness, { epoch, sent }: RecordedThread, input: Extract<Input, { type: 'fulfillReceived' | 'rejectReceived' | 'sendFailed' }>): void {
    const { payment, attempt, at } = input
    const { to, prepare } = sent.get(`${payment} ${attempt}`) ?? {}
    if (to === undefined || prepare === undefined) return
    const { condition } = prepare
    const about: About = { from: input.type === 'sendFailed' ? to : input.from, payment, attempt, condition, epoch, at }
    if (input.type === 'fulfillReceived') witness.fulfillHeard({ ...about, right: matches(condition, input.fulfill.fulfillment) })
    else if (input.type === 'rejectReceived') witness.rejectHeard(about)
    else witness.failed(about, input.how)
  }

  /** To any thread: what it replies to is known from the owner's book. */
  #calledBack(witness: Witness, thread: RecordedThread, request: number, input: Extract<Input, { type: 'fulfillReceived' | 'rejectReceived' }>): void {
    const { from, payment, attempt, at } = input
    const condition = witness.conditionOf(payment)
    if (condition === undefined) return
    const right = input.type === 'fulfillReceived' && matches(condition, input.fulfill.fulfillment)
    const heard: Heard = { from, payment, attempt, condition, epoch: thread.epoch, at, right }
    thread.calledBack.set(request, heard)
    witness.calledBack(heard, input.type === 'fulfillReceived' ? 'fulfill' : 'reject')
  }

  #asked(witness: Witness, id: ThreadId, thread: RecordedThread, input: Extract<Input, { type: 'prepareReceived' }>): void {
    const { from, prepare, requestId } = input
    const asked: Asked = { from, prepare, requestId, thread: id, epoch: thread.epoch }
    thread.held.set(input.request, asked)
    witness.asked(asked)
  }

  #effect({ witness, threads }: Recorded, id: ThreadId, effect: Effect): void {
    const thread = threadOf(threads, id)
    switch (effect.type) {
      case 'sendPrepare': {
        const { to, payment, attempt, requestId, prepare } = effect
        thread.sent.set(`${payment} ${attempt}`, { to, prepare })
        return witness.sent({ to, payment, thread: id, epoch: thread.epoch, attempt, requestId, prepare, at: thread.nowMs })
      }
      case 'answerMoney': {
        const operation = thread.heldMoney.get(effect.request)
        thread.heldMoney.delete(effect.request)
        if (operation !== undefined && effect.reply.type !== 'refusal') witness.operationTold(operation, effect.reply)
        return
      }
      case 'answer': {
        const held = thread.held.get(effect.request)
        if (held === undefined) return
        thread.held.delete(effect.request)
        return witness.told(held, effect.reply)
      }
      case 'thank': {
        const heard = thread.calledBack.get(effect.request)
        thread.calledBack.delete(effect.request)
        if (heard !== undefined) witness.thanked(heard, effect.how)
        return
      }
      case 'claim':
        thread.epoch = effect.epoch
        return
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
    thread.heldMoney.clear()
    thread.calledBack.clear()
    thread.sent.clear()
  }
}

function threadOf(threads: Map<ThreadId, RecordedThread>, id: ThreadId): RecordedThread {
  let thread = threads.get(id)
  if (thread === undefined) {
    thread = {
      epoch: '',
      nowMs: Number.NEGATIVE_INFINITY,
      latestMs: Number.NEGATIVE_INFINITY,
      held: new Map(),
      heldMoney: new Map(),
      calledBack: new Map(),
      sent: new Map(),
    }
    threads.set(id, thread)
  }
  return thread
}
