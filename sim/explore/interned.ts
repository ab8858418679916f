/** Values by small whole numbers: equal values have the same number. Queues and bags of such numbers have numbers too. */
import { canonical } from './canonical.ts'

/** Numbers from 1: 0 is free for "none". */
export class Interned<T> {
  readonly #ids = new Map<string, number>()
  readonly #values: T[] = []

  idOf(value: T): number {
    const text = canonical(value)
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.#values.push(value)
    this.#ids.set(text, id)
    return id
  }

  at(id: number): T {
    const value = this.#values[id - 1]
    if (value === undefined) throw new Error(`nothing has the number ${id}`)
    return value
  }
}

/** Lists of whole numbers; 0 is the empty one. */
class Lists {
  readonly #ids = new Map<string, number>([['', 0]])
  readonly lists: (readonly number[])[] = [[]]

  idOf(list: readonly number[]): number {
    const text = list.join()
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.lists.push(list) - 1
    this.#ids.set(text, id)
    return id
  }

  at(id: number): readonly number[] {
    return this.lists[id] as readonly number[]
  }
}

/** What goes in first comes out first. */
export class Queues {
  readonly #lists = new Lists()
  readonly #pushed: Map<number, number>[] = []
  readonly #rest: number[] = []

  push(queue: number, item: number): number {
    this.#pushed[queue] ??= new Map()
    const pushed = this.#pushed[queue] as Map<number, number>
    let id = pushed.get(item)
    if (id === undefined) {
      id = this.#lists.idOf([...this.#lists.at(queue), item])
      pushed.set(item, id)
    }
    return id
  }

  at(queue: number): readonly number[] {
    return this.#lists.at(queue)
  }

  head(queue: number): number {
    return this.#lists.at(queue)[0] as number
  }

  /** Without its head. */
  rest(queue: number): number {
    let id = this.#rest[queue]
    if (id === undefined) {
      id = this.#lists.idOf(this.#lists.at(queue).slice(1))
      this.#rest[queue] = id
    }
    return id
  }
}

/** Whatever is in may come out next. */
export class Bags {
  readonly #lists = new Lists()
  readonly #added: Map<number, number>[] = []
  readonly #taken: Map<number, number>[] = []
  readonly #kept: Map<number, number>[] = []

  add(bag: number, item: number): number {
    this.#added[bag] ??= new Map()
    const added = this.#added[bag] as Map<number, number>
    let id = added.get(item)
    if (id === undefined) {
      id = this.#lists.idOf([...this.#lists.at(bag), item].sort((a, b) => a - b))
      added.set(item, id)
    }
    return id
  }

  take(bag: number, item: number): number {
    this.#taken[bag] ??= new Map()
    const taken = this.#taken[bag] as Map<number, number>
    let id = taken.get(item)
    if (id === undefined) {
      const list = [...this.#lists.at(bag)]
      list.splice(list.indexOf(item), 1)
      id = this.#lists.idOf(list)
      taken.set(item, id)
    }
    return id
  }

  /** What each becomes; 0: it is not kept. `key` stands for `become`. */
  map(bag: number, key: number, become: (item: number) => number): number {
    this.#kept[bag] ??= new Map()
    const kept = this.#kept[bag] as Map<number, number>
    let id = kept.get(key)
    if (id === undefined) {
      const items = this.#lists.at(bag).map(become)
      id = this.#lists.idOf(items.filter((item) => item !== 0).sort((a, b) => a - b))
      kept.set(key, id)
    }
    return id
  }

  at(bag: number): readonly number[] {
    return this.#lists.at(bag)
  }
}
