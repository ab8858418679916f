/** Two clocks, held against each other: expiries are told in absolute time. */
import { type Finding, fault } from './finding.ts'

export interface OtherClock {
  /** What it said, Unix ms: the beginning of a step of `stepMs`. */
  readonly at: number
  readonly stepMs: number
  /** Our own before it was asked and after. */
  readonly before: number
  readonly after: number
}

/** A payment's expiry leaves a second for each hop. */
const MAX_OFF_MS = 1_000

/** How far ours is ahead at least, whenever within the exchange it was read. */
export function aheadMs({ at, stepMs, before, after }: OtherClock): number {
  if (before > at + stepMs) return before - (at + stepMs)
  return after < at ? after - at : 0
}

export function checkClock(whose: string, other: OtherClock): Finding[] {
  const ahead = aheadMs(other)
  if (Math.abs(ahead) <= MAX_OFF_MS) return []
  const todo = 'let both be set by NTP (timedatectl set-ntp true); where several others disagree with this clock in the same way, this one is wrong'
  return [fault('clock', `this machine's clock is ${(Math.abs(ahead) / 1_000).toFixed(1)} s ${ahead > 0 ? 'ahead of' : 'behind'} that of ${whose}`, todo)]
}
