/** Prometheus' text format, version 0.0.4: what is counted, as lines. */
import type { Buckets } from './histogram.ts'

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels: Labels
  /** A whole number of any size may be a bigint. */
  readonly value: number | bigint
}

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly samples: readonly Sample[]
}

export interface HistogramFamily {
  readonly name: string
  readonly help: string
  readonly type: 'histogram'
  readonly samples: readonly { readonly labels: Labels; readonly buckets: Buckets }[]
}

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** A family without samples is left out. */
export function exposition(families: readonly (Family | HistogramFamily)[]): string {
  return families.flatMap((family) => (family.samples.length === 0 ? [] : [head(family), ...linesOf(family)])).join('')
}

function head({ name, help, type }: Family | HistogramFamily): string {
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`
}

function linesOf(family: Family | HistogramFamily): string[] {
  if (family.type !== 'histogram') return family.samples.map(({ labels, value }) => line(family.name, labels, value))
  return family.samples.flatMap(({ labels, buckets: { bounds, counts, sum } }) => {
    let total = 0
    const lines = [...bounds, Number.POSITIVE_INFINITY].map((bound, i) => {
      total += counts[i] ?? 0
      return line(`${family.name}_bucket`, { ...labels, le: bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound) }, total)
    })
    return [...lines, line(`${family.name}_sum`, labels, sum), line(`${family.name}_count`, labels, total)]
  })
}

function line(name: string, labels: Labels, value: number | bigint): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
