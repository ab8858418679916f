/** One choice taken: the state that follows. What breaks a rule is thrown. */
import { type Choice, choiceOf } from './choice.ts'
import { answerOf } from './deeds.ts'
import { BORN, COMMANDS, CUT_OFF, DELAYS, LATE, NETWORK, RECORD, REPLIES, spent, TIME } from './layout.ts'
import type { LifeOutput, Op } from './life.ts'
import type { Stepped } from './memo.ts'
import type { Parts } from './parts.ts'
import type { Fault } from './smallWorld.ts'
import { checkTransit } from './transit.ts'

const NONE: readonly Op[] = []
const BORN_BITS = 4
const MAX_BORN = 15

export class Turn {
  readonly #parts: Parts
  #next: Int32Array
  /** Effects of the step that was taken last, if it was one. */
  ops: readonly Op[] = NONE
  /** Where what may still go wrong with the thread that took it stands; 0: none did. */
  stepped = 0

  constructor(parts: Parts) {
    this.#parts = parts
    this.#next = new Int32Array(parts.layout.width)
  }

  /** Writes into `next` what follows from `state` and the choice. */
  take(state: Int32Array, choice: number, next: Int32Array): void {
    next.set(state)
    this.#next = next
    this.ops = NONE
    this.stepped = 0
    this.#do(choiceOf(choice))
  }

