/** The results for a terminal of 100 columns: the table, policy by regime, and the answer in words. */
import { plainTable, trimmed } from '../../src/terminal/table.ts'
import type { PolicyResult, Results } from '../experiment/results.ts'
import { count, decimal, duration, NOTHING, percent, range } from './format.ts'
import { rank, worstOf } from './standing.ts'
import { answerOf } from './words.ts'

const WIDTH = 100
const NAME_WIDTH = 18
const MAX_REGIME_WIDTH = 42
const MIN_REGIME_WIDTH = 24

export interface TerminalOptions {
  /** Off where the output is not a terminal. */
  readonly colours: boolean
}

export function terminalText(results: Results, { colours }: TerminalOptions): string {
  const ranked = rank(results.policies, 'successRatio')
  const order = [...ranked, ...results.policies.filter((policy) => !ranked.includes(policy))]
  const style: Style = (code, text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)
  return [
    overall(results, order, style),
    ...(results.regimes.length > 1 ? [byRegime(results, order, style)] : []),
    answer(results, style),
    invariants(results, style),
  ].join('\n\n')
}

/** Of the best in a regime: such figures are dimmed. */
const FAR_BEHIND = 0.1

const BOLD = 1
const DIM = 2
const RED = 31
const GREEN = 32

type Style = (code: number, text: string) => string

function overall(results: Results, order: readonly PolicyResult[], style: Style): string {
  const several = results.regimes.length > 1
  const head = ['#', 'policy', 'success', 'volume', ...(several ? ['worst (in)'] : []), 'p95', 'attempts', 'commands']
  const rows = order.map((policy, i) => [
    String(i + 1),
    cut(policy.policy, NAME_WIDTH),
    ratio(policy, 'successRatio', results.seeds.length),
    ratio(policy, 'volumeRatio', results.seeds.length),
    ...(several ? [worst(results, policy)] : []),
    duration(policy.latencyMs.p95),
    decimal(policy.attemptsPerPayment),
    decimal(policy.storeCommandsPerPayment),
  ])
  return plainTable({ head: head.map((title) => style(DIM, title)), rows })
}

function ratio(policy: PolicyResult, metric: 'successRatio' | 'volumeRatio', seeds: number): string {
  return `${percent(policy[metric].mean)}${seeds > 1 && policy[metric].mean !== null ? ` ${range(policy[metric])}` : ''}`
}

/** The least that it delivers, and the number of the regime in the table below. */
function worst(results: Results, { policy }: PolicyResult): string {
  const found = worstOf(results.regimes, policy)
  return found ? `${percent(found.mean)} (${results.regimes.findIndex((regime) => regime.name === found.regime) + 1})` : NOTHING
}

/** Regimes downwards, policies across by their number; the best of a regime has a star. */
function byRegime(results: Results, order: readonly PolicyResult[], style: Style): string {
  const column = order.length <= 10 ? 6 : 5
  const across = Math.min(order.length, Math.floor((WIDTH - MIN_REGIME_WIDTH) / column))
  const names = results.regimes.map((regime, i) => `${String(i + 1).padStart(2)} ${regime.name}`)
  const left = Math.min(MAX_REGIME_WIDTH, WIDTH - across * column, Math.max(...names.map((name) => name.length)) + 1)
  const header =
    '   success, %'.padEnd(left) +
    order
      .slice(0, across)
      .map((_, i) => `#${i + 1} `.padStart(column))
      .join('')
  const lines = results.regimes.map((regime, r) => {
    const means = order.map((one) => regime.policies.find((policy) => policy.policy === one.policy)?.successRatio.mean ?? null)
    const best = Math.max(...means.map((mean) => mean ?? 0))
    return (
      cutMiddle(names[r] ?? '', left - 1).padEnd(left) +
      means
        .slice(0, across)
        .map((mean) => cell(mean, best, column, style))
        .join('')
    )
  })
  const rest = order.length > across ? [`(the first ${across} of ${order.length} policies; the report has all)`] : []
  return trimmed([style(DIM, header), ...lines, ...rest].join('\n'))
}

function cell(mean: number | null, best: number, width: number, style: Style): string {
  if (mean === null) return `${NOTHING} `.padStart(width)
  const figure = mean >= 0.9995 ? '100' : (mean * 100).toFixed(1)
  const text = `${figure}${mean === best ? '*' : ' '}`.padStart(width)
  if (mean === best) return style(GREEN, text)
  return best - mean >= FAR_BEHIND ? style(DIM, text) : text
}

function answer(results: Results, style: Style): string {
  const { headline, sentences, howSure, regimes } = answerOf(results)
  const plain = (text: string) => text.replaceAll('`', '')
  const perRegime = regimes.length > 1 ? regimes.map(({ regime, brief }) => wrapped(plain(`${regime}: ${brief}`), '  ')) : []
  return [
    ...(perRegime.length > 0 ? [style(BOLD, 'Regime by regime'), ...perRegime, ''] : []),
    style(BOLD, wrapped(plain(headline))),
    ...sentences.map((sentence) => wrapped(plain(sentence))),
    style(DIM, wrapped(plain(howSure))),
  ].join('\n')
}

function invariants({ invariants: { checked, broken, violations } }: Results, style: Style): string {
  const times = Object.entries(checked).map(([name, number]) => `${name} ${count(number)}`)
  if (broken === 0) return wrapped(`Invariants: none broken; checked ${times.join(', ')} times.`, '  ')
  const found = violations.map(({ invariant, regime, policy, seed, at, what }) => `${invariant} in ${regime}, ${policy}, seed ${seed}, at ${at} ms: ${what}`)
  return [style(RED, `Invariants: ${broken} BROKEN`), ...found.map((line) => wrapped(line, '    '))].join('\n')
}

function wrapped(text: string, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = indent + word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join('\n')
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

/** A regime's name begins with its kind and ends with its variation: both stay. */
function cutMiddle(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 13)}…${text.slice(-12)}`
}
