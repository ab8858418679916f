import { describe, expect, test } from 'vitest'
import { type Announcer, type AnnouncerConfig, type AnnouncerEffect, type AnnouncerInput, makeAnnouncer } from '../../../src/core/announcer.ts'
import { makeDirectory } from '../../../src/core/directory.ts'
import type { Announcement } from '../../../src/core/routing/announcement.ts'
import { IDENTITY, makeCurve } from '../../../src/core/routing/liquidityCurve.ts'
import { decayed, decayFactor, type Reading } from '../../../src/core/routing/reading.ts'
import type { Account } from '../../../src/core/values/account.ts'
import { address } from '../../../src/core/values/address.ts'
import { amount, balance } from '../../../src/core/values/amount.ts'
import { ratioOf } from '../../../src/core/values/rate.ts'
import { account, START_MS } from '../../fixtures/oneThread.ts'

const MINUTE_MS = 60_000
const peer = account('peer')
const other = account('other')
const user = account('user', { relation: 'user' })
const parent = account('parent', { relation: 'parent' })

type Heard = AnnouncerInput extends infer I ? (I extends AnnouncerInput ? Omit<I, 'at'> : never) : never

class Bench {
  now = START_MS
  readonly #announcer: Announcer
  readonly #names: ReadonlyMap<string, string>

  constructor(accounts: readonly Account[] = [peer, other, user], config: Partial<AnnouncerConfig> = {}) {
    this.#names = new Map(accounts.map(({ id, name }) => [id, name]))
    const directory = makeDirectory(address('test.hub'), 4, accounts)
    this.#announcer = makeAnnouncer({ directory, slack: 0, rates: new Map(), announceIntervalMs: MINUTE_MS, snapshotIntervalMs: 1_000, ...config }, this.now)
    this.hear({ type: 'started' })
  }

  hear(input: Heard): readonly AnnouncerEffect[] {
    return this.#announcer.step({ ...input, at: this.now } as AnnouncerInput)
  }

  announced(from: Account, announcement: Partial<Announcement>): readonly AnnouncerEffect[] {
    return this.hear({ type: 'announcementReceived', from: from.id, announcement: { routes: [], withdrawn: [], ...announcement } })
  }

  connect(...accounts: readonly Account[]): void {
    for (const each of accounts) this.hear({ type: 'connected', account: each.id })
  }

  /** Wakes it each second until so much time has passed. */
  pass(ms: number): readonly AnnouncerEffect[] {
    const effects: AnnouncerEffect[] = []
    for (const end = this.now + ms; this.now < end; ) {
      this.now = Math.min(end, this.now + 1_000)
      effects.push(...this.hear({ type: 'woke' }))
    }
    return effects
  }

  /** By prefix, the names of the accounts that may be used. */
  get usable(): Record<string, string[]> {
    const publish = this.hear({ type: 'started' }).find((effect) => effect.type === 'publish')
    if (publish?.type !== 'publish') throw new Error('nothing was published')
    const nameOf = ({ account: id }: { readonly account: string }): string => this.#names.get(id) ?? '?'
    return Object.fromEntries([...publish.snapshot.mapper].map(([prefix, ways]) => [prefix, ways.map(nameOf).sort()]))
  }
}

const route = (prefix: string, ...path: readonly string[]) => ({ prefix, path: path.map((each) => address(each)), curve: IDENTITY })
const via = (...path: readonly string[]) => route('test.far', ...path)

/** To whom what was announced: `peer +test.far(test.hub test.p) -test.gone`. */
function told(effects: readonly AnnouncerEffect[]): string[] {
  const names = new Map([peer, other, user, parent].map(({ id, name }) => [id, name]))
  return effects.flatMap((effect) => {
    if (effect.type !== 'announce') return []
    const { routes, withdrawn } = effect.announcement
    const plus = routes.map(({ prefix, path }) => ` +${prefix}(${path.join(' ')})`)
    return [`${names.get(effect.to)}${plus.join('')}${withdrawn.map((prefix) => ` -${prefix}`).join('')}`]
  })
}

