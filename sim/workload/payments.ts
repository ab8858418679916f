/** PAYMENTS.csv: header `atMs,from,to,amount`, a payment a row, in any order. */

import { UsageError } from '../../src/files/usageError.ts'
import { cellReader, readCsv } from './csv.ts'
import type { PaymentRow } from './plan.ts'

/** 31 days of virtual time: every connector announces its routes once a minute for so long. */
const MAX_AT_MS = 2_678_400_000

/** Plain data, crosses to worker threads. */
export interface Payments {
  readonly file: string
  /** In order of time; rows of the same time in the file's order. */
  readonly rows: readonly PaymentRow[]
  /** Line in the file of each of `rows`. */
  readonly lines: readonly number[]
}

export function readPayments(file: string): Payments {
  const found: { readonly row: PaymentRow; readonly line: number }[] = []
  const names = new Map<string, string>()
  for (const csvRow of readCsv(file, { what: 'payments (atMs,from,to,amount)', required: ['atMs', 'from', 'to', 'amount'] })) {
    const read = cellReader(file, csvRow)
    const atMs = read.ms('atMs', { most: MAX_AT_MS, todo: 'time counts from the start of the run, 31 days at most' })
    const from = shared(names, read.name('from'))
    const to = shared(names, read.name('to'))
    if (from === to) throw read.problem(`'${from}' pays itself`, { key: 'to', todo: 'from and to differ' })
    found.push({ row: { atMs, from, to, amount: read.amount('amount') }, line: csvRow.line })
  }
  if (found.length === 0) throw new UsageError({ file, what: 'has a header and no payments', todo: 'give one payment a row' })
  found.sort((a, b) => a.row.atMs - b.row.atMs || a.line - b.line)
  return { file, rows: found.map(({ row }) => row), lines: found.map(({ line }) => line) }
}

/** One string for each name: a slice of the text would keep all of it in memory. */
function shared(names: Map<string, string>, name: string): string {
  const known = names.get(name)
  if (known !== undefined) return known
  const copy = Buffer.from(name).toString()
  names.set(copy, copy)
  return copy
}
