/**
 * What we announce, as the neighbours follow it (CCP): each change has a number, and whoever knows all up to one is told what
 * came after. A prefix that changed again stands once, at its last change.
 */
import type { Announcement, Route } from '../core/routing/announcement.ts'
import { routeSize, type TableId } from './ccp.ts'

/** The changes after one epoch, up to another. */
export interface Changes extends Announcement {
  readonly fromEpoch: number
  readonly toEpoch: number
}

interface Entry {
  readonly epoch: number
  /** Undefined: withdrawn. */
  readonly route: Route | undefined
}

/** Beside two for each prefix: what the log may hold before it is begun anew. */
const SPARE_EPOCHS = 10_000

export class RoutingTable {
  readonly #newId: () => TableId
  #id: TableId
  /** The prefix that changed from each epoch to the next; undefined where it changed again. */
  #log: (string | undefined)[] = []
  #entries = new Map<string, Entry>()

  constructor(newId: () => TableId) {
    this.#newId = newId
    this.#id = newId()
  }

  get id(): TableId {
    return this.#id
  }

  get epoch(): number {
    return this.#log.length
  }

  /** What is announced a second time changes nothing. */
  apply({ routes, withdrawn }: Announcement): void {
    for (const route of routes) this.#change(route.prefix, route)
    for (const prefix of withdrawn) if (this.#entries.get(prefix)?.route !== undefined) this.#change(prefix, undefined)
    if (this.#log.length > 2 * this.#entries.size + SPARE_EPOCHS) this.#beginAnew()
  }

  /** As much as fits into so many octets; something, if there is anything. */
  changesAfter(epoch: number, maxOctets: number): Changes {
    const routes: Route[] = []
    const withdrawn: string[] = []
    let [toEpoch, octets] = [epoch, 0]
    for (; toEpoch < this.#log.length; toEpoch++) {
      const prefix = this.#log[toEpoch]
      if (prefix === undefined) continue
      const route = this.#entries.get(prefix)?.route
      octets += route === undefined ? prefix.length + 3 : routeSize(route)
      if (octets > maxOctets && routes.length + withdrawn.length > 0) break
      if (route === undefined) withdrawn.push(prefix)
      else routes.push(route)
    }
    return { fromEpoch: epoch, toEpoch, routes, withdrawn }
  }

  #change(prefix: string, route: Route | undefined): void {
    const known = this.#entries.get(prefix)
    if (known?.route !== undefined && route !== undefined && samePath(known.route, route)) return
    if (known !== undefined) this.#log[known.epoch] = undefined
    this.#entries.set(prefix, { epoch: this.#log.length, route })
    this.#log.push(prefix)
  }

  #beginAnew(): void {
    const routes = [...this.#entries.values()].flatMap(({ route }) => (route === undefined ? [] : [route]))
    this.#id = this.#newId()
    this.#log = []
    this.#entries = new Map()
    for (const route of routes) this.#change(route.prefix, route)
  }
}

function samePath(a: Route, b: Route): boolean {
  return a.path.length === b.path.length && a.path.every((hop, i) => hop === b.path[i])
}
