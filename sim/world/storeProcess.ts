/** The process behind a connector's store: it may stand still, or die and come back with all its data. */
import type { Cut } from '../faults/fault.ts'
import type { Events } from './events.ts'

export class StoreProcess {
  readonly #events: Events
  /** What comes in while it stands still, in order. */
  #waiting: (() => void)[] = []
  #isUp = true
  /** Connections end with the life that they were made in. */
  #life = 1
  #stall: { readonly cuts: readonly Cut[] } | undefined

  constructor(events: Events) {
    this.#events = events
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get life(): number {
    return this.#life
  }

  /** What stands still now: the connections given up meanwhile are cut in these ways. */
  get stall(): { readonly cuts: readonly Cut[] } | undefined {
    return this.#stall
  }

  standStill(cuts: readonly Cut[]): void {
    this.#stall = { cuts }
  }

  goOn(): void {
    this.#stall = undefined
    const waiting = this.#waiting
    this.#waiting = []
    for (const run of waiting) run()
  }

  /** What came over a connection of `life` is done now, or when the store goes on; one that has died does not get it. */
  meet(life: number, run: () => void): void {
    if (life !== this.#life || !this.#isUp) return
    if (this.#stall === undefined) run()
    else this.wait(run)
  }

  /** What waits when it goes on or dies. */
  wait(run: () => void): void {
    this.#waiting.push(run)
  }

  die(): void {
    this.#isUp = false
    this.#stall = undefined
    this.#waiting = []
    this.#life++
  }

  comeBack(): void {
    this.#isUp = true
  }

  /** Something comes in over a connection of `life` that nobody hears any more, `afterUs` after now or after it goes on. */
  late(life: number, afterUs: number, run: () => void): void {
    this.#events.after(afterUs, () => {
      if (life !== this.#life) return
      if (this.#stall === undefined) run()
      else this.wait(() => this.late(life, afterUs, run))
    })
  }
}
