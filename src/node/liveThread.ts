/**
 * One thread of a live connector: the real core, with Redis and https behind each of its effects. Its counterpart in the
 * simulator is sim/world/threadHost.ts. What the core asks of the store while there is no way to it is not kept here: the
 * core asks again when it hears `reconnected`.
 */
import type { Directory } from '../core/directory.ts'
import type { Effect, Thanks } from '../core/effect.ts'
import type { Input } from '../core/input.ts'
import type { MoneyReply, Operation } from '../core/money/operation.ts'
import { attemptOfId } from '../core/payment/payment.ts'
import type { Snapshot } from '../core/routing/snapshot.ts'
import { makeThread } from '../core/thread.ts'
import type { ThreadConfig } from '../core/threadState.ts'
import type { AccountId, ThreadId } from '../core/values/account.ts'
import type { Draw } from '../core/values/draw.ts'
import type { Refusal } from '../core/values/packet.ts'
import { RevolvingMap } from '../core/values/revolvingMap.ts'
import type { UnixMs } from '../core/values/time.ts'
import type { HearCallback, Receive, Respond } from '../https/ilpOverHttp.ts'
import { inputOf } from '../https/outcome.ts'
import type { Sender } from '../https/sender.ts'
import { type Performers, pump } from '../pump.ts'
import { CommitQueue } from '../store/commitQueue.ts'
import { failureOf, StoreRefused, StoreUnknown } from '../store/failure.ts'
import type { RedisStore } from '../store/redisStore.ts'

type Stop = Extract<Effect, { type: 'stop' }>

export interface LiveThreadOptions {
  readonly config: ThreadConfig
  /** A unique id of this incarnation (B3). */
  readonly epoch: string
  readonly store: RedisStore
  /** Whether the book may be opened where there is none. */
  readonly mayOpen: boolean
  readonly sender: Pick<Sender, 'send'>
  /** Unix ms, never less than before. */
  readonly now: () => UnixMs
  readonly draw: () => Draw
  readonly wake: (to: ThreadId) => void
  /** The book is claimed. */
  readonly serving: () => void
  /** The way to the store is lost; it is looked for until there is one. */
  readonly faulted: (error: StoreUnknown) => void
  /** Nothing more is done here: another has the book, the store lost writes, or it refuses; or this thread has left. */
  readonly ended: (why: Stop['why'] | StoreRefused) => void
  /** A script call with so many commits was answered, after so long. */
  readonly storeCalled?: (commits: number, ms: number) => void
  /** Sees each step, for whoever compares or records. */
  readonly watch?: (input: Input, effects: readonly Effect[]) => void
}

/** Between a lost way to the store and the next attempt. */
const RECONNECT_AFTER_MS = 20

export class LiveThread {
  readonly #options: LiveThreadOptions
  readonly #queue: CommitQueue
  readonly #input: (input: Input) => void
  readonly #held = new RevolvingMap<number, Respond>()
  readonly #callbacks = new Map<number, (how: Thanks) => void>()
  readonly #asked = new Map<number, (reply: MoneyReply | Refusal) => void>()
  #lastRequest = 0
  /** Which way to the store this is: what was asked on an earlier one is heard no more. */
  #way = 0
  #isLost = false
  #isOver = false
  #timer: NodeJS.Timeout | undefined
  #deadline: UnixMs | undefined

