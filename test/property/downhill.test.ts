import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Announcer, type AnnouncerEffect, type AnnouncerInput, makeAnnouncer } from '../../src/core/announcer.ts'
import { makeDirectory } from '../../src/core/directory.ts'
import type { Announcement } from '../../src/core/routing/announcement.ts'
import type { AddressMapper } from '../../src/core/routing/snapshot.ts'
import type { AccountId } from '../../src/core/values/account.ts'
import { address } from '../../src/core/values/address.ts'
import { repeatable } from '../arbitraries/repeatable.ts'
import { type Topology, topology } from '../arbitraries/topology.ts'
import { account } from '../fixtures/oneThread.ts'

const MINUTE_MS = 60_000

/** Announcers that pass each other announcements: in any order between links, in their own order on each. */
class Network {
  now = 0
  readonly #nodes = new Map<string, { announcer: Announcer; neighbours: ReadonlyMap<AccountId, string>; mapper: AddressMapper }>()
  readonly #links = new Map<string, Announcement[]>()
  readonly #cut = new Set<string>()
  readonly #next: () => number

  /** `next`: which of the links that carry something is served. */
  constructor({ names, slack, links }: Topology, next: () => number) {
    this.#next = next
    const joined = (index: number) => links.flatMap(([a, b]) => (a === index ? [names[b]] : b === index ? [names[a]] : [])) as string[]
    for (const [index, name] of names.entries()) {
      const peers = joined(index).map((peer) => account(peer, { address: address(`test.${name}.${peer}`) }))
      const home = account(`home-${name}`, { relation: 'user', address: address(`test.${name}.home`), routes: [address(`test.home-${name}`)] })
      const config = { slack: slack[index] ?? 0, rates: new Map(), announceIntervalMs: MINUTE_MS, snapshotIntervalMs: MINUTE_MS }
      const announcer = makeAnnouncer({ ...config, directory: makeDirectory(address(`test.${name}`), 1, [...peers, home]) }, 0)
      this.#nodes.set(name, {
        announcer,
        neighbours: new Map([...peers.map(({ id, name: peer }) => [id, peer] as const), [home.id, 'home'] as const]),
        mapper: new Map(),
      })
    }
    for (const [index, name] of names.entries()) {
      this.#hear(name, { type: 'started', at: this.now })
      for (const peer of joined(index)) this.#hear(name, { type: 'connected', at: this.now, account: account(peer).id })
    }
  }

  cut(a: string, b: string): void {
    for (const link of [`${a} ${b}`, `${b} ${a}`]) {
      this.#cut.add(link)
      this.#links.delete(link)
    }
  }

  pass(ms: number): void {
    this.now += ms
    for (const name of this.#nodes.keys()) this.#hear(name, { type: 'woke', at: this.now })
  }

  /** Until nothing is on its way. */
  rest(): void {
    for (let steps = 0; this.#links.size > 0; steps++) {
      if (steps > 100_000) throw new Error('the announcements come to no rest')
      const link = [...this.#links.keys()][this.#next() % this.#links.size] as string
      const waiting = this.#links.get(link) as Announcement[]
      const announcement = waiting.shift() as Announcement
      if (waiting.length === 0) this.#links.delete(link)
      const [from, to] = link.split(' ') as [string, string]
      this.#hear(to, { type: 'announcementReceived', at: this.now, from: account(from).id, announcement })
    }
  }

  #hear(name: string, input: AnnouncerInput): void {
    for (const effect of this.#node(name).announcer.step(input)) this.#perform(name, effect)
  }

  #perform(name: string, effect: AnnouncerEffect): void {
    const node = this.#node(name)
    if (effect.type === 'publish') node.mapper = effect.snapshot.mapper
    if (effect.type !== 'announce') return
    const link = `${name} ${node.neighbours.get(effect.to)}`
    if (!this.#cut.has(link)) this.#links.set(link, [...(this.#links.get(link) ?? []), effect.announcement])
  }

  /** Where a payment for this prefix may go from here: neighbours, or `home`. */
  candidates(name: string, prefix: string): string[] {
    const { mapper, neighbours } = this.#node(name)
    return (mapper.get(prefix) ?? []).map((way) => neighbours.get(way.account) ?? '?')
  }

  #node(name: string) {
    const node = this.#nodes.get(name)
    if (node === undefined) throw new Error(`no connector ${name}`)
    return node
  }
}

/** Follows every choice of candidates: the first connector that can be reached twice. */
function loopFrom(network: Network, name: string, prefix: string, path: readonly string[] = []): string | undefined {
  if (path.includes(name)) return [...path, name].join(' > ')
  for (const candidate of network.candidates(name, prefix)) {
    const loop = candidate === 'home' ? undefined : loopFrom(network, candidate, prefix, [...path, name])
    if (loop !== undefined) return loop
  }
  return undefined
}

/** How many lines lie between each connector and `to`; plainly, by going outwards from there. */
function distances({ names, links }: Pick<Topology, 'names' | 'links'>, to: string): ReadonlyMap<string, number> {
  const found = new Map([[to, 0]])
  for (const [name, distance] of found) {
    for (const [a, b] of links) {
      for (const [here, there] of [
        [a, b],
        [b, a],
      ] as const) {
        const next = names[there] as string
        if (names[here] === name && !found.has(next)) found.set(next, distance + 1)
      }
    }
  }
  return found
}

function checkAll(network: Network, shape: Topology): void {
  for (const to of shape.names) {
    const near = distances(shape, to)
    for (const from of shape.names) {
      const prefix = `test.home-${to}`
      expect(loopFrom(network, from, prefix)).toBeUndefined()
      const candidates = network.candidates(from, prefix)
      expect(candidates.length > 0, `${from} has a way to ${to} where there is one`).toBe(near.has(from))
      const nearest = candidates.some((candidate) => candidate === 'home' || near.get(candidate) === (near.get(from) ?? 0) - 1)
      expect(nearest, `${from} may use its shortest way to ${to}`).toBe(near.has(from))
    }
  }
}

const draws = fc.infiniteStream(fc.nat({ max: 1_000 })).map((stream) => () => stream.next().value as number)

test('for every topology, slack and order of announcements, no choice of candidates makes a loop, and every shortest way is open', () => {
  fc.assert(
    fc.property(topology, draws, (shape, next) => {
      const network = new Network(shape, next)
      network.rest()
      checkAll(network, shape)
    }),
    repeatable(150),
  )
})

test('for every topology in which a link falls silent, what is left finds its ways again, without a loop', () => {
  fc.assert(
    fc.property(topology, draws, fc.nat(), (shape, next, which) => {
      const network = new Network(shape, next)
      network.rest()
      const index = which % shape.links.length
      const [a, b] = shape.links[index] as readonly [number, number]
      network.cut(shape.names[a] as string, shape.names[b] as string)
      for (let minute = 0; minute < 6; minute++) {
        network.pass(MINUTE_MS)
        network.rest()
      }
      checkAll(network, { ...shape, links: shape.links.filter((_, i) => i !== index) })
    }),
    repeatable(50),
  )
})
