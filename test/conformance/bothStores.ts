/** One sequence of steps on the simulated store and on Redis: the same replies, and the same state at the end. */
import { isDeepStrictEqual } from 'node:util'
import type { Redis } from 'ioredis'
import { SimStore } from '../../sim/world/store.ts'
import type { Change, Instead, PaymentId, PaymentRecord } from '../../src/core/book/change.ts'
import type { BookContents } from '../../src/core/book/contents.ts'
import type { LeftMessage } from '../../src/core/book/message.ts'
import type { CommitReply } from '../../src/core/input.ts'
import { type Account, type AccountId, accountIdOf, type ThreadId } from '../../src/core/values/account.ts'
import { address } from '../../src/core/values/address.ts'
import { type Amount, amount, type Balance, MAX_INT64 } from '../../src/core/values/amount.ts'
import type { Condition, Fulfillment } from '../../src/core/values/condition.ts'
import type { Prepare, Reject } from '../../src/core/values/packet.ts'
import { type Commit, written } from '../../src/store/changes.ts'
import { StoreRefused } from '../../src/store/failure.ts'
import { keysUnder } from '../../src/store/keys.ts'
import { ownerText } from '../../src/store/owner.ts'
import { RedisStore } from '../../src/store/redisStore.ts'
import type { Scripts } from '../../src/store/scripts.ts'
import type { ChangeStep, CommitStep, InsteadStep, Left, Opening, StoreStep, Total, Which } from '../arbitraries/storeStep.ts'

export type Ran = { readonly reply: unknown } | 'refused'

const THREADS: readonly ThreadId[] = ['t0', 't1']
const ACCOUNTS = ['alice', 'bob', 'carol', 'nobody'].map((name) => accountIdOf(name, 2))
const CONDITION = 'c'.repeat(43) as Condition
const EXPIRY_MS = 1_700_000_000_000
const NO: Reject = { type: 'reject', code: 'F99', triggeredBy: address('test.far'), message: 'no "\n', data: new Uint8Array([7]) }

/** How the simulated store says that a command cannot be. */
const REFUSALS = /^no account|^no book|has no payment|is beyond int64/

export class BothStores {
  #sim: SimStore
  readonly #redis: RedisStore
  readonly #raw: Redis
  readonly #prefix: string
  readonly #epochs = new Map<ThreadId, string>()
  readonly #taken: ((sim: SimStore) => unknown)[] = []
  #lastEpoch = 0

  constructor(raw: Redis, prefix: string, scripts: Scripts) {
    this.#raw = raw
    this.#prefix = prefix
    this.#redis = new RedisStore(raw, { prefix, scripts })
    this.#sim = simulated()
  }

