/** Fields of OER (RFC 30) one after the other, read and written: what the peer protocols are made of. */
import { lengthAt, prefixLength, writeLength } from './oer.ts'

/** Reads on in what may be cut off: then everything is empty, and `isBroken` says so in the end. */
export class OctetReader {
  readonly #bytes: Buffer
  #at = 0
  #isBroken = false

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isBroken(): boolean {
    return this.#isBroken
  }

  take(length: number): Buffer {
    const start = this.#at
    if (this.#isBroken || start + length > this.#bytes.length) {
      this.#isBroken = true
      return Buffer.alloc(0)
    }
    this.#at += length
    return this.#bytes.subarray(start, this.#at)
  }

  /** An unsigned number of so many octets, six at most. */
  uint(size: number): number {
    const octets = this.take(size)
    return octets.length === 0 ? 0 : octets.readUIntBE(0, size)
  }

  /** With its length before it. */
  octets(): Buffer {
    const length = lengthAt(this.#bytes, this.#at)
    if (length < 0) {
      this.#isBroken = true
      return Buffer.alloc(0)
    }
    this.take(prefixLength(length))
    return this.take(length)
  }

  ascii(): string {
    return this.octets().toString('latin1')
  }

  /** How many follow; each takes at least one octet, so that a lie about it costs nothing. */
  count(): number {
    const octets = this.octets()
    if (octets.length < 1 || octets.length > 6) {
      this.#isBroken = true
      return 0
    }
    const count = octets.readUIntBE(0, octets.length)
    if (count <= this.#bytes.length - this.#at) return count
    this.#isBroken = true
    return 0
  }
}

export class OctetWriter {
  readonly #parts: Uint8Array[] = []

  take(octets: Uint8Array): this {
    this.#parts.push(octets)
    return this
  }

  uint(value: number, size: number): this {
    const octets = Buffer.alloc(size)
    octets.writeUIntBE(value, 0, size)
    return this.take(octets)
  }

  octets(octets: Uint8Array): this {
    const prefix = Buffer.alloc(prefixLength(octets.length))
    writeLength(prefix, 0, octets.length)
    return this.take(prefix).take(octets)
  }

  ascii(text: string): this {
    return this.octets(Buffer.from(text, 'latin1'))
  }

  /** In as few octets as it takes. */
  count(value: number): this {
    const size = value < 0x100 ? 1 : value < 0x1_0000 ? 2 : 3
    const octets = Buffer.alloc(size)
    octets.writeUIntBE(value, 0, size)
    return this.octets(octets)
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts)
  }
}
