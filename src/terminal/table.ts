/** Columns of text for a terminal, without lines and colours of its own. */
import Table from 'cli-table3'

interface PlainTable {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Columns that stand at the right; all others at the left. */
  readonly right?: readonly number[]
}

const NO_LINES = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((place) => [place, '']),
)

export function plainTable({ head, rows, right = [] }: PlainTable): string {
  const table = new Table({
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [] },
    head: [...head],
    colAligns: head.map((_, i) => (right.includes(i) ? 'right' : 'left')),
  })
  table.push(...rows.map((row) => [...row]))
  return trimmed(table.toString())
}

/** Without the blanks at the ends of lines. */
export function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
