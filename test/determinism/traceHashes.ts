/**
 * SHA-256 of the trace of every policy and regime of which-account, and of crash: the same seed gives the same bytes on every
 * machine and Node version. `node --import tsx test/determinism/traceHashes.ts [--seconds N] [--seed N]` prints them; without
 * --seconds each run is as long as the scenario says.
 */
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Plan } from '../../sim/workload/plan.ts'
import { loadScenario, planOf, variationsOf } from '../../sim/workload/scenario.ts'
import { runWorld } from '../../sim/world/world.ts'

export interface TraceHash {
  readonly regime: string
  readonly policy: string
  readonly lines: number
  readonly sha256: string
}

export interface Traced {
  readonly policy: string
  readonly plan: Plan
}

/** `seconds`: of virtual time in which payments start; left out: the scenario's. */
export function plansOfAll(seconds?: number): Traced[] {
  const shortened = seconds === undefined ? {} : { durationMs: seconds * 1000, warmUpMs: 0 }
  return ['which-account', 'crash']
    .map(loadScenario)
    .flatMap((scenario) =>
      variationsOf(scenario).flatMap((variation) =>
        scenario.policies.map((policy) => ({ policy, plan: { ...planOf(scenario, variation, policy), ...shortened } })),
      ),
    )
}

export function traceHash({ policy, plan }: Traced, seed: number): TraceHash {
  const hash = createHash('sha256')
  let lines = 0
  const { invariants } = runWorld(plan, seed, {
    trace: (line) => {
      lines++
      hash.update(line).update('\n')
    },
  })
  if (invariants.violation !== undefined) throw new Error(`${plan.regime}, ${policy}, seed ${seed}: ${invariants.violation.what}`)
  return { regime: plan.regime, policy, lines, sha256: hash.digest('hex') }
}

export function rowOf({ regime, policy, lines, sha256 }: TraceHash): string {
  return `${regime.padEnd(24)}${policy.padEnd(20)}${String(lines).padStart(9)} ${sha256}`
}

function main(): void {
  const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string', default: '1' } } })
  const all = createHash('sha256')
  for (const each of plansOfAll(values.seconds === undefined ? undefined : Number(values.seconds))) {
    const row = rowOf(traceHash(each, Number(values.seed)))
    all.update(`${row}\n`)
    process.stdout.write(`${row}\n`)
  }
  process.stdout.write(`${'all'.padEnd(54)}${all.digest('hex')}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
