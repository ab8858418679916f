/** `ilp-sim run`: one world, one seed. */
import { join } from 'node:path'
import { UsageError } from '../src/files/usageError.ts'
import type { Terminal } from '../src/terminal/terminal.ts'
import { BROKEN, brokenText } from './broken.ts'
import type { FaultFigures, RunFigures } from './experiment/figures.ts'
import { type PolicyResult, type Results, resultsOf } from './experiment/results.ts'
import { type Asked, policiesIn, select, variationNamed } from './experiment/selection.ts'
import { traceFile } from './experiment/traceFile.ts'
import { count, decimal, duration, percent } from './report/format.ts'
import type { Plan } from './workload/plan.ts'
import { runWorld } from './world/world.ts'

export interface RunOptions extends Omit<Asked, 'scenario'> {
  readonly seed: number
  readonly policy: string
  readonly regime?: string
  readonly trace?: string
  readonly json?: true
}

/** Returns the exit code. */
export function runCommand(scenario: string, options: RunOptions, { stdout, stderr }: Terminal): number {
  const [policy = '', ...more] = policiesIn(options.policy)
  if (more.length > 0) throw new UsageError({ key: '--policy', what: 'run takes one policy', todo: 'use compare for several' })
  const selection = select({ ...options, scenario })
  const plan = selection.planOf(variationNamed(selection, options.regime), policy)
  const figures = traced(plan, options)
  const { topology, payments } = selection
  const results = resultsOf({ scenario: plan.scenario, topology, payments, seeds: [options.seed], policies: [policy], regimes: [plan.regime] }, [figures])
  const [figured] = results.policies
  if (figured === undefined) throw new Error(`no figures of ${policy}`)
  const { invariants } = results
  stdout.write(
    options.json
      ? `${JSON.stringify({ scenario: plan.scenario, regime: plan.regime, seed: options.seed, ...figured, ...faultsOf(figures), invariants }, null, 2)}\n`
      : summary({ plan, policy: figured, invariants, seed: options.seed, figures }),
  )
  const { violation } = figures.invariants
  if (violation === undefined) return 0
  const trace = options.trace ?? join('out', plan.scenario, 'violation.ndjson')
  stderr.write(`\n${brokenText({ ...options, plan, policy, violation, scenario, trace })}`)
  return BROKEN
}

function traced(plan: Plan, { seed, trace }: RunOptions): RunFigures {
  if (trace === undefined) return runWorld(plan, seed)
  const file = traceFile(trace)
  try {
    return runWorld(plan, seed, { trace: file.write })
  } finally {
    file.close()
  }
}

function faultsOf({ faults }: RunFigures): Pick<RunFigures, 'faults'> {
  return faults === undefined ? {} : { faults }
}

interface Ran {
  readonly plan: Plan
  readonly policy: PolicyResult
  readonly invariants: Results['invariants']
  readonly seed: number
  readonly figures: RunFigures
}

function lossRows(lost: FaultFigures['lostByStores']): [string, string][] {
  if (lost === undefined) return []
  const words = `${sumOf(lost.uncredited)} fulfilled and not credited, ${sumOf(lost.uncharged)} paid and not charged, ${sumOf(lost.reported)} lostByFailover`
  return [['  lost by stores', `${words}; ${count(lost.excused)} payments may have ended otherwise than was told`]]
}

function sumOf(amounts: Readonly<Record<string, string>>): bigint {
  return Object.values(amounts).reduce((total, value) => total + BigInt(value), 0n)
}

function faultRows(faults: FaultFigures | undefined): [string, string][] {
  if (faults === undefined) return []
  const fired = Object.entries(faults.fired).map(([kind, times]) => `${kind} ${count(times)}`)
  return [
    ['faults', fired.join(', ')],
    ['  cost', `${sumOf(faults.lostInCrash)} fulfilled and not credited, peers' books ${sumOf(faults.drift)} apart`],
    ...lossRows(faults.lostByStores),
  ]
}

function summary({ plan, policy, invariants: { checked }, seed, figures }: Ran): string {
  const { latencyMs, rejects, directions } = policy
  const codes = Object.entries(rejects).map(([code, times]) => `${code} ${count(times)}`)
  const ratios = ({ successRatio, volumeRatio }: Pick<PolicyResult, 'successRatio' | 'volumeRatio'>) =>
    `${percent(successRatio.mean)} fulfilled, ${percent(volumeRatio.mean)} of the volume`
  const rows: [string, string][] = [
    ['payments', `${count(policy.payments)}: ${ratios(policy)}`],
    ...(directions.length > 1
      ? directions.map((direction): [string, string] => [`  ${direction.name}`, `${count(direction.payments)}: ${ratios(direction)}`])
      : []),
    ['rejects', codes.join(', ') || 'none'],
    ['latency', `p50 ${duration(latencyMs.p50)}, p95 ${duration(latencyMs.p95)}, p99 ${duration(latencyMs.p99)}`],
    ['a payment', `${decimal(policy.attemptsPerPayment)} attempts, ${decimal(policy.storeCommandsPerPayment)} store commands`],
    ...(policy.depleted === null ? [] : [['depleted', `${percent(policy.depleted)} of the time, mean of the announcing accounts`] satisfies [string, string]]),
    ...faultRows(figures.faults),
    [
      'invariants',
      `checked ${Object.entries(checked)
        .map(([name, times]) => `${name} ${count(times)}`)
        .join(', ')} times`,
    ],
  ]
  const width = Math.max(...rows.map(([title]) => title.length)) + 2
  return [
    `${plan.scenario}: ${plan.regime}, policy ${policy.policy}, seed ${seed}`,
    ...rows.map(([title, text]) => `  ${title.padEnd(width)}${text}`),
    '',
  ].join('\n')
}
