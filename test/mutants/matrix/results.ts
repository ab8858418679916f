/** What was found for the matrix, kept as it goes: whoever stops it loses one mutant's work, and what is there is not looked for again. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../processes.ts'

export const METHODS = ['fuzz', 'explore', 'property'] as const
export type Method = (typeof METHODS)[number]

/** By a campaign, or in the small worlds. */
export interface Judged {
  readonly name: string
  /** Undefined where nothing was found. */
  readonly invariant?: string
  readonly what?: string
  /** The seed, or the small worlds that show it, the one with the shortest history first. */
  readonly where?: string
  /** Of the smallest history that was found: how many events it has, and the last of them in words. */
  readonly events?: number
  readonly history?: readonly string[]
  /** Worlds drawn, or states seen; 0 where it was stopped because nothing was heard of it. */
  readonly looked: number
  /** Of CPU. */
  readonly seconds: number
}

export interface Tested {
  readonly name: string
  /** Files with a property that fails. */
  readonly failed: readonly string[]
}

export interface Results {
  readonly fuzz: Record<string, Judged>
  readonly explore: Record<string, Judged>
  readonly property: Record<string, Tested>
}

/** Undefined where it was not looked for. */
export function isNoticed(method: Method, results: Results, name: string): boolean | undefined {
  if (method === 'property') return results.property[name] && results.property[name].failed.length > 0
  return results[method][name] && results[method][name].invariant !== undefined
}

const FOLDER = join(ROOT, 'out', 'mutants')

export function keptResults(): Results {
  return { fuzz: kept('fuzz'), explore: kept('explore'), property: kept('property') }
}

function kept<M extends Method>(method: M): Results[M] {
  const file = fileOf(method)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}

export function keep(method: Method, results: Results): void {
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(fileOf(method), JSON.stringify(results[method], undefined, 1))
}

/** A file for each, so that they can be looked for side by side. */
function fileOf(method: Method): string {
  return join(FOLDER, `${method}.json`)
}
