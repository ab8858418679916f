/** A thread that does nothing for a time: what comes waits, and is met when it wakes, its timers after all else (S3). */
import type { Events } from './events.ts'

export class Pausing {
  readonly #events: Events
  /** What is left of the step in which it fell. */
  readonly #finish: () => void
  #isOn = false
  #messages: (() => void)[] = []
  #timers: (() => void)[] = []

  constructor(events: Events, finish: () => void) {
    this.#events = events
    this.#finish = finish
  }

  get isOn(): boolean {
    return this.#isOn
  }

  begin(lastsUs: number): void {
    if (this.#isOn) return
    this.#isOn = true
    this.#events.after(lastsUs, () => this.#wake())
  }

  wait(message: () => void): void {
    this.#messages.push(message)
  }

  waitAsTimer(timer: () => void): void {
    this.#timers.push(timer)
  }

  /** Another pause may fall while it catches up. */
  #wake(): void {
    this.#isOn = false
    this.#finish()
    while (!this.#isOn) {
      const next = this.#messages.shift() ?? this.#timers.shift()
      if (next === undefined) return
      next()
    }
  }
}
