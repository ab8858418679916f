/** Prepares that end here: what neighbours ask each other (ILDCP, CCP), and pings. No money moves, and no book knows of them. */
import type { Account } from '../core/values/account.ts'
import type { Address } from '../core/values/address.ts'
import { type Condition, conditionOf, fulfillmentOf } from '../core/values/condition.ts'
import { NO_DATA, type Prepare, type Reject, type RejectCode, type Reply } from '../core/values/packet.ts'
import type { UnixMs } from '../core/values/time.ts'
import { decodeRouteControl, decodeRouteUpdate, type RouteControl, type RouteUpdate } from '../wire/ccp.ts'
import { encodeOwnConfig } from '../wire/ildcp.ts'
import { CONFIG, isOfPeers, peerFulfill, ROUTE_CONTROL, ROUTE_UPDATE, wrongWithPeerPrepare } from '../wire/peerProtocol.ts'
import type { Receive } from './ilpOverHttp.ts'

/** For whoever keeps the routes. */
export type Routing = { readonly type: 'control'; readonly control: RouteControl } | { readonly type: 'update'; readonly update: RouteUpdate }

/** `unheard`: nobody keeps the routes just now. */
export type Routed = { readonly refused: string } | 'heard' | 'unheard'

export interface OurselvesOptions {
  readonly own: Address
  /** As people write the unit of an account. */
  readonly assetCodeOf: (account: Account) => string
  readonly route: (from: Account, routing: Routing, heard: (routed: Routed) => void) => void
  /** Unix ms. */
  readonly now: () => UnixMs
  /** Everything else. */
  readonly receive: Receive
}

/** RFC draft "Interledger Ping", unidirectional: a condition that every node can fulfill. */
export const PING = fulfillmentOf(Buffer.from('ping'.repeat(8)))
const PING_CONDITION: Condition = conditionOf(PING)

export function answeringForOurselves(options: OurselvesOptions): Receive {
  const { own, receive } = options
  return (from, prepare, requestId, respond) => {
    if (isOfPeers(prepare)) answerNeighbour(options, from, prepare, respond)
    else if (prepare.condition === PING_CONDITION && prepare.destination === own && prepare.amount === 0n) {
      respond({ type: 'fulfill', fulfillment: PING, data: NO_DATA })
    } else receive(from, prepare, requestId, respond)
  }
}

function answerNeighbour(options: OurselvesOptions, from: Account, prepare: Prepare, respond: (reply: Reply) => void): void {
  const { own, assetCodeOf, route, now } = options
  const refuse = (code: RejectCode, message: string): void => respond(reject(own, code, message))
  const wrong = wrongWithPeerPrepare(prepare)
  if (wrong !== undefined) return refuse('F00', wrong)
  if (prepare.expiresAt <= now()) return refuse('R00', 'it has expired')
  if (prepare.destination === CONFIG) {
    return respond(peerFulfill(encodeOwnConfig({ address: from.address, assetScale: from.scale, assetCode: assetCodeOf(from) })))
  }
  const routing = routingIn(prepare)
  if (routing === undefined) return refuse('F02', 'there is no such protocol between peers here')
  if ('invalid' in routing) return refuse('F01', routing.invalid)
  route(from, routing, (routed) => {
    if (routed === 'heard') respond(peerFulfill())
    else if (routed === 'unheard') refuse('T00', 'the routes are kept by nobody just now')
    else refuse('F00', routed.refused)
  })
}

function routingIn({ destination, data }: Prepare): Routing | { readonly invalid: string } | undefined {
  if (destination === ROUTE_CONTROL) {
    const control = decodeRouteControl(data)
    return 'invalid' in control ? control : { type: 'control', control }
  }
  if (destination !== ROUTE_UPDATE) return undefined
  const update = decodeRouteUpdate(data)
  return 'invalid' in update ? update : { type: 'update', update }
}

function reject(triggeredBy: Address, code: RejectCode, message: string): Reject {
  return { type: 'reject', code, triggeredBy, message, data: NO_DATA }
}
