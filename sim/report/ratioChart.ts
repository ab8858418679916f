/** A row for each policy: every seed a dot, the 95% interval a bar, the mean a stroke with its figure. */
import * as Plot from '@observablehq/plot'
import type { Metric } from '../experiment/comparisons.ts'
import type { PolicyResult } from '../experiment/results.ts'
import { percent } from './format.ts'
import { type Cast, inCastOrder, label } from './markup.ts'
import { svgOf } from './svg.ts'

export const CHART_WIDTH = 350
export const LABEL_WIDTH = 122
export const ROW_HEIGHT = 22

export function ratioChart(cast: Cast, policies: readonly PolicyResult[], metric: Metric, says: string): string {
  const rows = inCastOrder(cast, policies).map((policy) => ({
    policy,
    y: policy.policy,
    colour: cast.colours.get(policy.policy) ?? 'currentColor',
    ...policy[metric],
  }))
  const known = rows.filter((row) => row.mean !== null)
  const dots = rows.flatMap(({ policy, y, colour }) => policy.perSeed.flatMap((one) => (one[metric] === null ? [] : [{ y, colour, x: one[metric] }])))
  const lowest = Math.min(1, ...known.map((row) => row.low ?? 1), ...dots.map((dot) => dot.x))
  return svgOf(says, {
    width: CHART_WIDTH,
    height: rows.length * ROW_HEIGHT + 30,
    marginLeft: LABEL_WIDTH,
    marginRight: 48,
    marginTop: 4,
    marginBottom: 26,
    x: { domain: [Math.min(0.9, Math.floor(lowest * 10) / 10), 1] },
    y: { type: 'band', domain: cast.order, padding: 0.15 },
    color: { type: 'identity' },
    marks: [
      Plot.axisX({ label: null, tickFormat: (x: number) => `${Math.round(x * 100)}%`, ticks: 4, tickSize: 0, fontSize: 11 }),
      Plot.gridX({ ticks: 4, stroke: 'var(--rule)', strokeOpacity: 1 }),
      Plot.axisY({ label: null, tickSize: 0, fontSize: 11.5, tickFormat: label, tickPadding: 8 }),
      Plot.ruleY(known, { y: 'y', x1: 'low', x2: 'high', stroke: 'colour', strokeWidth: 9, strokeOpacity: 0.28 }),
      Plot.tickX(known, { x: 'mean', y: 'y', stroke: 'var(--ink)', strokeWidth: 1.5, inset: 0 }),
      Plot.dot(dots, { x: 'x', y: 'y', r: 2.6, fill: 'colour', fillOpacity: 0.9, stroke: 'var(--card)', strokeWidth: 0.5 }),
      Plot.text(rows, {
        y: 'y',
        frameAnchor: 'right',
        textAnchor: 'end',
        dx: 46,
        text: ({ mean }: { mean: number | null }) => percent(mean),
        fontSize: 11.5,
        fontVariant: 'tabular-nums',
      }),
    ],
  })
}
