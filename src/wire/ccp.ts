/**
 * Announcements between connectors (CCP, the route broadcasting protocol) as octets. A table of routes has an id and a number
 * that grows with each change, its epoch; an update tells the changes between two epochs. Paths stay as they are; props,
 * which nobody defines, and auth, which nobody checks, are read over. It carries no curves.
 */
import type { Announcement, Route } from '../core/routing/announcement.ts'
import { IDENTITY } from '../core/routing/liquidityCurve.ts'
import { type Address, parseAddress } from '../core/values/address.ts'
import type { Invalid } from '../core/values/amount.ts'
import { OctetReader, OctetWriter } from './octets.ts'

/** 32 hexadecimal digits. */
export type TableId = string

/** Of whoever knows no table yet. */
export const NO_TABLE: TableId = '0'.repeat(32)

/** Asks for updates since an epoch of a table, or for none. */
export interface RouteControl {
  readonly mode: 'idle' | 'sync'
  readonly tableId: TableId
  readonly epoch: number
}

export interface RouteUpdate extends Announcement {
  readonly tableId: TableId
  /** The table's last. */
  readonly currentEpoch: number
  /** What was told before this, and is told with it. */
  readonly fromEpoch: number
  readonly toEpoch: number
  /** From now on: without another update by then, all of its routes are gone. */
  readonly holdDownMs: number
  readonly speaker: string
}

const ID_LENGTH = 16
const AUTH_LENGTH = 32
const AUTH = new Uint8Array(AUTH_LENGTH)

export function encodeRouteControl({ mode, tableId, epoch }: RouteControl): Buffer {
  return new OctetWriter()
    .uint(mode === 'sync' ? 1 : 0, 1)
    .take(Buffer.from(tableId, 'hex'))
    .uint(epoch, 4)
    .count(0)
    .bytes()
}

/** Features, which nobody defines, are ignored. */
export function decodeRouteControl(bytes: Uint8Array): RouteControl | Invalid {
  const reader = new OctetReader(bytes)
  const mode = reader.uint(1)
  const tableId = reader.take(ID_LENGTH).toString('hex')
  const epoch = reader.uint(4)
  if (reader.isBroken) return { invalid: 'it is cut off' }
  return mode > 1 ? { invalid: `there is no mode ${mode}` } : { mode: mode === 1 ? 'sync' : 'idle', tableId, epoch }
}

export function encodeRouteUpdate({ routes, withdrawn, ...head }: RouteUpdate): Buffer {
  const writer = new OctetWriter()
    .take(Buffer.from(head.tableId, 'hex'))
    .uint(head.currentEpoch, 4)
    .uint(head.fromEpoch, 4)
    .uint(head.toEpoch, 4)
    .uint(head.holdDownMs, 4)
    .ascii(head.speaker)
    .count(routes.length)
  for (const { prefix, path } of routes) {
    writer.ascii(prefix).count(path.length)
    for (const hop of path) writer.ascii(hop)
    writer.take(AUTH).count(0)
  }
  writer.count(withdrawn.length)
  for (const prefix of withdrawn) writer.ascii(prefix)
  return writer.bytes()
}

export function decodeRouteUpdate(bytes: Uint8Array): RouteUpdate | Invalid {
  const reader = new OctetReader(bytes)
  const tableId = reader.take(ID_LENGTH).toString('hex')
  const [currentEpoch, fromEpoch, toEpoch, holdDownMs] = [reader.uint(4), reader.uint(4), reader.uint(4), reader.uint(4)]
  const speaker = reader.ascii()
  const routes: Route[] = []
  for (let left = reader.count(); left > 0 && !reader.isBroken; left--) {
    const route = readRoute(reader)
    if ('invalid' in route) return route
    routes.push(route)
  }
  const withdrawn: string[] = []
  for (let left = reader.count(); left > 0 && !reader.isBroken; left--) withdrawn.push(reader.ascii())
  if (reader.isBroken) return { invalid: 'it is cut off' }
  if (fromEpoch > toEpoch) return { invalid: `it goes back from epoch ${fromEpoch} to ${toEpoch}` }
  return { tableId, currentEpoch, fromEpoch, toEpoch, holdDownMs, speaker, routes, withdrawn }
}

const PROP_HEAD_LENGTH = 3

function readRoute(reader: OctetReader): Route | Invalid {
  const prefix = reader.ascii()
  const path: Address[] = []
  for (let left = reader.count(); left > 0 && !reader.isBroken; left--) {
    const hop = parseAddress(reader.ascii())
    if (typeof hop !== 'string') return hop
    path.push(hop)
  }
  reader.take(AUTH_LENGTH)
  for (let left = reader.count(); left > 0 && !reader.isBroken; left--) {
    reader.take(PROP_HEAD_LENGTH)
    reader.octets()
  }
  if (reader.isBroken) return { invalid: 'it is cut off' }
  const parsed = parseAddress(prefix)
  return typeof parsed === 'string' ? { prefix: parsed, path, curve: IDENTITY } : parsed
}

/** The most octets that a route takes in an update. */
export function routeSize({ prefix, path }: Route): number {
  return path.reduce((sum, hop) => sum + hop.length + 3, prefix.length + AUTH_LENGTH + 12)
}
