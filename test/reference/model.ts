/**
 * The reference model: what DESIGN.md says that a world of connectors does, once more, as plainly as it can be said. It
 * is slow, and shares nothing with `src/` and `sim/`: whatever both say alike was thought twice.
 *
 * One list of what is to happen, in order of time; money is bigint, time microseconds (`now`) or, where a thread looks
 * at its clock, whole milliseconds (`clock()`). "R2", "B7"… are DESIGN.md's rules. "Order:" marks what the design leaves
 * open and the simulator has settled: which of two things that happen in one instant comes first, and how a half is
 * rounded.
 */
import { createHash } from 'node:crypto'

// --- what is given ------------------------------------------------------------------------------------------------

export interface World {
  /** One-way, between a thread and its store, and between two threads. */
  readonly storeUs: number
  readonly localUs: number
  readonly connectors: readonly ConnectorSpec[]
  readonly lines: readonly LineSpec[]
  readonly users: readonly UserSpec[]
  readonly behaviours: readonly BehaviourSpec[]
  /** In order of time. */
  readonly orders: readonly OrderSpec[]
}

export type PolicyName = 'lowest-account-id' | 'lowest-balance' | 'highest-balance' | 'most-room'

export interface ConnectorSpec {
  readonly name: string
  readonly threads: number
  /** Of the accounts of its peers. */
  readonly parallelism: number
  readonly dealing: 'connection' | 'request'
  readonly policy: PolicyName
  readonly failover: number
  readonly slack: 0 | 1
  readonly warming: 'exact' | 'share'
  readonly snapshotMs: number
  readonly attemptTimeoutMs?: number
  readonly coolAfterMs: number
  readonly limitsKnown: boolean
}

export interface LineSpec {
  readonly from: string
  readonly to: string
  /** How far below zero the account of the other may go here. */
  readonly fromGrants: bigint
  readonly toGrants: bigint
  readonly latencyUs: number
}

export interface UserSpec {
  readonly name: string
  /** One connector for whoever sends. */
  readonly at: readonly string[]
  readonly opening: bigint
  readonly creditLimit: bigint
  readonly parallelism: number
  readonly latencyUs: number
}

/** What a connector or user does with every prepare that reaches it in this time, instead of its duty. */
export interface BehaviourSpec {
  readonly who: string
  /** Only for prepares that this one sent. */
  readonly towards?: string
  readonly kind: 'hold' | 'refuse' | 'reject' | 'slow'
  readonly code: string
  readonly delayUs: number
  readonly fromMs: number
  readonly untilMs: number
}

export interface OrderSpec {
  readonly atUs: number
  readonly from: string
  readonly to: string
  readonly amount: bigint
  readonly expiryMs: number
  readonly fulfills: boolean
  readonly rejectCode: string
  readonly withId: boolean
  readonly repeatAfterMs?: number
}

// --- what comes of it ---------------------------------------------------------------------------------------------

export interface Story {
  /** Of each order: every excentric prepare, by whom to whom, and what its sender was told. */
  readonly orders: readonly (readonly string[])[]
  /** Of each account at the end: cold, and of each thread what it holds and ever took and gave back. */
  readonly accounts: readonly string[]
}

/** How often what is worth testing happened. */
export interface Seen {
  warms: number
  /** Warms of an account that several threads serve. */
  parallel: number
  /** T04 by R2. */
  noBalance: number
  reroutes: number
  /** An attempt whose timer fired. */
  expiries: number
  /** An id that was asked again. */
  repeats: number
  /** Two threads reached one account's shard in the same instant: who comes first is nobody's rule. */
  ties: number
}

/** The words of a story, in one place so that whoever compares can say them too. */
export function sentLine(connector: string, thread: string, attempt: number, holder: string, amount: bigint, expiresAt: number): string {
  return `${connector}.${thread} offers ${amount} to ${holder} until ${expiresAt} (attempt ${attempt})`
}

export function toldLine(reply: string, atUs: number): string {
  return `told ${reply} at ${(atUs / 1000).toFixed(3)} ms`
}

export function accountLine(connector: string, holder: string, cold: bigint, threads: readonly { hot: bigint; granted: bigint; returned: bigint }[]): string {
  const books = threads.map(({ hot, granted, returned }, i) => `t${i} ${hot} (granted ${granted}, returned ${returned})`)
  return `${holder} at ${connector}: cold ${cold}; hot ${books.join(', ')}`
}

// --- the parts of the world ---------------------------------------------------------------------------------------

/** `fulfilled`, a reject's code, or `HTTP 400`. */
type Reply = string
type Hear = (reply: Reply) => void
/** Where a prepare arrives. */
type Door = (packet: Packet, id: string | undefined, hear: Hear) => void

interface Packet {
  readonly order: number
  readonly amount: bigint
  /** Whole milliseconds. */
  readonly expiresAt: number
}

interface Account {
  readonly connector: Connector
  /** The user or connector whose account it is. */
  readonly holder: string
  /** By which candidates are ordered. */
  readonly id: string
  readonly parallelism: number
  readonly creditLimit: bigint
  readonly peerLimit: bigint | undefined
  readonly latencyUs: number
  farm: readonly Thread[]
  // The shard.
  cold: bigint
  readonly granted: bigint[]
  readonly returned: bigint[]
  readonly owners: Map<string, Thread>
  reached: { readonly atUs: number; readonly by: Thread } | undefined
  /** The connections of each thread to its holder. */
  doors: Connections[]
}