  #do({ kind, what, detail }: Choice): void {
    const next = this.#next
    const slot = this.#parts.layout.slots[what] as number
    switch (kind) {
      case 'apply':
        return this.#apply(slot)
      case 'hear':
        return this.#hearReply(slot, detail)
      case 'wake':
        return this.#step(slot, this.#parts.woke, detail)
      case 'deliver':
        return this.#deliver(what, detail)
      case 'callBack':
        return this.#callBack(what, detail)
      case 'drop':
        return this.#leaveNetwork(what)
      case 'ask':
        return this.#ask(what, detail)
      case 'start':
        return this.#begin(what)
      case 'reconnect':
        next[slot + COMMANDS] = 0
        return this.#step(slot, this.#parts.reconnected, detail)
      case 'applyLate':
        return this.#applyLate(what)
      case 'loseLate':
        next[LATE] = this.#parts.late.take(at(next, LATE), what)
        return
      case 'time':
        next[TIME] = this.#parts.deadlineMs(next)
        return
      case 'delay':
        next[DELAYS] = at(next, DELAYS) - 1
        next[TIME] = this.#parts.deadlineMs(next)
        return
      case 'crash':
        this.#spend(slot, 'crashes')
        return this.#die(slot)
      case 'overtake':
        this.#spend(slot, 'zombies')
        return this.#overtake(what)
      case 'cut':
        this.#spend(slot, 'cuts')
        return this.#cut(slot)
      case 'loseCommit':
        this.#spend(slot, 'lostCommits')
        next[slot + COMMANDS] = this.#parts.queues.rest(at(next, slot + COMMANDS))
        return
    }
  }

  #spend(slot: number, fault: Fault): void {
    const place = this.#parts.budgetOf(at(this.#next, slot))
    this.#next[place] = spent(at(this.#next, place), fault)
  }

  // --- the store ------------------------------------------------------------------------------------------------------

  /** The next command of this life's connection. */
  #apply(slot: number): void {
    const next = this.#next
    const { queues } = this.#parts
    const commands = at(next, slot + COMMANDS)
    next[slot + COMMANDS] = queues.rest(commands)
    const heard = this.#applied(queues.head(commands))
    if (heard !== 0) next[slot + REPLIES] = queues.push(at(next, slot + REPLIES), heard)
  }

  #applyLate(queue: number): void {
    const next = this.#next
    const { queues, late } = this.#parts
    const rest = queues.rest(queue)
    const others = late.take(at(next, LATE), queue)
    next[LATE] = rest === 0 ? others : late.add(others, rest)
    this.#applied(queues.head(queue))
  }

  /** Returns what its thread will hear. */
  #applied(command: number): number {
    const next = this.#next
    const place = this.#parts.placeOf(command)
    const { next: part, output } = this.#parts.apply(at(next, place), command, at(next, TIME))
    if (part !== next[place]) {
      next[place] = part
      checkTransit(next, place, this.#parts)
    }
    for (const event of output.events) this.#record(event)
    return output.heard
  }

  #record(event: number): void {
    this.#next[RECORD] = this.#parts.record.hear(at(this.#next, RECORD), event)
  }

  // --- lives ----------------------------------------------------------------------------------------------------------

  #hearReply(slot: number, dies: number): void {
    const next = this.#next
    const { queues } = this.#parts
    const replies = at(next, slot + REPLIES)
    next[slot + REPLIES] = queues.rest(replies)
    this.#step(slot, queues.head(replies), dies)
  }

  /** `dies`: after so many of its effects; 0: it does not. */
  #step(slot: number, heard: number, dies: number): void {
    this.#stepped(slot, this.#parts.hear(at(this.#next, slot), heard, at(this.#next, TIME)), dies)
  }

  #stepped(slot: number, { next: life, output }: Stepped<LifeOutput>, dies: number): void {
    const next = this.#next
    const before = at(next, slot)
    next[slot] = life
    this.stepped = this.#parts.budgetOf(life)
    this.ops = output.ops
    for (let i = 0; i < output.ops.length && (dies === 0 || i < dies); i++) this.#perform(slot, output.ops[i] as Op)
    if (dies !== 0) this.#spend(slot, 'crashes')
    if (dies !== 0 || output.stopped) this.#die(slot, before)
  }

  #perform(slot: number, { to, number, event }: Op): void {
    const next = this.#next
    if (event !== undefined) this.#record(event)
    if (to === 'record') this.#record(number)
    else if (to === 'thank') this.#leaveNetwork(this.#parts.heldCallback(number, this.#parts.lives.view(at(next, slot)).epoch))
    else if (to === 'network') next[NETWORK] = this.#parts.network.add(at(next, NETWORK), number)
    else if (next[slot + COMMANDS] !== CUT_OFF) next[slot + COMMANDS] = this.#parts.queues.push(at(next, slot + COMMANDS), number)
  }

  /** `life`: as whom it is known. What it sent may arrive, what it would have heard is heard by nobody. */
  #die(slot: number, life = at(this.#next, slot)): void {
    const next = this.#next
    const epoch = this.#parts.lives.view(life).epoch
    this.#leaveBehind(at(next, slot + COMMANDS))
    next[slot] = 0
    next[slot + COMMANDS] = 0
    next[slot + REPLIES] = 0
    this.#record(this.#parts.ended(epoch))
    next[NETWORK] = this.#parts.withoutLife(at(next, NETWORK), epoch)
  }

  #leaveBehind(commands: number): void {
    if (commands > 0) this.#next[LATE] = this.#parts.late.add(at(this.#next, LATE), commands)
  }

  #cut(slot: number): void {
    const next = this.#next
    this.#leaveBehind(at(next, slot + COMMANDS))
    next[slot + COMMANDS] = CUT_OFF
    next[slot + REPLIES] = 0
  }

  #begin(thread: number): void {
    const next = this.#next
    const shift = thread * BORN_BITS
    const number = ((at(next, BORN) >> shift) & MAX_BORN) + 1
    if (number > MAX_BORN) throw new Error(`t${thread} was started more than ${MAX_BORN} times`)
    next[BORN] = at(next, BORN) + (1 << shift)
    this.#stepped(this.#parts.layout.slots[thread] as number, this.#parts.bear(thread, number, at(next, TIME)), 0)
  }

  /** The present life becomes a zombie, and another begins. */
  #overtake(thread: number): void {
    const next = this.#next
    const { slots, threads } = this.#parts.layout
    const from = slots[thread] as number
    const to = slots.find((slot, i) => i >= threads && next[slot] === 0) as number
    for (const each of [0, COMMANDS, REPLIES]) {
      next[to + each] = at(next, from + each)
      next[from + each] = 0
    }
    this.#begin(thread)
  }

  // --- messages -------------------------------------------------------------------------------------------------------

  #leaveNetwork(message: number): void {
    this.#next[NETWORK] = this.#parts.network.take(at(this.#next, NETWORK), message)
  }

  #callBack(what: number, dies: number): void {
    const next = this.#next
    const { callback, slot } = this.#parts.callingBackOf(what)
    const message = this.#parts.words.messages.at(callback)
    const { epoch } = this.#parts.lives.view(at(next, slot))
    this.#leaveNetwork(callback)
    next[NETWORK] = this.#parts.network.add(at(next, NETWORK), this.#parts.heldCallback(callback, epoch))
    if (message.type === 'callback' && message.fulfills !== undefined && at(next, TIME) < message.fulfills.beforeMs)
      this.#record(this.#parts.fulfilled(message, epoch))
    this.#step(slot, this.#parts.callbackHeard(callback), dies)
  }

  #ask(what: number, dies: number): void {
    const next = this.#next
    const { payment, ask, slot } = this.#parts.askingOf(what)
    const { epoch } = this.#parts.lives.view(at(next, slot))
    this.#record(this.#parts.asked(payment, ask, epoch))
    this.#step(slot, this.#parts.askHeard(payment, ask), dies)
  }

  #deliver(number: number, detail: number): void {
    const message = this.#parts.words.messages.at(number)
    this.#leaveNetwork(number)
    switch (message.type) {
      case 'wake':
        return this.#step(this.#parts.layout.slots[Number(message.to.slice(1))] as number, this.#parts.wakeHeard, detail)
      case 'prepare': {
        const answer = answerOf(this.#parts, number, detail)
        if (answer !== 0) this.#next[NETWORK] = this.#parts.network.add(at(this.#next, NETWORK), answer)
        return
      }
      case 'reply': {
        const { fulfills } = message
        if (fulfills !== undefined && at(this.#next, TIME) < fulfills.beforeMs) this.#record(fulfills.event)
        return this.#step(this.#parts.slotOf(this.#next, message.epoch) as number, message.heard, detail)
      }
      case 'callback':
      case 'heldCallback':
        throw new Error('a callback is not delivered to one alone')
    }
  }
}

function at(state: Int32Array, place: number): number {
  return state[place] as number
}
