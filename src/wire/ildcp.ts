/** What a node tells those below it of themselves (RFC 31, ILDCP): their address, and what their amounts are counted in. */
import { type Address, parseAddress } from '../core/values/address.ts'
import type { Invalid } from '../core/values/amount.ts'
import { OctetReader, OctetWriter } from './octets.ts'

export interface OwnConfig {
  readonly address: Address
  /** Decimal places. */
  readonly assetScale: number
  /** For people: USD. */
  readonly assetCode: string
}

export function encodeOwnConfig({ address, assetScale, assetCode }: OwnConfig): Buffer {
  return new OctetWriter().ascii(address).uint(assetScale, 1).octets(Buffer.from(assetCode)).bytes()
}

/** What follows is ignored. */
export function decodeOwnConfig(bytes: Uint8Array): OwnConfig | Invalid {
  const reader = new OctetReader(bytes)
  const address = parseAddress(reader.ascii())
  const assetScale = reader.uint(1)
  const assetCode = reader.octets().toString()
  if (reader.isBroken) return { invalid: 'it is cut off' }
  return typeof address === 'string' ? { address, assetScale, assetCode } : address
}
