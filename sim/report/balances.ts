/** The balance of each announcing account between its credit limits over time: a panel for each policy, one seed. */
import * as Plot from '@observablehq/plot'
import type { AccountFigures, RunFigures } from '../experiment/figures.ts'
import { type Cast, escapeHtml, inCastOrder, policyName } from './markup.ts'
import { svgOf } from './svg.ts'

/** All accounts are drawn up to this many; of more, only the busiest. */
const MAX_ALL = 4
const BUSIEST = 3
/** More would not be seen in a panel this small. */
const MAX_POINTS = 150

export interface Times {
  readonly warmUpMs: number
  /** When a behaviour begins after time 0. */
  readonly changesMs?: number
}

/** Empty where nothing was sampled. */
export function balances(cast: Cast, runs: readonly RunFigures[], times: Times): string {
  const names = shownAccounts(runs)
  const all = new Set(runs.flatMap((run) => run.accounts.map(nameOf))).size
  const sampled = runs.some((run) => run.accounts.some((account) => account.levels.length > 1))
  const [first] = runs
  if (!first || !sampled) return ''
  const bad = new Set(runs.flatMap((run) => run.accounts.filter((account) => account.bad).map(nameOf)))
  const severalHubs = new Set(runs.flatMap((run) => run.accounts.map((account) => account.connector))).size > 1
  const keys = names.map((name, i) => {
    const [connector = '', account = ''] = name.split('/')
    return `<span class="key line" style="--c:var(--a${i})">${escapeHtml(severalHubs ? `${account} at ${connector}` : account)}${bad.has(name) ? ' (misbehaves)' : ''}</span>`
  })
  const choice =
    all > names.length
      ? `<p class="note">There are ${all} announcing accounts. These are the ${names.length} that were picked first most often, all policies together.</p>`
      : ''
  const panels = inCastOrder(cast, runs).map((run) => panel(cast, run, names, times))
  return `<h4>Balances over time, seed ${first.seed}</h4>${choice}<div class="keys">${keys.join('')}${timeKeys(times)}</div><div class="panels">${panels.join('')}</div>`
}

function timeKeys({ warmUpMs, changesMs }: Times): string {
  const warmUp = warmUpMs > 0 ? '<span class="key shade">warm-up, not counted</span>' : ''
  return `${warmUp}${changesMs === undefined ? '' : '<span class="key dashed">turns bad</span>'}`
}

function nameOf({ connector, account }: AccountFigures): string {
  return `${connector}/${account}`
}

/** In the order of the figures; where there are too many, the busiest first. */
function shownAccounts(runs: readonly RunFigures[]): string[] {
  const picks = new Map<string, number>()
  for (const account of runs.flatMap((run) => run.accounts)) picks.set(nameOf(account), (picks.get(nameOf(account)) ?? 0) + account.firstPicks)
  if (picks.size <= MAX_ALL) return [...picks.keys()]
  return [...picks]
    .sort((a, b) => b[1] - a[1])
    .slice(0, BUSIEST)
    .map(([name]) => name)
}

function panel(cast: Cast, run: RunFigures, names: readonly string[], times: Times): string {
  const accounts = run.accounts.filter((account) => names.includes(nameOf(account)))
  const endMs = Math.max(1, ...accounts.map((account) => (account.levels.length - 1) * account.sampleMs))
  const lines = accounts.flatMap((account) => pointsOf(account, `var(--a${names.indexOf(nameOf(account))})`))
  const svg = svgOf(`Balances under ${run.policy} over time`, {
    width: 260,
    height: 110,
    margin: 1,
    x: { domain: [0, endMs], axis: null },
    y: { domain: [0, 1], axis: null },
    color: { type: 'identity' },
    marks: [
      Plot.rect([{ until: Math.min(times.warmUpMs, endMs) }], { x1: 0, x2: 'until', y1: 0, y2: 1, fill: 'var(--shade)' }),
      Plot.ruleY([0, 1], { stroke: 'var(--line)', strokeWidth: 1 }),
      Plot.ruleY([0.5], { stroke: 'var(--rule)', strokeWidth: 1 }),
      Plot.lineY(lines, { x: 'x', y: 'y', stroke: 'colour', z: 'colour', strokeWidth: 1.3, strokeOpacity: 0.95, curve: 'linear' }),
      ...(times.changesMs === undefined ? [] : [Plot.ruleX([times.changesMs], { stroke: 'var(--ink)', strokeDasharray: '3,3', strokeWidth: 1 })]),
    ],
  })
  return `<figure class="panel"><figcaption>${policyName(cast, run.policy)}</figcaption>${svg}<div class="ends"><span>0</span><span>${Math.round(endMs / 1000)} s</span></div></figure>`
}

function pointsOf({ levels, sampleMs }: AccountFigures, colour: string): { x: number; y: number; colour: string }[] {
  const stride = Math.ceil(levels.length / MAX_POINTS)
  return levels.flatMap((y, i) => (i % stride === 0 ? [{ x: i * sampleMs, y, colour }] : []))
}
