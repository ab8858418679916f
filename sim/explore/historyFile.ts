/** A history that breaks a rule, as a file that `ilp-sim replay` takes. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { UsageError } from '../../src/files/usageError.ts'
import type { Violation } from './search.ts'

const FILE = z.object({
  kind: z.literal('explore'),
  /** A name in scenarios/explore/, or a path. */
  scenario: z.string(),
  choices: z.array(z.string()),
  violation: z.object({ invariant: z.string(), what: z.string() }),
  mutant: z.exactOptional(z.string()),
})

export interface History {
  readonly scenario: string
  /** In words, as they are told. */
  readonly choices: readonly string[]
  readonly violation: Violation
  /** The mutant that it breaks a rule of. */
  readonly mutant?: string
}

export function writeHistory(file: string, { scenario, choices, violation: { invariant, what }, mutant }: History): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ kind: 'explore', scenario, mutant, violation: { invariant, what }, choices }, null, 1)}\n`)
}

/** Whether it is one of explore's, and not a world that fuzz has found. */
export function isHistory(file: string): boolean {
  return existsSync(file) && FILE.safeParse(jsonIn(file)).success
}

export function readHistory(file: string): History {
  const parsed = FILE.safeParse(jsonIn(file))
  if (!parsed.success) throw new UsageError({ file, what: 'is no history that ilp-sim explore wrote' })
  return parsed.data
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
