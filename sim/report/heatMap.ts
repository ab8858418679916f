/**
 * Policy x regime: the figure in a cell is what the policy delivered there, the colour how far that is behind the best
 * policy of the regime. Colour by the figure itself would show which regimes are hard, and that is not the question.
 */
import * as Plot from '@observablehq/plot'
import type { Metric } from '../experiment/comparisons.ts'
import type { Results } from '../experiment/results.ts'
import { type Cast, inCastOrder, label } from './markup.ts'
import { svgOf } from './svg.ts'

/** Points behind the best at which each colour begins; one hue, growing darker (lighter on a dark page). */
const STEPS = [0, 0.01, 0.03, 0.1, 0.2, 0.4]

/** Of the cells together, and of one: the page is wide, but few policies need not fill it. */
const CELLS_WIDTH = 800
const MAX_CELL_WIDTH = 76
const MIN_CELL_WIDTH = 52
const CELL_HEIGHT = 26
const MAX_NAME = 38
const NAME_WIDTH = 6.4
const RIGHT = 84
const TOP = 84

export function heatMap(cast: Cast, results: Results, metric: Metric, says: string): string {
  const cells = results.regimes.flatMap((regime) => {
    const best = Math.max(...regime.policies.map((policy) => policy[metric].mean ?? 0))
    return inCastOrder(cast, regime.policies).map((policy) => cellOf(regime.name, policy.policy, policy[metric].mean, best))
  })
  const cellWidth = Math.max(MIN_CELL_WIDTH, Math.min(MAX_CELL_WIDTH, CELLS_WIDTH / cast.order.length))
  const left = 16 + NAME_WIDTH * Math.min(MAX_NAME, Math.max(...results.regimes.map((regime) => regime.name.length)))
  return svgOf(says, {
    width: left + cellWidth * cast.order.length + RIGHT,
    height: TOP + CELL_HEIGHT * results.regimes.length + 4,
    marginLeft: left,
    marginTop: TOP,
    marginRight: RIGHT,
    marginBottom: 4,
    x: { type: 'band', domain: cast.order, padding: 0.03 },
    y: { type: 'band', domain: results.regimes.map((regime) => regime.name), padding: 0.06 },
    color: { type: 'identity' },
    marks: [
      Plot.axisX({ anchor: 'top', label: null, tickSize: 0, tickRotate: -35, fontSize: 12, tickFormat: label, textAnchor: 'start', dx: -6, dy: -2 }),
      Plot.axisY({
        label: null,
        tickSize: 0,
        fontSize: 12,
        tickFormat: (name: string) => (name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 1)}…`),
      }),
      Plot.cell(cells, { x: 'policy', y: 'regime', fill: 'fill', rx: 2 }),
      Plot.text(cells, {
        x: 'policy',
        y: 'regime',
        text: 'text',
        fill: 'ink',
        fontSize: 12,
        fontVariant: 'tabular-nums',
        fontWeight: 400,
        filter: (cell: Cell) => !cell.best,
      }),
      Plot.text(cells, {
        x: 'policy',
        y: 'regime',
        text: 'text',
        fill: 'ink',
        fontSize: 12.5,
        fontVariant: 'tabular-nums',
        fontWeight: 750,
        filter: (cell: Cell) => cell.best,
      }),
    ],
  })
}

interface Cell {
  readonly regime: string
  readonly policy: string
  readonly text: string
  readonly fill: string
  readonly ink: string
  readonly best: boolean
}

function cellOf(regime: string, policy: string, mean: number | null, best: number): Cell {
  if (mean === null) return { regime, policy, text: '–', fill: 'transparent', ink: 'currentColor', best: false }
  const step = STEPS.findLastIndex((from) => best - mean >= from)
  return { regime, policy, text: (mean * 100).toFixed(1), fill: `var(--h${step})`, ink: `var(--hi${step})`, best: mean === best }
}

export function heatLegend(): string {
  const words = STEPS.map((from, i) => {
    const to = STEPS[i + 1]
    const text = to === undefined ? `${Math.round(from * 100)} or more` : `${i === 0 ? 'under ' : `${Math.round(from * 100)}–`}${Math.round(to * 100)}`
    return `<span class="key" style="--c:var(--h${i})">${text}</span>`
  })
  return `<div class="keys">Points behind the best of the regime: ${words.join('')}<span><b>bold</b> the best</span></div>`
}
