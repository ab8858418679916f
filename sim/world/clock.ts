/** A clock of the simulated world: virtual time, but for what is wrong with it now. */
import type { Events } from './events.ts'

interface ClockFault {
  readonly sinceUs: number
  readonly byUs: number
  readonly driftPpm: number
}

export class Clock {
  readonly #faults = new Set<ClockFault>()
  /** What it has shown at most, ms. */
  latestMs = Number.NEGATIVE_INFINITY

  /** What it shows at this virtual time, µs. */
  read(nowUs: number): number {
    if (this.#faults.size === 0) return nowUs
    let shown = nowUs
    for (const { sinceUs, byUs, driftPpm } of this.#faults) shown += byUs + Math.round(((nowUs - sinceUs) * driftPpm) / 1_000_000)
    return shown
  }

  /** Unix ms for a core: virtual time 0 is 0. */
  readMs(nowUs: number): number {
    const shown = Math.floor(this.read(nowUs) / 1000)
    if (shown > this.latestMs) this.latestMs = shown
    return shown
  }

  /** Goes wrong now, and is set right at `untilUs`. */
  fail(events: Events, { byUs, driftPpm, untilUs }: { readonly byUs: number; readonly driftPpm: number; readonly untilUs: number }): void {
    const fault = { sinceUs: events.nowUs, byUs, driftPpm }
    this.#faults.add(fault)
    events.at(untilUs, () => this.#faults.delete(fault))
  }
}