describe('A3: first contact', () => {
  test('a peer connects → it is told at once: ourselves and all that we know', () => {
    const bench = new Bench()
    bench.announced(other, { routes: [via('test.o')] })
    expect(told(bench.hear({ type: 'connected', account: peer.id }))).toEqual(['peer +test.hub(test.hub) +test.far(test.hub test.o)'])
  })

  test('accounts below us → not announced beyond our own address; configured routes are', () => {
    const home = account('home', { relation: 'user', routes: [address('test.home')] })
    expect(told(new Bench([peer, home]).hear({ type: 'connected', account: peer.id }))).toEqual(['peer +test.hub(test.hub) +test.home(test.hub)'])
  })

  test('started → the threads are told what is known before anything is heard', () => {
    expect(new Bench().usable).toEqual({ 'test.hub.peer': ['peer'], 'test.hub.other': ['other'], 'test.hub.user': ['user'] })
  })
})

describe('A3: changes and withdrawals', () => {
  test('a new route → the threads and every connected account are told at once, path first ourselves', () => {
    const bench = new Bench()
    bench.connect(peer, other)
    const effects = bench.announced(peer, { routes: [via('test.p', 'test.q')] })
    expect(effects.map(({ type }) => type)).toEqual(['publish', 'announce', 'announce'])
    expect(told(effects)).toEqual(['peer +test.far(test.hub test.p test.q)', 'other +test.far(test.hub test.p test.q)'])
    expect(bench.usable['test.far']).toEqual(['peer'])
  })

  test('the same again → nothing', () => {
    const bench = new Bench()
    bench.connect(other)
    bench.announced(peer, { routes: [via('test.p')] })
    expect(bench.announced(peer, { routes: [via('test.p')] })).toEqual([])
  })

  test('a second way as long as the first → the threads are told, others are not: the announcement stays', () => {
    const bench = new Bench()
    bench.connect(other)
    bench.announced(peer, { routes: [via('test.p')] })
    const before = bench.usable['test.far']
    const effects = bench.announced(other, { routes: [via('test.o')] })
    expect(before).toEqual(['peer'])
    expect(bench.usable['test.far']).toEqual(['other', 'peer'])
    expect(effects.map(({ type }) => type)).toContain('publish')
  })

  test('a shorter way → announced instead, and the longer one is not used', () => {
    const bench = new Bench()
    bench.connect(peer)
    bench.announced(peer, { routes: [via('test.p', 'test.q')] })
    expect(told(bench.announced(other, { routes: [via('test.o')] }))).toEqual(['peer +test.far(test.hub test.o)'])
    expect(bench.usable['test.far']).toEqual(['other'])
  })

  test('the only way is withdrawn → withdrawn by us at once', () => {
    const bench = new Bench()
    bench.connect(other)
    bench.announced(peer, { routes: [via('test.p')] })
    expect(told(bench.announced(peer, { withdrawn: ['test.far'] }))).toEqual(['other -test.far'])
    expect(bench.usable['test.far']).toBeUndefined()
  })

  test('the shorter of two is withdrawn → the longer is announced', () => {
    const bench = new Bench()
    bench.connect(other)
    bench.announced(peer, { routes: [via('test.p')] })
    bench.announced(other, { routes: [via('test.o', 'test.q')] })
    expect(told(bench.announced(peer, { withdrawn: ['test.far'] }))).toEqual(['other +test.far(test.hub test.o test.q)'])
  })

  test('one message with a withdrawal, a new route and a change → split into both kinds', () => {
    const bench = new Bench()
    bench.connect(other)
    bench.announced(peer, { routes: [route('test.a', 'test.p'), route('test.b', 'test.p')] })
    const effects = bench.announced(peer, { withdrawn: ['test.a'], routes: [route('test.b', 'test.p', 'test.q'), route('test.c', 'test.p')] })
    expect(told(effects)).toEqual(['other +test.b(test.hub test.p test.q) +test.c(test.hub test.p) -test.a'])
  })

  test('withdrawn by somebody who never announced it → nothing', () => {
    const bench = new Bench()
    bench.announced(peer, { routes: [via('test.p')] })
    expect(bench.announced(other, { withdrawn: ['test.far'] })).toEqual([])
    expect(bench.usable['test.far']).toEqual(['peer'])
  })

  test('an account’s own address is withdrawn by it → it stays: it was never announced', () => {
    const bench = new Bench()
    expect(bench.announced(peer, { withdrawn: ['test.hub.peer'] })).toEqual([])
    expect(bench.usable['test.hub.peer']).toEqual(['peer'])
  })

  test('the curve alone changes → announced anew', () => {
    const bench = new Bench()
    bench.connect(other)
    bench.announced(peer, { routes: [via('test.p')] })
    const curve = makeCurve([{ source: 10n, destination: 9n }])
    if ('invalid' in curve) throw new Error(curve.invalid)
    expect(told(bench.announced(peer, { routes: [{ ...via('test.p'), curve }] }))).toHaveLength(1)
  })
})

