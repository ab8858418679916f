/**
 * Announcements with the neighbours (CCP, A3): each is asked for its routes and told ours, from the beginning and at once; what
 * did not come through is said again, and whose word has run out is forgotten and asked anew.
 */
import { randomBytes } from 'node:crypto'
import type { AnnouncerInput } from '../core/announcer.ts'
import type { Announcement } from '../core/routing/announcement.ts'
import type { AccountId } from '../core/values/account.ts'
import type { Address } from '../core/values/address.ts'
import type { Prepare } from '../core/values/packet.ts'
import type { UnixMs } from '../core/values/time.ts'
import type { Outcome } from '../https/outcome.ts'
import type { Routing } from '../https/toOurselves.ts'
import { encodeRouteControl, encodeRouteUpdate, type RouteUpdate, type TableId } from '../wire/ccp.ts'
import { peerPrepare, ROUTE_CONTROL, ROUTE_UPDATE } from '../wire/peerProtocol.ts'
import { RouteHearing } from '../wire/routeHearing.ts'
import { RoutingTable } from '../wire/routingTable.ts'

export interface RouteExchangeOptions {
  /** Whom we tell our routes: peers, children and parents that we can reach. */
  readonly neighbours: readonly AccountId[]
  readonly own: Address
  readonly announceIntervalMs: number
  readonly send: (to: AccountId, prepare: Prepare, hear: (outcome: Outcome) => void) => void
  /** For the announcer's core. */
  readonly hear: (input: AnnouncerInput) => void
  /** Unix ms. */
  readonly now: () => UnixMs
}

/** One thing that is said until it is heard. */
interface Saying {
  isDue: boolean
  isUnderWay: boolean
  /** In a row. */
  failures: number
  notBefore: UnixMs
}

interface Neighbour {
  readonly id: AccountId
  readonly hearing: RouteHearing
  readonly asking: Saying
  readonly telling: Saying
  /** It wants to be told. */
  listens: boolean
  /** What it knows of ours. */
  tableId: TableId
  epoch: number
}

const SWEEP_MS = 100
const EXPIRES_MS = 20_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
/** As the core's: without a word for so many intervals a route is gone. */
const HOLD_DOWN_INTERVALS = 3
/** Below what a packet's data may be (RFC 27), with room for the head. */
const MAX_OCTETS = 30_000

export class RouteExchange {
  readonly #options: RouteExchangeOptions
  readonly #table = new RoutingTable(() => randomBytes(16).toString('hex'))
  readonly #neighbours: Map<AccountId, Neighbour>
  /** Of accounts that are told nothing, and may announce what is below their own address. */
  readonly #others = new Map<AccountId, RouteHearing>()
  readonly #refreshedAt = new Map<AccountId, UnixMs>()
  #sweeping: NodeJS.Timeout | undefined

  constructor(options: RouteExchangeOptions) {
    this.#options = options
    this.#neighbours = new Map(options.neighbours.map((id) => [id, newNeighbour(id)]))
  }

  start(): void {
    for (const neighbour of this.#neighbours.values()) this.#connect(neighbour)
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP_MS).unref()
    this.#sweep()
  }

