/** What a campaign came to, in lines. */
import { type Coverage, coverageOf } from './fuzz/coverage.ts'
import type { Tally } from './fuzz/tally.ts'
import { count, percent } from './report/format.ts'

export function fuzzSummary(tally: Tally, seconds: number): string {
  const { reached, unreached, unreachable, refuted } = coverageOf(tally.rows)
  const rate = seconds === 0 ? 0 : Math.round(tally.payments / seconds)
  const rows: [string, string][] = [
    ['seeds', count(tally.seeds)],
    [
      'payments',
      `${count(tally.payments)} in ${seconds.toFixed(1)} s, ${count(rate)} a second, ${percent(tally.fulfilled / Math.max(1, tally.payments))} fulfilled`,
    ],
    ['faults', firedText(tally.faults)],
    ['behaviours', firedText(tally.behaviours)],
    ['transitions', `${reached} of ${reached + unreached.length} rows reached${unreached.length === 0 ? '' : `; NOT REACHED: ${unreached.join(', ')}`}`],
    ['  others', `${unreachable.length} rows cannot be reached`],
    ...reasonsOf(unreachable).map(([reason, rows]): [string, string] => ['', `${rows.join(', ')}: ${reason}`]),
    ...(refuted.length === 0 ? [] : [['  REFUTED', `reached all the same: ${refuted.join(', ')}`] satisfies [string, string]]),
    [
      'checked',
      Object.entries(tally.checked)
        .map(([name, times]) => `${name} ${count(times)}`)
        .join(', '),
    ],
  ]
  return `${rows.map(([title, text]) => `${title.padEnd(13)}${text}`).join('\n')}\n`
}

function reasonsOf(unreachable: Coverage['unreachable']): [reason: string, rows: string[]][] {
  const rows = new Map<string, string[]>()
  for (const { row, reason } of unreachable) rows.set(reason, [...(rows.get(reason) ?? []), row])
  return [...rows]
}

function firedText(fired: Readonly<Record<string, number>>): string {
  const never = Object.keys(fired).filter((kind) => fired[kind] === 0)
  const text = Object.entries(fired)
    .filter(([, times]) => times > 0)
    .map(([kind, times]) => `${kind} ${count(times)}`)
  return [...text, ...(never.length === 0 ? [] : [`NEVER FIRED: ${never.join(', ')}`])].join(', ')
}
