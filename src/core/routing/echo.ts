/**
 * Echo (the bidirectional mode of Interledger's ping protocol): a prepare to the connector itself, which is sent on to the
 * address in its data, be it the asker's own. Nothing of it is kept: what is sent follows from what came.
 */
import { type Address, parseAddress } from '../values/address.ts'
import type { Prepare } from '../values/packet.ts'

const PREFIX = Buffer.from('ECHOECHOECHOECHO')
const REQUEST = 0
const RESPONSE = Buffer.concat([PREFIX, Buffer.of(1)])

/** Where a prepare goes, and with which data. */
export type Onward = Pick<Prepare, 'destination' | 'data'>

/** Undefined: it is no echo. `malformed`: it says that it is one (F01). */
export function echoOf(own: Address, { destination, data }: Onward): Onward | 'malformed' | undefined {
  if (destination !== own || data.length <= PREFIX.length || PREFIX.compare(data, 0, PREFIX.length) !== 0) return undefined
  if (data[PREFIX.length] !== REQUEST) return undefined
  const asker = textAt(data, PREFIX.length + 1)
  const back = asker === undefined ? undefined : parseAddress(asker)
  return typeof back === 'string' ? { destination: back, data: RESPONSE } : 'malformed'
}

/** With its length before it: one octet, or two where it is above 127, as OER has it; what follows is ignored. */
function textAt(data: Uint8Array, at: number): string | undefined {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const first = bytes[at]
  if (first === undefined) return undefined
  const size = first < 128 ? 0 : first & 127
  if (size > 2 || at + 1 + size > bytes.length) return undefined
  const length = size === 0 ? first : bytes.readUIntBE(at + 1, size)
  const start = at + 1 + size
  return start + length > bytes.length ? undefined : bytes.toString('latin1', start, start + length)
}
