/**
 * Threads that die, lose their connection to the store and come back, at any point (B2, B4, B9). The watch on the store
 * checks R3, R5, and that no id is charged twice.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PaymentId } from '../../src/core/book/change.ts'
import type { Effect } from '../../src/core/effect.ts'
import type { Account } from '../../src/core/values/account.ts'
import type { Prepare } from '../../src/core/values/packet.ts'
import { repeatable } from '../arbitraries/repeatable.ts'
import { type Asking, account, type EffectOf, type OneThread, severalThreads } from '../fixtures/oneThread.ts'

const alice = account('alice', { parallelism: 2 })
/** Asked again under the same id, it would give the same answer. */
const bob = account('bob', { parallelism: 2, deduplicates: true })
/** Served by t0 alone. */
const one = account('one')
const accounts = [alice, bob, one]
const opening = { alice: 300n, bob: 200n, one: 100n }

const COMMANDS: readonly Effect['type'][] = ['claim', 'commit', 'warm', 'cool', 'own', 'leave', 'readLeft']

type Ending = 'fulfill' | 'wrong' | 'F99' | 'T00' | 'notTaken' | 'unknown'

type Step =
  | { readonly do: 'pay'; readonly thread: number; readonly from: number; readonly to: number; readonly amount: bigint; readonly withId: boolean }
  /** A prepare with an id that was sent before, at either thread. */
  | { readonly do: 'again'; readonly thread: number; readonly which: number }
  | { readonly do: 'settle'; readonly which: number; readonly ending: Ending }
  /** A thread and the store talk for so many commands. */
  | { readonly do: 'talk'; readonly thread: number; readonly count: number }
  /** The next commands on a connection, however old, reach the store; the next replies come back. */
  | { readonly do: 'reach' | 'reply'; readonly which: number; readonly count: number }
  | { readonly do: 'crash' | 'restart' | 'cut' | 'restore'; readonly thread: number }
  | { readonly do: 'wait'; readonly ms: number }

const index = fc.nat({ max: 50 })
const thread = fc.nat({ max: 1 })
const some = fc.integer({ min: 1, max: 6 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      thread,
      from: index,
      to: index,
      amount: fc.bigInt({ min: 0n, max: 60n }),
      withId: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('again' as const), thread, which: index }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which: index,
      ending: fc.constantFrom<Ending>('fulfill', 'fulfill', 'wrong', 'F99', 'T00', 'notTaken', 'unknown'),
    }),
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('talk' as const), thread, count: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('reach' as const, 'reply' as const), which: index, count: some }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'cut' as const), thread }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'restore' as const), thread }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.oneof({ weight: 12, arbitrary: fc.constantFrom(1, 10, 100) }, { weight: 2, arbitrary: fc.constantFrom(1_500, 9_000) }, fc.constant(70_000)),
    }),
  },
)

/** One connection to the store: what travels on it keeps its order, and what was sent may arrive when it is long broken. */
interface Connection {
  readonly of: Party
  commands: Effect[]
  replies: (() => unknown)[]
}

interface Party {
  readonly thread: OneThread
  state: 'up' | 'cut' | 'down'
  connection: Connection
  /** Requests of this process that were not answered. */
  open: Map<number, Prepare>
}

interface Asked {
  readonly from: Account
  readonly prepare: Prepare
  readonly id: string
}

class Wires {
  readonly parties: readonly Party[]
  #connections: Connection[] = []
  #asked: Asked[] = []
  #sent: { readonly of: Party; readonly process: number; readonly sent: EffectOf<'sendPrepare'> }[] = []
  readonly #sentOnce = new Set<string>()
  readonly #preimages = new Map<string, number>()
  /** What was told for each condition. */
  readonly told = new Map<string, Set<string>>()
  readonly credited = new Map<string, PaymentId>()
  #lastPreimage = 0

  constructor() {
    const routes = Object.fromEntries(accounts.map((each) => [each.address, accounts]))
    const threads = severalThreads(2, { accounts, threads: 2, routes, opening, holds: COMMANDS })
    this.parties = threads.map((each) => {
      const party = { thread: each, state: 'up', open: new Map() } as unknown as Party
      this.#connect(party)
      return party
    })
  }

  do(each: Step): void {
    switch (each.do) {
      case 'pay':
        this.#pay(each)
        break
      case 'again': {
        const asked = this.#asked[each.which % Math.max(1, this.#asked.length)]
        if (asked !== undefined) this.#ask(this.#party(each.thread), asked.from, asked.prepare, asked.id)
        break
      }
      case 'settle':
        this.#settle(each.which, each.ending)
        break
      case 'talk':
        for (let i = 0; i < each.count; i++) {
          this.#reach(this.#party(each.thread).connection, 1)
          this.#hear(this.#party(each.thread), 1)
        }
        break
      case 'reach':
        this.#reach(this.#connections[each.which % this.#connections.length], each.count)
        break
      case 'reply':
        this.#hear(this.#party(each.which % 2), each.count)
        break
      case 'wait':
        this.#party(0).thread.pass(each.ms)
        break
      default:
        this.#fail(each)
    }
    this.#collect()
  }

