/**
 * A map for what comes and goes by the thousand a second. Where V8's own map outgrows its table it links the old table to
 * the new one, and a table that a full collection has made old keeps alive all tables after it, and whatever their entries
 * refer to, until the next one: each payment and each request would be copied twice before it is found dead. Here the
 * entries refer to cells, and a cell is emptied when its entry goes.
 */
export class RevolvingMap<K, V> {
  readonly #cells = new Map<K, Cell<V>>()

  get size(): number {
    return this.#cells.size
  }

  get(key: K): V | undefined {
    return this.#cells.get(key)?.value
  }

  has(key: K): boolean {
    return this.#cells.has(key)
  }

  set(key: K, value: V): void {
    const cell = this.#cells.get(key)
    if (cell === undefined) this.#cells.set(key, { value })
    else cell.value = value
  }

  delete(key: K): boolean {
    const cell = this.#cells.get(key)
    if (cell === undefined) return false
    cell.value = undefined
    return this.#cells.delete(key)
  }

  clear(): void {
    for (const cell of this.#cells.values()) cell.value = undefined
    this.#cells.clear()
  }

  /** In the order in which their keys were first set. */
  *values(): Generator<V> {
    for (const [, value] of this) yield value
  }

  *[Symbol.iterator](): Generator<readonly [K, V]> {
    for (const [key, { value }] of this.#cells) if (value !== undefined) yield [key, value]
  }
}

interface Cell<V> {
  value: V | undefined
}