  constructor(options: LiveThreadOptions) {
    const { config, epoch, store, watch } = options
    this.#options = options
    const { step } = makeThread(config)
    this.#input = pump(watch === undefined ? step : watched(step, watch), this.#performers())
    this.#queue = new CommitQueue({
      store,
      thread: config.thread,
      epoch,
      called: options.storeCalled,
      heard: (seq, reply, written) => this.#hear({ type: 'committed', at: this.#now(), draw: this.#draw(), seq, reply, written }),
      faulted: (error) => this.#lose(error),
      refused: (error) => this.#end(error),
    })
  }

  start(): void {
    const { store } = this.#options
    // Even where nothing was asked: what comes back may have lost what it acknowledged (B12).
    store.onClose(() => this.#lose(new StoreUnknown(new Error('the connection was closed')), () => store.ready()))
    this.#hear({ type: 'started', at: this.#now(), epoch: this.#options.epoch })
  }

  /** A concentric prepare. `respond` is called once, unless this thread ends first. */
  readonly receive: Receive = (from, prepare, requestId, respond) => {
    if (this.#isOver) return
    const request = ++this.#lastRequest
    this.#held.set(request, respond)
    const at = this.#now()
    const draw = this.#draw()
    if (requestId === undefined) this.#input({ type: 'prepareReceived', at, draw, from: from.id, request, prepare })
    else this.#input({ type: 'prepareReceived', at, draw, from: from.id, request, requestId, prepare })
  }

  /** A reply that is called back (B8). `thank` is called once, unless this thread ends first: then it is called back again. */
  readonly hearCallback: HearCallback = (from, requestId, reply, thank) => {
    if (this.#isOver) return
    const of = attemptOfId(requestId)
    if (of === undefined) return thank('late')
    const request = ++this.#lastRequest
    this.#callbacks.set(request, thank)
    const about = { at: this.#now(), from: from.id, ...of, request }
    if (reply.type === 'fulfill') this.#input({ type: 'fulfillReceived', ...about, fulfill: reply })
    else this.#input({ type: 'rejectReceived', ...about, draw: this.#draw(), reject: reply })
  }

  /** Money comes in or goes out. `respond` is called once, unless this thread ends first: then ask again under the same id. */
  readonly moveMoney = (operation: Operation, respond: (reply: MoneyReply | Refusal) => void): void => {
    if (this.#isOver) return
    const request = ++this.#lastRequest
    this.#asked.set(request, respond)
    this.#input({ type: 'moneyAsked', at: this.#now(), request, operation })
  }

  hearWake(): void {
    this.#hear({ type: 'wakeHeard', at: this.#now() })
  }

  /** A peer's answers begin or cease to say that it answers a repeated id with the first answer. */
  hearDeduplication(account: AccountId, deduplicates: boolean): void {
    this.#hear({ type: 'deduplicationHeard', at: this.#now(), account, deduplicates })
  }

  /** Accounts came or changed, farms are dealt anew, or threads come and go. */
  replaceDirectory(directory: Directory): void {
    this.#hear({ type: 'directoryReplaced', at: this.#now(), directory })
  }

  hearSnapshot(snapshot: Snapshot): void {
    this.#hear({ type: 'snapshotTaken', at: this.#now(), snapshot })
  }

  /** Nothing more is heard or done; requests that are held are never answered. */
  stop(): void {
    this.#isOver = true
    this.#queue.close()
    this.#held.clear()
    this.#callbacks.clear()
    this.#asked.clear()
    clearTimeout(this.#timer)
  }

  #hear(input: Input): void {
    if (!this.#isOver) this.#input(input)
  }

  #now(): UnixMs {
    return this.#options.now()
  }

  #draw(): Draw {
    return this.#options.draw()
  }

  #performers(): Performers {
    const { store, mayOpen, wake, config, sender } = this.#options
    const { thread } = config
    return {
      claim: ({ epoch }) =>
        this.#ask(
          () => store.claim(thread, epoch, mayOpen),
          (book) => {
            this.#input({ type: 'claimed', at: this.#now(), draw: this.#draw(), book })
            this.#options.serving()
          },
        ),
      commit: ({ seq, changes }) => this.#queue.add({ seq, changes }),
      recommit: ({ seq, written }) => this.#queue.add({ seq, changes: written }),
      warm: (effect) =>
        this.#ask(
          () => store.warm(thread, effect),
          (reply) => this.#input({ type: 'warmed', at: this.#now(), draw: this.#draw(), account: effect.account, reply }),
        ),
      cool: (effect) =>
        this.#ask(
          () => store.cool(thread, effect),
          (reply) => this.#input({ type: 'cooled', at: this.#now(), account: effect.account, reply }),
        ),
      own: (effect) =>
        this.#ask(
          () => store.own(thread, effect),
          (reply) => this.#input({ type: 'owned', at: this.#now(), draw: this.#draw(), account: effect.account, requestId: effect.requestId, reply }),
        ),
      leave: (effect) =>
        this.#ask(
          () => store.leave(effect),
          (reply) => this.#input({ type: 'left', at: this.#now(), to: effect.to, message: effect.message.message, reply }),
        ),
      readLeft: ({ epoch }) =>
        this.#ask(
          () => store.readLeft(thread, epoch),
          (messages) => {
            if (messages.length > 0) this.#input({ type: 'leftRead', at: this.#now(), draw: this.#draw(), messages })
          },
        ),
      close: ({ epoch }) =>
        this.#ask(
          () => store.close(thread, epoch),
          (reply) => this.#input({ type: 'closed', at: this.#now(), reply }),
        ),
      wake: ({ to }) => wake(to),
      sendPrepare: (effect) =>
        sender.send(effect.to, effect.prepare, effect.requestId, (outcome) => this.#hear(inputOf(effect, outcome, this.#now(), this.#options.draw))),
      answer: ({ request, reply }) => {
        this.#held.get(request)?.(reply)
        this.#held.delete(request)
      },
      answerMoney: ({ request, reply }) => {
        this.#asked.get(request)?.(reply)
        this.#asked.delete(request)
      },
      thank: ({ request, how }) => {
        this.#callbacks.get(request)?.(how)
        this.#callbacks.delete(request)
      },
      stop: ({ why }) => this.#end(why),
      sleepUntil: ({ at }) => this.#sleepUntil(at),
    }
  }

  #ask<R>(send: () => Promise<R>, hear: (reply: R) => void): void {
    if (this.#isLost) return
    const way = this.#way
    const isHeard = (): boolean => way === this.#way && !this.#isLost && !this.#isOver
    send().then(
      (value) => {
        if (isHeard()) hear(value)
      },
      (error: unknown) => {
        if (!isHeard()) return
        const failure = failureOf(error)
        if (failure instanceof StoreRefused) this.#end(failure)
        else this.#lose(failure)
      },
    )
  }

  #lose(error: StoreUnknown, comeBack = () => this.#options.store.reconnect()): void {
    if (this.#isLost || this.#isOver) return
    this.#isLost = true
    this.#queue.halt()
    this.#options.faulted(error)
    setTimeout(() => void comeBack().then(() => this.#reconnected()), RECONNECT_AFTER_MS)
  }

  #reconnected(): void {
    this.#way++
    this.#isLost = false
    this.#queue.resume()
    this.#hear({ type: 'reconnected', at: this.#now() })
  }

  #end(why: Stop['why'] | StoreRefused): void {
    if (this.#isOver) return
    this.stop()
    this.#options.ended(why)
  }

  /** Never early; and what has arrived by then is heard first (S3). */
  #sleepUntil(at: UnixMs): void {
    clearTimeout(this.#timer)
    this.#deadline = at
    this.#timer = setTimeout(() => setImmediate(() => this.#wakeAt(at)), Math.max(0, at - this.#now()))
  }

  #wakeAt(at: UnixMs): void {
    if (this.#deadline !== at) return
    if (this.#now() < at) return this.#sleepUntil(at)
    this.#deadline = undefined
    this.#hear({ type: 'woke', at: this.#now(), draw: this.#draw() })
  }
}

function watched(step: (input: Input) => readonly Effect[], watch: (input: Input, effects: readonly Effect[]) => void): (input: Input) => readonly Effect[] {
  return (input) => {
    const effects = step(input)
    watch(input, effects)
    return effects
  }
}