interface Connections {
  readonly doors: readonly Door[]
  used: number
}

interface Connector {
  readonly spec: ConnectorSpec
  readonly threads: Thread[]
  /** In order of id. */
  accounts: Account[]
  /** Connections so far, by parallelism. */
  readonly accepted: Map<number, number>
}

interface Money {
  hot: bigint
  taken: bigint
  given: bigint
  /** Offered to this account and not settled. */
  underWay: bigint
}

/** One account in one thread's book. */
interface Book {
  readonly thread: Thread
  readonly account: Account
  /** As the thread knows it, and as the store has it. */
  readonly mine: Money
  readonly stored: Money
  /** What the store last said of the cold, and when it was asked. */
  cold: { readonly value: bigint; readonly askedAt: number } | undefined
  warmAskedAt: number | undefined
  waiting: Payment[]
  usedAt: number
  looksWhenIdle: boolean
  givenDurable: bigint
  givenSent: bigint
  cooledAt: number
  coolIsPlanned: boolean
  coolIsUnderWay: boolean
  readonly byId: Map<string, Payment>
  /** The last T04 that its holder gave: for how much, on top of what. */
  refused: { readonly amount: bigint; readonly level: bigint; readonly at: number } | undefined
}

interface Thread {
  readonly connector: Connector
  readonly number: number
  readonly books: Map<Account, Book>
  /** What the announcer last told of each account. */
  snapshot: ReadonlyMap<Account, View>
  alarms: { readonly slot: number; readonly ring: () => void }[]
  wakesAt: number | undefined
  /** In the store: what colleagues left. */
  readonly left: Left[]
  /** What this step writes: one commit at its end. */
  moves: (() => void)[]
  written: Payment[]
  gave: Set<Book>
}

interface View {
  readonly balance: bigint
  readonly underWay: bigint
  readonly parts: ReadonlyMap<Thread, { readonly balance: bigint; readonly underWay: bigint }>
}

interface Left {
  readonly open: () => void
  opened: boolean
}

interface Payment {
  readonly thread: Thread
  readonly sender: Account
  readonly packet: Packet
  readonly id: string | undefined
  /** Everyone who waits for its answer. */
  hear: Hear[]
  state: 'owning' | 'waiting' | 'writing' | 'sent' | 'settling' | 'told'
  attempt: number
  readonly tried: Account[]
  offer: { readonly receiver: Account; readonly expiresAt: number } | undefined
  receiversReject: Reply | undefined
  reply: Reply | undefined
}

// --- the rules' numbers -------------------------------------------------------------------------------------------

const EXPIRY_DIFFERENCE_MS = 1_000 // S3
const MAX_HOLD_MS = 30_000 // S3
const GRACE_MS = 500 // S3
const MIN_WINDOW_MS = 250 // S1
const MAX_AHEAD_MS = 600_000 // B5
const COLD_AGE_MS = 1_000 // R2: at most a second old
const COOL_EVERY_MS = 10 // B7
const POLL_MS = 1_000 // section 3
const REFUSAL_MEMORY_MS = 10_000 // how long a T04 caps the believed room
const SLOT_MS = 10 // Order: a thread's deadlines fall due at the end of slots of 10 ms
const MAX_PACKET = 1_000_000_000_000_000n // maxPacketAmount of every simulated connector
const START_US = -10_000_000 // the threads start 10 s before the workload

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)

/** The one that none beats; the first in order of id where there are several. */
function first<T>(candidates: readonly T[], beats: (a: T, b: T) => boolean): T | undefined {
  return candidates.find((a) => !candidates.some((b) => beats(b, a)))
}

interface Candidate {
  readonly account: Account
  readonly balance: bigint
  readonly underWay: bigint
  /** What it still lets us send; undefined where nothing is known of that. */
  readonly room: bigint | undefined
}

/** The most room for its size among those that fit; the lowest level where a size is not known; the most room where none fits. */
function mostRoom(candidates: readonly Candidate[], amount: bigint): Candidate | undefined {
  const fitting = candidates.filter(({ room }) => room === undefined || room >= amount)
  if (fitting.length === 0) return first(candidates, (a, b) => (a.room ?? 0n) > (b.room ?? 0n))
  const size = ({ account: { peerLimit, creditLimit } }: Candidate): bigint => (peerLimit === undefined ? 0n : peerLimit + creditLimit)
  if (fitting.every((each) => each.room !== undefined && size(each) > 0n)) return first(fitting, (a, b) => (a.room ?? 0n) * size(b) > (b.room ?? 0n) * size(a))
  return first(fitting, (a, b) => a.balance + a.underWay < b.balance + b.underWay)
}

/** Runs the world until `endUs`. */
export function runModel(world: World, endUs: number): { readonly story: Story; readonly seen: Seen } {
  return new Model(world).run(endUs)
}

class Model {
  readonly #world: World
  readonly #lines: string[][]
  readonly #seen: Seen = { warms: 0, parallel: 0, noBalance: 0, reroutes: 0, expiries: 0, repeats: 0, ties: 0 }
  #now = START_US
  /** In order of time; what was planned first comes first. */
  readonly #pending: { readonly atUs: number; readonly happen: () => void }[] = []
  readonly #connectors: readonly Connector[]
  /** Of each user that sends. */
  readonly #accesses = new Map<string, { readonly connections: Connections; readonly latencyUs: number }>()

