/**
 * Scenario files: one question, one base, and regimes that are patches over it. A scenario is checked in all its
 * regimes when it is loaded; after that, making a plan of it cannot fail.
 */
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { policies } from '../../src/core/routing/policies.ts'
import { type PathProblem, problemsIn } from '../../src/files/forms.ts'
import { located, refusalOf } from '../../src/files/located.ts'
import { suggestion, UsageError } from '../../src/files/usageError.ts'
import { readYamlFile, type YamlFile } from '../../src/files/yamlFile.ts'
import { patched, patchSchema } from './patch.ts'
import type { Plan } from './plan.ts'
import { resolve, subjectsOf, type World } from './resolve.ts'
import { BODY, type Body, SCENARIO } from './schema.ts'

const WHAT = 'a scenario (see scenarios/*.yaml)'
/** They stand above the regimes, and are the same for all. */
const NOT_IN_REGIMES = ['question', 'compare', 'regimes']

export interface Regime {
  readonly name: string
  /** What it is a model of; '' where it does not say. */
  readonly about: string
  readonly world: World
}

/** Plain data, crosses to worker threads. */
export interface Scenario {
  /** The file's name without its ending. */
  readonly name: string
  readonly file: string
  readonly question: string
  readonly about: string
  /** The file, for the report. */
  readonly text: string
  readonly topology: 'star' | 'line' | 'explicit'
  readonly policies: readonly string[]
  readonly failovers: readonly number[]
  readonly compared: readonly string[]
  readonly defaults: Body['defaults']
  /** Without a patch. */
  readonly base: World
  /** At least one: the base itself, under the scenario's name, where the file has none. */
  readonly regimes: readonly Regime[]
}

export interface Variation {
  readonly regime: string
  readonly failover: number
  /** As the results name it: `balanced, failover 0`, or only the regime where failover has a single value. */
  readonly name: string
}

export function loadScenario(pathOrName: string): Scenario {
  return readScenario(scenarioFile(pathOrName, listScenarios()))
}

export function variationsOf({ regimes, failovers }: Scenario): Variation[] {
  return regimes.flatMap(({ name }) => failovers.map((failover) => variation(name, { failover, failovers })))
}

export function variation(regime: string, { failover, failovers }: { readonly failover: number; readonly failovers: readonly number[] }): Variation {
  return { regime, failover, name: failovers.length === 1 ? regime : `${regime}, failover ${failover}` }
}

export function planOf(scenario: Scenario, { regime, failover, name }: Variation, policy: string): Plan {
  const world = scenario.regimes.find((each) => each.name === regime)?.world
  if (world === undefined) throw new Error(`scenario ${scenario.name} has no regime ${regime}`)
  const subjects = subjectsOf(scenario.compared, { world, report: () => {} })
  const connectors = world.connectors.map((connector) => (subjects.includes(connector.name) ? { ...connector, policy, failover } : connector))
  return { scenario: scenario.name, regime: name, ...world, connectors, subjects }
}

/** Those that come with the package, by name. */
export function listScenarios(): Listed[] {
  return scenariosIn('.')
}

export interface Listed {
  readonly name: string
  readonly file: string
}

/** `subfolder`: of the folder beside package.json. */
export function scenariosIn(subfolder: string): Listed[] {
  const folder = join(scenariosFolder(), subfolder)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({ name: basename(file, '.yaml'), file: join(folder, file) }))
}

/** Beside package.json, both from the sources and from dist. */
function scenariosFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  return join(folder, 'scenarios')
}

/** A path as it is; otherwise the listed one of that name. */
export function scenarioFile(pathOrName: string, listed: readonly Listed[]): string {
  if (existsSync(pathOrName) || /[/\\\0]|\.ya?ml$/.test(pathOrName)) return pathOrName
  const found = listed.find(({ name }) => name === pathOrName)
  if (found !== undefined) return found.file
  throw new UsageError({
    what: `there is no scenario '${pathOrName}'`,
    todo: `${suggestion(
      pathOrName,
      listed.map(({ name }) => name),
    )}, or the path of a file`,
  })
}

function readScenario(file: string): Scenario {
  const yaml = readYamlFile(file, WHAT)
  const parsed = SCENARIO.safeParse(yaml.value)
  if (!parsed.success)
    throw refusalOf(
      yaml,
      problemsIn(parsed.error).map((problem) => located(yaml, problem)),
    )
  const { question, about = '', compare, regimes: patches, ...body } = parsed.data
  const name = basename(file).replace(/\.ya?ml$/, '')
  const base = world(yaml, { body, compared: compare.connectors })
  const regimes = Object.entries(patches).map(([regime, patch]) => patchedRegime(yaml, { regime, patch, compared: compare.connectors }))
  return {
    name,
    file,
    question,
    about,
    text: yaml.text,
    topology: body.topology?.kind ?? 'explicit',
    policies: compare.policies.includes('all') ? policies.map((policy) => policy.name) : [...new Set(compare.policies)],
    failovers: [...new Set(compare.failover)],
    compared: compare.connectors,
    defaults: body.defaults,
    base,
    regimes: regimes.length === 0 ? [{ name, about: '', world: base }] : regimes,
  }
}

/** Where a regime's patch stands. */
function inRegime(regime: string | undefined): readonly string[] {
  return regime === undefined ? [] : ['regimes', regime]
}

interface Patch {
  readonly regime: string
  readonly patch: Readonly<Record<string, unknown>>
  readonly compared: readonly string[]
}

function patchedRegime(yaml: YamlFile, { regime, patch, compared }: Patch): Regime {
  const misplaced = NOT_IN_REGIMES.filter((key) => Object.hasOwn(patch, key))
  if (misplaced.length > 0) {
    throw refusalOf(
      yaml,
      misplaced.map((key) => located(yaml, { path: ['regimes', regime, key], what: 'stands above the regimes, the same for all' })),
    )
  }
  const base = Object.fromEntries(Object.entries(yaml.value).filter(([key]) => !NOT_IN_REGIMES.includes(key)))
  const parsed = BODY.safeParse(patched(base, patch))
  if (!parsed.success)
    throw refusalOf(
      yaml,
      problemsIn(parsed.error).map((problem) => located(yaml, problem, inRegime(regime))),
    )
  const about = typeof patch.about === 'string' ? (parsed.data.about ?? '') : ''
  return { name: regime, about, world: world(yaml, { body: parsed.data, compared, regime }) }
}

function world(yaml: YamlFile, { body, compared, regime }: { readonly body: Body; readonly compared: readonly string[]; readonly regime?: string }): World {
  const problems: PathProblem[] = []
  const report = (path: PathProblem['path'], what: string): void => void problems.push({ path, what })
  const resolved = resolve(body, report)
  subjectsOf(compared, { world: resolved, report })
  if (problems.length > 0)
    throw refusalOf(
      yaml,
      problems.map((problem) => located(yaml, problem, inRegime(regime))),
    )
  return resolved
}

/** `scenarios/scenario.schema.json`, which editors pick up. */
export function scenarioJsonSchema(): string {
  const schema = z.toJSONSchema(SCENARIO, { io: 'input' })
  const { question: _, compare: __, regimes, ...properties } = schema.properties ?? {}
  const patch = patchSchema({ type: 'object', properties, additionalProperties: false })
  const title = 'A scenario of ilp-sim'
  return `${JSON.stringify({ ...schema, title, properties: { ...schema.properties, regimes: { ...Object(regimes), additionalProperties: patch } } }, null, 2)}\n`
}
