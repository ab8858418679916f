/** What a command line asks for, checked and turned into plans: one for each variation and policy, in the order of the results. */
import { policies as allPolicies, policyNamed } from '../../src/core/routing/policies.ts'
import { suggestion, UsageError } from '../../src/files/usageError.ts'
import { readGraph } from '../workload/graph.ts'
import { readPayments } from '../workload/payments.ts'
import type { Plan } from '../workload/plan.ts'
import { type Files, planOfFiles, quietVariationsOf } from '../workload/quietPlan.ts'
import { loadScenario, planOf, type Scenario, type Variation, variationsOf } from '../workload/scenario.ts'

export interface Asked {
  /** A path, or a name. */
  readonly scenario: string
  readonly topology?: string
  readonly payments?: string
}

export interface Selection {
  readonly scenario: Scenario
  readonly variations: readonly Variation[]
  /** As the results name them: the file, or the kind. */
  readonly topology: string
  readonly payments: string
  readonly planOf: (variation: Variation, policy: string) => Plan
}

export function select({ scenario: pathOrName, topology, payments }: Asked): Selection {
  const scenario = loadScenario(pathOrName)
  const files: Files = {
    ...(topology === undefined ? {} : { graph: readGraph(topology) }),
    ...(payments === undefined ? {} : { payments: readPayments(payments) }),
  }
  const names = { topology: topology ?? scenario.topology, payments: payments ?? 'poisson' }
  if (topology === undefined && payments === undefined) {
    return { scenario, ...names, variations: variationsOf(scenario), planOf: (variation, policy) => planOf(scenario, variation, policy) }
  }
  return { scenario, ...names, variations: quietVariationsOf(scenario), planOf: (variation, policy) => planOfFiles(scenario, files, { policy, variation }) }
}

/** `A,B` → names of policies, each known and named once. */
export function policiesIn(list: string): string[] {
  const names = list.split(',').map((name) => name.trim())
  for (const [i, name] of names.entries()) {
    if (policyNamed(name) === undefined) throw new UsageError({ key: '--policy', what: `there is no policy '${name}'`, todo: suggestion(name, policyNames()) })
    if (names.indexOf(name) < i) throw new UsageError({ key: '--policy', what: `'${name}' stands twice`, todo: 'name each policy once' })
  }
  return names
}

/** By its whole name (`balanced, failover 0`), or the first of a regime; the first of all where none is named. */
export function variationNamed({ scenario, variations }: Selection, name: string | undefined): Variation {
  const found = name === undefined ? variations[0] : (variations.find((one) => one.name === name) ?? variations.find((one) => one.regime === name))
  if (found !== undefined) return found
  const regimes = [...new Set(variations.map(({ regime }) => regime))]
  const alone = variations.length > regimes.length ? `, each alone or as '${variations[0]?.name}'` : ''
  throw new UsageError({ key: '--regime', what: `${scenario.name} has no regime '${name}'`, todo: `${suggestion(name ?? '', regimes)}${alone}` })
}

function policyNames(): string[] {
  return allPolicies.map((policy) => policy.name)
}
