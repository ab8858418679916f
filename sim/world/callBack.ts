/** Calls a reply back until it is thanked, until its prepare has expired, or until whoever calls is no more (B8). */
import type { Context } from './context.ts'
import type { Callback, Door } from './link.ts'
import type { Line } from './network.ts'

/** Nothing heard by then: again, on the next connection. */
const REPEAT_US = 500_000

export interface Calling {
  readonly from: string
  readonly line: Line
  readonly next: () => Door
  readonly callback: Callback
  readonly untilMs: number
  readonly isOver: () => boolean
}

export function callBack({ events }: Context, calling: Calling): void {
  const { from, line, next, callback, untilMs, isOver } = calling
  let isThanked = false
  const call = (): void => {
    if (isThanked || isOver() || events.nowMs() > untilMs) return
    line.callBack(from, next(), callback, (heard) => {
      if (heard.type === 'thanks') isThanked = true
    })
    events.after(REPEAT_US, call)
  }
  call()
}
