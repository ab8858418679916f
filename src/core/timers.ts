/**
 * A thread's deadlines, in slots of 10 ms: a job runs at the end of its slot, never early. A job whose reason is gone is not
 * looked for: it goes when its slot comes first, and nobody wakes for a slot of such jobs alone.
 */
import type { UnixMs } from './values/time.ts'

const TIMER_SLOT_MS = 10

export class Timers<Job> {
  readonly #slots = new Map<number, Job[]>()
  /** Binary min-heap of the slots in use. */
  readonly #order: number[] = []
  readonly #isLive: (job: Job) => boolean

  /** `isLive`: whether a job's reason still stands; once false it stays so. */
  constructor(isLive: (job: Job) => boolean) {
    this.#isLive = isLive
  }

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

  /** Whether a slot ends before `at`, its jobs live or not. */
  anyBefore(at: UnixMs): boolean {
    const slot = this.#order[0]
    return slot !== undefined && slot * TIMER_SLOT_MS < at
  }

  /** When the next slot with a live job ends; undefined when there is none. */
  next(): UnixMs | undefined {
    for (;;) {
      const slot = this.#order[0]
      if (slot === undefined) return undefined
      if (this.#slots.get(slot)?.some(this.#isLive)) return slot * TIMER_SLOT_MS
      this.#pop()
      this.#slots.delete(slot)
    }
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

  /** What there is to wake for: each slot's live jobs in the order they were armed, the earliest slot first. */
  live(): (readonly [endsAt: UnixMs, jobs: readonly Job[]])[] {
    return [...this.#slots]
      .sort(([a], [b]) => a - b)
      .map(([slot, jobs]) => [slot * TIMER_SLOT_MS, jobs.filter(this.#isLive)] as const)
      .filter(([, jobs]) => jobs.length > 0)
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
