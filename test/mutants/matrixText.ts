/** The matrix as a page: which of campaign, exploration and properties notices each mutant, and how short the history is. */
import type { Judged } from './judgeCopies.ts'

export interface Results {
  readonly fuzz: Record<string, Judged>
  readonly explore: Record<string, Judged>
  readonly property: Record<string, { readonly name: string; readonly failed: readonly string[] }>
}

interface Row {
  readonly name: string
  readonly rule: string
  readonly caughtBy: string
}

const NOT_RUN = '·'
const NOT_FOUND = '–'
const NEVER_ENDS = '∞'

export function matrixText(mutants: readonly Row[], results: Results): string {
  const lines = mutants.map(({ name, caughtBy }) => {
    const property = results.property[name]
    const failed = property?.failed.map((file) => file.replace('test/property/', '').replace('.test.ts', '')).join(', ')
    return `| ${name} | ${caughtBy.replace('test/', '').replace('.test.ts', '')} | ${cell(results.fuzz[name])} | ${cell(results.explore[name])} | ${failed === undefined ? NOT_RUN : failed || NOT_FOUND} |`
  })
  return [
    '# Who notices which mutant',
    '',
    'Written by `make mutants`. *Suite*: what the tests catch it by, an invariant of a simulated run or a test file. *Fuzz*, *explore*: the',
    'invariant that a campaign and the small worlds found broken, within seconds of CPU, and the events of the shrunk history.',
    `*Property*: the property tests that fail. ${NOT_FOUND}: not noticed, with the worlds or states that were looked at; ${NEVER_ENDS}: stopped, it never ends; ${NOT_RUN}: not run.`,
    '',
    ...summary(mutants, results),
    '',
    '| mutant | suite | fuzz | explore | property |',
    '|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n')
}

function cell(judged: Judged | undefined): string {
  if (judged === undefined) return NOT_RUN
  if (judged.invariant !== undefined) return `${judged.invariant}, ${judged.events}`
  return judged.looked === 0 ? NEVER_ENDS : `${NOT_FOUND} (${judged.looked})`
}

function summary(mutants: readonly Row[], { fuzz, explore, property }: Results): string[] {
  const named = mutants.map(({ name }) => name)
  const counts = [
    said('Fuzz', named, (name) => fuzz[name] && fuzz[name].invariant !== undefined),
    said('explore', named, (name) => explore[name] && explore[name].invariant !== undefined),
    said('the properties', named, (name) => property[name] && property[name].failed.length > 0),
  ]
  const events = (all: Results['fuzz']): number[] => named.flatMap((name) => all[name]?.events ?? [])
  return [
    `${named.length} mutants; the suite kills all. ${counts.join('; ')}.`,
    `Median history: fuzz ${median(events(fuzz))} events, explore ${median(events(explore))}.`,
  ]
}

function said(who: string, named: readonly string[], noticed: (name: string) => boolean | undefined): string {
  const run = named.map(noticed).filter((each) => each !== undefined)
  return `${who} notices ${run.filter(Boolean).length} of ${run.length} run`
}

function median(values: readonly number[]): string {
  return `${[...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NOT_RUN}`
}
