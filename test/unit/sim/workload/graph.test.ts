import { mkdirSync } from 'node:fs'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { piecesOf, readGraph } from '../../../../sim/workload/graph.ts'
import { emptyFile, fileOf, refusal } from '../../../fixtures/files.ts'

const graph = (content: string | Buffer) => readGraph(fileOf('graph.csv', content))
const error = (content: string | Buffer) => refusal(() => graph(content))

describe('good graphs', () => {
  test('edges with and without latency → lines, 10 ms where none is given', () => {
    expect(graph('from,to,capacity,latencyMs\na,b,5,2.5\nb,c,7,\n')).toMatchObject({
      connectors: ['a', 'b', 'c'],
      lines: [
        { from: 'a', to: 'b', capacity: 5n, latencyMs: 2.5 },
        { from: 'b', to: 'c', capacity: 7n, latencyMs: 10 },
      ],
    })
  })

  test('an edge repeated in either direction → one line with both capacities, the first direction and latency', () => {
    expect(graph('from,to,capacity,latencyMs\na,b,5,20\nb,a,6,30\na,b,1,40').lines).toEqual([{ from: 'a', to: 'b', capacity: 12n, latencyMs: 20 }])
  })

  test('byte order mark, CRLF, blank lines, spaces, quotes and another order of columns → the same graph', () => {
    expect(graph('\uFEFFto,from,"capacity"\r\n\r\n b , a ,"5"\r\n\r\n').lines).toEqual([{ from: 'a', to: 'b', capacity: 5n, latencyMs: 10 }])
  })

  test('two pieces → each connector has the number of its piece', () => {
    const { connectors, lines } = graph('from,to,capacity\na,b,1\nc,d,1\nb,e,1')
    expect(Object.fromEntries(piecesOf(connectors, lines))).toEqual({ a: 0, b: 0, c: 1, d: 1, e: 0 })
  })
})

describe('bad graphs', () => {
  const HEADER = 'from,to,capacity'
  const AMOUNT = 'an amount is a whole number of base units from 0 to 2^63 - 1'
  test.each([
    ['no header', 'a,b,5', 'graph.csv:1: has no header; the first line is the header from,to,capacity[,latencyMs]'],
    ['a misspelt column', 'from,to,capcity\na,b,5', "graph.csv:1: unknown column 'capcity'; did you mean 'capacity'? allowed: from, to, capacity, latencyMs"],
    ['a missing column', 'from,to\na,b', "graph.csv:1: column 'capacity' is missing; the first line is the header from,to,capacity[,latencyMs]"],
    ['a column twice', 'from,to,to,capacity\n', "graph.csv:1: column 'to' stands twice; the first line is the header from,to,capacity[,latencyMs]"],
    ['no rows', `${HEADER}\n`, 'graph.csv: has a header and no lines; give one edge a row'],
    ['a short row', `${HEADER}\n\na,b`, 'graph.csv:3: has 2 cells, the header has 3; a row is from,to,capacity'],
    ['a self-loop', `${HEADER}\na,b,1\nb,b,5`, "graph.csv:3: to: 'b' peers with itself; a line joins two connectors"],
    ['a name with a dot', `${HEADER}\na.x,b,5`, "graph.csv:2: from: 'a.x' is not a name; names are ILP address segments: letters, digits, _ ~ -"],
    ['an empty name', `${HEADER}\na,,5`, "graph.csv:2: to: '' is not a name; names are ILP address segments: letters, digits, _ ~ -"],
    ['a negative capacity', `${HEADER}\na,b,-5`, `graph.csv:2: capacity: '-5' is not a whole number of base units (digits only); ${AMOUNT}`],
    ['a fractional capacity', `${HEADER}\na,b,5.5`, `graph.csv:2: capacity: '5.5' is not a whole number of base units (digits only); ${AMOUNT}`],
    [
      'a capacity of 2^64',
      `${HEADER}\na,b,18446744073709551616`,
      `graph.csv:2: capacity: 18446744073709551616 is above the largest amount, 9223372036854775807; ${AMOUNT}`,
    ],
    [
      'repeated edges that come to 2^61',
      `${HEADER}\na,b,1152921504606846976\nb,a,1152921504606846976`,
      "graph.csv:3: capacity: the line of 'a' and 'b' comes to 2305843009213693952; a line stays below 2^61 = 2305843009213693952",
    ],
    [
      'a latency that is none',
      `${HEADER},latencyMs\na,b,5,fast`,
      "graph.csv:2: latencyMs: 'fast' is not a number of milliseconds from 0 to 3600000; left out, it is 10",
    ],
    ['a NUL byte', `${HEADER}\na,b,5\nc\0,d,5`, 'graph.csv:3: has a NUL byte; a graph (from,to,capacity[,latencyMs]) is plain text'],
    ['bytes that are not UTF-8', Buffer.from([0x66, 0xff, 0xfe]), 'graph.csv: is not UTF-8 text; save a graph (from,to,capacity[,latencyMs]) as UTF-8'],
  ])('%s → says so, and where', (_, content, message) => {
    expect(error(content)).toBe(message)
  })

  test('a file that is empty, missing, a directory → says which', () => {
    expect(refusal(() => readGraph(emptyFile('empty.csv')))).toBe('empty.csv: is empty; it should be a graph (from,to,capacity[,latencyMs])')
    expect(refusal(() => readGraph(fileOf('none.csv')))).toBe('none.csv: there is no such file; give the path of a graph (from,to,capacity[,latencyMs])')
    mkdirSync(fileOf('folder'))
    expect(refusal(() => readGraph(fileOf('folder')))).toBe('folder: is a directory; give the file that holds a graph (from,to,capacity[,latencyMs])')
  })

  test('100 MB → refused before it is read', () => {
    expect(error(Buffer.alloc(100_000_000, 'a'))).toBe(
      'graph.csv: is larger than 64 MiB; that is the most that is read as a graph (from,to,capacity[,latencyMs])',
    )
  })

  test('more than 2,000 connectors → refused', () => {
    const rows = Array.from({ length: 2_000 }, (_, i) => `n${i},n${i + 1},1`)
    expect(error([HEADER, ...rows].join('\n'))).toBe('graph.csv:2001: has more than 2000 connectors; take a part of the graph')
  })
})

describe('for every valid graph', () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9_~-]{1,8}$/).filter((text) => text !== '__proto__')
  const edge = fc
    .record({ from: name, to: name, capacity: fc.bigInt(0n, 2n ** 60n), latencyMs: fc.integer({ min: 0, max: 1_000 }) })
    .filter(({ from, to }) => from !== to)
  const edges = fc.uniqueArray(edge, { minLength: 1, selector: ({ from, to }) => [from, to].sort().join() })

  property.prop([edges])('written as a file and read → the same lines', (lines) => {
    const rows = lines.map(({ from, to, capacity, latencyMs }) => `${from},${to},${capacity},${latencyMs}`)
    expect(graph(['from,to,capacity,latencyMs', ...rows].join('\n')).lines).toEqual(lines)
  })
})