describe('A3: the interval', () => {
  test('a minute → everything to everyone who is connected', () => {
    const bench = new Bench()
    bench.connect(peer, other)
    bench.announced(peer, { routes: [via('test.p')] })
    expect(told(bench.pass(59_000))).toEqual([])
    expect(told(bench.pass(1_000))).toEqual(['peer +test.hub(test.hub) +test.far(test.hub test.p)', 'other +test.hub(test.hub) +test.far(test.hub test.p)'])
    expect(told(bench.pass(60_000))).toHaveLength(2)
  })

  test('an account is silent for three intervals → kept; longer → what it announced is withdrawn', () => {
    const bench = new Bench()
    bench.connect(other)
    bench.announced(peer, { routes: [via('test.p')] })
    bench.pass(3 * MINUTE_MS)
    expect(bench.usable['test.far']).toEqual(['peer'])
    const silent = new Bench()
    silent.connect(other)
    silent.announced(peer, { routes: [via('test.p')] })
    expect(told(silent.pass(4 * MINUTE_MS)).filter((text) => text.includes('-test.far'))).toEqual(['other -test.far'])
  })

  test('it announces again in time → kept', () => {
    const bench = new Bench()
    for (let i = 0; i < 5; i++) {
      bench.announced(peer, { routes: [via('test.p')] })
      bench.pass(2 * MINUTE_MS)
    }
    expect(bench.usable['test.far']).toEqual(['peer'])
  })

  test('configured routes and the accounts’ own addresses → never time out', () => {
    const home = account('home', { relation: 'user', routes: [address('test.home')] })
    const bench = new Bench([peer, home])
    bench.pass(10 * MINUTE_MS)
    expect(Object.keys(bench.usable)).toEqual(expect.arrayContaining(['test.home', 'test.hub.peer']))
  })

  test('woken before its time → only the deadline again', () => {
    const bench = new Bench()
    bench.now += 500
    expect(bench.hear({ type: 'woke' })).toEqual([{ type: 'sleepUntil', at: START_MS + 1_000 }])
  })
})

