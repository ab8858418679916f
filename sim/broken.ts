/** Tells a broken invariant: what and when, the events that led to it, and the command that runs it again. Exit code 3. */
import { relative } from 'node:path'
import { commandLine } from '../src/terminal/product.ts'
import type { Violation } from './experiment/figures.ts'
import { retell } from './experiment/violation.ts'
import type { Plan } from './workload/plan.ts'

export const BROKEN = 3
const NO_PROGRESS = 4
/** Of a line of the trace. */
const MAX_SHOWN = 300

export function exitCodeOf(invariant: string): number {
  return invariant === 'progress' ? NO_PROGRESS : BROKEN
}

export interface BrokenRun {
  readonly plan: Plan
  readonly policy: string
  readonly seed: number
  readonly violation: Violation
  /** As it was given: a path or a name, with the files that stood in for it. */
  readonly scenario: string
  readonly topology?: string
  readonly payments?: string
  /** Where the whole trace goes. */
  readonly trace: string
}

export function brokenText(run: BrokenRun): string {
  const { plan, policy, seed, violation, trace } = run
  const lines = retell(run, trace)
  return [
    `broken invariant: ${violation.invariant}, at ${violation.at} ms of ${plan.scenario}, ${plan.regime}, policy ${policy}, seed ${seed}`,
    `  ${violation.what}`,
    '',
    lines.length === 0 ? 'The trace has no line about it.' : `The last ${lines.length} lines of the trace about it:`,
    ...lines.map((line) => `  ${line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line}`),
    '',
    `The whole trace: ${trace}`,
    `To run it again: ${again(run)}`,
    '',
  ].join('\n')
}

function again({ plan, policy, seed, scenario, topology, payments, trace }: BrokenRun): string {
  const files = [...(topology === undefined ? [] : ['--topology', topology]), ...(payments === undefined ? [] : ['--payments', payments])]
  return commandLine([...program(), 'run', scenario, '--seed', String(seed), '--policy', policy, '--regime', plan.regime, ...files, '--trace', trace])
}

/** How this process was started, so that the command works as it stands. */
export function program(): string[] {
  const script = process.argv[1] ?? ''
  if (script.endsWith('.ts')) return ['node', '--import', 'tsx', relative('', script)]
  return script.endsWith('.js') ? ['node', relative('', script)] : ['ilp-sim']
}