  #fail({ do: what, thread: which }: Extract<Step, { do: 'crash' | 'restart' | 'cut' | 'restore' }>): void {
    const party = this.#party(which)
    if (what === 'crash' && party.state !== 'down') {
      party.thread.crash()
      party.state = 'down'
      party.open.clear()
    } else if (what === 'restart' && party.state === 'down') {
      this.#connect(party)
      party.state = 'up'
      party.thread.restart()
    } else if (what === 'cut' && party.state === 'up') {
      party.thread.disconnect()
      party.state = 'cut'
    } else if (what === 'restore' && party.state === 'cut') {
      this.#connect(party)
      party.state = 'up'
      party.thread.reconnect()
    }
  }

  #connect(party: Party): void {
    party.connection = { of: party, commands: [], replies: [] }
    this.#connections.push(party.connection)
  }

  #pay({ thread: which, from, to, amount, withId }: Extract<Step, { do: 'pay' }>): void {
    const [sender, receiver] = [pick(accounts, from), pick(accounts, to)]
    if (sender === receiver || this.#lastPreimage === 255) return
    const preimage = ++this.#lastPreimage
    const party = this.#party(sender === one ? 0 : which)
    const asking: Asking = { from: sender, amount, to: receiver.address, expiresInMs: 10_000, preimage }
    const prepare = party.thread.packet(asking)
    this.#preimages.set(prepare.condition, preimage)
    if (withId && sender !== one) this.#asked.push({ from: sender, prepare, id: `id${preimage}` })
    this.#ask(party, sender, prepare, withId ? `id${preimage}` : undefined)
  }

  #ask(party: Party, from: Account, prepare: Prepare, id: string | undefined): void {
    if (party.state === 'down') return
    party.open.set(party.thread.request + 1, prepare)
    party.thread.ask(from, prepare, id)
  }

  /** Only the process that sent it hears how it ended. */
  #settle(which: number, ending: Ending): void {
    const [found] = this.#sent.splice(which % Math.max(1, this.#sent.length), 1)
    if (found === undefined || found.of.state === 'down' || found.process !== found.of.thread.incarnation) return
    const { sent, of } = found
    if (ending === 'fulfill') of.thread.fulfill(sent, this.#preimages.get(sent.prepare.condition))
    else if (ending === 'wrong') of.thread.fulfill(sent, 0)
    else if (ending === 'notTaken' || ending === 'unknown') of.thread.fail(sent, ending)
    else of.thread.reject(sent, ending)
  }

  #reach(connection: Connection | undefined, count: number): void {
    for (const effect of connection?.commands.splice(0, count) ?? []) {
      const { of, replies } = connection as Connection
      const before = of.thread.world.applied.length
      replies.push(of.thread.reach(effect).hear)
      for (const { change, payment } of of.thread.world.applied.slice(before)) {
        if (change.type === 'credit') this.credited.set(payment?.record?.condition ?? '', change.payment)
      }
    }
  }

  #hear({ connection }: Party, count: number): void {
    for (const hear of connection.replies.splice(0, count)) {
      hear()
      this.#collect()
    }
  }

  #collect(): void {
    for (const party of this.parties) {
      for (const effect of party.thread.news()) {
        if (effect.type === 'sendPrepare') this.#noteSent(party, effect)
        else if (effect.type === 'answer') this.#noteTold(party, effect)
        else if (effect.type === 'stop') this.do({ do: 'crash', thread: this.parties.indexOf(party) })
        else if (COMMANDS.includes(effect.type) && party.state === 'up') party.connection.commands.push(effect)
      }
    }
  }

  /** B1: only what the book has. S1: once, B9: nothing of an earlier life, unless it is asked again under the same id. */
  #noteSent(of: Party, sent: EffectOf<'sendPrepare'>): void {
    const { thread: each } = of
    const key = `${sent.payment} ${sent.attempt}`
    if (sent.to === bob.id) expect(sent.requestId).toBe(`${sent.payment}.${sent.attempt}`)
    else {
      expect(this.#sentOnce.has(key), `attempt ${key} is sent once`).toBe(false)
      this.#sentOnce.add(key)
      // A life that claims its book again does so under an epoch of its own (B3).
      expect(sent.payment.replace(/~\d+(?=\.)/, '').startsWith(`${each.epoch}.`), `${sent.payment} was charged by ${each.epoch}`).toBe(true)
    }
    const stored = each.store.books.get(each.id)?.payments.get(sent.payment)
    expect({ attempt: stored?.record?.attempt, tombstone: stored?.tombstone }).toEqual({ attempt: sent.attempt, tombstone: undefined })
    this.#sent.push({ of, process: each.incarnation, sent })
  }

  /** B1: a fulfill is told of what was credited, and each request is answered once. */
  #noteTold(party: Party, { request, reply }: EffectOf<'answer'>): void {
    const prepare = party.open.get(request)
    if (prepare === undefined) throw new Error(`request ${request} was answered twice, or never asked`)
    party.open.delete(request)
    if (reply.type === 'refusal') {
      expect([410, 503], 'nobody asks with other content, nor for too much').toContain(reply.status)
      return
    }
    if (reply.type === 'fulfill') expect(this.credited.has(prepare.condition), 'what is told was credited').toBe(true)
    const told = this.told.get(prepare.condition) ?? new Set()
    this.told.set(prepare.condition, told.add(reply.type === 'fulfill' ? 'fulfill' : `${reply.code} ${reply.message}`))
  }

  #party(index: number): Party {
    return this.parties[index] as Party
  }

  /** Both threads are up and connected, everything arrives and is answered, and time goes by. */
  rest(seconds = 90): void {
    for (let second = 0; second < seconds; second++) {
      // Again and again: a claim that comes late fences the one who came after.
      for (const which of [0, 1]) for (const what of ['restart', 'restore'] as const) this.do({ do: what, thread: which })
      for (let busy = true; busy; ) {
        busy = false
        for (const [i, { commands, replies, of }] of this.#connections.entries()) {
          if (commands.length + (of.connection.replies === replies ? replies.length : 0) === 0) continue
          busy = true
          this.do({ do: 'reach', which: i, count: 100 })
          for (const which of [0, 1]) this.do({ do: 'reply', which, count: 100 })
        }
      }
      this.do({ do: 'wait', ms: 1_000 })
    }
  }
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T
}

