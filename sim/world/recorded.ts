/** A recorded history, line by line: read, held against the trace's schema, and its amounts made whole. */
import type { z } from 'zod'
import { UsageError } from '../../src/files/usageError.ts'
import { type AmountKeys, revived } from './revive.ts'
import type { TraceLine } from './trace.ts'
import { traceLine } from './traceSchema.ts'

type Line = Exclude<TraceLine, { kind: 'closing' }>

const amountKeys: Readonly<Record<AmountKeys<Line>, true>> = {
  amount: true,
  fromGrants: true,
  toGrants: true,
  low: true,
  high: true,
  cap: true,
  openingBalance: true,
  creditLimit: true,
  peerLimit: true,
  incomingAmount: true,
  destination: true,
  outgoingAmount: true,
  hot: true,
  taken: true,
  given: true,
  underWay: true,
  granted: true,
  grant: true,
  coldBefore: true,
  returned: true,
  cold: true,
  source: true,
  outside: true,
  wanted: true,
  sourceAmount: true,
  destinationAmount: true,
  lostByFailover: true,
}

const kinds = new Map<string, z.ZodType[]>()
for (const option of traceLine.options) {
  const kind = option.shape.kind.value
  kinds.set(kind, [...(kinds.get(kind) ?? []), option])
}

/** Throws UsageError, with the number of the line, where it is none. */
export function lineOf(text: string, file: string, line: number): TraceLine {
  const value = jsonOf(text, file, line)
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? String(value.kind) : ''
  const schemas = kinds.get(kind)
  if (schemas === undefined)
    throw new UsageError({ file, line, key: 'kind', what: 'is not a line of a trace', todo: `allowed: ${[...kinds.keys()].join(', ')}` })
  const problems = schemas.map((schema) => schema.safeParse(value).error)
  if (problems.every((problem) => problem !== undefined)) {
    const closest = problems.reduce((best, problem) => (problem.issues.length < best.issues.length ? problem : best))
    const [issue] = closest.issues
    throw new UsageError({ file, line, key: issue?.path.join('.') ?? '', what: issue?.message ?? 'is not a line of a trace', todo: WHAT_TO_DO })
  }
  return revived(value, amountKeys) as TraceLine
}

export const WHAT_TO_DO = 'give a trace as ilp-sim run --trace has written it'

function jsonOf(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError({ file, line, what: 'is no JSON: the trace is damaged, or cut off here', todo: WHAT_TO_DO })
  }
}
