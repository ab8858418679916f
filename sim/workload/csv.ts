/** Comma-separated files of names and numbers: a header, a row a line; CRLF, blank lines and quoted cells are taken. */
import { type Amount, parseAmount } from '../../src/core/values/amount.ts'
import { isName, NAME_RULE } from '../../src/files/names.ts'
import { readTextFile } from '../../src/files/textFile.ts'
import { type Problem, suggestion, UsageError } from '../../src/files/usageError.ts'

/** The rows are kept in memory, 100 to 200 bytes each: some 3 million payments. */
const MAX_CSV_BYTES = 64 * 1_048_576

interface CsvRow {
  readonly line: number
  /** By column; '' where the file leaves it out. */
  readonly cells: Readonly<Record<string, string>>
}

interface CsvForm {
  readonly what: string
  readonly required: readonly string[]
  readonly optional?: readonly string[]
}

export function* readCsv(file: string, form: CsvForm): Generator<CsvRow> {
  const text = readTextFile(file, { what: form.what, maxBytes: MAX_CSV_BYTES })
  let columns: readonly string[] | undefined
  let line = 0
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const content = text.slice(start, end).trim()
    start = end + 1
    line++
    if (content === '') continue
    const cells = content.split(',').map(unquoted)
    if (columns === undefined) {
      columns = checkedHeader(cells, { file, line, form })
      continue
    }
    if (cells.length !== columns.length) {
      throw new UsageError({ file, line, what: `has ${cells.length} cells, the header has ${columns.length}`, todo: `a row is ${columns.join(',')}` })
    }
    const row: Record<string, string> = {}
    for (const [i, column] of columns.entries()) row[column] = cells[i] ?? ''
    yield { line, cells: row }
  }
}

function unquoted(cell: string): string {
  const text = cell.trim()
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).trim() : text
}

function checkedHeader(cells: readonly string[], at: { readonly file: string; readonly line: number; readonly form: CsvForm }): readonly string[] {
  const { required, optional = [] } = at.form
  const allowed = [...required, ...optional]
  const todo = `the first line is the header ${required.join(',')}${optional.map((column) => `[,${column}]`).join('')}`
  const problem = (what: string, more = todo): UsageError => new UsageError({ file: at.file, line: at.line, what, todo: more })
  if (!cells.some((cell) => allowed.includes(cell))) throw problem('has no header')
  for (const [i, cell] of cells.entries()) {
    if (!allowed.includes(cell)) throw problem(`unknown column '${cell}'`, suggestion(cell, allowed))
    if (cells.indexOf(cell) !== i) throw problem(`column '${cell}' stands twice`)
  }
  for (const column of required) if (!cells.includes(column)) throw problem(`column '${column}' is missing`)
  return cells
}

/** Reads one row's cells, each checked, with the file, line and column in the error. */
interface CellReader {
  readonly name: (column: string) => string
  readonly amount: (column: string) => Amount
  /** Whole or decimal milliseconds; `otherwise` where the cell is empty. */
  readonly ms: (column: string, bounds: { readonly most: number; readonly otherwise?: number; readonly todo: string }) => number
  readonly problem: (what: string, more?: Pick<Problem, 'key' | 'todo'>) => UsageError
}

export function cellReader(file: string, { line, cells }: CsvRow): CellReader {
  const problem = (what: string, more: Pick<Problem, 'key' | 'todo'> = {}): UsageError => new UsageError({ file, line, ...more, what })
  return {
    problem,
    name: (key) => {
      const cell = cells[key] ?? ''
      if (!isName(cell)) throw problem(`'${shortened(cell)}' is not a name`, { key, todo: NAME_RULE })
      return cell
    },
    amount: (key) => {
      const parsed = parseAmount(cells[key] ?? '')
      if (typeof parsed !== 'bigint') throw problem(shortened(parsed.invalid), { key, todo: 'an amount is a whole number of base units from 0 to 2^63 - 1' })
      return parsed
    },
    ms: (key, { most, otherwise, todo }) => {
      const cell = cells[key] ?? ''
      if (cell === '' && otherwise !== undefined) return otherwise
      const value = /^\d{1,15}(\.\d{1,9})?$/.test(cell) ? Number(cell) : Number.NaN
      if (!(value <= most)) throw problem(`'${shortened(cell)}' is not a number of milliseconds from 0 to ${most}`, { key, todo })
      return value
    },
  }
}

function shortened(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}
