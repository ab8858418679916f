/**
 * What a thread counts of itself. It stands around the thread's doors, lines and store, and beside its steps; a packet costs it
 * a few additions and two closures. Counters begin at 0 with each life of the process.
 */
import type { Effect } from '../../core/effect.ts'
import type { Input } from '../../core/input.ts'
import type { Refusal, Reply } from '../../core/values/packet.ts'
import type { Receive } from '../../https/ilpOverHttp.ts'
import type { Sender } from '../../https/sender.ts'
import { type Buckets, Histogram } from './histogram.ts'

export const STORE_COMMANDS = ['commit', 'warm', 'cool', 'own', 'leave', 'claim', 'readLeft'] as const
type StoreCommand = (typeof STORE_COMMANDS)[number]

export const SEND_OUTCOMES = ['fulfill', 'reject', 'notTaken', 'unknown'] as const
type SendOutcome = (typeof SEND_OUTCOMES)[number]

/** Plain data. */
export interface ThreadFigures {
  /** `fulfill`, the code of a reject, or the status of a refusal → how often a concentric prepare ended so. */
  readonly answers: ReadonlyMap<string, number>
  /** From a concentric prepare to its answer, refusals left out. */
  readonly answering: Buckets
  /** From an excentric prepare to how it ended. */
  readonly sending: Readonly<Record<SendOutcome, Buckets>>
  /** Of the script calls in which commits travel. */
  readonly calling: Buckets
  /** Commits in those calls. */
  readonly called: number
  readonly commands: Readonly<Record<StoreCommand, number>>
  readonly paidLate: number
  readonly converted: number
  readonly unresolved: number
  readonly reconnects: number
  readonly memoryBytes: number
  readonly cpuSeconds: number
}

export class ThreadMeter {
  readonly #answers = new Map<string, number>()
  readonly #answering = new Histogram()
  readonly #sending = { fulfill: new Histogram(), reject: new Histogram(), notTaken: new Histogram(), unknown: new Histogram() }
  readonly #calling = new Histogram()
  readonly #commands: Record<StoreCommand, number> = { commit: 0, warm: 0, cool: 0, own: 0, leave: 0, claim: 0, readLeft: 0 }
  #called = 0
  #paidLate = 0
  #converted = 0
  #unresolved = 0
  #reconnects = 0

  /** Around what takes concentric prepares. */
  receive(receive: Receive): Receive {
    return (from, prepare, requestId, respond) => {
      const since = performance.now()
      receive(from, prepare, requestId, (answer) => {
        this.#answered(answer, performance.now() - since)
        respond(answer)
      })
    }
  }

  /** Around what sends excentric ones. */
  sender(sender: Sender): Pick<Sender, 'send'> {
    return {
      send: (to, prepare, requestId, hear) => {
        const since = performance.now()
        sender.send(to, prepare, requestId, (outcome) => {
          this.#sending[outcome.type === 'failed' ? outcome.how : outcome.type].observe(performance.now() - since)
          hear(outcome)
        })
      },
    }
  }

  /** A script call with so many commits was answered. */
  readonly storeCalled = (commits: number, ms: number): void => {
    this.#called += commits
    this.#calling.observe(ms)
  }

  /** Beside each step. */
  readonly watch = (input: Input, effects: readonly Effect[]): void => {
    if (input.type === 'reconnected') this.#reconnects++
    else if (input.type === 'committed' && typeof input.reply === 'object' && 'converted' in input.reply) this.#converted += input.reply.converted.length
    for (const effect of effects) {
      if (effect.type === 'commit') this.#committed(effect)
      else if (effect.type in this.#commands) this.#commands[effect.type as StoreCommand]++
    }
  }

  #committed({ changes }: Extract<Effect, { type: 'commit' }>): void {
    this.#commands.commit++
    for (const change of changes) {
      if (change.type === 'credit') {
        if (change.refunds !== undefined) this.#paidLate++
      } else if ((change.type === 'refund' || change.type === 'reroute') && change.unresolved !== undefined) this.#unresolved++
    }
  }

  #answered(answer: Reply | Refusal, ms: number): void {
    const how = answer.type === 'fulfill' ? 'fulfill' : answer.type === 'reject' ? answer.code : String(answer.status)
    this.#answers.set(how, (this.#answers.get(how) ?? 0) + 1)
    if (answer.type !== 'refusal') this.#answering.observe(ms)
  }

  figures(): ThreadFigures {
    const { fulfill, reject, notTaken, unknown } = this.#sending
    const { user, system } = process.cpuUsage()
    return {
      answers: new Map(this.#answers),
      answering: this.#answering.figures(),
      sending: { fulfill: fulfill.figures(), reject: reject.figures(), notTaken: notTaken.figures(), unknown: unknown.figures() },
      calling: this.#calling.figures(),
      called: this.#called,
      commands: { ...this.#commands },
      paidLate: this.#paidLate,
      converted: this.#converted,
      unresolved: this.#unresolved,
      reconnects: this.#reconnects,
      memoryBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
    }
  }
}
