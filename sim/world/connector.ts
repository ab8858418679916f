/** One connector: its threads, its announcer, its store, and the doors by which others reach it. */
import { type Announcer, type AnnouncerEffect, type AnnouncerInput, makeAnnouncer } from '../../src/core/announcer.ts'
import { type Directory, makeDirectory } from '../../src/core/directory.ts'
import type { Effect } from '../../src/core/effect.ts'
import type { MoneyReply, Operation } from '../../src/core/money/operation.ts'
import type { Announcement } from '../../src/core/routing/announcement.ts'
import type { Snapshot } from '../../src/core/routing/snapshot.ts'
import type { Account, AccountId, ThreadId, Unit } from '../../src/core/values/account.ts'
import { address } from '../../src/core/values/address.ts'
import { type Amount, add, ZERO } from '../../src/core/values/amount.ts'
import type { Prepare, Refusal } from '../../src/core/values/packet.ts'
import type { Rates } from '../../src/core/values/rate.ts'
import { unreachable } from '../../src/core/values/unreachable.ts'
import { Witness } from '../check/witness.ts'
import type { ClockError, ConnectorStrike, Cut, StoreFailover, StoreRestart, StoreStall } from '../faults/fault.ts'
import { MOST_JOINED } from '../faults/threads.ts'
import type { ConnectorPlan, Durability } from '../workload/plan.ts'
import { Announcements } from './behaviours/announcements.ts'
import { Answers } from './behaviours/answers.ts'
import { Clock } from './clock.ts'
import { type Context, stream, traceTime } from './context.ts'
import { dealer } from './dealing.ts'
import type { Home } from './incarnation.ts'
import { Journal } from './journal.ts'
import { Connections, type Door, type Failure, type Respond } from './link.ts'
import type { Line } from './network.ts'
import { type Odds, oddsAt } from './odds.ts'
import { latencyUs, type Stream } from './random.ts'
import { SimStore } from './store.ts'
import { type StoreFaults, storeFaultsAt } from './storeFaults.ts'
import { confirmUs, isOn, longestLossUs, lostUs } from './storeLoss.ts'
import { StoreProcess } from './storeProcess.ts'
import { termsOf } from './terms.ts'
import { configOf, ratesOf } from './threadConfig.ts'
import { ThreadHost } from './threadHost.ts'

export interface AccountPlan {
  readonly account: Account
  readonly openingBalance: Amount
  /** The name of the line to its holder. */
  readonly line: string
}

/** What the connector's threads do for themselves, as far as the meters want to know. */
export interface ConnectorWatch {
  readonly sent: (connector: Connector, to: AccountId, attempt: number, prepare: Prepare) => void
}

/** What comes back when money was asked to move. */
export type MoneyAnswer = MoneyReply | Refusal | Failure

