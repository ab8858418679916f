/** Why payments failed: a bar for each policy, a piece for each code of the final reject. */
import * as Plot from '@observablehq/plot'
import type { PolicyResult, Results } from '../experiment/results.ts'
import { percent } from './format.ts'
import { type Cast, escapeHtml, inCastOrder, label } from './markup.ts'
import { CHART_WIDTH, LABEL_WIDTH, ROW_HEIGHT } from './ratioChart.ts'
import { svgOf } from './svg.ts'

const CAUSES: Readonly<Record<string, string>> = {
  F00: 'bad request',
  F01: 'undecodable',
  F02: 'no route',
  F05: 'wrong fulfillment',
  F08: 'amount too large',
  F99: 'the receiver declined',
  R00: 'timed out',
  R01: 'nothing left after rates',
  R02: 'too little time left',
  T00: 'internal error',
  T01: 'not reached',
  T03: 'busy',
  T04: 'no room on the line',
  T05: 'rate limit',
}

/** As many as the style sheet has; what comes after shares the last one. */
const COLOURS = 7

export type Codes = ReadonlyMap<string, string>

/** Every code that occurs, the most frequent first, with its colour: the same in all charts of a report. */
export function codesOf(results: Results): Codes {
  const counts = new Map<string, number>()
  for (const { rejects } of results.policies) {
    for (const [code, times] of Object.entries(rejects)) counts.set(code, (counts.get(code) ?? 0) + times)
  }
  const codes = [...counts].filter(([, times]) => times > 0).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return new Map(codes.map(([code], i) => [code, `var(--r${Math.min(i, COLOURS - 1)})`]))
}

export function codeLegend(codes: Codes): string {
  const entries = [...codes].map(([code, colour]) => {
    const cause = CAUSES[code]
    return `<span class="key" style="--c:${colour}">${escapeHtml(code)}${cause ? ` ${cause}` : ''}</span>`
  })
  return `<div class="keys">${entries.join('')}</div>`
}

export function rejectChart(cast: Cast, codes: Codes, policies: readonly PolicyResult[], says: string): string {
  const rows = inCastOrder(cast, policies).map(({ policy, payments, rejects }) => {
    const pieces = [...codes].map(([code, colour]) => ({ y: policy, colour, share: payments === 0 ? 0 : (rejects[code] ?? 0) / payments }))
    return { y: policy, pieces, total: payments === 0 ? null : pieces.reduce((sum, piece) => sum + piece.share, 0) }
  })
  return svgOf(says, {
    width: CHART_WIDTH,
    height: rows.length * ROW_HEIGHT + 30,
    marginLeft: LABEL_WIDTH,
    marginRight: 48,
    marginTop: 4,
    marginBottom: 26,
    x: { domain: [0, Math.max(0.05, ...rows.map((row) => row.total ?? 0))], nice: true },
    y: { type: 'band', domain: cast.order, padding: 0.32 },
    color: { type: 'identity' },
    marks: [
      Plot.axisX({ label: null, tickFormat: (x: number) => `${Math.round(x * 100)}%`, ticks: 4, tickSize: 0, fontSize: 11 }),
      Plot.gridX({ ticks: 4, stroke: 'var(--rule)', strokeOpacity: 1 }),
      Plot.axisY({ label: null, tickSize: 0, fontSize: 11.5, tickFormat: label, tickPadding: 8 }),
      Plot.barX(
        rows.flatMap((row) => row.pieces),
        { x: 'share', y: 'y', fill: 'colour', insetRight: 0.5 },
      ),
      Plot.text(rows, {
        y: 'y',
        frameAnchor: 'right',
        textAnchor: 'end',
        dx: 46,
        text: ({ total }: { total: number | null }) => percent(total),
        fontSize: 11.5,
        fontVariant: 'tabular-nums',
      }),
    ],
  })
}
