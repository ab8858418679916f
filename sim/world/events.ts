import { InvariantBroken } from '../check/violation.ts'

/**
 * Virtual time, in whole microseconds, and what is to happen: a binary heap ordered by time, then by order of planning, so
 * that a run is the same on every machine.
 */
export class Events {
  nowUs: number
  readonly #times: number[] = []
  readonly #orders: number[] = []
  readonly #runs: (() => void)[] = []
  readonly #most: number
  #planned = 0

  /** `most`: with so many events a world never comes to rest. */
  constructor(startUs: number, most = Number.POSITIVE_INFINITY) {
    this.nowUs = startUs
    this.#most = most
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
    const times = this.#times
    let i = times.length
    times.push(time)
    this.#orders.push(order)
    this.#runs.push(run)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if ((times[parent] as number) <= time) break
      this.#move(parent, i)
      i = parent
    }
    this.#put(i, time, order, run)
  }

  /** Lets everything happen that is planned up to and including `endUs`. */
  runUntil(endUs: number): void {
    while (this.#times.length > 0 && (this.#times[0] as number) <= endUs) {
      this.nowUs = this.#times[0] as number
      const run = this.#runs[0] as () => void
      this.#pop()
      run()
    }
    this.nowUs = endUs
  }

  #pop(): void {
    const time = this.#times.pop() as number
    const order = this.#orders.pop() as number
    const run = this.#runs.pop() as () => void
    const size = this.#times.length
    if (size === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= size) break
      if (child + 1 < size && this.#before(child + 1, child)) child++
      const childTime = this.#times[child] as number
      if (childTime > time || (childTime === time && (this.#orders[child] as number) > order)) break
      this.#move(child, i)
      i = child
    }
    this.#put(i, time, order, run)
  }

  #before(a: number, b: number): boolean {
    const difference = (this.#times[a] as number) - (this.#times[b] as number)
    return difference < 0 || (difference === 0 && (this.#orders[a] as number) < (this.#orders[b] as number))
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#times[from] as number, this.#orders[from] as number, this.#runs[from] as () => void)
  }

  #put(i: number, time: number, order: number, run: () => void): void {
    this.#times[i] = time
    this.#orders[i] = order
    this.#runs[i] = run
  }
}