  /** Accounts came and went while it runs: who is new is asked and told all, who is gone is heard no more. */
  setNeighbours(ids: readonly AccountId[]): void {
    for (const id of [...this.#neighbours.keys()]) if (!ids.includes(id)) this.#neighbours.delete(id)
    for (const id of ids) {
      if (this.#neighbours.has(id)) continue
      const neighbour = newNeighbour(id)
      this.#others.delete(id)
      this.#neighbours.set(id, neighbour)
      this.#connect(neighbour)
    }
    this.#sweep()
  }

  #connect({ id, asking }: Neighbour): void {
    asking.isDue = true
    this.#options.hear({ type: 'connected', at: this.#options.now(), account: id })
  }

  stop(): void {
    clearInterval(this.#sweeping)
  }

  /** Where it is nothing new, it says that all holds. */
  announce(to: AccountId, announcement: Announcement): void {
    this.#table.apply(announcement)
    const neighbour = this.#neighbours.get(to)
    if (neighbour === undefined) return
    neighbour.telling.isDue = true
    this.#tell(neighbour)
  }

  /** Why it is refused; undefined where it is heard. */
  receive(from: AccountId, message: Routing): string | undefined {
    const neighbour = this.#neighbours.get(from)
    if (message.type === 'update') {
      this.#hearUpdate(from, message.update, neighbour)
      return undefined
    }
    if (neighbour === undefined) return 'routes are told to peers, children and parents that can be reached'
    const { mode, tableId, epoch } = message.control
    neighbour.listens = mode === 'sync'
    neighbour.tableId = tableId
    neighbour.epoch = epoch
    Object.assign(neighbour.telling, { isDue: true, failures: 0, notBefore: 0 })
    this.#tell(neighbour)
    return undefined
  }

  #hearUpdate(from: AccountId, update: RouteUpdate, neighbour: Neighbour | undefined): void {
    const { hear, now, announceIntervalMs } = this.#options
    const at = now()
    const heard = (neighbour?.hearing ?? this.#hearingOf(from)).hear(update, at)
    if (heard === 'gap') {
      if (neighbour === undefined) return
      neighbour.asking.isDue = true
      return this.#ask(neighbour)
    }
    if (heard.routes.length > 0 || heard.withdrawn.length > 0) hear({ type: 'announcementReceived', at, from, announcement: heard })
    // Not for each of many parts of a table.
    if (at - (this.#refreshedAt.get(from) ?? 0) < announceIntervalMs / 2) return
    this.#refreshedAt.set(from, at)
    hear({ type: 'heartbeatHeard', at, from })
  }

  #hearingOf(from: AccountId): RouteHearing {
    const known = this.#others.get(from) ?? new RouteHearing()
    this.#others.set(from, known)
    return known
  }

  #sweep(): void {
    const at = this.#options.now()
    for (const [from, hearing] of this.#others) this.#holdDown(from, hearing, at)
    for (const neighbour of this.#neighbours.values()) {
      if (this.#holdDown(neighbour.id, neighbour.hearing, at)) neighbour.asking.isDue = true
      this.#ask(neighbour)
      this.#tell(neighbour)
    }
  }

  #holdDown(from: AccountId, hearing: RouteHearing, at: UnixMs): boolean {
    const announcement = hearing.holdDown(at)
    if (announcement === undefined) return false
    this.#options.hear({ type: 'announcementReceived', at, from, announcement })
    return true
  }

  #ask(neighbour: Neighbour): void {
    const { asking, hearing } = neighbour
    if (!this.#begin(asking)) return
    this.#send(neighbour, ROUTE_CONTROL, encodeRouteControl(hearing.control), (outcome) => this.#ended(asking, outcome.type === 'fulfill'))
  }

  #tell(neighbour: Neighbour): void {
    const { telling } = neighbour
    if (!neighbour.listens || !this.#begin(telling)) return
    const { id: tableId, epoch: currentEpoch } = this.#table
    const knows = neighbour.tableId === tableId ? Math.min(neighbour.epoch, currentEpoch) : 0
    const changes = this.#table.changesAfter(knows, MAX_OCTETS)
    const { own, announceIntervalMs } = this.#options
    const update = { tableId, currentEpoch, ...changes, holdDownMs: HOLD_DOWN_INTERVALS * announceIntervalMs, speaker: own }
    neighbour.tableId = tableId
    neighbour.epoch = changes.toEpoch
    this.#send(neighbour, ROUTE_UPDATE, encodeRouteUpdate(update), (outcome) => {
      const isHeard = outcome.type === 'fulfill'
      // What it asked for meanwhile counts.
      if (!isHeard && neighbour.tableId === tableId) neighbour.epoch = Math.min(neighbour.epoch, knows)
      // It speaks this protocol no better for being told again; it may ask.
      if (outcome.type === 'reject' && outcome.code.startsWith('F')) neighbour.listens = false
      this.#ended(telling, isHeard)
      if (neighbour.tableId !== this.#table.id || neighbour.epoch < this.#table.epoch) telling.isDue = true
      if (isHeard) this.#tell(neighbour)
    })
  }

  #begin(saying: Saying): boolean {
    if (!saying.isDue || saying.isUnderWay || this.#options.now() < saying.notBefore) return false
    saying.isDue = false
    saying.isUnderWay = true
    return true
  }

  #ended(saying: Saying, isHeard: boolean): void {
    saying.isUnderWay = false
    saying.failures = isHeard ? 0 : saying.failures + 1
    if (isHeard) return
    saying.isDue = true
    saying.notBefore = this.#options.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (saying.failures - 1))
  }

  #send({ id }: Neighbour, destination: Address, data: Buffer, hear: (outcome: Outcome) => void): void {
    this.#options.send(id, peerPrepare(destination, data, this.#options.now() + EXPIRES_MS), hear)
  }
}

function newNeighbour(id: AccountId): Neighbour {
  const saying = (): Saying => ({ isDue: false, isUnderWay: false, failures: 0, notBefore: 0 })
  return { id, hearing: new RouteHearing(), asking: saying(), telling: saying(), listens: true, tableId: '', epoch: 0 }
}
