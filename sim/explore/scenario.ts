/** Small worlds from their files, checked: after that, exploring one cannot fail. */
import { basename } from 'node:path'
import type { ThreadId } from '../../src/core/values/account.ts'
import { type PathProblem, problemsIn } from '../../src/files/forms.ts'
import { located, refusalOf } from '../../src/files/located.ts'
import { suggestion } from '../../src/files/usageError.ts'
import { readYamlFile } from '../../src/files/yamlFile.ts'
import { scenarioFile, scenariosIn } from '../workload/scenario.ts'
import { SMALL_WORLD, type SmallWorldFile } from './schema.ts'
import type { SmallWorld } from './smallWorld.ts'

const FOLDER = 'explore'
const WHAT = 'a small world (see scenarios/explore/*.yaml)'

/** Those that come with the package, by name. */
export function listWorlds(): { readonly name: string; readonly file: string }[] {
  return scenariosIn(FOLDER)
}

export function loadWorld(pathOrName: string): SmallWorld {
  return readWorld(scenarioFile(pathOrName, listWorlds()))
}

function readWorld(file: string): SmallWorld {
  const yaml = readYamlFile(file, WHAT)
  const parsed = SMALL_WORLD.safeParse(yaml.value)
  const problems = parsed.success ? problemsOf(parsed.data) : problemsIn(parsed.error)
  if (!parsed.success || problems.length > 0)
    throw refusalOf(
      yaml,
      problems.map((problem) => located(yaml, problem)),
    )
  return worldOf(basename(file).replace(/\.ya?ml$/, ''), parsed.data)
}

function problemsOf({ threads, accounts, routes, payments, operations }: SmallWorldFile): PathProblem[] {
  const names = Object.keys(accounts)
  const problems: PathProblem[] = []
  const known = (path: PathProblem['path'], name: string, allowed: readonly string[], what: string): void => {
    if (!allowed.includes(name)) problems.push({ path, what: `'${name}' is not ${what}; ${suggestion(name, allowed)}` })
  }
  const there = (path: PathProblem['path'], asks: readonly string[]): void => {
    for (const thread of asks) if (Number(thread.slice(1)) >= threads) problems.push({ path, what: `there is no ${thread}` })
  }
  for (const [name, { account, asks }] of Object.entries(operations)) {
    known(['operations', name, 'account'], account, names, 'an account')
    there(['operations', name, 'asks'], asks)
  }
  for (const [name, { parallelism }] of Object.entries(accounts)) {
    if (parallelism > threads) problems.push({ path: ['accounts', name, 'parallelism'], what: `is above ${threads}, the number of threads` })
  }
  for (const [route, announcers] of Object.entries(routes)) for (const announcer of announcers) known(['routes', route], announcer, names, 'an account')
  for (const [name, { from, to, asks, withId }] of Object.entries(payments)) {
    known(['payments', name, 'from'], from, names, 'an account')
    known(['payments', name, 'to'], to, [...names, ...Object.keys(routes)], 'an account or a route')
    there(['payments', name, 'asks'], asks)
    if (asks.length > 1 && withId === false) problems.push({ path: ['payments', name, 'withId'], what: 'what is asked more than once needs an id' })
  }
  if (Object.keys(payments).length === 0) problems.push({ path: ['payments'], what: 'there is none; give one by name' })
  return problems
}

function worldOf(name: string, file: SmallWorldFile): SmallWorld {
  const { question, threads, failover, warming, coolAfter, faultsUntil, horizon, budgets } = file
  const isRoute = (to: string) => Object.hasOwn(file.routes, to)
  return {
    name,
    question,
    threads,
    failover,
    warming,
    coolAfterMs: coolAfter,
    faultsUntilMs: faultsUntil,
    horizonMs: horizon,
    accounts: Object.entries(file.accounts).map(([account, about]) => ({ name: account, ...about })),
    routes: new Map(Object.entries(file.routes).map(([route, announcers]) => [`test.far.${route}`, announcers])),
    payments: Object.entries(file.payments).map(([payment, { from, to, amount, expiry, asks, withId }]) => ({
      name: payment,
      from,
      to: isRoute(to) ? `test.far.${to}` : `test.hub.${to}`,
      amount,
      expiryMs: expiry,
      asks: asks as ThreadId[],
      withId: withId ?? asks.length > 1,
    })),
    operations: Object.entries(file.operations).map(([operation, { account, direction, amount, expiry, asks }]) => ({
      name: operation,
      account,
      direction,
      amount,
      expiryMs: expiry,
      asks: asks as ThreadId[],
    })),
    budgets,
  }
}
