/** GRAPH.csv: header `from,to,capacity[,latencyMs]`, an edge a row: a peering of two connectors with one credit line. */
import { type Amount, add, MAX_TOTAL } from '../../src/core/values/amount.ts'
import { UsageError } from '../../src/files/usageError.ts'
import { cellReader, readCsv } from './csv.ts'

const DEFAULT_LATENCY_MS = 10
const MAX_LATENCY_MS = 3_600_000
/** Every connector has a route to every other, so a world grows with the square of their number. */
const MAX_CONNECTORS = 2_000

interface GraphLine {
  readonly from: string
  readonly to: string
  readonly capacity: Amount
  readonly latencyMs: number
}

/** Plain data, crosses to worker threads. */
export interface Graph {
  readonly file: string
  /** In order of first mention. */
  readonly connectors: readonly string[]
  /** One for each pair: repeated edges, in either direction, are one line. */
  readonly lines: readonly GraphLine[]
}

export function readGraph(file: string): Graph {
  const connectors = new Set<string>()
  const lines = new Map<string, GraphLine>()
  for (const row of readCsv(file, { what: 'a graph (from,to,capacity[,latencyMs])', required: ['from', 'to', 'capacity'], optional: ['latencyMs'] })) {
    const read = cellReader(file, row)
    const from = read.name('from')
    const to = read.name('to')
    const capacity = read.amount('capacity')
    const latencyMs = read.ms('latencyMs', { most: MAX_LATENCY_MS, otherwise: DEFAULT_LATENCY_MS, todo: `left out, it is ${DEFAULT_LATENCY_MS}` })
    if (from === to) throw read.problem(`'${from}' peers with itself`, { key: 'to', todo: 'a line joins two connectors' })
    const key = from < to ? `${from},${to}` : `${to},${from}`
    const known = lines.get(key)
    const line = known === undefined ? { from, to, capacity, latencyMs } : { ...known, capacity: add(known.capacity, capacity) }
    if (line.capacity >= MAX_TOTAL) {
      throw read.problem(`the line of '${line.from}' and '${line.to}' comes to ${line.capacity}`, {
        key: 'capacity',
        todo: `a line stays below 2^61 = ${MAX_TOTAL}`,
      })
    }
    lines.set(key, line)
    connectors.add(from).add(to)
    if (connectors.size > MAX_CONNECTORS) throw read.problem(`has more than ${MAX_CONNECTORS} connectors`, { todo: 'take a part of the graph' })
  }
  if (lines.size === 0) throw new UsageError({ file, what: 'has a header and no lines', todo: 'give one edge a row' })
  return { file, connectors: [...connectors], lines: [...lines.values()] }
}

/** Which piece of the graph each connector is in: names in order of `connectors`, the piece's number from 0. */
export function piecesOf(connectors: readonly string[], lines: readonly { readonly from: string; readonly to: string }[]): ReadonlyMap<string, number> {
  const neighbours = new Map<string, string[]>(connectors.map((name) => [name, []]))
  for (const { from, to } of lines) {
    neighbours.get(from)?.push(to)
    neighbours.get(to)?.push(from)
  }
  const pieces = new Map<string, number>()
  let piece = 0
  for (const first of connectors) {
    if (pieces.has(first)) continue
    const open = [first]
    pieces.set(first, piece)
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const next of neighbours.get(name) ?? []) {
        if (pieces.has(next)) continue
        pieces.set(next, piece)
        open.push(next)
      }
    }
    piece++
  }
  return pieces
}

/** `{a, b, c, … (12)} and {d}`: at most two pieces and five names of each. */
export function pieceText(pieces: ReadonlyMap<string, number>, numbers: readonly number[]): string {
  return numbers
    .slice(0, 2)
    .map((number) => {
      const names = [...pieces].filter(([, piece]) => piece === number).map(([name]) => name)
      return `{${names.slice(0, 5).join(', ')}${names.length > 5 ? `, … (${names.length})` : ''}}`
    })
    .join(' and ')
}
