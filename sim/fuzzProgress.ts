/** How far a campaign is, on stderr: from the second second on, a line that replaces the last on a terminal. */
import type { Output } from '../src/terminal/terminal.ts'
import type { World } from './fuzz/judge.ts'
import type { Tally } from './fuzz/tally.ts'
import { count } from './report/format.ts'

const FIRST_MS = 2_000
const TERMINAL_EVERY_MS = 250
const LINE_EVERY_MS = 5_000

export interface FuzzProgress {
  readonly judged: (tally: Tally, seconds: number) => void
  readonly shrunk: (tried: number, smallest: World) => void
  readonly stop: () => void
}

export function fuzzProgress(output: Output): FuzzProgress {
  let nextMs = performance.now() + FIRST_MS
  let shown = false
  const show = (text: () => string): void => {
    const nowMs = performance.now()
    if (nowMs < nextMs) return
    nextMs = nowMs + (output.isTTY ? TERMINAL_EVERY_MS : LINE_EVERY_MS)
    shown = true
    output.write(output.isTTY ? `\r\u001b[K${text()}` : `${text()}\n`)
  }
  return {
    judged: (tally, seconds) =>
      show(
        () =>
          `${count(tally.seeds)} seeds, ${count(tally.payments)} payments, ${seconds.toFixed(0)} s, ${count(Math.round(tally.payments / seconds))} a second`,
      ),
    shrunk: (tried, { plan }) => show(() => `shrinking: ${tried} worlds tried, down to ${plan.payments.length} payments and ${plan.faults.length} faults`),
    stop: () => {
      if (shown && output.isTTY) output.write('\r\u001b[K')
    },
  }
}
