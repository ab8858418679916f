/** What the protocols between two neighbours have in common: amount 0, an address below `peer.`, and a condition that all can fulfill. */
import { type Address, address } from '../core/values/address.ts'
import { ZERO } from '../core/values/amount.ts'
import { conditionOf, fulfillmentOf } from '../core/values/condition.ts'
import { type Fulfill, NO_DATA, type Prepare } from '../core/values/packet.ts'
import type { UnixMs } from '../core/values/time.ts'

export const CONFIG: Address = address('peer.config')
export const ROUTE_CONTROL: Address = address('peer.route.control')
export const ROUTE_UPDATE: Address = address('peer.route.update')

/** 32 octets of zero. */
const FULFILLMENT = fulfillmentOf(Buffer.alloc(32))
const CONDITION = conditionOf(FULFILLMENT)

export function isOfPeers({ destination }: Prepare): boolean {
  return destination.startsWith('peer.')
}

export function peerPrepare(destination: Address, data: Uint8Array, expiresAt: UnixMs): Prepare {
  return { amount: ZERO, expiresAt, condition: CONDITION, destination, data }
}

export function peerFulfill(data: Uint8Array = NO_DATA): Fulfill {
  return { type: 'fulfill', fulfillment: FULFILLMENT, data }
}

/** Why a prepare to a neighbour is not answered as such; undefined where it is. */
export function wrongWithPeerPrepare({ amount, condition }: Prepare): string | undefined {
  if (amount !== 0n) return 'the protocols between peers have an amount of 0'
  return condition === CONDITION ? undefined : 'the protocols between peers have the condition of 32 zero octets'
}