describe('A3: who may announce what', () => {
  const takes = (from: Account, prefix: string, ...path: readonly string[]) => {
    const bench = new Bench([peer, other, user, parent, ...([peer, other, user, parent].includes(from) ? [] : [from])])
    bench.announced(from, { routes: [route(prefix, ...(path.length === 0 ? ['test.p'] : path))] })
    return bench.usable[prefix]?.includes(from.name) ?? false
  }

  test.each<[string, boolean, Account, string]>([
    ['a user, below its own address', true, user, 'test.hub.user.phone'],
    ['a user, anything else', false, user, 'test.far'],
    ['a user, a name that only begins alike', false, user, 'test.hub.users'],
    ['a peer, the same network', true, peer, 'test.far'],
    ['a peer, another network', false, peer, 'g.far'],
    ['a peer, everything', false, peer, ''],
    ['a peer, an address of ours', false, peer, 'test.hub.someone'],
    ['a peer, our own address', false, peer, 'test.hub'],
    ['a parent, another network', true, parent, 'g.far'],
    ['a parent, an address of ours', false, parent, 'test.hub.someone'],
    ['a child with a list, inside it', true, account('kid', { relation: 'child', mayAnnounce: ['test.kids', 'g.kid'] }), 'g.kid.x'],
    ['a child with a list, outside it', false, account('kid', { relation: 'child', mayAnnounce: ['test.kids', 'g.kid'] }), 'test.kidsake'],
    ['an empty list, below its own address', true, account('kid', { mayAnnounce: [] }), 'test.hub.kid.x'],
    ['an empty list, anything else', false, account('kid', { mayAnnounce: [] }), 'test.far'],
  ])('%s → %s', (_, taken, from, prefix) => {
    expect(takes(from, prefix)).toBe(taken)
  })

  test('a way through ourselves → no way', () => {
    expect(takes(peer, 'test.far', 'test.p', 'test.hub', 'test.q')).toBe(false)
  })

  test('a way without a connector, or of 65 → no way; of 64 → a way', () => {
    const long = Array.from({ length: 65 }, (_, i) => `test.c${i}`)
    expect([takes(peer, 'test.far', ...long), takes(peer, 'test.far', ...long.slice(1))]).toEqual([false, true])
    const bench = new Bench()
    bench.announced(peer, { routes: [via()] })
    expect('test.far' in bench.usable).toBe(false)
  })

  test('a way that was good comes again through ourselves → the old one is gone', () => {
    const bench = new Bench()
    bench.announced(peer, { routes: [via('test.p')] })
    bench.announced(peer, { routes: [via('test.p', 'test.hub')] })
    expect('test.far' in bench.usable).toBe(false)
  })

  test('an account that we do not know → ignored', () => {
    const bench = new Bench()
    expect(bench.announced(account('nobody'), { routes: [via('test.n')] })).toEqual([])
  })

  test('a parent → the way for everything else, which is not announced', () => {
    const bench = new Bench([peer, parent])
    expect(bench.usable['']).toEqual(['parent'])
    expect(told(bench.hear({ type: 'connected', account: peer.id }))).toEqual(['peer +test.hub(test.hub)'])
  })
})

describe('section 7: downhill only', () => {
  const usable = (slack: 0 | 1, ways: readonly [Account, ...string[]][]) => {
    const bench = new Bench([peer, other, user], { slack })
    for (const [from, ...path] of ways) bench.announced(from, { routes: [via(...path)] })
    return bench.usable['test.far']
  }

  test('as near as the nearest → usable; a connector further → not', () => {
    expect(
      usable(0, [
        [peer, 'test.a'],
        [other, 'test.b'],
      ]),
    ).toEqual(['other', 'peer'])
    expect(
      usable(0, [
        [peer, 'test.a'],
        [other, 'test.b', 'test.c'],
      ]),
    ).toEqual(['peer'])
  })

  test('slack 1, one further, its address smaller than ours → usable; larger → not', () => {
    expect(
      usable(1, [
        [peer, 'test.x'],
        [other, 'test.a', 'test.c'],
      ]),
    ).toEqual(['other', 'peer'])
    expect(
      usable(1, [
        [peer, 'test.x'],
        [other, 'test.z', 'test.c'],
      ]),
    ).toEqual(['peer'])
  })

  test('slack 1, two further → not', () => {
    expect(
      usable(1, [
        [peer, 'test.x'],
        [other, 'test.a', 'test.b', 'test.c'],
      ]),
    ).toEqual(['peer'])
  })
})

