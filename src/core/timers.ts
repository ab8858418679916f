/**
 * A thread's deadlines, in slots of 10 ms: a job runs at the end of its slot, never early. Nothing is ever removed: a job
 * whose reason is gone does nothing when its slot comes (that is cheaper than keeping the order exact).
 */
import type { UnixMs } from './values/time.ts'

export const TIMER_SLOT_MS = 10

export class Timers<Job> {
  readonly #slots = new Map<number, Job[]>()
  /** Binary min-heap of the slots in use. */
  readonly #order: number[] = []

  arm(at: UnixMs, job: Job): void {
    const slot = Math.ceil(at / TIMER_SLOT_MS)
    const jobs = this.#slots.get(slot)
    if (jobs !== undefined) {
      jobs.push(job)
      return
    }
    this.#slots.set(slot, [job])
    this.#push(slot)
  }

  /** When the next slot ends; undefined when nothing is armed. */
  next(): UnixMs | undefined {
    const slot = this.#order[0]
    return slot === undefined ? undefined : slot * TIMER_SLOT_MS
  }

  /** The jobs of the earliest slot that has ended at `at`, in the order they were armed; undefined when there is none. */
  take(at: UnixMs): readonly Job[] | undefined {
    const slot = this.#order[0]
    if (slot === undefined || slot * TIMER_SLOT_MS > at) return undefined
    this.#pop()
    const jobs = this.#slots.get(slot)
    this.#slots.delete(slot)
    return jobs
  }

  #push(slot: number): void {
    const order = this.#order
    let i = order.length
    order.push(slot)
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = order[parent] as number
      if (above <= slot) break
      order[i] = above
      i = parent
    }
    order[i] = slot
  }

  #pop(): void {
    const order = this.#order
    const last = order.pop() as number
    const size = order.length
    if (size === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= size) break
      if (child + 1 < size && (order[child + 1] as number) < (order[child] as number)) child++
      if ((order[child] as number) >= last) break
      order[i] = order[child] as number
      i = child
    }
    order[i] = last
  }
}