/** What each account must have, by the credits that were applied. */
function expectedBalances({ parties }: Wires): bigint[] {
  const result = new Map<string, bigint>(accounts.map(({ id, name }) => [id, opening[name as keyof typeof opening]]))
  for (const { change, payment } of parties[0]?.thread.world.applied ?? []) {
    if (change.type !== 'credit' || payment?.record === undefined) continue
    const { sender, receiver, incomingAmount, outgoingAmount } = payment.record
    result.set(sender, (result.get(sender) ?? 0n) - incomingAmount)
    result.set(receiver, (result.get(receiver) ?? 0n) + outgoingAmount)
  }
  return [...result.values()]
}

function expectEnded(wires: Wires): void {
  const { store } = (wires.parties[0] as Party).thread
  for (const { open } of wires.parties) expect([...open.keys()], 'every request that is still held was answered').toEqual([])
  for (const book of store.books.values()) {
    expect([...book.payments.values()].filter(({ tombstone }) => tombstone === undefined)).toEqual([])
    expect([...book.left.keys()]).toEqual([])
    for (const { underWay } of book.entries.values()) expect(underWay).toBe(0n)
  }
  for (const [condition, told] of wires.told) {
    expect([...told], 'one answer, whoever asks').toHaveLength(1)
    expect(told.has('fulfill'), 'told and undone, or credited and rejected').toBe(wires.credited.has(condition))
  }
  expect(accounts.map(({ id }): bigint => store.balanceOf(id))).toEqual(expectedBalances(wires))
}

function expectNothingInTransit(wires: Wires): void {
  const { shards, books } = (wires.parties[0] as Party).thread.store
  for (const { thread: id, entries } of books.values()) {
    for (const [of, shard] of shards) {
      const { hot = 0n, taken = 0n, given = 0n } = entries.get(of) ?? {}
      const transit = [(shard.granted.get(id) ?? 0n) - taken, given - (shard.returned.get(id) ?? 0n)]
      expect({ account: shard.account.name, transit, hot: of === one.id ? 0n : hot }).toEqual({ account: shard.account.name, transit: [0n, 0n], hot: 0n })
    }
  }
}

test('for every sequence of payments, crashes and broken connections: money is conserved, nothing is charged twice or told and undone, all comes to rest', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 120, size: 'max' }), (steps) => {
      const wires = new Wires()
      for (const each of steps) wires.do(each)
      wires.rest()
      expectEnded(wires)
      // A warm that was late on a broken connection is found by the next incarnation.
      for (const which of [0, 1]) wires.do({ do: 'crash', thread: which })
      wires.rest(3)
      expectEnded(wires)
      expectNothingInTransit(wires)
    }),
    repeatable(500),
  )
})