  constructor(world: World) {
    this.#world = world
    this.#lines = world.orders.map(() => [])
    this.#connectors = world.connectors.map((spec) => this.#makeConnector(spec))
    this.#join()
  }

  run(endUs: number): { readonly story: Story; readonly seen: Seen } {
    for (const connector of this.#connectors) this.#start(connector)
    for (const [number, order] of this.#world.orders.entries()) this.#at(order.atUs, () => this.#begins(number, order))
    for (;;) {
      const next = this.#pending.shift()
      if (next === undefined || next.atUs > endUs) break
      this.#now = next.atUs
      next.happen()
    }
    const accounts = this.#connectors.flatMap((connector) => connector.accounts.map((each) => this.#lineOf(each)))
    return { story: { orders: this.#lines, accounts }, seen: this.#seen }
  }

  // --- time -------------------------------------------------------------------------------------------------------

  #clock(): number {
    return Math.floor(this.#now / 1000)
  }

  #at(atUs: number, happen: () => void): void {
    let place = this.#pending.length
    while (place > 0 && (this.#pending[place - 1]?.atUs ?? 0) > atUs) place--
    this.#pending.splice(place, 0, { atUs, happen })
  }

  #after(delayUs: number, happen: () => void): void {
    this.#at(this.#now + delayUs, happen)
  }

  // --- a thread's step, its commit and its alarms -------------------------------------------------------------------

  /** All that follows from one input; what was written goes out as one commit. */
  #step(thread: Thread, run: () => void): void {
    run()
    this.#commit(thread)
    const next = Math.min(...thread.alarms.map(({ slot }) => slot))
    if (next !== Number.POSITIVE_INFINITY && (thread.wakesAt === undefined || next < thread.wakesAt)) {
      thread.wakesAt = next
      this.#at(next * SLOT_MS * 1000, () => this.#wake(thread, next))
    }
  }

  #commit(thread: Thread): void {
    const { moves, written } = thread
    const gave = [...thread.gave].map((book) => ({ book, total: book.mine.given }))
    if (moves.length === 0) return
    thread.moves = []
    thread.written = []
    thread.gave = new Set()
    const write = (): void => {
      for (const apply of moves) apply()
    }
    const durable = (): void => {
      for (const payment of written) this.#goOnDurable(payment)
      for (const { book, total } of gave) {
        book.givenDurable = max(book.givenDurable, total)
        this.#cool(book)
      }
    }
    this.#askStore(thread, write, durable)
  }

  /** There, applied in an instant, and back; the answer is a step of its own. */
  #askStore<T>(thread: Thread, apply: () => T, hear: (answer: T) => void): void {
    this.#after(this.#world.storeUs, () => {
      const answer = apply()
      this.#after(this.#world.storeUs, () => this.#step(thread, () => hear(answer)))
    })
  }

  #reach(account: Account, by: Thread): void {
    const { reached } = account
    if (reached !== undefined && reached.atUs === this.#now && reached.by !== by) this.#seen.ties++
    account.reached = { atUs: this.#now, by }
  }

  #move(book: Book, what: keyof Money, by: bigint): void {
    book.mine[what] += by
    book.thread.moves.push(() => {
      book.stored[what] += by
    })
  }

  /** B1: the payment goes on when the commit that this is part of is durable. */
  #writes(payment: Payment, state: 'writing' | 'settling'): void {
    payment.state = state
    payment.thread.written.push(payment)
    payment.thread.moves.push(() => {})
  }

  #alarm(thread: Thread, atMs: number, ring: () => void): void {
    thread.alarms.push({ slot: Math.ceil(atMs / SLOT_MS), ring })
  }

  #wake(thread: Thread, slot: number): void {
    if (thread.wakesAt !== slot) return
    thread.wakesAt = undefined
    this.#step(thread, () => {
      for (;;) {
        const due = Math.min(...thread.alarms.map((each) => each.slot))
        if (due * SLOT_MS > this.#clock()) return
        const ringing = thread.alarms.filter((each) => each.slot === due)
        thread.alarms = thread.alarms.filter((each) => each.slot !== due)
        for (const { ring } of ringing) ring()
      }
    })
  }

  #bookOf(thread: Thread, account: Account): Book {
    const known = thread.books.get(account)
    if (known !== undefined) return known
    const nothing = (): Money => ({ hot: 0n, taken: 0n, given: 0n, underWay: 0n })
    const book: Book = {
      thread,
      account,
      mine: nothing(),
      stored: nothing(),
      cold: undefined,
      warmAskedAt: undefined,
      waiting: [],
      usedAt: Number.NEGATIVE_INFINITY,
      looksWhenIdle: false,
      givenDurable: 0n,
      givenSent: 0n,
      cooledAt: Number.NEGATIVE_INFINITY,
      coolIsPlanned: false,
      coolIsUnderWay: false,
      byId: new Map(),
      refused: undefined,
    }
    thread.books.set(account, book)
    return book
  }

  // --- step 1: the concentric prepare -------------------------------------------------------------------------------

  #receive(thread: Thread, sender: Account, packet: Packet, id: string | undefined, hear: Hear): void {
    if (packet.expiresAt - this.#clock() > MAX_AHEAD_MS) return hear('HTTP 400') // B5
    if (packet.amount > MAX_PACKET) return hear('F08') // R6, before any effect
    const payment: Payment = {
      thread,
      sender,
      packet,
      id,
      hear: [hear],
      state: 'owning',
      attempt: 0,
      tried: [],
      offer: undefined,
      receiversReject: undefined,
      reply: undefined,
    }
    if (id === undefined) return this.#begin(payment)
    const { byId } = this.#bookOf(thread, sender)
    const known = byId.get(id)
    if (known !== undefined) {
      this.#seen.repeats++
      return this.#tellOrWait(known, hear)
    }
    byId.set(id, payment)
    this.#own(payment, id)
  }

  /** B4: the first who owns the id charges; whoever comes second asks the owner. */
  #own(payment: Payment, id: string): void {
    const { thread, sender } = payment
    const first = (): Thread => {
      this.#reach(sender, thread)
      const owner = sender.owners.get(id) ?? thread
      sender.owners.set(id, owner)
      return owner
    }
    this.#askStore(thread, first, (owner) => {
      if (owner === thread) return this.#begin(payment)
      this.#seen.repeats++
      this.#bookOf(thread, sender).byId.delete(id)
      for (const hear of payment.hear) this.#askOwner(thread, owner, sender, id, hear)
    })
  }

  #askOwner(thread: Thread, owner: Thread, sender: Account, id: string, hear: Hear): void {
    this.#leave(thread, owner, () => {
      const known = this.#bookOf(owner, sender).byId.get(id)
      if (known === undefined) throw new Error(`the owner of id ${id} does not have it`)
      this.#tellOrWait(known, (reply) => this.#leave(owner, thread, () => hear(reply)))
    })
  }

  #tellOrWait(payment: Payment, hear: Hear): void {
    if (payment.state === 'told' && payment.reply !== undefined) hear(payment.reply)
    else payment.hear.push(hear)
  }

  /** Section 3: first it is left in the other's book, then the other is woken; it looks, and strikes out what it read. */
  #leave(from: Thread, to: Thread, open: () => void): void {
    this.#askStore(
      from,
      () => to.left.push({ open, opened: false }),
      () => this.#after(this.#world.localUs, () => this.#step(to, () => this.#readLeft(to))),
    )
  }

  #readLeft(thread: Thread): void {
    this.#askStore(
      thread,
      () => [...thread.left],
      (messages) => {
        for (const message of messages) {
          if (message.opened) continue
          message.opened = true
          thread.moves.push(() => thread.left.splice(thread.left.indexOf(message), 1))
          message.open()
        }
      },
    )
  }

  #poll(thread: Thread): void {
    this.#readLeft(thread)
    this.#alarm(thread, this.#clock() + POLL_MS, () => this.#poll(thread))
  }

  // --- admission: R2, B6 --------------------------------------------------------------------------------------------

  #begin(payment: Payment): void {
    if (!this.#windowIsOpen(payment)) return this.#rejectUncharged(payment, 'R02')
    const book = this.#bookOf(payment.thread, payment.sender)
    if (book.waiting.length === 0 && this.#judge(book, payment.packet.amount, false) === 'pass') return this.#charge(payment)
    payment.state = 'waiting'
    book.waiting.push(payment)
    this.#warm(book)
  }

  #judge(book: Book, amount: bigint, fresh: boolean): 'pass' | 'ask' | 'fail' {
    if (amount === 0n) return 'pass' // R7
    const { creditLimit, parallelism } = book.account
    const { hot } = book.mine
    const needed = BigInt(parallelism) * amount
    const believed = book.cold !== undefined && (fresh || this.#clock() - book.cold.askedAt <= COLD_AGE_MS)
    // Where cold is not known: cold + creditLimit is never negative (R3), so hot alone may say yes.
    const there = believed && book.cold !== undefined ? book.cold.value + hot + creditLimit : hot
    if (there >= needed) return hot >= amount ? 'pass' : 'ask'
    return fresh ? 'fail' : 'ask'
  }

  /** What the thread would like to hold: `exact` nothing, `share` its share, a farm of one everything. */
  #keeps(book: Book): bigint {
    const { creditLimit, parallelism, connector } = book.account
    if (parallelism === 1) return 1n << 61n
    if (connector.spec.warming === 'exact' || book.cold === undefined) return 0n
    return max(0n, (book.cold.value + creditLimit + book.mine.hot) / BigInt(parallelism))
  }

  #warm(book: Book): void {
    if (book.warmAskedAt !== undefined) return
    const { account, thread } = book
    const askedAt = this.#clock()
    book.warmAskedAt = askedAt
    const lacking = book.waiting.reduce((sum, { packet }) => sum + packet.amount, 0n) - book.mine.hot
    const wanted = max(0n, max(this.#keeps(book) - book.mine.hot, lacking))
    this.#seen.warms++
    if (account.parallelism > 1) this.#seen.parallel++
    const grant = (): { granted: bigint; cold: bigint } => {
      this.#reach(account, thread)
      const granted = min(wanted, max(0n, account.cold + account.creditLimit))
      account.cold -= granted
      account.granted[thread.number] = (account.granted[thread.number] ?? 0n) + granted
      return { granted, cold: account.cold }
    }
    this.#askStore(thread, grant, ({ granted, cold }) => {
      book.warmAskedAt = undefined
      book.cold = { value: cold, askedAt }
      if (granted > 0n) {
        this.#move(book, 'hot', granted)
        this.#move(book, 'taken', granted)
      }
      this.#judgeWaiting(book)
    })
  }

  #judgeWaiting(book: Book): void {
    while (book.waiting.length > 0) {
      const payment = book.waiting[0] as Payment
      const verdict = this.#judge(book, payment.packet.amount, true)
      if (verdict === 'ask') return this.#warm(book)
      book.waiting.shift()
      if (verdict === 'pass') this.#charge(payment)
      else {
        this.#seen.noBalance++
        this.#rejectUncharged(payment, 'T04')
      }
    }
    this.#lookWhenIdle(book)
  }

  // --- cool: B7 -----------------------------------------------------------------------------------------------------

  #give(book: Book, amount: bigint): void {
    this.#move(book, 'hot', -amount)
    this.#move(book, 'given', amount)
    book.thread.gave.add(book)
  }

  /** Money comes in. */
  #receiveMoney(book: Book, amount: bigint): void {
    const { account, thread } = book
    if (!account.farm.includes(thread)) {
      this.#move(book, 'given', amount)
      thread.gave.add(book)
      return
    }
    this.#move(book, 'hot', amount)
    if (account.parallelism === 1) return
    const beyond = book.mine.hot - this.#keeps(book)
    if (book.waiting.length === 0 && beyond > 0n) this.#give(book, beyond)
    this.#lookWhenIdle(book)
  }

  #lookWhenIdle(book: Book): void {
    const { parallelism, farm, connector } = book.account
    if (book.looksWhenIdle || book.mine.hot === 0n || parallelism === 1 || !farm.includes(book.thread)) return
    book.looksWhenIdle = true
    this.#alarm(book.thread, Math.max(this.#clock(), book.usedAt) + connector.spec.coolAfterMs, () => this.#look(book))
  }

  #look(book: Book): void {
    book.looksWhenIdle = false
    if (book.mine.hot === 0n || book.waiting.length > 0) return
    const due = book.usedAt + book.account.connector.spec.coolAfterMs
    if (this.#clock() >= due) return this.#give(book, book.mine.hot)
    book.looksWhenIdle = true
    this.#alarm(book.thread, due, () => this.#look(book))
  }

  #cool(book: Book): void {
    if (book.coolIsPlanned || book.coolIsUnderWay || book.givenDurable === book.givenSent) return
    if (this.#clock() - book.cooledAt < COOL_EVERY_MS) {
      book.coolIsPlanned = true
      this.#alarm(book.thread, book.cooledAt + COOL_EVERY_MS, () => {
        book.coolIsPlanned = false
        this.#cool(book)
      })
      return
    }
    const { account, thread } = book
    const askedAt = this.#clock()
    const total = book.givenDurable
    book.givenSent = total
    book.cooledAt = askedAt
    book.coolIsUnderWay = true
    const takeBack = (): bigint => {
      this.#reach(account, thread)
      account.cold += total - (account.returned[thread.number] ?? 0n)
      account.returned[thread.number] = total
      return account.cold
    }
    this.#askStore(thread, takeBack, (cold) => {
      if (askedAt >= (book.cold?.askedAt ?? Number.NEGATIVE_INFINITY)) book.cold = { value: cold, askedAt }
      book.coolIsUnderWay = false
      this.#cool(book)
    })
  }

  // --- attempts: S1, S2, S3 -----------------------------------------------------------------------------------------

  #latestExpiry(payment: Payment): number {
    return Math.min(payment.packet.expiresAt - EXPIRY_DIFFERENCE_MS, this.#clock() + MAX_HOLD_MS)
  }

  #windowIsOpen(payment: Payment): boolean {
    return this.#latestExpiry(payment) - this.#clock() >= MIN_WINDOW_MS
  }

  /** Offers the payment to the next candidate, in the book and in this step's commit; or says why there is none. */
  #offerNext(payment: Payment): Reply | undefined {
    if (!this.#windowIsOpen(payment)) return 'R02'
    const { thread, sender, packet, tried } = payment
    const { spec } = thread.connector
    const candidates = this.#waysTo(thread.connector, this.#toOf(packet)).filter((account) => account !== sender && !tried.includes(account))
    const receiver = this.#pick(thread, candidates, packet.amount)
    if (receiver === undefined) return 'F02'
    payment.attempt++
    payment.tried.push(receiver)
    let expiresAt = this.#latestExpiry(payment)
    if (candidates.length > 1 && payment.attempt <= spec.failover) {
      // Order: half is rounded down; a slice too small to be sent is none.
      const slice = spec.attemptTimeoutMs ?? Math.floor((expiresAt - this.#clock()) / 2)
      if (slice >= MIN_WINDOW_MS) expiresAt = Math.min(expiresAt, this.#clock() + slice)
    }
    payment.offer = { receiver, expiresAt }
    this.#move(this.#bookOf(thread, receiver), 'underWay', packet.amount)
    const { attempt } = payment
    this.#alarm(thread, expiresAt + GRACE_MS, () => {
      if (payment.state === 'sent' && payment.attempt === attempt) this.#timeIsUp(payment)
    })
    this.#writes(payment, 'writing')
    return undefined
  }

  #withdrawOffer(payment: Payment): void {
    this.#move(this.#bookOf(payment.thread, this.#offerOf(payment).receiver), 'underWay', -payment.packet.amount)
  }

  #charge(payment: Payment): void {
    const book = this.#bookOf(payment.thread, payment.sender)
    const why = this.#offerNext(payment)
    if (why !== undefined) return this.#rejectUncharged(payment, why)
    this.#move(book, 'hot', -payment.packet.amount)
    book.usedAt = this.#clock()
    this.#lookWhenIdle(book)
  }

  /** What waited for its commit. */
  #goOnDurable(payment: Payment): void {
    if (payment.state === 'settling') return this.#tell(payment)
    const { receiver, expiresAt } = this.#offerOf(payment)
    // The slice ran out while its commit travelled: whoever is left may have more time.
    if (expiresAt - this.#clock() < MIN_WINDOW_MS) return this.#tryNext(payment, 'R02')
    payment.state = 'sent'
    this.#send(payment, receiver, expiresAt)
  }

  #send(payment: Payment, receiver: Account, expiresAt: number): void {
    const { thread, packet, attempt } = payment
    this.#lines[packet.order]?.push(sentLine(thread.connector.spec.name, `t${thread.number}`, attempt, receiver.holder, packet.amount, expiresAt))
    const door = this.#nextDoor(receiver.doors[thread.number] as Connections)
    const offered: Packet = { ...packet, expiresAt }
    this.#after(receiver.latencyUs, () =>
      door(offered, undefined, (reply) =>
        this.#after(receiver.latencyUs, () =>
          this.#step(thread, () => {
            if (payment.state === 'sent' && payment.attempt === attempt) this.#answered(payment, reply)
          }),
        ),
      ),
    )
  }

  #answered(payment: Payment, reply: Reply): void {
    const { receiver, expiresAt } = this.#offerOf(payment)
    if (reply === 'fulfilled') {
      if (this.#clock() <= expiresAt + GRACE_MS) this.#credit(payment, receiver)
      return
    }
    payment.receiversReject = reply
    if (!reply.startsWith('T')) return this.#refund(payment, reply)
    if (reply === 'T04') {
      // Order: the level is what was there without the offer that was refused.
      const { balance, underWay } = this.#knownOf(payment.thread, receiver)
      // Order: what was refused below that within the memory still holds, and is as fresh again.
      const book = this.#bookOf(payment.thread, receiver)
      const now = { amount: payment.packet.amount, level: balance + underWay - payment.packet.amount, at: this.#clock() }
      const old = book.refused
      const isLower = old !== undefined && now.at - old.at <= REFUSAL_MEMORY_MS && old.amount + old.level < now.amount + now.level
      book.refused = isLower ? { ...old, at: now.at } : now
    }
    this.#tryNext(payment, reply)
  }

  #timeIsUp(payment: Payment): void {
    this.#seen.expiries++
    this.#tryNext(payment, 'R00')
  }

  #tryNext(payment: Payment, why: Reply): void {
    const before = this.#offerOf(payment)
    if (payment.attempt <= payment.thread.connector.spec.failover && this.#offerNext(payment) === undefined) {
      this.#move(this.#bookOf(payment.thread, before.receiver), 'underWay', -payment.packet.amount)
      this.#seen.reroutes++
      return
    }
    this.#refund(payment, payment.receiversReject ?? why)
  }

  #credit(payment: Payment, receiver: Account): void {
    this.#withdrawOffer(payment)
    payment.reply = 'fulfilled'
    this.#writes(payment, 'settling')
    this.#receiveMoney(this.#bookOf(payment.thread, receiver), payment.packet.amount)
  }

  #refund(payment: Payment, reply: Reply): void {
    this.#withdrawOffer(payment)
    payment.reply = reply
    this.#writes(payment, 'settling')
    this.#receiveMoney(this.#bookOf(payment.thread, payment.sender), payment.packet.amount)
  }

  /** B1, B4: at once, but durable first where it has an id. */
  #rejectUncharged(payment: Payment, reply: Reply): void {
    payment.reply = reply
    if (payment.id === undefined) this.#tell(payment)
    else this.#writes(payment, 'settling')
  }

  #tell(payment: Payment): void {
    const { hear, reply } = payment
    payment.hear = []
    payment.state = 'told'
    for (const each of hear) each(reply ?? '')
  }

  #offerOf(payment: Payment): { readonly receiver: Account; readonly expiresAt: number } {
    if (payment.offer === undefined) throw new Error('nothing was offered yet')
    return payment.offer
  }

  // --- choosing a route: section 7 ----------------------------------------------------------------------------------

  #toOf({ order }: Packet): UserSpec {
    return this.#userNamed(this.#world.orders[order]?.to ?? '')
  }

  #userNamed(name: string): UserSpec {
    return this.#world.users.find((user) => user.name === name) as UserSpec
  }

  #neighbours(name: string): string[] {
    return this.#world.lines.flatMap(({ from, to }) => (from === name ? [to] : to === name ? [from] : []))
  }

  /** Hops to the nearest connector that has an account for the user. */
  #distance(name: string, to: UserSpec): number {
    let reached = [...to.at]
    for (let hops = 0; hops <= this.#world.connectors.length; hops++) {
      if (reached.includes(name)) return hops
      reached = [...new Set([...reached, ...reached.flatMap((each) => this.#neighbours(each))])]
    }
    return Number.POSITIVE_INFINITY
  }

  /** Downhill only: nearer than we are, or with slack as near with a smaller address. In order of account id. */
  #waysTo(connector: Connector, to: UserSpec): Account[] {
    const { name, slack } = connector.spec
    const ours = this.#distance(name, to)
    return connector.accounts.filter(({ holder }) => {
      if (holder === to.name) return true
      if (!this.#neighbours(name).includes(holder)) return false
      const theirs = this.#distance(holder, to)
      return theirs < ours || (slack === 1 && theirs === ours && `test.${holder}` < `test.${name}`)
    })
  }

  #pick(thread: Thread, accounts: readonly Account[], amount: bigint): Account | undefined {
    const candidates = accounts.map((account) => ({ account, room: this.#roomOf(thread, account), ...this.#knownOf(thread, account) }))
    switch (thread.connector.spec.policy) {
      case 'lowest-account-id':
        return accounts[0]
      case 'lowest-balance':
        return first(candidates, (a, b) => a.balance < b.balance)?.account
      case 'highest-balance':
        return first(candidates, (a, b) => a.balance > b.balance)?.account
      case 'most-room':
        return mostRoom(candidates, amount)?.account
    }
  }

  /** As of the last snapshot, plus one's own changes since. */
  #knownOf(thread: Thread, account: Account): { readonly balance: bigint; readonly underWay: bigint } {
    const { mine } = this.#bookOf(thread, account)
    const view = thread.snapshot.get(account)
    const part = view?.parts.get(thread)
    return {
      balance: (view?.balance ?? 0n) - (part?.balance ?? 0n) + mine.hot - mine.taken + mine.given,
      underWay: (view?.underWay ?? 0n) - (part?.underWay ?? 0n) + mine.underWay,
    }
  }

  /** What its holder still lets us send: its limit less the level, and below what it refused at another level. */
  #roomOf(thread: Thread, account: Account): bigint | undefined {
    const { balance, underWay } = this.#knownOf(thread, account)
    const level = balance + underWay
    const room = account.peerLimit === undefined ? undefined : account.peerLimit - level
    const { refused } = this.#bookOf(thread, account)
    if (refused === undefined || this.#clock() - refused.at > REFUSAL_MEMORY_MS) return room
    const below = refused.level + refused.amount - 1n - level
    return room === undefined ? below : min(room, below)
  }

  /** Each interval the announcer reads shards and books, all in one instant, and tells the threads. */
  #readBooks(connector: Connector): void {
    this.#after(connector.spec.snapshotMs * 1000, () => this.#readBooks(connector))
    this.#after(this.#world.storeUs, () => {
      const snapshot = new Map(connector.accounts.map((account) => [account, this.#viewOf(account)]))
      this.#after(this.#world.storeUs + this.#world.localUs, () => {
        for (const thread of connector.threads) thread.snapshot = snapshot
      })
    })
  }

  /** cold + sum over threads of (granted - taken) + hot + (given - returned). */
  #viewOf(account: Account): View {
    const parts = new Map<Thread, { balance: bigint; underWay: bigint }>()
    let balance = account.cold
    let underWay = 0n
    for (const thread of account.connector.threads) {
      const { stored } = this.#bookOf(thread, account)
      const part = { balance: stored.hot - stored.taken + stored.given, underWay: stored.underWay }
      parts.set(thread, part)
      balance += part.balance + (account.granted[thread.number] ?? 0n) - (account.returned[thread.number] ?? 0n)
      underWay += part.underWay
    }
    return { balance, underWay, parts }
  }

  // --- the network, the users, and how they are joined ----------------------------------------------------------------

  #nextDoor(connections: Connections): Door {
    const door = connections.doors[connections.used % connections.doors.length] as Door
    connections.used++
    return door
  }

  #behave(who: string, from: string, hear: Hear, duty: () => void): void {
    const behaviour = this.#world.behaviours.find(
      (each) => each.who === who && (each.towards ?? from) === from && this.#now >= each.fromMs * 1000 && this.#now < each.untilMs * 1000,
    )
    switch (behaviour?.kind) {
      case 'hold':
        return
      case 'refuse':
        return hear('T04')
      case 'reject':
        return hear(behaviour.code)
      case 'slow':
        return this.#after(behaviour.delayUs, duty)
      default:
        duty()
    }
  }

  /** A1: a client opens as many connections as its farm has threads; they are dealt round-robin as they come. */
  #openConnections(account: Account, from: string): Connections {
    const { connector, parallelism } = account
    const doors = account.farm.map((): Door => {
      const turn = connector.accepted.get(parallelism) ?? 0
      connector.accepted.set(parallelism, turn + 1)
      return this.#doorAt(account, from, turn)
    })
    return { doors, used: 0 }
  }

  #doorAt(account: Account, from: string, turn: number): Door {
    const { spec } = account.connector
    let requests = 0
    const threadFor = (at: number): Thread => account.farm[at % account.farm.length] as Thread
    return (packet, id, hear) =>
      this.#behave(spec.name, from, hear, () => {
        const accepting = threadFor(turn)
        const thread = spec.dealing === 'connection' ? accepting : threadFor(turn + requests++)
        if (thread === accepting) return this.#step(thread, () => this.#receive(thread, account, packet, id, hear))
        this.#after(this.#world.localUs, () =>
          this.#step(thread, () => this.#receive(thread, account, packet, id, (reply) => this.#after(this.#world.localUs, () => hear(reply)))),
        )
      })
  }

  #doorOfUser(user: UserSpec, connector: string): Door {
    return (packet, _, hear) =>
      this.#behave(user.name, connector, hear, () => {
        const order = this.#world.orders[packet.order] as OrderSpec
        if (this.#clock() >= packet.expiresAt) hear('R00')
        else hear(order.fulfills ? 'fulfilled' : order.rejectCode)
      })
  }

  #account(connector: Connector, spec: Pick<Account, 'holder' | 'parallelism' | 'creditLimit' | 'peerLimit' | 'latencyUs' | 'cold'>, name: string): Account {
    const digest = createHash('sha256').update(name).digest().subarray(0, 15)
    const id = Buffer.concat([Buffer.of(spec.parallelism), digest]).toString('base64url')
    const zeros = (): bigint[] => connector.threads.map(() => 0n)
    return { ...spec, connector, id, farm: [], granted: zeros(), returned: zeros(), owners: new Map(), reached: undefined, doors: [] }
  }

  #makeConnector(spec: ConnectorSpec): Connector {
    const connector: Connector = { spec, threads: [], accounts: [], accepted: new Map() }
    for (let number = 0; number < spec.threads; number++) {
      connector.threads.push({
        connector,
        number,
        books: new Map(),
        snapshot: new Map(),
        alarms: [],
        wakesAt: undefined,
        left: [],
        moves: [],
        written: [],
        gave: new Set(),
      })
    }
    for (const { from, to, fromGrants, toGrants, latencyUs } of this.#world.lines) {
      if (from !== spec.name && to !== spec.name) continue
      const [holder, creditLimit, theirs] = from === spec.name ? [to, fromGrants, toGrants] : [from, toGrants, fromGrants]
      const peerLimit = spec.limitsKnown ? theirs : undefined
      connector.accounts.push(this.#account(connector, { holder, parallelism: spec.parallelism, creditLimit, peerLimit, latencyUs, cold: 0n }, holder))
    }
    for (const { name, at: homes, opening, creditLimit, parallelism, latencyUs } of this.#world.users) {
      if (!homes.includes(spec.name)) continue
      const facts = { holder: name, parallelism, creditLimit, peerLimit: undefined, latencyUs, cold: opening }
      connector.accounts.push(this.#account(connector, facts, `user ${name}`))
    }
    connector.accounts.sort((a, b) => (a.id < b.id ? -1 : 1))
    this.#dealFarms(connector)
    return connector
  }

  /** A1: in ascending parallelism each farm takes the next P threads of the ring. */
  #dealFarms({ accounts, threads }: Connector): void {
    let next = 0
    for (let parallelism = 1; parallelism <= threads.length; parallelism++) {
      const members = accounts.filter((each) => each.parallelism === parallelism)
      if (members.length === 0) continue
      const farm: Thread[] = []
      while (farm.length < parallelism) farm.push(threads[next++ % threads.length] as Thread)
      for (const each of members) each.farm = farm
    }
  }

  #accountAt(connector: string, holder: string): Account {
    const found = this.#connectors.find(({ spec }) => spec.name === connector)?.accounts.find((each) => each.holder === holder)
    if (found === undefined) throw new Error(`${holder} has no account at ${connector}`)
    return found
  }

  /** Order: lines first, from their `from` to their `to` and then the other way, and then the users. */
  #join(): void {
    for (const { from, to } of this.#world.lines) {
      this.#joinPeer(from, to)
      this.#joinPeer(to, from)
    }
    for (const user of this.#world.users) {
      for (const home of user.at) {
        const here = this.#accountAt(home, user.name)
        here.doors = here.connector.threads.map(() => ({ doors: [this.#doorOfUser(user, home)], used: 0 }))
        this.#accesses.set(user.name, { connections: this.#openConnections(here, user.name), latencyUs: user.latencyUs })
      }
    }
  }

  #joinPeer(near: string, far: string): void {
    const here = this.#accountAt(near, far)
    here.doors = here.connector.threads.map(() => this.#openConnections(this.#accountAt(far, near), near))
  }

  // --- the run ------------------------------------------------------------------------------------------------------

  /** Each thread claims its book and looks for what is left there once a second from then on. */
  #start(connector: Connector): void {
    for (const thread of connector.threads) {
      const claim = (): void => {}
      this.#askStore(thread, claim, () => this.#alarm(thread, this.#clock() + POLL_MS, () => this.#poll(thread)))
    }
    this.#after(connector.spec.snapshotMs * 1000, () => this.#readBooks(connector))
  }

  #begins(number: number, order: OrderSpec): void {
    const access = this.#accesses.get(order.from)
    if (access === undefined) throw new Error(`no user ${order.from}`)
    const { connections, latencyUs } = access
    const packet: Packet = { order: number, amount: order.amount, expiresAt: this.#clock() + order.expiryMs }
    const told: Hear = (reply) => this.#after(latencyUs, () => this.#lines[number]?.push(toldLine(reply, this.#now)))
    const ask = (): void => {
      const door = this.#nextDoor(connections)
      this.#after(latencyUs, () => door(packet, order.withId ? `${number}` : undefined, told))
    }
    ask()
    if (order.withId && order.repeatAfterMs !== undefined) this.#after(Math.round(order.repeatAfterMs * 1000), ask)
  }

  #lineOf(account: Account): string {
    const { connector, holder, cold } = account
    const books = connector.threads.map((thread) => ({
      hot: this.#bookOf(thread, account).stored.hot,
      granted: account.granted[thread.number] ?? 0n,
      returned: account.returned[thread.number] ?? 0n,
    }))
    return accountLine(connector.spec.name, holder, cold, books)
  }
}
