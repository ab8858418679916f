/**
 * A3, from what was announced to a connector and when: an excentric prepare goes only to an account that has a live way to its
 * destination, by the longest prefix and downhill. What the threads know is older than what the announcer heard, so a way
 * that was right at any moment of the last `lagMs` is right.
 */
import type { Announcement, Route } from '../../src/core/routing/announcement.ts'
import type { Account, AccountId } from '../../src/core/values/account.ts'

/** As DESIGN.md has it, said once more. */
const MAX_PATH = 64
const SILENT_INTERVALS = 3

export interface RouteTerms {
  /** The connector's own address. */
  readonly own: string
  readonly slack: 0 | 1
  readonly announceIntervalMs: number
  /** How old a thread's knowledge may be when what it chose is sent. */
  readonly lagMs: number
}

interface Way {
  readonly length: number
  readonly first: string
  readonly since: number
  /** When it was announced last; of a configured way always. */
  heardAt: number
  /** Withdrawn, or announced otherwise. */
  until: number
}

export class RoutesCheck {
  readonly #terms: RouteTerms
  readonly #accounts = new Map<AccountId, Account>()
  /** By prefix and account, the ways of late, the last of them now. */
  readonly #ways = new Map<string, Map<AccountId, Way[]>>()

  constructor(terms: RouteTerms) {
    this.#terms = terms
  }

  opened(account: Account): void {
    this.#accounts.set(account.id, account)
    const configured: Way = { length: 0, first: '', since: Number.NEGATIVE_INFINITY, heardAt: Number.POSITIVE_INFINITY, until: Number.POSITIVE_INFINITY }
    for (const prefix of [account.address, ...account.routes]) this.#of(prefix).set(account.id, [configured])
  }

  announced(from: AccountId, { routes, withdrawn }: Announcement, at: number): void {
    const account = this.#accounts.get(from)
    if (account === undefined) return
    for (const prefix of withdrawn) this.#end(from, prefix, at)
    for (const route of routes) {
      if (this.#isBelievable(account, route)) this.#begin(from, route, at)
      else this.#end(from, route.prefix, at)
    }
  }

  /** Of what a connector withdraws, a prefix to which it surely has a way. */
  withdrawnInVain({ withdrawn }: Announcement, at: number): string | undefined {
    return withdrawn.find((prefix) =>
      [...(this.#ways.get(prefix)?.values() ?? [])].some((ways) => ways.some((way) => way.since <= at && at < this.#surelyUntil(way))),
    )
  }

  #isBelievable({ address, mayAnnounce, relation }: Account, { prefix, path }: Route): boolean {
    const { own } = this.#terms
    if (path.length === 0 || path.length > MAX_PATH || path.some((each) => each === own)) return false
    if (lies(prefix, address)) return true
    if (mayAnnounce !== undefined) return mayAnnounce.some((allowed) => lies(prefix, allowed))
    return relation !== 'user' && prefix.split('.')[0] === own.split('.')[0] && !lies(prefix, own)
  }

  #begin(account: AccountId, { prefix, path }: Route, at: number): void {
    const ways = this.#waysOf(account, prefix)
    const last = ways.at(-1)
    const first = path[0] ?? ''
    if (last?.heardAt === Number.POSITIVE_INFINITY) return
    if (last !== undefined && last.length === path.length && last.first === first && at < this.#surelyUntil(last)) {
      last.heardAt = at
      return
    }
    this.#end(account, prefix, at)
    ways.push({ length: path.length, first, since: at, heardAt: at, until: Number.POSITIVE_INFINITY })
  }

  /** What is over for longer than anybody may not know it is forgotten. */
  #end(account: AccountId, prefix: string, at: number): void {
    const ways = this.#waysOf(account, prefix)
    const last = ways.at(-1)
    if (last !== undefined && last.heardAt !== Number.POSITIVE_INFINITY && last.until > at) last.until = at
    while (ways[0] !== undefined && this.#perhapsUntil(ways[0]) < at - this.#terms.lagMs) ways.shift()
  }

  #of(prefix: string): Map<AccountId, Way[]> {
    let ways = this.#ways.get(prefix)
    if (ways === undefined) {
      ways = new Map()
      this.#ways.set(prefix, ways)
    }
    return ways
  }

  #waysOf(account: AccountId, prefix: string): Way[] {
    const byAccount = this.#of(prefix)
    let ways = byAccount.get(account)
    if (ways === undefined) {
      ways = []
      byAccount.set(account, ways)
    }
    return ways
  }

  #surelyUntil({ heardAt, until }: Way): number {
    return Math.min(until, heardAt + SILENT_INTERVALS * this.#terms.announceIntervalMs)
  }

  /** Silent ones are looked for once an interval. */
  #perhapsUntil({ heardAt, until }: Way): number {
    return Math.min(until, heardAt + (SILENT_INTERVALS + 1) * this.#terms.announceIntervalMs + 1)
  }

  /** Whether `to` was a candidate for the destination at any moment from `at - lagMs` to `at`. */
  mayBeSent(destination: string, to: AccountId, at: number): boolean {
    if (this.#isCandidate(destination, to, at)) return true
    const start = at - this.#terms.lagMs
    return this.#changes(destination, start, at).some((moment) => this.#isCandidate(destination, to, moment))
  }

  #changes(destination: string, start: number, end: number): number[] {
    const moments = [start]
    for (const prefix of prefixesOf(destination)) {
      for (const ways of this.#ways.get(prefix)?.values() ?? []) {
        for (const way of ways) moments.push(way.since, way.until - 1, this.#surelyUntil(way), this.#perhapsUntil(way) - 1)
      }
    }
    return moments.filter((moment) => moment >= start && moment <= end)
  }

  #isCandidate(destination: string, to: AccountId, at: number): boolean {
    for (const prefix of prefixesOf(destination)) {
      const byAccount = this.#ways.get(prefix)
      if (byAccount === undefined) continue
      let nearest = Number.POSITIVE_INFINITY
      for (const ways of byAccount.values())
        for (const way of ways) if (way.since <= at && at < this.#surelyUntil(way) && way.length < nearest) nearest = way.length
      const own = byAccount.get(to)?.some((way) => way.since <= at && at < this.#perhapsUntil(way) && this.#isDownhill(way, nearest))
      if (own) return true
      if (nearest < Number.POSITIVE_INFINITY) return false
    }
    return false
  }

  #isDownhill({ length, first }: Way, nearest: number): boolean {
    return length <= nearest || (this.#terms.slack === 1 && length === nearest + 1 && first < this.#terms.own)
  }
}

/** `test.hub.alice`, `test.hub`, `test`, and the empty one. */
function* prefixesOf(address: string): Iterable<string> {
  for (let end = address.length; end > 0; end = address.lastIndexOf('.', end - 1)) yield address.slice(0, end)
  yield ''
}

function lies(address: string, prefix: string): boolean {
  return address === prefix || address.startsWith(`${prefix}.`)
}