export class Connector implements Home {
  readonly name: string
  readonly plan: ConnectorPlan
  /** As it is now. */
  directory: Directory
  readonly store: SimStore
  readonly storeClock = new Clock()
  readonly witness: Witness
  readonly fulfillmentOf: (condition: string) => string | undefined
  /** Prepares taken in. */
  hops = 0
  readonly #context: Context
  readonly #watch: ConnectorWatch
  readonly #threads = new Map<ThreadId, ThreadHost>()
  readonly #process: StoreProcess
  readonly #storeFaults: StoreFaults | undefined
  readonly #announcer: Announcer
  readonly #local: Stream
  readonly #rates: Rates
  readonly #answers: Answers
  readonly #announcements: Announcements
  /** What the announcer told last: it tells again only what changes. */
  #published: Snapshot | undefined
  /** How many connections each farm has accepted: they are dealt round-robin. */
  readonly #accepted = new Map<number, number>()
  readonly #ways = new Map<AccountId, Way>()
  readonly #wakes: {
    readonly lost: Odds<'wake-lost'> | undefined
    readonly late: Odds<'wake-late'> | undefined
    readonly repeat: Odds<'wake-repeat'> | undefined
  }
  readonly #opened = new Map<Unit, Amount>()
  #announcerWakeUs = Number.NaN

  constructor(
    context: Context,
    plan: ConnectorPlan,
    accounts: readonly AccountPlan[],
    watch: ConnectorWatch,
    fulfillmentOf: (condition: string) => string | undefined,
  ) {
    this.name = plan.name
    this.plan = plan
    this.fulfillmentOf = fulfillmentOf
    this.#context = context
    this.#watch = watch
    this.#local = stream(context, `local ${plan.name}`)
    this.#rates = ratesOf(plan, context.plan.unit)
    this.#answers = new Answers(context, plan.name)
    this.#announcements = new Announcements(context, plan.name)
    this.#wakes = {
      lost: oddsAt(context, 'wake-lost', plan.name),
      late: oddsAt(context, 'wake-late', plan.name),
      repeat: oddsAt(context, 'wake-repeat', plan.name),
    }
    this.directory = makeDirectory(
      address(`test.${plan.name}`),
      plan.threads,
      accounts.map(({ account }) => account),
    )
    const lossUs = longestLossUs(context.plan.faults, plan.name)
    const terms = termsOf(context.plan, plan, { nowMs: () => context.events.nowMs(), latestMs: (thread) => this.#host(thread).clock.latestMs })
    this.witness = new Witness(plan.name, context.checked, terms, lossUs === undefined ? undefined : context.excused)
    this.store = new SimStore(this.witness, lossUs === undefined ? undefined : new Journal(() => context.events.nowUs, lossUs))
    this.#process = new StoreProcess(context.events)
    this.#storeFaults = storeFaultsAt(context, plan.name)
    for (const each of accounts) this.#register(each)
    for (let i = 0; i < plan.threads; i++) this.#addThread(`t${i}`)
    this.#announcer = makeAnnouncer(
      {
        directory: this.directory,
        slack: plan.slack,
        rates: this.#rates,
        announceIntervalMs: plan.announceIntervalMs,
        snapshotIntervalMs: plan.snapshotIntervalMs,
      },
      context.events.nowMs(),
    )
  }

  get #durability(): Durability {
    return this.plan.durability ?? 'everysec'
  }

  #register({ account, openingBalance, line }: AccountPlan): void {
    this.#context.trace?.({ at: traceTime(this.#context), kind: 'account', connector: this.name, line, account, openingBalance })
    this.witness.opened(account, openingBalance)
    this.store.register(account, openingBalance)
    this.#opened.set(account.unit, add(this.#opened.get(account.unit) ?? ZERO, openingBalance))
  }

  #addThread(thread: ThreadId): void {
    const store = { process: this.#process, confirmUs: confirmUs(this.#durability), faults: this.#storeFaults }
    const { transition } = this.#context.watch
    const config = configOf(this.plan, { directory: this.directory, rates: this.#rates, opened: this.#opened, thread, observe: transition })
    this.#threads.set(thread, new ThreadHost(this.#context, this, config, store))
  }

  /** The line that leads to an account's holder, and the door there. */
  connect(account: AccountId, line: Line, doors: (thread: ThreadId) => Connections, peer?: Peering): void {
    const connections = new Map([...this.#threads.keys()].map((thread) => [thread, doors(thread)]))
    this.#ways.set(account, { line, doors, connections, peer })
  }

  /** Opens as many connections as the account's farm has threads, as a client should. */
  open(account: Account, from: string): Connections {
    const farm = this.#farm(account)
    return new Connections(farm.map(() => this.#door(account, from)))
  }

  #farm({ parallelism }: Account): readonly ThreadId[] {
    return this.directory.farms.get(parallelism) ?? []
  }

  #door(account: Account, from: string): Door {
    let dealt = this.#deal(account)
    /** Where farms were dealt anew, it leads to where it was for the last time, if that is still there, and is opened again. */
    const use = (): Dealt => {
      const used = dealt
      if (used.directory !== this.directory) dealt = this.#deal(account)
      return used.host.isGone ? dealt : used
    }
    const deal: Door['take'] = (...prepare) => use().take(...prepare)
    const take = (prepare: Prepare, requestId: string | undefined, respond: Respond, leftUs: number): void => {
      this.hops++
      if (this.#answers.none) deal(prepare, requestId, respond, leftUs)
      else this.#answers.meet(from, prepare, respond, (answer) => deal(prepare, requestId, answer, leftUs))
    }
    return { name: this.name, take, hear: (callback, thank, leftUs) => use().host.hear(account.id, callback, thank, leftUs) }
  }

  /** Where one more connection of this farm leads. */
  #deal(account: Account): Dealt {
    const accepted = this.#accepted.get(account.parallelism) ?? 0
    this.#accepted.set(account.parallelism, accepted + 1)
    const hosts = this.#farm(account).map((thread) => this.#host(thread))
    const take = dealer(this.plan.dealing, {
      account: account.id,
      hosts,
      accepted,
      nowUs: () => this.#context.events.nowUs,
      locally: (run) => this.#locally(run),
    })
    return { directory: this.directory, host: hosts[accepted % hosts.length] as ThreadHost, take }
  }

  #locally(run: () => void): void {
    this.#context.events.after(latencyUs(this.#local, this.#context.plan.localLatency), run)
  }

  start(): void {
    for (const host of this.#threads.values()) host.start()
    this.#announce({ type: 'started', at: this.#context.events.nowMs() })
    for (const [account, way] of this.#ways) {
      if (way.peer !== undefined) this.#announce({ type: 'connected', at: this.#context.events.nowMs(), account })
    }
  }

  /** A lossy hint. */
  wake(thread: ThreadId): void {
    const { lost, late, repeat } = this.#wakes
    const hint = (): void => this.#locally(() => this.#host(thread).hearWake())
    if (lost?.falls(thread) !== undefined) return
    const again = repeat?.falls(thread)
    if (again !== undefined) this.#context.events.after(again.afterUs, hint)
    const delayed = late?.falls(thread)
    if (delayed === undefined) hint()
    else this.#context.events.after(delayed.byUs, hint)
  }

  send(thread: ThreadId, { to, attempt, requestId, prepare }: Extract<Effect, { type: 'sendPrepare' }>, hear: Respond): void {
    this.#watch.sent(this, to, attempt, prepare)
    const way = this.#way(to)
    way.line.prepare(this.name, (way.connections.get(thread) as Connections).next(), prepare, requestId, hear)
  }

  /** An operation, asked at one of the threads: `place` goes round them. */
  moveMoney(place: number, operation: Operation, respond: (reply: MoneyAnswer) => void): void {
    const hosts = [...this.#threads.values()]
    const host = hosts[place % hosts.length] as ThreadHost
    this.witness.operationAsked(operation)
    this.#locally(() => host.moveMoney(operation, (reply) => this.#locally(() => respond(reply))))
  }

  #announce(input: AnnouncerInput): void {
    const { trace } = this.#context
    const effects = this.#announcer.step(input)
    if (trace !== undefined) {
      const at = traceTime(this.#context)
      trace({ at, kind: 'input', connector: this.name, who: 'announcer', input })
      for (const effect of effects) trace({ at, kind: 'effect', connector: this.name, who: 'announcer', effect })
    }
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: AnnouncerEffect): void {
    switch (effect.type) {
      case 'announce': {
        const { line, peer } = this.#way(effect.to)
        if (peer === undefined) throw new Error(`${this.name} announces to ${effect.to}, which is no peer`)
        this.witness.announces(effect.announcement)
        return this.#announcements.announce(peer.connector.name, effect.announcement, (announcement) =>
          line.announce(this.name, peer.connector.name, announcement, () => peer.connector.#hear(this.name, peer.account, announcement)),
        )
      }
      case 'readBooks':
        return this.#readBooks(effect)
      case 'publish':
        this.#published = effect.snapshot
        for (const host of this.#threads.values()) {
          this.#locally(() => host.hearSnapshot(effect.snapshot))
        }
        return
      case 'sleepUntil':
        return this.#announcerSleeps(effect.at)
      case 'answerQuote':
        throw new Error('nobody asks for quotes here')
      default:
        return unreachable(effect)
    }
  }

  #hear(name: string, from: AccountId, announcement: Announcement): void {
    this.#announcements.hear(name, announcement)
    this.witness.announced(from, announcement)
    this.#announce({ type: 'announcementReceived', at: this.#context.events.nowMs(), from, announcement })
  }

  /** What the store does not get or answer is not read: the next reading comes soon. */
  #readBooks(command: Extract<AnnouncerEffect, { type: 'readBooks' }>): void {
    const delay = (): number => latencyUs(this.#local, this.#context.plan.storeLatency)
    const { life } = this.#process
    this.#context.events.after(delay(), () => this.#process.meet(life, () => this.#readNow(command, delay)))
  }

  #readNow(command: Extract<AnnouncerEffect, { type: 'readBooks' }>, delay: () => number): void {
    const { life } = this.#process
    const reading = this.store.read(command.accounts)
    this.#context.trace?.({ at: traceTime(this.#context), kind: 'store', connector: this.name, who: 'announcer', command, reply: reading })
    this.#context.events.after(delay(), () => {
      if (life === this.#process.life) this.#announce({ type: 'booksRead', at: this.#context.events.nowMs(), reading })
    })
  }

  #announcerSleeps(atMs: number): void {
    const atUs = Math.ceil(atMs * 1000)
    this.#announcerWakeUs = atUs
    this.#context.events.at(atUs, () => {
      if (this.#announcerWakeUs === atUs) this.#announce({ type: 'woke', at: this.#context.events.nowMs() })
    })
  }

  // --- what goes wrong ------------------------------------------------------------------------------------------------

  /** Not where it finds nothing to strike: a thread that is down, a store that is down or stands still. */
  isOpenTo(fault: ConnectorStrike): boolean {
    switch (fault.type) {
      case 'crash':
        return this.#host(fault.thread).isUp
      case 'pause':
        return this.#host(fault.thread).canPause
      case 'clock':
        return true
      case 'thread-leaves':
        return this.directory.threads > Math.max(1, ...this.directory.farms.keys())
      case 'thread-joins':
        return this.directory.threads < this.plan.threads + MOST_JOINED
      case 'store-cut':
        return this.#host(fault.thread).hasStore
      case 'store-restart':
      case 'store-failover':
      case 'store-stall':
        return this.#process.isUp && this.#process.stall === undefined
      default:
        return unreachable(fault)
    }
  }

  /** `untilUs`: when its entry of the plan is over. */
  strike(fault: ConnectorStrike, untilUs: number): void {
    switch (fault.type) {
      case 'crash':
        return this.#host(fault.thread).crash(fault)
      case 'store-cut':
        return this.#host(fault.thread).storeCut(fault)
      case 'pause':
        return this.#host(fault.thread).pause(fault)
      case 'clock':
        return this.#clockFails(fault, untilUs)
      case 'thread-leaves':
        return this.#dealAnew(this.directory.threads - 1)
      case 'thread-joins':
        return this.#threadJoins()
      case 'store-restart':
      case 'store-failover':
        return this.#restartStore(fault)
      case 'store-stall':
        return this.#stallStore(fault)
      default:
        return unreachable(fault)
    }
  }

  /** How many threads there have been. */
  get seats(): number {
    return this.#threads.size
  }

  /** B11: each thread hears of it in its time. */
  #dealAnew(threads: number): void {
    const { address, accounts } = this.directory
    this.directory = makeDirectory(address, threads, [...accounts.values()])
    for (const host of this.#threads.values()) this.#locally(() => host.replaceDirectory(this.directory))
  }

  #threadJoins(): void {
    const thread: ThreadId = `t${this.directory.threads}`
    this.#dealAnew(this.directory.threads + 1)
    // One that has left hears that it is back.
    if (this.#threads.has(thread)) return
    this.#addThread(thread)
    for (const { doors, connections } of this.#ways.values()) connections.set(thread, doors(thread))
    if (this.#published !== undefined) this.#host(thread).hearSnapshot(this.#published)
    this.#host(thread).start()
  }

  #clockFails({ clock, byUs, driftPpm, lastsUs }: ClockError, planUntilUs: number): void {
    const { events } = this.#context
    const of = clock === 'store' ? this.storeClock : this.#host(clock).clock
    of.fail(events, { byUs, driftPpm, untilUs: lastsUs === undefined ? planUntilUs : events.nowUs + lastsUs })
  }

  #restartStore(fault: StoreRestart | StoreFailover): void {
    const { restartUs, cuts } = fault
    for (const [i, host] of [...this.#threads.values()].entries()) host.storeDied(cuts[i] as Cut)
    this.#process.die()
    if (fault.losesUs !== undefined) this.#loseWrites(fault)
    this.#context.events.after(restartUs, () => {
      this.#process.comeBack()
      this.#storeIsBack()
      // Nobody is left who would notice that a closed book, or a shard, lacks what was given back.
      if (fault.losesUs !== undefined) for (const host of this.#threads.values()) host.comeBack()
    })
  }

  #loseWrites(fault: StoreRestart | StoreFailover): void {
    const { events, trace } = this.#context
    const sinceUs = events.nowUs - lostUs(fault, this.#durability)
    const shards = this.store.goBack(sinceUs, isOn(fault))
    trace?.({ at: traceTime(this.#context), kind: 'undone', connector: this.name, since: sinceUs / 1000, shards })
  }

  #stallStore({ lastsUs, cuts }: StoreStall): void {
    this.#process.standStill(cuts)
    for (const host of this.#threads.values()) host.storeStandsStill()
    this.#context.events.after(lastsUs, () => {
      this.#process.goOn()
      this.#storeIsBack()
    })
  }

  #storeIsBack(): void {
    for (const host of this.#threads.values()) host.storeIsBack()
  }

  #host(thread: ThreadId): ThreadHost {
    const host = this.#threads.get(thread)
    if (host === undefined) throw new Error(`${this.name} has no thread ${thread}`)
    return host
  }

  #way(account: AccountId): Way {
    const way = this.#ways.get(account)
    if (way === undefined) throw new Error(`${this.name} has no line to ${account}`)
    return way
  }
}

/** The other connector of a line, and our account there. */
export interface Peering {
  readonly connector: Connector
  readonly account: AccountId
}

/** A connection of an account, as it was dealt. */
interface Dealt {
  readonly directory: Directory
  readonly host: ThreadHost
  readonly take: Door['take']
}

interface Way {
  readonly line: Line
  readonly doors: (thread: ThreadId) => Connections
  /** Of each thread. */
  readonly connections: Map<ThreadId, Connections>
  readonly peer: Peering | undefined
}
