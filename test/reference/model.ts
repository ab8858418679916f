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
  shared: number
  noBalance: number
  reroutes: number
  expiries: number
  repeats: number
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

/** Runs the world until `endUs`. */
export function runModel(world: World, endUs: number): { readonly story: Story; readonly seen: Seen } {
  const seen: Seen = { warms: 0, shared: 0, noBalance: 0, reroutes: 0, expiries: 0, repeats: 0 }
  const lines: string[][] = world.orders.map(() => [])

  // --- time -------------------------------------------------------------------------------------------------------

  let now = START_US
  const pending: { readonly atUs: number; readonly happen: () => void }[] = []
  const clock = (): number => Math.floor(now / 1000)

  function at(atUs: number, happen: () => void): void {
    let place = pending.length
    while (place > 0 && (pending[place - 1]?.atUs ?? 0) > atUs) place--
    pending.splice(place, 0, { atUs, happen })
  }

  function after(delayUs: number, happen: () => void): void {
    at(now + delayUs, happen)
  }

  // --- a thread's step, its commit and its alarms -------------------------------------------------------------------

  /** All that follows from one input; what was written goes out as one commit. */
  function step(thread: Thread, run: () => void): void {
    run()
    commit(thread)
    const next = Math.min(...thread.alarms.map(({ slot }) => slot))
    if (next !== Number.POSITIVE_INFINITY && (thread.wakesAt === undefined || next < thread.wakesAt)) {
      thread.wakesAt = next
      at(next * SLOT_MS * 1000, () => wake(thread, next))
    }
  }

  function commit(thread: Thread): void {
    const { moves, written } = thread
    const gave = [...thread.gave].map((book) => ({ book, total: book.mine.given }))
    if (moves.length === 0) return
    thread.moves = []
    thread.written = []
    thread.gave = new Set()
    const apply = (): void => {
      for (const move of moves) move()
    }
    const durable = (): void => {
      for (const payment of written) goOnDurable(payment)
      for (const { book, total } of gave) {
        book.givenDurable = max(book.givenDurable, total)
        cool(book)
      }
    }
    askStore(thread, apply, durable)
  }

  /** There, applied in an instant, and back; the answer is a step of its own. */
  function askStore<T>(thread: Thread, apply: () => T, hear: (answer: T) => void): void {
    after(world.storeUs, () => {
      const answer = apply()
      after(world.storeUs, () => step(thread, () => hear(answer)))
    })
  }

  function move(book: Book, what: keyof Money, by: bigint): void {
    book.mine[what] += by
    book.thread.moves.push(() => {
      book.stored[what] += by
    })
  }

  /** B1: the payment goes on when the commit that this is part of is durable. */
  function writes(payment: Payment, state: 'writing' | 'settling'): void {
    payment.state = state
    payment.thread.written.push(payment)
    payment.thread.moves.push(() => {})
  }

  function alarm(thread: Thread, atMs: number, ring: () => void): void {
    thread.alarms.push({ slot: Math.ceil(atMs / SLOT_MS), ring })
  }

  function wake(thread: Thread, slot: number): void {
    if (thread.wakesAt !== slot) return
    thread.wakesAt = undefined
    step(thread, () => {
      for (;;) {
        const due = Math.min(...thread.alarms.map((each) => each.slot))
        if (due * SLOT_MS > clock()) return
        const ringing = thread.alarms.filter((each) => each.slot === due)
        thread.alarms = thread.alarms.filter((each) => each.slot !== due)
        for (const { ring } of ringing) ring()
      }
    })
  }

  function bookOf(thread: Thread, account: Account): Book {
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
      byId: new Map(),
      refused: undefined,
    }
    thread.books.set(account, book)
    return book
  }

  // --- step 1: the concentric prepare -------------------------------------------------------------------------------

  function receive(thread: Thread, sender: Account, packet: Packet, id: string | undefined, hear: Hear): void {
    if (packet.expiresAt - clock() > MAX_AHEAD_MS) return hear('HTTP 400') // B5
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
    if (id === undefined) return begin(payment)
    const { byId } = bookOf(thread, sender)
    const known = byId.get(id)
    if (known !== undefined) {
      seen.repeats++
      return tellOrWait(known, hear)
    }
    byId.set(id, payment)
    own(payment, id)
  }

  /** B4: the first who owns the id charges; whoever comes second asks the owner. */
  function own(payment: Payment, id: string): void {
    const { thread, sender } = payment
    const first = (): Thread => {
      const owner = sender.owners.get(id) ?? thread
      sender.owners.set(id, owner)
      return owner
    }
    askStore(thread, first, (owner) => {
      if (owner === thread) return begin(payment)
      seen.repeats++
      bookOf(thread, sender).byId.delete(id)
      for (const hear of payment.hear) askOwner(thread, owner, sender, id, hear)
    })
  }

  function askOwner(thread: Thread, owner: Thread, sender: Account, id: string, hear: Hear): void {
    leave(thread, owner, () => {
      const known = bookOf(owner, sender).byId.get(id)
      if (known === undefined) throw new Error(`the owner of id ${id} does not have it`)
      tellOrWait(known, (reply) => leave(owner, thread, () => hear(reply)))
    })
  }

  function tellOrWait(payment: Payment, hear: Hear): void {
    if (payment.state === 'told' && payment.reply !== undefined) hear(payment.reply)
    else payment.hear.push(hear)
  }

  /** Section 3: first it is left in the other's book, then the other is woken; it looks, and strikes out what it read. */
  function leave(from: Thread, to: Thread, open: () => void): void {
    askStore(
      from,
      () => to.left.push({ open, opened: false }),
      () => after(world.localUs, () => step(to, () => readLeft(to))),
    )
  }

  function readLeft(thread: Thread): void {
    askStore(
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

  function poll(thread: Thread): void {
    readLeft(thread)
    alarm(thread, clock() + POLL_MS, () => poll(thread))
  }

  // --- admission: R2, B6 --------------------------------------------------------------------------------------------

  function begin(payment: Payment): void {
    if (!windowIsOpen(payment)) return rejectUncharged(payment, 'R02')
    const book = bookOf(payment.thread, payment.sender)
    if (book.waiting.length === 0 && judge(book, payment.packet.amount, false) === 'pass') return charge(payment)
    payment.state = 'waiting'
    book.waiting.push(payment)
    warm(book)
  }

  function judge(book: Book, amount: bigint, fresh: boolean): 'pass' | 'ask' | 'fail' {
    if (amount === 0n) return 'pass' // R7
    const { creditLimit, parallelism } = book.account
    const { hot } = book.mine
    const needed = BigInt(parallelism) * amount
    const believed = book.cold !== undefined && (fresh || clock() - book.cold.askedAt <= COLD_AGE_MS)
    // Where cold is not known: cold + creditLimit is never negative (R3), so hot alone may say yes.
    const there = believed && book.cold !== undefined ? book.cold.value + hot + creditLimit : hot
    if (there >= needed) return hot >= amount ? 'pass' : 'ask'
    return fresh ? 'fail' : 'ask'
  }

  /** What the thread would like to hold: `exact` nothing, `share` its share, a farm of one everything. */
  function keeps(book: Book): bigint {
    const { creditLimit, parallelism, connector } = book.account
    if (parallelism === 1) return 1n << 61n
    if (connector.spec.warming === 'exact' || book.cold === undefined) return 0n
    return max(0n, (book.cold.value + creditLimit + book.mine.hot) / BigInt(parallelism))
  }

  function warm(book: Book): void {
    if (book.warmAskedAt !== undefined) return
    const { account, thread } = book
    const askedAt = clock()
    book.warmAskedAt = askedAt
    const lacking = book.waiting.reduce((sum, { packet }) => sum + packet.amount, 0n) - book.mine.hot
    const wanted = max(0n, max(keeps(book) - book.mine.hot, lacking))
    seen.warms++
    if (account.parallelism > 1) seen.shared++
    const grant = (): { granted: bigint; cold: bigint } => {
      const granted = min(wanted, max(0n, account.cold + account.creditLimit))
      account.cold -= granted
      account.granted[thread.number] = (account.granted[thread.number] ?? 0n) + granted
      return { granted, cold: account.cold }
    }
    askStore(thread, grant, ({ granted, cold }) => {
      book.warmAskedAt = undefined
      book.cold = { value: cold, askedAt }
      if (granted > 0n) {
        move(book, 'hot', granted)
        move(book, 'taken', granted)
      }
      judgeWaiting(book)
    })
  }

  function judgeWaiting(book: Book): void {
    while (book.waiting.length > 0) {
      const payment = book.waiting[0] as Payment
      const verdict = judge(book, payment.packet.amount, true)
      if (verdict === 'ask') return warm(book)
      book.waiting.shift()
      if (verdict === 'pass') charge(payment)
      else {
        seen.noBalance++
        rejectUncharged(payment, 'T04')
      }
    }
    lookWhenIdle(book)
  }

  // --- cool: B7 -----------------------------------------------------------------------------------------------------

  function give(book: Book, amount: bigint): void {
    move(book, 'hot', -amount)
    move(book, 'given', amount)
    book.thread.gave.add(book)
  }

  /** Money comes in. */
  function receiveMoney(book: Book, amount: bigint): void {
    const { account, thread } = book
    if (!account.farm.includes(thread)) {
      move(book, 'given', amount)
      thread.gave.add(book)
      return
    }
    move(book, 'hot', amount)
    if (account.parallelism === 1) return
    const beyond = book.mine.hot - keeps(book)
    if (book.waiting.length === 0 && beyond > 0n) give(book, beyond)
    lookWhenIdle(book)
  }

  function lookWhenIdle(book: Book): void {
    const { parallelism, farm, connector } = book.account
    if (book.looksWhenIdle || book.mine.hot === 0n || parallelism === 1 || !farm.includes(book.thread)) return
    book.looksWhenIdle = true
    alarm(book.thread, Math.max(clock(), book.usedAt) + connector.spec.coolAfterMs, () => look(book))
  }

  function look(book: Book): void {
    book.looksWhenIdle = false
    if (book.mine.hot === 0n || book.waiting.length > 0) return
    const due = book.usedAt + book.account.connector.spec.coolAfterMs
    if (clock() >= due) return give(book, book.mine.hot)
    book.looksWhenIdle = true
    alarm(book.thread, due, () => look(book))
  }

  function cool(book: Book): void {
    if (book.coolIsPlanned || book.givenDurable === book.givenSent) return
    if (clock() - book.cooledAt < COOL_EVERY_MS) {
      book.coolIsPlanned = true
      alarm(book.thread, book.cooledAt + COOL_EVERY_MS, () => {
        book.coolIsPlanned = false
        cool(book)
      })
      return
    }
    const { account, thread } = book
    const askedAt = clock()
    const total = book.givenDurable
    book.givenSent = total
    book.cooledAt = askedAt
    const takeBack = (): bigint => {
      account.cold += total - (account.returned[thread.number] ?? 0n)
      account.returned[thread.number] = total
      return account.cold
    }
    askStore(thread, takeBack, (cold) => {
      book.cold = { value: cold, askedAt }
    })
  }

  // --- attempts: S1, S2, S3 -----------------------------------------------------------------------------------------

  function latestExpiry(payment: Payment): number {
    return Math.min(payment.packet.expiresAt - EXPIRY_DIFFERENCE_MS, clock() + MAX_HOLD_MS)
  }

  function windowIsOpen(payment: Payment): boolean {
    return latestExpiry(payment) - clock() >= MIN_WINDOW_MS
  }

  /** Offers the payment to the next candidate, in the mirror and in this step's commit; false, and why not. */
  function offerNext(payment: Payment): Reply | undefined {
    if (!windowIsOpen(payment)) return 'R02'
    const { thread, sender, packet, tried } = payment
    const { spec } = thread.connector
    const candidates = waysTo(thread.connector, toOf(packet)).filter((account) => account !== sender && !tried.includes(account))
    const receiver = pick(thread, candidates, packet.amount)
    if (receiver === undefined) return 'F02'
    payment.attempt++
    payment.tried.push(receiver)
    let expiresAt = latestExpiry(payment)
    if (candidates.length > 1 && payment.attempt <= spec.failover) {
      // Order: half is rounded down; a slice too small to be sent is none.
      const slice = spec.attemptTimeoutMs ?? Math.floor((expiresAt - clock()) / 2)
      if (slice >= MIN_WINDOW_MS) expiresAt = Math.min(expiresAt, clock() + slice)
    }
    payment.offer = { receiver, expiresAt }
    move(bookOf(thread, receiver), 'underWay', packet.amount)
    const { attempt } = payment
    alarm(thread, expiresAt + GRACE_MS, () => {
      if (payment.state === 'sent' && payment.attempt === attempt) timeIsUp(payment)
    })
    writes(payment, 'writing')
    return undefined
  }

  function withdrawOffer(payment: Payment): void {
    move(bookOf(payment.thread, offerOf(payment).receiver), 'underWay', -payment.packet.amount)
  }

  function charge(payment: Payment): void {
    const book = bookOf(payment.thread, payment.sender)
    const why = offerNext(payment)
    if (why !== undefined) return rejectUncharged(payment, why)
    move(book, 'hot', -payment.packet.amount)
    book.usedAt = clock()
    lookWhenIdle(book)
  }

  /** What waited for its commit. */
  function goOnDurable(payment: Payment): void {
    if (payment.state === 'settling') return tell(payment)
    const { receiver, expiresAt } = offerOf(payment)
    if (expiresAt - clock() < MIN_WINDOW_MS) return refund(payment, payment.receiversReject ?? 'R02')
    payment.state = 'sent'
    send(payment, receiver, expiresAt)
  }

  function send(payment: Payment, receiver: Account, expiresAt: number): void {
    const { thread, packet, attempt } = payment
    lines[packet.order]?.push(sentLine(thread.connector.spec.name, `t${thread.number}`, attempt, receiver.holder, packet.amount, expiresAt))
    const door = nextDoor(receiver.doors[thread.number] as Connections)
    const offered: Packet = { ...packet, expiresAt }
    after(receiver.latencyUs, () =>
      door(offered, undefined, (reply) =>
        after(receiver.latencyUs, () =>
          step(thread, () => {
            if (payment.state === 'sent' && payment.attempt === attempt) answered(payment, reply)
          }),
        ),
      ),
    )
  }

  function answered(payment: Payment, reply: Reply): void {
    const { receiver, expiresAt } = offerOf(payment)
    if (reply === 'fulfilled') {
      if (clock() <= expiresAt + GRACE_MS) credit(payment, receiver)
      return
    }
    payment.receiversReject = reply
    if (!reply.startsWith('T')) return refund(payment, reply)
    if (reply === 'T04') {
      const { balance, underWay } = knownOf(payment.thread, receiver)
      bookOf(payment.thread, receiver).refused = { amount: payment.packet.amount, level: balance + underWay - payment.packet.amount, at: clock() }
    }
    tryNext(payment, reply)
  }

  function timeIsUp(payment: Payment): void {
    seen.expiries++
    tryNext(payment, 'R00')
  }

  function tryNext(payment: Payment, why: Reply): void {
    const before = offerOf(payment)
    if (payment.attempt <= payment.thread.connector.spec.failover && offerNext(payment) === undefined) {
      move(bookOf(payment.thread, before.receiver), 'underWay', -payment.packet.amount)
      seen.reroutes++
      return
    }
    refund(payment, payment.receiversReject ?? why)
  }

  function credit(payment: Payment, receiver: Account): void {
    withdrawOffer(payment)
    payment.reply = 'fulfilled'
    writes(payment, 'settling')
    receiveMoney(bookOf(payment.thread, receiver), payment.packet.amount)
  }

  function refund(payment: Payment, reply: Reply): void {
    withdrawOffer(payment)
    payment.reply = reply
    writes(payment, 'settling')
    receiveMoney(bookOf(payment.thread, payment.sender), payment.packet.amount)
  }

  /** B1, B4: at once, but durable first where it has an id. */
  function rejectUncharged(payment: Payment, reply: Reply): void {
    if (reply === 'R02') seen.expiries++
    payment.reply = reply
    if (payment.id === undefined) tell(payment)
    else writes(payment, 'settling')
  }

  function tell(payment: Payment): void {
    const { hear, reply } = payment
    payment.hear = []
    payment.state = 'told'
    for (const each of hear) each(reply ?? '')
  }

  function offerOf(payment: Payment): { readonly receiver: Account; readonly expiresAt: number } {
    if (payment.offer === undefined) throw new Error('nothing was offered yet')
    return payment.offer
  }

  // --- choosing a route: section 7 ----------------------------------------------------------------------------------

  function toOf({ order }: Packet): UserSpec {
    return userNamed(world.orders[order]?.to ?? '')
  }

  function userNamed(name: string): UserSpec {
    return world.users.find((user) => user.name === name) as UserSpec
  }

  function neighbours(name: string): string[] {
    return world.lines.flatMap(({ from, to }) => (from === name ? [to] : to === name ? [from] : []))
  }

  /** Hops to the nearest connector that has an account for the user. */
  function distance(name: string, to: UserSpec): number {
    let reached = [...to.at]
    for (let hops = 0; hops <= world.connectors.length; hops++) {
      if (reached.includes(name)) return hops
      reached = [...reached, ...reached.flatMap(neighbours)]
    }
    return Number.POSITIVE_INFINITY
  }

  /** Downhill only: nearer than we are, or with slack as near with a smaller address. In order of account id. */
  function waysTo(connector: Connector, to: UserSpec): Account[] {
    const { name, slack } = connector.spec
    const ours = distance(name, to)
    return connector.accounts.filter(({ holder }) => {
      if (holder === to.name) return true
      if (!neighbours(name).includes(holder)) return false
      const theirs = distance(holder, to)
      return theirs < ours || (slack === 1 && theirs === ours && `test.${holder}` < `test.${name}`)
    })
  }

  function pick(thread: Thread, candidates: readonly Account[], amount: bigint): Account | undefined {
    const known = candidates.map((account) => ({ account, ...knownOf(thread, account) }))
    /** The first in order of id wins a tie. */
    const best = (choices: typeof known, better: (a: (typeof known)[number], b: (typeof known)[number]) => boolean): Account | undefined =>
      choices.find((a) => !choices.some((b) => better(b, a)))?.account
    switch (thread.connector.spec.policy) {
      case 'lowest-account-id':
        return candidates[0]
      case 'lowest-balance':
        return best(known, (a, b) => a.balance < b.balance)
      case 'highest-balance':
        return best(known, (a, b) => a.balance > b.balance)
      case 'most-room': {
        const lines = known.map((each) => ({ ...each, room: roomOf(thread, each.account) }))
        const fitting = lines.filter(({ room }) => room === undefined || room >= amount)
        const share = ({ account, room }: (typeof lines)[number]): [bigint, bigint] => [room ?? 0n, (account.peerLimit ?? 0n) + account.creditLimit]
        if (fitting.length === 0) return lines.find((a) => !lines.some((b) => (b.room ?? 0n) > (a.room ?? 0n)))?.account
        if (fitting.every(({ account, room }) => room !== undefined && account.peerLimit !== undefined && account.peerLimit + account.creditLimit > 0n)) {
          const more = (a: (typeof lines)[number], b: (typeof lines)[number]): boolean => share(a)[0] * share(b)[1] > share(b)[0] * share(a)[1]
          return fitting.find((a) => !fitting.some((b) => more(b, a)))?.account
        }
        return best(fitting, (a, b) => a.balance + a.underWay < b.balance + b.underWay)
      }
    }
  }

  /** As of the last snapshot, plus one's own changes since. */
  function knownOf(thread: Thread, account: Account): { readonly balance: bigint; readonly underWay: bigint } {
    const { mine } = bookOf(thread, account)
    const view = thread.snapshot.get(account)
    const part = view?.parts.get(thread)
    return {
      balance: (view?.balance ?? 0n) - (part?.balance ?? 0n) + mine.hot - mine.taken + mine.given,
      underWay: (view?.underWay ?? 0n) - (part?.underWay ?? 0n) + mine.underWay,
    }
  }

  /** What its holder still lets us send: its limit less the level, and below what it refused at another level. */
  function roomOf(thread: Thread, account: Account): bigint | undefined {
    const { balance, underWay } = knownOf(thread, account)
    const level = balance + underWay
    const room = account.peerLimit === undefined ? undefined : account.peerLimit - level
    const { refused } = bookOf(thread, account)
    if (refused === undefined || clock() - refused.at > REFUSAL_MEMORY_MS) return room
    const below = refused.level + refused.amount - 1n - level
    return room === undefined ? below : min(room, below)
  }

  /** Each interval the announcer reads shards and books, all in one instant, and tells the threads. */
  function readBooks(connector: Connector): void {
    after(connector.spec.snapshotMs * 1000, () => readBooks(connector))
    after(world.storeUs, () => {
      const snapshot = new Map(connector.accounts.map((account) => [account, viewOf(account)]))
      after(2 * 0 + world.storeUs, () => after(world.localUs, () => {
        for (const thread of connector.threads) thread.snapshot = snapshot
      }))
    })
  }

  /** cold + sum over threads of (granted - taken) + hot + (given - returned). */
  function viewOf(account: Account): View {
    const parts = new Map<Thread, { balance: bigint; underWay: bigint }>()
    let balance = account.cold
    let underWay = 0n
    for (const thread of account.connector.threads) {
      const { stored } = bookOf(thread, account)
      const part = { balance: stored.hot - stored.taken + stored.given, underWay: stored.underWay }
      parts.set(thread, part)
      balance += part.balance + (account.granted[thread.number] ?? 0n) - (account.returned[thread.number] ?? 0n)
      underWay += part.underWay
    }
    return { balance, underWay, parts }
  }

  // --- the network, the users, and how they are joined ----------------------------------------------------------------

  function nextDoor(connections: Connections): Door {
    const door = connections.doors[connections.used % connections.doors.length] as Door
    connections.used++
    return door
  }

  function behave(who: string, from: string, hear: Hear, duty: () => void): void {
    const behaviour = world.behaviours.find(
      (each) => each.who === who && (each.towards ?? from) === from && now >= each.fromMs * 1000 && now < each.untilMs * 1000,
    )
    switch (behaviour?.kind) {
      case 'hold':
        return
      case 'refuse':
        return hear('T04')
      case 'reject':
        return hear(behaviour.code)
      case 'slow':
        return after(behaviour.delayUs, duty)
      default:
        duty()
    }
  }

  /** A1: a client opens as many connections as its farm has threads; they are dealt round-robin as they come. */
  function openConnections(account: Account, from: string): Connections {
    const { connector, parallelism } = account
    const doors = account.farm.map((): Door => {
      const turn = connector.accepted.get(parallelism) ?? 0
      connector.accepted.set(parallelism, turn + 1)
      return doorAt(account, from, turn)
    })
    return { doors, used: 0 }
  }

  function doorAt(account: Account, from: string, turn: number): Door {
    const { spec } = account.connector
    let requests = 0
    const threadFor = (turn: number): Thread => account.farm[turn % account.farm.length] as Thread
    return (packet, id, hear) =>
      behave(spec.name, from, hear, () => {
        const accepting = threadFor(turn)
        const thread = spec.dealing === 'connection' ? accepting : threadFor(turn + requests++)
        if (thread === accepting) return step(thread, () => receive(thread, account, packet, id, hear))
        after(world.localUs, () => step(thread, () => receive(thread, account, packet, id, (reply) => after(world.localUs, () => hear(reply)))))
      })
  }

  function doorOfUser(user: UserSpec, connector: string): Door {
    return (packet, _, hear) =>
      behave(user.name, connector, hear, () => {
        const order = world.orders[packet.order] as OrderSpec
        if (clock() >= packet.expiresAt) hear('R00')
        else hear(order.fulfills ? 'fulfilled' : order.rejectCode)
      })
  }

  function account(connector: Connector, spec: Pick<Account, 'holder' | 'parallelism' | 'creditLimit' | 'peerLimit' | 'latencyUs' | 'cold'>, name: string): Account {
    const digest = createHash('sha256').update(name).digest().subarray(0, 15)
    const id = Buffer.concat([Buffer.of(spec.parallelism), digest]).toString('base64url')
    const zeros = (): bigint[] => connector.threads.map(() => 0n)
    return { ...spec, connector, id, farm: [], granted: zeros(), returned: zeros(), owners: new Map(), doors: [] }
  }

  function makeConnector(spec: ConnectorSpec): Connector {
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
    for (const { from, to, fromGrants, toGrants, latencyUs } of world.lines) {
      if (from !== spec.name && to !== spec.name) continue
      const [holder, creditLimit, theirs] = from === spec.name ? [to, fromGrants, toGrants] : [from, toGrants, fromGrants]
      const peerLimit = spec.limitsKnown ? theirs : undefined
      connector.accounts.push(account(connector, { holder, parallelism: spec.parallelism, creditLimit, peerLimit, latencyUs, cold: 0n }, holder))
    }
    for (const { name, at: homes, opening, creditLimit, parallelism, latencyUs } of world.users) {
      if (!homes.includes(spec.name)) continue
      const facts = { holder: name, parallelism, creditLimit, peerLimit: undefined, latencyUs, cold: opening }
      connector.accounts.push(account(connector, facts, `user ${name}`))
    }
    connector.accounts.sort((a, b) => (a.id < b.id ? -1 : 1))
    dealFarms(connector)
    return connector
  }

  /** A1: in ascending parallelism each farm takes the next P threads of the ring. */
  function dealFarms({ accounts, threads }: Connector): void {
    let next = 0
    for (let parallelism = 1; parallelism <= threads.length; parallelism++) {
      const members = accounts.filter((each) => each.parallelism === parallelism)
      if (members.length === 0) continue
      const farm: Thread[] = []
      while (farm.length < parallelism) farm.push(threads[next++ % threads.length] as Thread)
      for (const each of members) each.farm = farm
    }
  }

  function accountAt(connector: string, holder: string): Account {
    const found = connectors.find(({ spec }) => spec.name === connector)?.accounts.find((each) => each.holder === holder)
    if (found === undefined) throw new Error(`${holder} has no account at ${connector}`)
    return found
  }

  const connectors = world.connectors.map(makeConnector)

  // Order: lines first, from their `from` to their `to` and then the other way, and then the users.
  for (const { from, to } of world.lines) {
    for (const [near, far] of [
      [from, to],
      [to, from],
    ] as const) {
      const here = accountAt(near, far)
      here.doors = here.connector.threads.map(() => openConnections(accountAt(far, near), near))
    }
  }
  const accesses = new Map<string, { readonly connections: Connections; readonly latencyUs: number }>()
  for (const user of world.users) {
    for (const home of user.at) {
      const here = accountAt(home, user.name)
      here.doors = here.connector.threads.map(() => ({ doors: [doorOfUser(user, home)], used: 0 }))
      accesses.set(user.name, { connections: openConnections(here, user.name), latencyUs: user.latencyUs })
    }
  }

  // --- the run ------------------------------------------------------------------------------------------------------

  for (const connector of connectors) {
    for (const thread of connector.threads) askStore(thread, () => {}, () => alarm(thread, clock() + POLL_MS, () => poll(thread)))
    after(connector.spec.snapshotMs * 1000, () => readBooks(connector))
  }

  for (const [number, order] of world.orders.entries()) {
    at(order.atUs, () => {
      const access = accesses.get(order.from)
      if (access === undefined) throw new Error(`no user ${order.from}`)
      const packet: Packet = { order: number, amount: order.amount, expiresAt: clock() + order.expiryMs }
      const told: Hear = (reply) => after(access.latencyUs, () => lines[number]?.push(toldLine(reply, now)))
      const ask = (): void => {
        const door = nextDoor(access.connections)
        after(access.latencyUs, () => door(packet, order.withId ? `${number}` : undefined, told))
      }
      ask()
      if (order.withId && order.repeatAfterMs !== undefined) after(Math.round(order.repeatAfterMs * 1000), ask)
    })
  }

  while (pending.length > 0 && (pending[0]?.atUs ?? 0) <= endUs) {
    const next = pending.shift()
    if (next === undefined) break
    now = next.atUs
    next.happen()
  }

  const accounts = connectors.flatMap((connector) =>
    connector.accounts.map((each) => {
      const books = connector.threads.map((thread) => ({
        hot: bookOf(thread, each).stored.hot,
        granted: each.granted[thread.number] ?? 0n,
        returned: each.returned[thread.number] ?? 0n,
      }))
      return accountLine(connector.spec.name, each.holder, each.cold, books)
    }),
  )
  return { story: { orders: lines, accounts }, seen }
}