  async open(openings: readonly Opening[]): Promise<void> {
    for (const [i, { creditLimit, balance }] of openings.entries()) {
      this.#simulate((sim) => sim.register(accountOf(i, creditLimit), balance))
      expectSame('register', await this.#redis.register(accountOf(i, creditLimit), balance), 'ok')
    }
    for (const thread of [0, 1]) await this.run({ do: 'claim', thread, mayOpen: true })
  }

  async run(step: StoreStep): Promise<void> {
    switch (step.do) {
      case 'register': {
        // A live node registers at each start; the simulator once, so its shard is put right by hand.
        const account = accountOf(step.account, step.opening.creditLimit)
        this.#simulate(({ shards }) => {
          const shard = shards.get(account.id)
          if (shard !== undefined) shards.set(account.id, { ...shard, account })
        })
        return expectSame('register', await this.#redis.register(account, step.opening.balance), 'already')
      }
      case 'claim': {
        const thread = threadOf(step.thread)
        const epoch = `e${++this.#lastEpoch}`
        if (step.mayOpen || this.#sim.books.has(thread)) this.#epochs.set(thread, epoch)
        return this.#both(
          'claim',
          (sim) => contents(sim.claim(thread, { type: 'claim', epoch }, step.mayOpen)),
          async (redis) => contents(await redis.claim(thread, epoch, step.mayOpen)),
        )
      }
      case 'commit':
        return this.#commit(step)
      case 'warm': {
        const thread = threadOf(step.thread)
        const command = { type: 'warm', account: accountId(step.account), taken: this.#total(step, step.taken), wanted: step.wanted } as const
        return this.#both(
          'warm',
          (sim) => sim.warm(thread, command),
          (redis) => redis.warm(thread, command),
        )
      }
      case 'cool': {
        const thread = threadOf(step.thread)
        const command = { type: 'cool', account: accountId(step.account), given: this.#total(step, step.given) } as const
        return this.#both(
          'cool',
          (sim) => sim.cool(thread, command),
          (redis) => redis.cool(thread, command),
        )
      }
      case 'own': {
        const thread = threadOf(step.thread)
        const nowMs = Date.now()
        const keepUntil = nowMs + step.keepMs
        const instead = step.instead === undefined ? {} : { instead: { owner: threadOf(step.instead[0]), term: step.instead[1] } }
        const term = step.term === 0 ? {} : { term: step.term }
        const command = {
          type: 'own',
          account: accountId(step.account),
          requestId: `id ${step.id}`,
          hash: `hash${step.hash}`,
          keepUntil,
          ...term,
          ...instead,
        } as const
        return this.#both(
          'own',
          (sim) => sim.own(thread, command, nowMs),
          (redis) => redis.own(thread, command),
        )
      }
      case 'close': {
        const thread = threadOf(step.thread)
        const epoch = step.stale ? 'another' : (this.#epochs.get(thread) ?? 'none')
        return this.#both(
          'close',
          (sim) => sim.close(thread, { type: 'close', epoch }),
          (redis) => redis.close(thread, epoch),
        )
      }
      case 'leave': {
        const command = { type: 'leave', to: threadOf(step.to), message: this.#messageOf(step) } as const
        return this.#both(
          'leave',
          (sim) => sim.leave(command),
          (redis) => redis.leave(command),
        )
      }
      case 'readLeft': {
        const thread = threadOf(step.thread)
        const epoch = step.stale ? 'another' : (this.#epochs.get(thread) ?? 'none')
        return this.#both(
          'readLeft',
          (sim) => sim.readLeft(thread, epoch),
          (redis) => redis.readLeft(thread, epoch),
        )
      }
      case 'read': {
        const accounts = step.accounts.map(accountId)
        return this.#both(
          'read',
          (sim) => readable(sim.read(accounts)),
          async (redis) => readable(await redis.read(accounts)),
        )
      }
      case 'balanceOf':
        return this.#both(
          'balanceOf',
          (sim) => sim.balanceOf(accountId(step.account)),
          (redis) => redis.balanceOf(accountId(step.account)),
        )
    }
  }

  /** Every shard, raw; every book, as `claim` returns it under the epoch that it has; every message and every id. */
  async sameState(): Promise<void> {
    for (const [i, { cold, granted, returned, owned }] of [...this.#sim.shards.values()].entries()) {
      const id = accountId(i)
      const keys = keysUnder(this.#prefix).shard(id)
      expectSame('cold', await this.#raw.get(keys.coldBalance), String(cold))
      expectSame('granted', await this.#raw.hgetall(keys.granted), totalsOf(granted))
      expectSame('returned', await this.#raw.hgetall(keys.returned), totalsOf(returned))
      expectSame('scratch', await this.#raw.exists(keys.scratch), 0)
      for (const requestId of ['id 0', 'id 1', 'id 2']) {
        const entry = owned.get(requestId)
        const kept = entry === undefined || entry.keepUntil < Date.now() ? null : `${ownerText(entry)} ${entry.hash}`
        expectSame('hotSet', await this.#raw.get(keysUnder(this.#prefix).hotSet(id, requestId)), kept)
        if (kept !== null) expectSame('expiry', await this.#raw.pexpiretime(keysUnder(this.#prefix).hotSet(id, requestId)), entry?.keepUntil)
      }
    }
    for (const [thread, epoch] of this.#epochs) {
      expectSame('book', contents(await this.#redis.claim(thread, epoch)), contents(this.#sim.claim(thread, { type: 'claim', epoch })))
      expectSame('left', await this.#redis.readLeft(thread, epoch), this.#sim.readLeft(thread, epoch))
    }
  }

  async #commit({ thread: which, stale, commits }: Extract<StoreStep, { do: 'commit' }>): Promise<void> {
    const thread = threadOf(which)
    const epoch = stale ? 'another' : (this.#epochs.get(thread) ?? 'none')
    const resolved = this.#resolve(thread, commits)
    const replies: CommitReply[] = []
    let refused = false
    for (const { seq, changes } of resolved) {
      const reply = this.#simulate((sim) => sim.commit(thread, { type: 'commit', epoch, seq, changes }))
      if (reply === 'refused') {
        refused = true
        break
      }
      replies.push(reply.reply)
    }
    expectSame('commit', await outcome(this.#redis.commit(thread, epoch, resolved.map(written))), refused ? 'refused' : { reply: replies })
  }

  async #both(what: string, simulate: (sim: SimStore) => unknown, real: (redis: RedisStore) => Promise<unknown>): Promise<void> {
    const expected = this.#simulate(simulate)
    expectSame(what, await outcome(real(this.#redis)), expected)
  }

  /** The simulated store keeps what it did before it threw: then it is made anew, from what it had taken. */
  #simulate<Reply>(command: (sim: SimStore) => Reply): { readonly reply: Reply } | 'refused' {
    try {
      const reply = command(this.#sim)
      this.#taken.push(command)
      return { reply }
    } catch (error) {
      if (!(error instanceof Error && REFUSALS.test(error.message))) throw error
    }
    this.#sim = simulated()
    for (const each of this.#taken) each(this.#sim)
    return 'refused'
  }

  #resolve(thread: ThreadId, steps: readonly CommitStep[]): Commit[] {
    const book = this.#sim.books.get(thread)
    const find = this.#find(book)
    let next = (book?.seq ?? 0) + 1
    return steps.map(({ off, changes }) => {
      const seq = Math.max(0, next + off)
      if (off === 0) next++
      return { seq, changes: changes.map((change) => resolved(change, find)) }
    })
  }

  #find(book: ReturnType<SimStore['books']['get']>): (which: Which) => PaymentId {
    const underWay = [...(book?.payments.values() ?? [])].filter(({ tombstone }) => tombstone === undefined).map(({ payment }) => payment)
    return (which) => ('number' in which ? paymentId(which.number) : (underWay[which.underWay % underWay.length] ?? paymentId(0)))
  }

  #messageOf({ to, message, body }: Extract<StoreStep, { do: 'leave' }>): LeftMessage {
    if (!('replies' in body)) return messageOf(message, body)
    const book = this.#sim.books.get(threadOf(to))
    const payment = this.#find(book)(body.which)
    const record = book?.payments.get(payment)?.record
    const from = body.from === undefined ? (record?.receiver ?? accountId(0)) : accountId(body.from)
    const { attempt, replies } = body
    const about = { payment, attempt, from, message: `${replies}.${payment}.${attempt}`, at: (record?.outgoingExpiry ?? EXPIRY_MS) + 500 + body.offMs }
    if (replies === 'rejected') return { type: 'rejected', ...about, reject: NO }
    const condition = (body.right ? CONDITION : 'd'.repeat(43)) as Condition
    return {
      type: 'fulfilled',
      ...about,
      condition,
      fulfill: { type: 'fulfill', fulfillment: `${message}`.repeat(43) as Fulfillment, data: new Uint8Array([message]) },
    }
  }

  #total({ thread, account, do: command }: Extract<StoreStep, { do: 'warm' | 'cool' }>, total: Total): Amount {
    if ('exactly' in total) return total.exactly
    const id = accountId(account)
    const shard = this.#sim.shards.get(id)
    const entry = this.#sim.books.get(threadOf(thread))?.entries.get(id)
    const [inShard, inBook] = command === 'warm' ? [shard?.granted, entry?.taken] : [shard?.returned, entry?.given]
    const known = total.of === 'shard' ? inShard?.get(threadOf(thread)) : inBook
    return amount(clamp((known ?? 0n) + total.off))
  }
}

function clamp(value: bigint): bigint {
  if (value < 0n) return 0n
  return value > MAX_INT64 ? MAX_INT64 : value
}

async function outcome(reply: Promise<unknown>): Promise<Ran> {
  try {
    return { reply: await reply }
  } catch (error) {
    if (error instanceof StoreRefused) return 'refused'
    throw error
  }
}

/** Statistics are floating point: sums of large ones may differ in the last digits. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a === b || Math.abs(a - b) <= 1e-12 * Math.abs(b)
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => same(each, b[i]))
  return isDeepStrictEqual(a, b)
}

function expectSame(what: string, redis: unknown, simulated: unknown): void {
  if (!same(plain(redis), plain(simulated))) throw new Error(`${what}: Redis says ${shown(redis)}, the simulated store ${shown(simulated)}`)
}

/** Everything as lists of texts and numbers; what is undefined is not there. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (value instanceof Map) return [...value].map(plain)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, plain(each)])
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}n` : each instanceof Map ? [...each] : each))
}

/** Hashes have no order; and a refused commit may leave zeros where there was nothing. */
function contents({ isNew, term, seq, accounts, payments, positions, entered, tallies }: BookContents): unknown {
  return {
    isNew,
    term,
    seq,
    accounts: accountList(accounts),
    payments: sorted(payments, ({ payment }) => payment),
    positions: sumList(positions),
    entered: sumList(entered ?? new Map()),
    tallies: tallyList(tallies),
  }
}

function sumList(sums: ReadonlyMap<string, Balance>): unknown {
  return sorted(
    [...sums].filter(([, sum]) => sum !== 0n),
    ([unit]) => unit,
  )
}

function accountList(accounts: BookContents['accounts']): unknown {
  return sorted(
    accounts.filter(({ hot, taken, given, underWay }) => hot !== 0n || taken !== 0n || given !== 0n || underWay !== 0n),
    ({ account }) => account,
  )
}

function tallyList(tallies: BookContents['tallies']): unknown {
  const list = [...tallies].flatMap(([route, ofRoute]) => [...ofRoute].map(([account, tally]) => ({ way: `${route} ${account}`, ...tally })))
  return sorted(list, ({ way }) => way)
}

function readable({ accounts, books }: ReturnType<SimStore['read']>): unknown {
  const list = books.map((book) => ({ thread: book.thread, seq: book.seq, accounts: accountList(book.accounts), tallies: tallyList(book.tallies) }))
  return { accounts, books: sorted(list, ({ thread }) => thread) }
}

function sorted<T>(list: readonly T[], by: (each: T) => string): T[] {
  return [...list].sort((a, b) => (by(a) < by(b) ? -1 : 1))
}

function totalsOf(totals: ReadonlyMap<ThreadId, Amount>): Record<string, string> {
  return Object.fromEntries([...totals].map(([thread, total]) => [thread, String(total)]))
}

/** A simulated store that takes no number beyond int64, as Redis does. */
function simulated(): SimStore {
  const allFit = () => {
    for (const { entries, entered } of store.books.values()) {
      for (const { underWay } of entries.values()) fits(underWay)
      for (const sum of entered.values()) fits(sum)
    }
  }
  const store: SimStore = new SimStore({
    entered: () => {},
    wrote: (_, __, ___, ____, after) => fits(after),
    claimed: () => {},
    wentBack: () => {},
    closed: () => {},
    reopened: () => {},
    disowned: () => {},
    commits: () => {},
    changed: allFit,
    owned: () => {},
    left: () => {},
    leftNoMore: () => {},
    applied: allFit,
  })
  return store
}

function fits(value: Balance): void {
  if (value > MAX_INT64 || value < -MAX_INT64 - 1n) throw new Error(`${value} is beyond int64`)
}

function threadOf(thread: number): ThreadId {
  return THREADS[thread] ?? 't9'
}

function accountId(account: number): AccountId {
  return ACCOUNTS[account] ?? accountIdOf('nobody', 2)
}

function paymentId(number: number): PaymentId {
  return `e.${number}` as PaymentId
}

function accountOf(account: number, creditLimit: Amount): Account {
  return {
    id: accountId(account),
    name: `account ${account}`,
    address: address(`test.hub.a${account}`),
    unit: 'XRP',
    scale: 6,
    relation: 'user',
    parallelism: 2,
    creditLimit,
    deduplicates: false,
    routes: [],
  }
}

function resolved(change: ChangeStep, find: (which: Which) => PaymentId): Change {
  switch (change.type) {
    case 'take':
    case 'give':
      return { type: change.type, account: accountId(change.account), amount: change.amount }
    case 'charge':
      return { type: 'charge', record: recordOf(change) }
    case 'reroute': {
      const { receiver, counted, unresolved, outgoingAmount, unit, data, instead } = change
      const account = accountId(receiver)
      return {
        type: 'reroute',
        payment: find(change.which),
        route: 'test.other',
        receiver: account,
        outgoingUnit: unit,
        outgoingAmount,
        outgoingExpiry: EXPIRY_MS - 7,
        attempt: 2,
        data,
        counted: counted && { ...counted, account },
        unresolved: unresolved === undefined ? undefined : { account, amount: unresolved },
        instead: insteadOf(instead),
      }
    }
    case 'credit': {
      const { pocket, reply, counted, refunds, keptMs } = change
      return { type: 'credit', payment: find(change.which), pocket, reply, counted: { ...counted, account: accountId(0) }, refunds, keepUntil: keptMs }
    }
    case 'refund': {
      const { pocket, reply, counted, unresolved, instead, keptMs } = change
      return {
        type: 'refund',
        payment: find(change.which),
        pocket,
        reply,
        counted: counted && { ...counted, account: accountId(1) },
        unresolved: unresolved === undefined ? undefined : { account: accountId(2), amount: unresolved },
        instead: insteadOf(instead),
        keepUntil: keptMs,
      }
    }
    case 'reject':
      return {
        type: 'reject',
        payment: paymentId(change.number),
        sender: accountId(change.sender),
        request: { id: `an "id"\n${change.number}`, hash: 'hash' },
        reply: change.reply,
        keepUntil: EXPIRY_MS,
      }
    case 'unconditional': {
      const { account, unit, direction, amount, reply } = change
      const pocket = direction === 'withdrawal' ? 'hot' : change.pocket
      return {
        type: 'unconditional',
        payment: paymentId(change.number),
        account: accountId(account),
        unit,
        direction,
        amount,
        pocket,
        request: { id: `money ${change.number}`, hash: 'hash' },
        reply,
        keepUntil: EXPIRY_MS,
      }
    }
    case 'consumed':
      return { type: 'consumed', message: `m.${change.message}` }
    case 'dropped':
      return { type: 'dropped', payment: find(change.which) }
  }
}

function insteadOf(instead: InsteadStep | undefined): Instead | undefined {
  if (instead === undefined) return undefined
  const { pocket, counted, late, keptMs } = instead
  return { pocket, counted: { ...counted, account: accountId(2) }, late, keepUntil: keptMs }
}

function recordOf(change: Extract<ChangeStep, { type: 'charge' }>): PaymentRecord {
  return {
    payment: paymentId(change.number),
    sender: accountId(change.sender),
    incomingUnit: 'XRP',
    incomingAmount: change.incomingAmount,
    incomingExpiry: EXPIRY_MS,
    condition: CONDITION,
    destination: address('test.hub.far.away'),
    route: '',
    receiver: accountId(change.receiver),
    outgoingUnit: change.unit,
    outgoingAmount: change.outgoingAmount,
    outgoingExpiry: EXPIRY_MS - 1_000,
    attempt: 1,
    data: change.data,
    request: change.withId ? { id: `${change.number} "\n`, hash: 'hash' } : undefined,
  }
}

function messageOf(number: number, body: Exclude<Left, { replies: unknown }>): LeftMessage {
  const message = `m.${number}`
  if ('answers' in body) {
    const reply = typeof body.answers === 'number' ? ({ type: 'refusal', status: body.answers === 409 ? 409 : 410, message: 'no' } as const) : body.answers
    return { type: 'answered', message, answers: `m.${number + 1}`, reply }
  }
  if ('recalls' in body) return { type: 'recall', message, account: accountId(body.recalls) }
  if ('answersMoney' in body) {
    const answer = body.answersMoney
    const reply = typeof answer === 'number' ? ({ type: 'refusal', status: answer === 409 ? 409 : 410, message: 'no' } as const) : answer
    return { type: 'operationAnswered', message, answers: `m.${number + 1}`, reply }
  }
  if ('operation' in body) {
    const operation = { id: body.operation, account: accountId(0), direction: 'deposit', amount: body.amount, expiresAt: EXPIRY_MS } as const
    return { type: 'operationAsked', message, from: 't1', operation }
  }
  const prepare: Prepare = { amount: body.amount, expiresAt: EXPIRY_MS, condition: CONDITION, destination: address('test.far'), data: new Uint8Array([number]) }
  return { type: 'askedAgain', message, from: 't1', account: accountId(0), requestId: body.asks, hash: 'hash', prepare }
}
