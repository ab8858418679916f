/** Observable Plot without a browser: a chart as text, that takes its colours and fonts from the page it stands in. */
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { escapeHtml } from './markup.ts'

const { document } = parseHTML('<!doctype html><html><body></body></html>')

/** `says` is what a reader who cannot see the chart is told. */
export function svgOf(says: string, options: Plot.PlotOptions): string {
  const chart = Plot.plot({ ...options, document, className: 'chart' })
  chart.querySelector('style')?.remove()
  // linkedom escapes no markup in attributes: this one is written by hand.
  return shortened(chart.outerHTML).replace('<svg ', `<svg role="img" aria-label="${escapeHtml(says)}" `)
}

/** A tenth of a pixel is enough; a page with hundreds of lines is half as large. */
function shortened(svg: string): string {
  return svg.replace(/-?\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(Math.abs(Number(number)) < 2 ? 2 : 1))))
}
