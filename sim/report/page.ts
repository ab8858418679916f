/** The report: one HTML file that loads nothing and runs nothing, for a reader who knows nothing of us. */
import type { RunFigures } from '../experiment/figures.ts'
import type { RegimeResult, Results } from '../experiment/results.ts'
import { balances, type Times } from './balances.ts'
import { count, listing, plural } from './format.ts'
import { heatLegend, heatMap } from './heatMap.ts'
import { type Cast, castOf, dressed, escapeHtml, policyName } from './markup.ts'
import { ratioChart } from './ratioChart.ts'
import type { RegimeAnswer } from './regimeWords.ts'
import { type Codes, codeLegend, codesOf, rejectChart } from './rejectChart.ts'
import { STYLE } from './style.ts'
import { overallTable, regimeTable } from './tables.ts'
import { type Answer, answerOf } from './words.ts'

interface RegimeContext extends Times {
  /** A sentence or two on what is special here. */
  readonly about?: string
}

/** What the page says besides the results. */
export interface ReportContext {
  readonly question: string
  /** A sentence or two on the scenario. */
  readonly about: string
  /** The command that makes this report again. */
  readonly command: string
  /** With version: `ilp-node 0.1.0`. */
  readonly product: string
  readonly node: string
  readonly scenarioText: string
  /** By name: what each does, in one line. */
  readonly policies: Readonly<Record<string, string>>
  readonly regimes: Readonly<Record<string, RegimeContext>>
  /** All runs of the first seed: their balances are drawn. */
  readonly firstSeed: readonly RunFigures[]
}

interface Page {
  readonly results: Results
  readonly context: ReportContext
  readonly cast: Cast
  readonly codes: Codes
  readonly answer: Answer
}

export function reportHtml(results: Results, context: ReportContext): string {
  const page: Page = { results, context, cast: castOf(results), codes: codesOf(results), answer: answerOf(results) }
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(results.scenario)}: ${escapeHtml(page.answer.headline.replaceAll('`', ''))}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${[opening(page), compared(page), overall(page), regimes(page), invariants(page), reproduce(page)].join('\n')}
</main>
</body>
</html>
`
}

function opening({ results, context, cast, answer }: Page): string {
  const payments = results.policies.reduce((sum, policy) => sum + policy.payments, 0)
  const facts = [
    plural(results.policies.length, 'policy', 'policies'),
    plural(results.regimes.length, 'regime'),
    plural(results.seeds.length, 'seed'),
    plural(payments, 'payment'),
  ]
  const sentences = answer.sentences.map((sentence) => `<p>${dressed(cast, sentence)}</p>`)
  return `<p class="eyebrow">Experiment report · ${escapeHtml(context.product)} · scenario ${escapeHtml(results.scenario)}</p>
<h1>${escapeHtml(context.question)}</h1>
<p class="facts">${facts.join(' · ')}</p>
${alarm(results)}
<section class="card answer"><h2>The short answer</h2>
<p class="headline">${dressed(cast, answer.headline)}</p>
${sentences.join('\n')}
<p class="sure">${escapeHtml(answer.howSure)}</p></section>
${answer.regimes.length > 1 ? contents(cast, answer.regimes) : ''}`
}

/** The answer for each regime in a line, and the way to its figures. */
function contents(cast: Cast, answers: readonly RegimeAnswer[]): string {
  const lines = answers.map(({ regime, brief }, i) => `<li><a href="#regime-${i + 1}">${escapeHtml(regime)}</a> <span>${dressed(cast, brief)}</span></li>`)
  return `<section class="card after"><h3>In each regime</h3><ul class="contents">${lines.join('')}</ul></section>`
}

function alarm({ invariants: { broken } }: Results): string {
  if (broken === 0) return ''
  return `<section class="card alarm"><h2>${plural(broken, 'run')} broke an invariant</h2><p>Do not believe the figures below before that is understood: see <a href="#invariants">the invariants</a>.</p></section>`
}

function compared({ results, context, cast }: Page): string {
  const notes = cast.order.map((name) => `<dt>${policyName(cast, name)}</dt><dd>${escapeHtml(context.policies[name] ?? '')}</dd>`)
  return `<h2>What was compared</h2>