describe('reading the books', () => {
  test('each second → those accounts that a route leads through', () => {
    const bench = new Bench()
    expect(bench.pass(3_000).filter(({ type }) => type === 'readBooks')).toEqual([])
    bench.announced(peer, { routes: [via('test.p')] })
    expect(bench.pass(3_000).filter(({ type }) => type === 'readBooks')).toEqual(Array(3).fill({ type: 'readBooks', accounts: [peer.id] }))
  })

  test('what was read → published with balances, this moment’s mapper and each book’s number', () => {
    const bench = new Bench()
    bench.announced(peer, { routes: [via('test.p')] })
    const reading: Reading = {
      accounts: [{ account: peer.id, cold: balance(-100n), outside: balance(70n) }],
      books: [
        {
          thread: 't0',
          seq: 12,
          accounts: [{ account: peer.id, hot: balance(5n), taken: amount(80n), given: amount(20n), underWay: amount(3n) }],
          tallies: new Map(),
        },
      ],
    }
    const [effect] = bench.hear({ type: 'booksRead', reading })
    expect(effect).toMatchObject({ type: 'publish', snapshot: { at: bench.now, seqs: new Map([['t0', 12]]) } })
    if (effect?.type !== 'publish') throw new Error('not published')
    expect(effect.snapshot.accounts.get(peer.id)).toEqual({ balance: -85n, underWay: 3n, parts: new Map([['t0', { balance: -55n, underWay: 3n }]]) })
    expect([...effect.snapshot.mapper.keys()]).toContain('test.far')
  })
})

describe('A3: quotes', () => {
  const curve = (...points: readonly [bigint, bigint][]) => {
    const made = makeCurve(points.map(([source, destination]) => ({ source, destination })))
    if ('invalid' in made) throw new Error(made.invalid)
    return made
  }
  const quoted = (bench: Bench, from: Account, destination = 'test.far.x', sum = 100n) => {
    const [effect] = bench.hear({ type: 'quoteAsked', request: 4, from: from.id, destination, amount: amount(sum) })
    if (effect?.type !== 'answerQuote') throw new Error('not answered')
    expect(effect.request).toBe(4)
    return effect.quote
  }

  test('two ways → the one that promises most', () => {
    const bench = new Bench()
    bench.announced(peer, { routes: [{ ...via('test.p'), curve: curve([100n, 90n]) }] })
    bench.announced(other, { routes: [{ ...via('test.o'), curve: curve([100n, 95n]) }] })
    expect(quoted(bench, user)).toEqual({ account: other.id, sourceAmount: 100n, destinationAmount: 95n })
  })

  test('our own rate comes first, then the curve', () => {
    const euros = account('euros', { unit: 'EUR' })
    const bench = new Bench([user, euros], { rates: new Map([['USD/EUR', ratioOf('0.5', 0, 0, 0)]]) })
    bench.announced(euros, { routes: [{ ...via('test.e'), curve: curve([100n, 80n]) }] })
    expect(quoted(bench, user)).toEqual({ account: euros.id, sourceAmount: 100n, destinationAmount: 40n })
  })

  test('the only way leads back to the asker, no way, or no rate → none', () => {
    const euros = account('euros', { unit: 'EUR' })
    const bench = new Bench([peer, user, euros])
    bench.announced(peer, { routes: [via('test.p')] })
    bench.announced(euros, { routes: [route('test.euro', 'test.e')] })
    expect([quoted(bench, peer), quoted(bench, user, 'g.nowhere'), quoted(bench, user, 'test.euro')]).toEqual([undefined, undefined, undefined])
    expect(quoted(bench, account('nobody'))).toBeUndefined()
  })
})

