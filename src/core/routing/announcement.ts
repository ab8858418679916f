/** What connectors tell each other of routes (A3), and which of it is believed. */
import type { Account } from '../values/account.ts'
import { type Address, globalPrefix, isBelow } from '../values/address.ts'
import type { LiquidityCurve } from './liquidityCurve.ts'

export interface Route {
  readonly prefix: string
  /** The connectors on the way, the announcing one first. */
  readonly path: readonly Address[]
  readonly curve: LiquidityCurve
}

export interface Announcement {
  readonly routes: readonly Route[]
  readonly withdrawn: readonly string[]
}

/** A longer way is no use: its expiry would run out. */
const MAX_PATH = 64

/** Whether `account` may announce `prefix` to the connector at `own` (A3). */
export function mayAnnounce(account: Account, prefix: string, own: Address): boolean {
  if (isBelow(account.address, prefix)) return true
  if (account.mayAnnounce !== undefined) return account.mayAnnounce.some((allowed) => isBelow(allowed, prefix))
  if (account.relation === 'user') return false
  if (account.relation === 'parent') return !isBelow(own, prefix)
  return globalPrefix(prefix) === globalPrefix(own) && !isBelow(own, prefix)
}

/** A way through ourselves, or one that is too long, is no way. */
export function isUsable(route: Route, own: Address): boolean {
  return route.path.length > 0 && route.path.length <= MAX_PATH && !route.path.includes(own)
}
