/**
 * Virtual time, in whole microseconds, and what is to happen: by time, then in the order of planning, so that a run is the
 * same on every machine. Most is planned for seconds ahead, and much of that is a time-out in vain: it lies unsorted in the
 * window of its time until that begins, so that what is due next is looked for among few.
 */
import { InvariantBroken } from '../check/violation.ts'

/** Of a window, µs: some hundred events of a busy world. */
const WINDOW_US = 8_192

interface Planned {
  readonly time: number
  readonly order: number
  readonly run: () => void
}

export class Events {
  nowUs: number
  /** What is planned up to the end of the present window: a binary heap. */
  readonly #due: Planned[] = []
  #window: number
  /** Later windows, and which of them there are: the next last. */
  readonly #later = new Map<number, Planned[]>()
  readonly #windows: number[] = []
  readonly #most: number
  #planned = 0

  /** `most`: with so many events a world never comes to rest. */
  constructor(startUs: number, most = Number.POSITIVE_INFINITY) {
    this.nowUs = startUs
    this.#most = most
    this.#window = windowOf(startUs)
  }

  /** Unix ms for a core: virtual time 0 is 0. */
  nowMs(): number {
    return Math.floor(this.nowUs / 1000)
  }

  after(delayUs: number, run: () => void): void {
    this.at(this.nowUs + delayUs, run)
  }

  /** Planned for the past, it happens now. */
  at(timeUs: number, run: () => void): void {
    const time = timeUs < this.nowUs ? this.nowUs : timeUs
    const order = this.#planned++
    if (order >= this.#most) throw new InvariantBroken('quiet', `after ${this.#most} events the world is not at rest`, [])
    const planned = { time, order, run }
    const window = windowOf(time)
    if (window <= this.#window) push(this.#due, planned)
    else this.#put(window, planned)
  }

  /** Lets everything happen that is planned up to and including `endUs`. */
  runUntil(endUs: number): void {
    const due = this.#due
    for (;;) {
      const next = due[0]
      if (next === undefined) {
        if (!this.#beginWindow(windowOf(endUs))) break
      } else if (next.time <= endUs) {
        pop(due)
        this.nowUs = next.time
        next.run()
      } else break
    }
    this.nowUs = endUs
  }

  #put(window: number, planned: Planned): void {
    const there = this.#later.get(window)
    if (there !== undefined) there.push(planned)
    else {
      this.#later.set(window, [planned])
      this.#windows.splice(placeOf(window, this.#windows), 0, window)
    }
  }

  /** The next in which something is planned; false where that is beyond `last`. */
  #beginWindow(last: number): boolean {
    const window = this.#windows.at(-1)
    if (window === undefined || window > last) return false
    this.#windows.pop()
    this.#window = window
    for (const planned of this.#later.get(window) ?? []) push(this.#due, planned)
    this.#later.delete(window)
    return true
  }
}

function windowOf(timeUs: number): number {
  return Math.floor(timeUs / WINDOW_US)
}

/** In a list that falls. */
function placeOf(window: number, windows: readonly number[]): number {
  let [low, high] = [0, windows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((windows[middle] as number) > window) low = middle + 1
    else high = middle
  }
  return low
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order)
}

function push(heap: Planned[], planned: Planned): void {
  let i = heap.length
  heap.push(planned)
  while (i > 0) {
    const parent = (i - 1) >> 1
    const above = heap[parent] as Planned
    if (!isBefore(planned, above)) break
    heap[i] = above
    i = parent
  }
  heap[i] = planned
}

/** Takes the first away. */
function pop(heap: Planned[]): void {
  const last = heap.pop() as Planned
  const size = heap.length
  if (size === 0) return
  let i = 0
  for (let child = 1; child < size; child = 2 * i + 1) {
    if (child + 1 < size && isBefore(heap[child + 1] as Planned, heap[child] as Planned)) child++
    const below = heap[child] as Planned
    if (!isBefore(below, last)) break
    heap[i] = below
    i = child
  }
  heap[i] = last
}
