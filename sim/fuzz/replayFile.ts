/** A history that breaks an invariant, in a file: the world that makes it happen, and what is broken. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { UsageError } from '../../src/files/usageError.ts'
import { nothingChecked } from '../check/violation.ts'
import { plan } from '../world/schema/plan.ts'
import type { Broken, World } from './judge.ts'
import { planRead, written } from './planFile.ts'

const VERSION = 1

export interface Replay extends World {
  readonly invariant: Broken
  readonly what: string
  /** SHA-256 of the trace. */
  readonly traceHash: string
  /** The patch that breaks the sources, where they were broken on purpose. */
  readonly mutant?: string
}

const invariants = [...(Object.keys(nothingChecked()) as Broken[]), 'assert' as const]

const file = z.strictObject({
  version: z.literal(VERSION),
  invariant: z.enum(invariants),
  what: z.string(),
  seed: z.int().min(0),
  traceHash: z.string(),
  mutant: z.exactOptional(z.string()),
  plan,
})

export function writeReplay(path: string, { plan, seed, invariant, what, traceHash, mutant }: Replay): void {
  const content = { version: VERSION, invariant, what, seed, traceHash, ...(mutant === undefined ? {} : { mutant }), plan }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(content, written, 1)}\n`)
}

const WHAT_TO_DO = 'give a file that ilp-sim fuzz has written'

/** Throws UsageError where it is not one, or damaged. */
export function readReplay(path: string): Replay {
  const content = jsonIn(path)
  const parsed = file.safeParse(content)
  // The keys of the plan stay in their order, which is that of the trace; what is parsed has the schema's.
  if (parsed.success) return { ...parsed.data, plan: planRead((content as typeof parsed.data).plan) }
  const problems = parsed.error.issues.slice(0, 5).map(({ path: keys, message }) => ({ file: path, key: keys.join('.'), what: message, todo: WHAT_TO_DO }))
  throw new UsageError(...problems)
}

function jsonIn(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new UsageError({ file: path, what: 'cannot be read', todo: WHAT_TO_DO })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError({ file: path, what: `is no JSON: ${error instanceof Error ? error.message : String(error)}`, todo: WHAT_TO_DO })
  }
}
