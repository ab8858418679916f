/** What a connector announces instead of what its announcer says. */
import type { Announcement, Route } from '../../../src/core/routing/announcement.ts'
import { IDENTITY, type LiquidityCurve, MAX_CURVE_POINTS } from '../../../src/core/routing/liquidityCurve.ts'
import { type Address, address } from '../../../src/core/values/address.ts'
import { amount, MAX_INT64 } from '../../../src/core/values/amount.ts'
import type { BehaviourPlan } from '../../workload/plan.ts'
import type { Context } from '../context.ts'
import { Behaviours } from './behaviours.ts'

/** Announcements to one peer that can be played again. */
const MAX_REMEMBERED = 50
/** An announcement answers another at once: without a pause between two lies, each would bring more of them for ever. */
const LEAST_GAP_US = 50_000
const LONGEST_PATH = 1_000
/** The first that is too long. */
const TOO_LONG = 65

export class Announcements {
  readonly #context: Context
  readonly #own: Address
  readonly #behaviours: Behaviours
  #lastLieUs = Number.NEGATIVE_INFINITY
  readonly #heard = new Map<string, Map<string, Route>>()
  readonly #sent = new Map<string, Announcement[]>()

  constructor(context: Context, who: string) {
    this.#context = context
    this.#own = address(`test.${who}`)
    this.#behaviours = new Behaviours(context, who, 'announcement')
  }

  /** A peer announced this. */
  hear(from: string, announcement: Announcement): void {
    if (!this.#behaviours.has('routes-loop')) return
    const routes = this.#heard.get(from) ?? new Map<string, Route>()
    this.#heard.set(from, routes)
    for (const route of announcement.routes) routes.set(route.prefix, route)
  }

  /** The first behaviour whose odds fall; otherwise as the announcer says. */
  announce(to: string, announcement: Announcement, send: (announcement: Announcement) => void): void {
    const { nowUs } = this.#context.events
    const plan = nowUs < this.#lastLieUs + LEAST_GAP_US ? undefined : this.#behaviours.fall(to)
    if (plan !== undefined) this.#lastLieUs = nowUs
    if (plan === undefined) send(announcement)
    else this.#misbehave(plan, to, announcement, send)
    if (this.#behaviours.has('routes-replayed')) this.#remember(to, announcement)
  }

  #misbehave(plan: BehaviourPlan, to: string, announcement: Announcement, send: (announcement: Announcement) => void): void {
    switch (plan.kind) {
      case 'routes-silent':
        return
      case 'routes-flap':
        send(announcement)
        return this.#flap(this.#behaviours.delayUs(plan), announcement, send)
      case 'routes-replayed':
        send(announcement)
        return this.#replay(to, send)
      case 'routes-loop':
        send(announcement)
        return send({ routes: [...(this.#heard.get(to)?.values() ?? [])].map((route) => ({ ...route, path: [this.#own] })), withdrawn: [] })
      default:
        return send({ ...announcement, routes: announcement.routes.map((route) => this.#lie(plan, to, route)).concat(this.#stolen(plan, to)) })
    }
  }

  #flap(delayUs: number, announcement: Announcement, send: (announcement: Announcement) => void): void {
    const { events } = this.#context
    events.after(delayUs, () => send({ routes: [], withdrawn: announcement.routes.map(({ prefix }) => prefix) }))
    events.after(2 * delayUs, () => send(announcement))
  }

  #replay(to: string, send: (announcement: Announcement) => void): void {
    const sent = this.#sent.get(to) ?? []
    const old = sent[this.#behaviours.stream.below(sent.length)]
    if (old !== undefined) send(old)
  }

  #remember(to: string, announcement: Announcement): void {
    const sent = this.#sent.get(to) ?? []
    this.#sent.set(to, sent)
    if (sent.length < MAX_REMEMBERED) sent.push(announcement)
  }

  #lie({ kind }: BehaviourPlan, to: string, route: Route): Route {
    switch (kind) {
      case 'routes-near':
        return { ...route, path: [this.#own] }
      case 'routes-curve':
        return { ...route, curve: HUGE }
      case 'routes-through-you':
        return { ...route, path: [this.#own, address(`test.${to}`), ...route.path.slice(1)] }
      case 'routes-long':
        return { ...route, path: this.#longPath() }
      default:
        return route
    }
  }

  #longPath(): Address[] {
    const length = TOO_LONG + this.#behaviours.stream.below(LONGEST_PATH - TOO_LONG + 1)
    return Array.from({ length }, (_, i) => (i === 0 ? this.#own : address(`test.far-${i}`)))
  }

  /** What nobody but its owner may announce to it. */
  #stolen({ kind }: BehaviourPlan, to: string): Route[] {
    if (kind !== 'routes-of-others') return []
    const users = this.#context.plan.endpoints.filter(({ at }) => at.includes(to)).map(({ name }) => `test.${to}.${name}`)
    return ['', 'g', 'g.far', `test.${to}`, ...users].map((prefix) => ({ prefix, path: [this.#own], curve: IDENTITY }))
  }
}

const HUGE: LiquidityCurve = Array.from({ length: MAX_CURVE_POINTS }, (_, i) => ({
  source: amount(BigInt(i + 1)),
  destination: amount(MAX_INT64 - BigInt(MAX_CURVE_POINTS - i)),
}))
