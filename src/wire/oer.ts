/** The length prefixes of OER (RFC 30), and nothing else of it: what ILPv4 packets are framed with. */

/** A longer prefix than of three bytes stands before more than any body that we take. */
const MAX_PREFIX_LENGTH = 4

/** How many octets follow the prefix at `at`; -1 when it is cut off, not in its shortest form, or beyond all bounds. */
export function lengthAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]
  if (first === undefined) return -1
  if (first < 128) return first
  const end = at + 1 + (first & 127)
  if (first === 128 || end - at > MAX_PREFIX_LENGTH || end > bytes.length) return -1
  let length = 0
  for (let i = at + 1; i < end; i++) length = length * 256 + (bytes[i] ?? 0)
  return prefixLength(length) === end - at ? length : -1
}

/** What a prefix takes: there is one form for each length. */
export function prefixLength(length: number): number {
  if (length < 128) return 1
  if (length < 0x100) return 2
  return length < 0x1_0000 ? 3 : 4
}

/** Writes the prefix; where the octets go. */
export function writeLength(bytes: Uint8Array, at: number, length: number): number {
  const size = prefixLength(length)
  if (size === 1) {
    bytes[at] = length
    return at + 1
  }
  bytes[at] = 128 + size - 1
  for (let i = at + size - 1, left = length; i > at; i--, left >>>= 8) bytes[i] = left & 255
  return at + size
}