<p>${escapeHtml(context.about)}</p>
<p>Topology: ${escapeHtml(results.topology)}. Payments: ${escapeHtml(results.payments)}. Every policy met the same payments and the same faults, seed by seed.</p>
<section class="card"><dl>${notes.join('')}</dl></section>
<p class="note after"><b>Words.</b> An account’s <em>balance</em> is what the connector owes its holder. The account that is picked <em>receives</em>, so its balance rises. What the payment-channel literature calls “send where most remains” is therefore our <b>lowest-balance</b>, not highest-balance. A line is <em>depleted</em> when less than 5% of it is left to send over it.</p>`
}

function overall({ results, cast, codes }: Page): string {
  const head = '<h2>All figures at a glance</h2>'
  const table = `<section class="card">${overallTable(cast, results)}</section>`
  const several = results.regimes.length > 1
  const says = 'over all regimes, a row for each policy'
  const charts = several ? `<section class="card after"><h3>Over all regimes</h3>${chartRow(cast, codes, results, says)}</section>` : ''
  return `${head}${table}${charts}${several ? maps(cast, results) : ''}`
}

function maps(cast: Cast, results: Results): string {
  const map = (title: string, metric: 'successRatio' | 'volumeRatio') =>
    `<h3 class="map">${title}</h3><div class="wide">${heatMap(cast, results, metric, `${title}, for each policy and regime`)}</div>`
  return `<h2>Policy by regime</h2><section class="card">${heatLegend()}${map('Payments delivered, %', 'successRatio')}${map('Volume delivered, %', 'volumeRatio')}</section>`
}

function chartRow(cast: Cast, codes: Codes, { policies }: Pick<Results, 'policies'>, says: string): string {
  const figure = (title: string, svg: string) => `<figure><figcaption>${title}</figcaption>${svg}</figure>`
  return `<div class="charts">${[
    figure('Payments delivered', ratioChart(cast, policies, 'successRatio', `Payments delivered ${says}`)),
    figure('Volume delivered', ratioChart(cast, policies, 'volumeRatio', `Volume delivered ${says}`)),
    figure('Payments that failed, by cause', rejectChart(cast, codes, policies, `Failed payments by cause ${says}`)),
  ].join('')}</div>${codeLegend(codes)}`
}

function regimes(page: Page): string {
  const { results } = page
  const intervals = results.seeds.length > 1 ? ', the pale bar the 95% interval over seeds, the stroke the mean' : ': with one seed there is no interval'
  const panels =
    'In the panels of balances the upper edge is the most that the account may be owed (nothing more can be sent to it), the lower edge the most that it may owe.'
  return `<h2>${results.regimes.length > 1 ? 'Regime by regime' : 'In detail'}</h2>
<p>Each dot is one seed${intervals}. ${panels}</p>
${results.regimes.map((regime, i) => regimeCard(page, regime, i)).join('\n')}`
}

function regimeCard({ results, context, cast, codes, answer: { regimes: answers } }: Page, regime: RegimeResult, index: number): string {
  const answer = answers[index]
  const told = context.regimes[regime.name]
  const runs = context.firstSeed.filter((run) => run.regime === regime.name)
  const chip = answer ? `<span class="chip ${answer.certainty}">${escapeHtml(answer.sureness)}</span>` : ''
  return `<section class="card regime" id="regime-${index + 1}"><header><h3>${escapeHtml(regime.name)}</h3>${chip}</header>
${told?.about ? `<p class="note">${escapeHtml(told.about)}</p>` : ''}
${said(cast, answer?.sentences ?? [])}
${chartRow(cast, codes, regime, `in ${regime.name}, a row for each policy`)}
${balances(cast, runs, told ?? { warmUpMs: 0 })}
<details><summary>All figures of this regime</summary>${regimeTable(cast, regime, results.seeds.length)}</details></section>`
}

/** What was delivered first; what else there is to see in a paragraph of its own. */
function said(cast: Cast, [delivery = '', ...more]: readonly string[]): string {
  const rest = more.length > 0 ? `<p class="more">${more.map((sentence) => dressed(cast, sentence)).join(' ')}</p>` : ''
  return `<p>${dressed(cast, delivery)}</p>${rest}`
}

function invariants({
  results: {
    invariants: { checked, broken, violations },
  },
}: Page): string {
  const rows = Object.entries(checked).map(([name, times]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${count(times)}</td></tr>`)
  const found = violations.map(
    ({ invariant, regime, policy, seed, at, what }) =>
      `<li><b>${escapeHtml(invariant)}</b> in “${escapeHtml(regime)}” under ${escapeHtml(policy)}, seed ${seed}, at ${at} ms: ${escapeHtml(what)}</li>`,
  )
  return `<h2 id="invariants">Invariants checked</h2>
<p>The books were compared at every step with an independent record of what each party sent and was told. ${broken === 0 ? 'No invariant was broken.' : `${plural(broken, 'run')} broke one:`}</p>
${found.length > 0 ? `<ul>${found.join('')}</ul>` : ''}
<section class="card narrow"><table><thead><tr><th scope="col">Invariant</th><th scope="col">Times checked</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`
}

function reproduce({ results, context }: Page): string {
  return `<h2>How to reproduce it</h2>
<pre>${escapeHtml(context.command)}</pre>
<p class="note">${escapeHtml(context.product)} on Node ${escapeHtml(context.node)}; ${results.seeds.length === 1 ? 'seed' : 'seeds'} ${listing(results.seeds.map(String))}. The same seed gives the same figures on every machine.</p>
<details><summary>The scenario, as it was run</summary><pre>${escapeHtml(context.scenarioText)}</pre></details>`
}
