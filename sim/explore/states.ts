/** All states that were seen: rows of whole numbers in large arrays, found again by a hash table of row numbers. */

const CHUNK_BITS = 14
const CHUNK = 1 << CHUNK_BITS
const FIRST_SLOTS = 1 << 16

export class States {
  readonly #width: number
  readonly #rows: Int32Array[] = []
  /** For each row: the row that it was first reached from, and by which choice. */
  readonly #parents: Int32Array[] = []
  readonly #choices: Int32Array[] = []
  /** Row + 1; 0 is free. */
  #slots = new Int32Array(FIRST_SLOTS)
  #size = 0

  constructor(width: number) {
    this.#width = width
  }

  get size(): number {
    return this.#size
  }

  /** Nothing where it was seen before. */
  add(state: Int32Array, parent: number, choice: number): void {
    const slot = this.#slotOf(state)
    if (this.#slots[slot] !== 0) return
    const row = this.#size++
    const place = row & (CHUNK - 1)
    if (place === 0) this.#grow()
    const chunk = row >> CHUNK_BITS
    this.#rows[chunk]?.set(state, place * this.#width)
    const parents = this.#parents[chunk]
    const choices = this.#choices[chunk]
    if (parents === undefined || choices === undefined) throw new Error('a row without its chunk')
    parents[place] = parent
    choices[place] = choice
    this.#slots[slot] = row + 1
    if (this.#size * 2 > this.#slots.length) this.#rehash()
  }

  read(row: number, into: Int32Array): void {
    const rows = this.#rows[row >> CHUNK_BITS] as Int32Array
    const at = (row & (CHUNK - 1)) * this.#width
    for (let i = 0; i < this.#width; i++) into[i] = rows[at + i] as number
  }

  /** The shortest history of a row, first choice first. */
  choicesTo(row: number): number[] {
    const choices: number[] = []
    for (let at = row; this.#parentOf(at) >= 0; at = this.#parentOf(at)) {
      choices.push(this.#choices[at >> CHUNK_BITS]?.[at & (CHUNK - 1)] ?? 0)
    }
    return choices.reverse()
  }

  /** -1 for a start. */
  #parentOf(row: number): number {
    return this.#parents[row >> CHUNK_BITS]?.[row & (CHUNK - 1)] ?? -1
  }

  #grow(): void {
    this.#rows.push(new Int32Array(CHUNK * this.#width))
    this.#parents.push(new Int32Array(CHUNK))
    this.#choices.push(new Int32Array(CHUNK))
  }

  /** Where it stands, or the free slot where it belongs. */
  #slotOf(state: Int32Array): number {
    const slots = this.#slots
    const mask = slots.length - 1
    for (let slot = hashOf(state) & mask; ; slot = (slot + 1) & mask) {
      const row = (slots[slot] as number) - 1
      if (row < 0 || this.#equals(row, state)) return slot
    }
  }

  #equals(row: number, state: Int32Array): boolean {
    const rows = this.#rows[row >> CHUNK_BITS] as Int32Array
    const at = (row & (CHUNK - 1)) * this.#width
    for (let i = 0; i < this.#width; i++) if (rows[at + i] !== state[i]) return false
    return true
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 4)
    const mask = this.#slots.length - 1
    const state = new Int32Array(this.#width)
    for (let row = 0; row < this.#size; row++) {
      this.read(row, state)
      let slot = hashOf(state) & mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = row + 1
    }
  }
}

/** murmur3's mixing of each number. */
function hashOf(state: Int32Array): number {
  let hash = 0
  for (let i = 0; i < state.length; i++) {
    let k = Math.imul(state[i] as number, 0xcc9e2d51)
    k = (k << 15) | (k >>> 17)
    hash ^= Math.imul(k, 0x1b873593)
    hash = (hash << 13) | (hash >>> 19)
    hash = Math.imul(hash, 5) + 0xe6546b64
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