describe('accounts come, change and go', () => {
  const replace = (bench: Bench, ...accounts: readonly Account[]): readonly AnnouncerEffect[] =>
    bench.hear({ type: 'directoryReplaced', directory: makeDirectory(address('test.hub'), 4, accounts) })

  test('one comes → its address is usable, the threads are told, and everyone else hears of its routes', () => {
    const bench = new Bench([peer])
    bench.connect(peer)
    const late = account('other', { routes: [address('test.late')] })
    const effects = replace(bench, peer, late)
    expect(effects.map(({ type }) => type)).toEqual(['publish', 'announce'])
    expect(effects[1]).toMatchObject({ to: peer.id, announcement: { routes: [{ prefix: 'test.late', path: ['test.hub'] }], withdrawn: [] } })
    const published = effects[0]
    if (published?.type !== 'publish') throw new Error('nothing was published')
    expect(published.snapshot.mapper.get('test.late')?.map((way) => way.account)).toEqual([late.id])
    expect(published.snapshot.mapper.has(late.address)).toBe(true)
  })

  test('one goes → so does all that it announced, and nothing more is believed of it or told to it', () => {
    const bench = new Bench([peer, other])
    bench.connect(peer, other)
    bench.announced(other, { routes: [route('test.far', 'test.other')] })
    const effects = replace(bench, peer)
    expect(effects.filter(({ type }) => type === 'announce')).toEqual([
      { type: 'announce', to: peer.id, announcement: { routes: [], withdrawn: ['test.far'] } },
    ])
    expect(bench.usable).toEqual({ 'test.hub.peer': ['peer'] })
    expect(bench.announced(other, { routes: [route('test.far', 'test.other')] })).toEqual([])
  })

  test('one changes other things than its routes → what it announced stays', () => {
    const bench = new Bench([peer, other])
    bench.announced(other, { routes: [route('test.far', 'test.other')] })
    replace(bench, peer, { ...other, creditLimit: amount(7n) })
    expect(bench.usable['test.far']).toEqual(['other'])
  })

  test('another route is configured → the former is withdrawn', () => {
    const before = account('other', { routes: [address('test.before')] })
    const bench = new Bench([peer, before])
    replace(bench, peer, { ...before, routes: [address('test.after')] })
    expect(Object.keys(bench.usable)).toEqual(['test.hub.peer', 'test.hub.other', 'test.after'])
  })
})

describe('A2: the record decays', () => {
  const counted = (successes: number, faults: number): Reading => ({
    accounts: [],
    books: [
      {
        thread: 't0',
        seq: 1,
        accounts: [],
        tallies: new Map([
          ['test.far', new Map([[peer.id, { successes, faults, noRoom: 0, successAmount: successes * 10, faultAmount: faults * 10, noRoomAmount: 0 }]])],
        ]),
      },
    ],
  })
  const record = (effects: readonly AnnouncerEffect[]) => {
    const [effect] = effects
    if (effect?.type !== 'publish') throw new Error('not published')
    const view = effect.snapshot.tallies.get('test.far')?.get(peer.id)
    return view === undefined ? undefined : decayed(view.tally, decayFactor(effect.snapshot.at - view.at))
  }

  test('ten minutes later → half, by count and by amount; what is new counts whole', () => {
    const bench = new Bench()
    bench.hear({ type: 'booksRead', reading: counted(8, 4) })
    bench.now += 600_000
    const later = record(bench.hear({ type: 'booksRead', reading: counted(9, 4) }))
    expect(later?.successes).toBeCloseTo(5)
    expect(later?.faults).toBeCloseTo(2)
    expect(later?.successAmount).toBeCloseTo(50)
  })

  test('read in one step or in many → the same', () => {
    const bench = new Bench()
    bench.hear({ type: 'booksRead', reading: counted(8, 0) })
    for (let i = 0; i < 599; i++) {
      bench.now += 1_000
      bench.hear({ type: 'booksRead', reading: counted(8, 0) })
    }
    bench.now += 1_000
    expect(record(bench.hear({ type: 'booksRead', reading: counted(8, 0) }))?.successes).toBeCloseTo(4)
  })
})
