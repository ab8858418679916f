/** The matrix as pages: which of campaign, exploration and properties notices each mutant, and the shortest history that shows it. */
import { isNoticed, type Judged, METHODS, type Results } from './results.ts'

interface Row {
  readonly name: string
  readonly rule: string
  readonly caughtBy: string
  readonly broken: string
}

const NOT_RUN = '·'
const NOT_FOUND = '–'
const NEVER_ENDS = '∞'

export function matrixText(mutants: readonly Row[], results: Results): string {
  return [
    '# Who notices which mutant',
    '',
    'Written by `make mutants`. *Suite*: what the tests catch it by, an invariant of a simulated run or a test file. *Fuzz*: the invariant',
    'that a campaign found broken, its seed, and the events of the shrunk history. *Explore*: the invariant that small worlds found broken,',
    'the world with the shortest history, how many others show it, and the events. *Property*: the property tests that fail, at 100 runs each.',
    `${NOT_FOUND}: not noticed, with the worlds drawn or the states seen within some seconds of CPU; ${NEVER_ENDS}: stopped, nothing was heard of it; ${NOT_RUN}: not run.`,
    'An event that repeats the one before of the same thread, word for word, as a poll does, is counted once. [HISTORIES.md](HISTORIES.md) has them all.',
    '',
    summary(mutants, results),
    '',
    ...byRule(mutants, results),
    '',
    '| mutant | suite | fuzz | explore | property |',
    '|---|---|---|---|---|',
    ...mutants.map(({ name, caughtBy }) =>
      row([name, plain(caughtBy), fuzzCell(results.fuzz[name]), exploreCell(results.explore[name]), propertyCell(results, name)]),
    ),
    '',
  ].join('\n')
}

/** The shorter of the two that campaign and exploration found. */
export function historiesText(mutants: readonly Row[], results: Results): string {
  const told = mutants.flatMap(({ name, broken }) => {
    const shortest = shortestOf(results, name)
    if (shortest === undefined) return []
    const { invariant, what, where, events = 0, history = [] } = shortest
    const missing = events > history.length ? [`… ${events - history.length} events before`] : []
    return ['', `## ${name}`, '', broken, '', `\`${invariant}\` (${where?.split(', ')[0]}): ${what}`, '', '```', ...missing, ...history, '```']
  })
  return ['# The shortest history that shows each mutant', '', 'Written by `make mutants`; [MATRIX.md](MATRIX.md) says how.', ...told, ''].join('\n')
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`
}

function plain(test: string): string {
  return test.replace('test/', '').replace('.test.ts', '')
}

function fuzzCell(judged: Judged | undefined): string {
  if (judged?.invariant === undefined) return nothingCell(judged)
  return `${judged.invariant}, ${judged.where}, ${judged.events}`
}

function exploreCell(judged: Judged | undefined): string {
  if (judged?.invariant === undefined) return nothingCell(judged)
  const [world, ...others] = judged.where?.split(', ') ?? []
  return `${judged.invariant}, ${world}${others.length === 0 ? '' : ` and ${others.length} more`}, ${judged.events}`
}

function nothingCell(judged: Judged | undefined): string {
  if (judged === undefined) return NOT_RUN
  return judged.looked === 0 ? NEVER_ENDS : `${NOT_FOUND} (${judged.looked})`
}

function propertyCell({ property }: Results, name: string): string {
  const failed = property[name]?.failed
  if (failed === undefined) return NOT_RUN
  return failed.map((file) => plain(file).replace('property/', '')).join(', ') || NOT_FOUND
}

function shortestOf({ fuzz, explore }: Results, name: string): Judged | undefined {
  const [first] = [explore[name], fuzz[name]].filter((judged) => judged?.invariant !== undefined).sort((a, b) => (a?.events ?? 0) - (b?.events ?? 0))
  return first
}

function byRule(mutants: readonly Row[], results: Results): string[] {
  const rules = [...new Set(mutants.map(({ rule }) => rule))].sort(inOrder)
  const rows = rules.map((rule) => {
    const names = mutants.filter((each) => each.rule === rule).map(({ name }) => name)
    const noticed = METHODS.map((way) => names.filter((name) => isNoticed(way, results, name)).length)
    return row([rule, names.length, names.length, ...noticed, names.filter((name) => METHODS.some((way) => isNoticed(way, results, name))).length])
  })
  return ['| rule | mutants | suite | fuzz | explore | property | any of the three |', '|---|---|---|---|---|---|---|', ...rows]
}

const LETTERS = 'RBSA'

/** As DESIGN.md lists them. */
function inOrder(a: string, b: string): number {
  return LETTERS.indexOf(a.charAt(0)) - LETTERS.indexOf(b.charAt(0)) || Number(a.slice(1)) - Number(b.slice(1))
}

function summary(mutants: readonly Row[], results: Results): string {
  const names = mutants.map(({ name }) => name)
  const counts = METHODS.map((way) => {
    const run = names.map((name) => isNoticed(way, results, name)).filter((each) => each !== undefined)
    return `${way} ${run.filter(Boolean).length} of ${run.length}`
  })
  const any = names.filter((name) => METHODS.some((way) => isNoticed(way, results, name))).length
  const events = (way: 'fuzz' | 'explore'): number[] => names.flatMap((name) => results[way][name]?.events ?? [])
  const shortest = names.flatMap((name) => shortestOf(results, name)?.events ?? [])
  return `${names.length} mutants: the suite kills all, ${counts.join(', ')}, one of these three ${any}. Median history: ${median(events('fuzz'))} events by fuzz, ${median(events('explore'))} by explore, ${median(shortest)} by the shorter of the two; the longest of these has ${Math.max(0, ...shortest)}.`
}

function median(values: readonly number[]): string {
  return `${[...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NOT_RUN}`
}
