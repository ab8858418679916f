/**
 * The trace: one JSON object a line for every input, effect, message and store command, with the virtual time at which it
 * happened. Amounts are decimal strings, bytes base64, maps objects. Its shape is in `scenarios/trace.schema.json`.
 */
import type { AnnouncerEffect, AnnouncerInput } from '../../src/core/announcer.ts'
import type { Effect } from '../../src/core/effect.ts'
import type { Input } from '../../src/core/input.ts'
import type { Account } from '../../src/core/values/account.ts'
import type { Plan } from '../workload/plan.ts'

/** `at`: virtual ms. */
export type TraceLine =
  | { readonly at: number; readonly kind: 'world'; readonly seed: number; readonly scenario: string; readonly regime: string; readonly plan: Plan }
  | { readonly at: number; readonly kind: 'account'; readonly connector: string; readonly account: Account; readonly openingBalance: bigint }
  | { readonly at: number; readonly kind: 'input'; readonly connector: string; readonly who: string; readonly input: Input | AnnouncerInput }
  | { readonly at: number; readonly kind: 'effect'; readonly connector: string; readonly who: string; readonly effect: Effect | AnnouncerEffect }
  /** Told when it leaves; `arrives` in virtual ms. */
  | { readonly at: number; readonly kind: 'message'; readonly from: string; readonly to: string; readonly arrives: number; readonly message: unknown }
  /** A command as the store applied it, and its reply. */
  | { readonly at: number; readonly kind: 'store'; readonly connector: string; readonly thread: string; readonly command: Effect; readonly reply: unknown }

export type Tracer = (line: TraceLine) => void

export function tracerTo(write: (line: string) => void): Tracer {
  return (line) => write(JSON.stringify(line, plain))
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Map) return Object.fromEntries(value)
  return value
}
