/** `ilp-sim admissions`: what the books cost, and what the rules without them do to a balance. */

import { plainTable } from '../src/terminal/table.ts'
import type { Terminal } from '../src/terminal/terminal.ts'
import { admissions } from './admission/admissions.ts'
import { compareAdmissions } from './admission/compareAdmissions.ts'
import type { AdmissionFigures } from './admission/figures.ts'
import { SMALLEST, shortestOverdraft } from './explore/shortestOverdraft.ts'
import { count, decimal, percent } from './report/format.ts'
import { loadScenario, planOf, variationsOf } from './workload/scenario.ts'

export interface AdmissionsOptions {
  readonly seed: number
  readonly json?: true
}

/** Returns the exit code. */
export function admissionsCommand(file: string, { seed, json }: AdmissionsOptions, { stdout }: Terminal): number {
  const scenario = loadScenario(file)
  const [policy = ''] = scenario.policies
  const figures = variationsOf(scenario).flatMap((variation) => compareAdmissions(planOf(scenario, variation, policy), seed))
  stdout.write(
    json
      ? `${JSON.stringify({ scenario: scenario.name, seed, admissions: figures.map(plain), shortestOverdraft: shortestOverdraft(SMALLEST) }, null, 2)}\n`
      : tableOf(figures),
  )
  return 0
}

function plain({ lowest, bound, ...rest }: AdmissionFigures): object {
  return { ...rest, lowest: `${lowest}`, bound: `${bound}` }
}

function tableOf(figures: readonly AdmissionFigures[]): string {
  const head = ['regime', 'admission', 'payments', 'fulfilled', 'lowest balance', 'its bound', 'refused in error', 'store commands', 'spent']
  const rows = figures.map((each) => [
    each.regime,
    each.admission,
    count(each.payments),
    percent(each.payments === 0 ? null : each.fulfilled / each.payments),
    `${each.lowest}`,
    `${each.bound}`,
    count(each.falseRejects),
    decimal(each.storeCommandsPerPayment),
    percent(each.spent),
  ])
  const words = admissions.map(({ name, summary }) => `${name.padEnd(16)}${summary}`)
  return `${plainTable({ head, rows, right: [2, 3, 4, 5, 6, 7, 8] })}\n\n${words.join('\n')}\n
Refused in error: T04 although the balance was as much as the amount. Store commands: a payment. Spent: of what the account had and was paid.
${overdraftText()}`
}

function overdraftText(): string {
  const { balance, parallelism, amounts } = SMALLEST
  const steps = shortestOverdraft(SMALLEST)?.steps ?? []
  const lines = steps.map((step, i) => `${String(i + 1).padStart(3)}  ${step}\n`)
  return `\nThe shortest way that seed-rule overdraws ${balance} units, ${parallelism} threads, amounts ${amounts.join(' and ')} (all ways were tried):\n${lines.join('')}`
}
