import { describe, expect, test } from 'vitest'
import { BEHAVIOUR_KINDS } from '../../../../sim/workload/behaviourKinds.ts'
import type { FaultKind, FaultPlan } from '../../../../sim/workload/faultPlan.ts'
import type { Plan } from '../../../../sim/workload/plan.ts'
import { loadScenario, planOf } from '../../../../sim/workload/scenario.ts'
import { announcerEffect, announcerInput } from '../../../../sim/world/schema/announcer.ts'
import { change } from '../../../../sim/world/schema/book.ts'
import { fault, lineFault, slip } from '../../../../sim/world/schema/fault.ts'
import { effect, input } from '../../../../sim/world/schema/thread.ts'
import { traceJsonSchema, traceLine } from '../../../../sim/world/traceSchema.ts'
import { runWorld } from '../../../../sim/world/world.ts'
import { amount } from '../../../../src/core/values/amount.ts'
import { comesOrGoesAt, crashAt, cutAt, failoverAt, live, ms, wakeFaults } from '../../../fixtures/faultyWorld.ts'
import { check, type Line } from '../../../fixtures/stranger.ts'

const WHICH_ACCOUNT = loadScenario('which-account')

/** A few seconds of a regime, with little money so that it binds. */
function shortPlan(regime: string, policy: string, failover: number): Plan {
  const plan = planOf(WHICH_ACCOUNT, { regime, failover, name: `${regime}, failover ${failover}` }, policy)
  return { ...plan, durationMs: 2_000, warmUpMs: 0, traffic: plan.traffic.map((each) => ({ ...each, expiryMs: 4_000 })) }
}

/** Prepares with ids, half of them asked twice on different threads, and users who cannot pay for all. */
function withIds(plan: Plan): Plan {
  return {
    ...plan,
    endpoints: plan.endpoints.map((each) => (each.group === 'users' ? { ...each, openingBalance: 900n as typeof each.openingBalance } : each)),
    traffic: plan.traffic.map((each) => ({ ...each, idOdds: 0.8, repeatOdds: 0.6, repeatAfterMs: 20 })),
  }
}

function withFaults(): Plan {
  const plan = planOf(loadScenario('crash'), { regime: 'crash', failover: 1, name: 'crash' }, 'random')
  const often = { kind: 'every', meanMs: 150 } as const
  const soon = { kind: 'uniform', lowMs: 0, highMs: 20 } as const
  return {
    ...plan,
    durationMs: 4_000,
    storeLatency: { kind: 'uniform', lowMs: 1, highMs: 10 },
    money: [
      {
        name: 'ledger',
        who: plan.endpoints.map(({ name }) => name),
        ratePerS: 10,
        amounts: { kind: 'constant', amount: amount(5n) },
        deposits: 0.5,
        repeatOdds: 0.3,
      },
    ],
    lines: plan.lines.map((line) => ({ ...line, answers: 'deduplicating' })),
    faults: [
      ...plan.faults.flatMap((each): FaultPlan[] => {
        if (each.kind === 'crash') return [{ ...each, times: often, restartAfter: soon }]
        return 'times' in each ? [{ ...each, times: { kind: 'at', atMs: [each.kind === 'store-stall' ? 2_500 : 1_000] } }] : []
      }),
      ...wakeFaults('hub', { odds: 0.2 }),
    ],
  }
}

interface Traced {
  readonly text: readonly string[]
  readonly lines: readonly Line[]
  readonly checkedR5: number
}

function traced(plan: Plan): Traced {
  const text: string[] = []
  const { invariants } = runWorld(plan, 1, { trace: (line) => text.push(line) })
  expect(invariants.violation).toBeUndefined()
  return { text, lines: text.map((line) => JSON.parse(line) as Line), checkedR5: invariants.checked.R5 ?? 0 }
}

/** All that the package's scenario has, for a few seconds, so often that each kind falls. */
function withEveryFault(has: (kind: FaultKind) => boolean): Plan {
  const plan = planOf(loadScenario('faults'), { regime: 'faults', failover: 1, name: 'faults' }, 'random')
  return {
    ...plan,
    durationMs: 4_000,
    faults: plan.faults
      .filter(({ kind }) => has(kind))
      .map((each) => {
        if ('odds' in each) return { ...each, odds: 0.05, untilMs: 4_000 }
        return each.times.kind === 'every' ? { ...each, untilMs: 4_000, times: { kind: 'every', meanMs: each.times.meanMs / 10 } } : { ...each, untilMs: 4_000 }
      }),
  }
}

/** All that the package's scenario of liars has, and what it leaves out. */
function withEveryLie(): Plan {
  const plan = planOf(loadScenario('liars'), { regime: 'liars', failover: 2, name: 'liars' }, 'random')
  const has = new Set(plan.behaviours.map(({ kind }) => kind))
  const others = plan.behaviours.slice(0, 1).flatMap((lie) => BEHAVIOUR_KINDS.filter((kind) => !has.has(kind)).map((kind) => ({ ...lie, name: kind, kind })))
  return { ...plan, durationMs: 20_000, behaviours: [...others, ...plan.behaviours] }
}

const RUNS = {
  balanced: traced(shortPlan('balanced', 'trusted-room', 1)),
  unreliable: traced(shortPlan('unreliable', 'random', 1)),
  holder: traced(shortPlan('holder', 'lowest-balance', 0)),
  'with ids': traced(withIds(shortPlan('balanced', 'random', 1))),
  'with faults': traced(withFaults()),
  'with every fault': traced(withEveryFault((kind) => kind !== 'store-failover')),
}

test('the JSON Schema that is shipped → is the one of the code (`vitest -u` writes it)', async () => {
  await expect(traceJsonSchema()).toMatchFileSnapshot('../../../../scenarios/trace.schema.json')
})

describe.each(Object.entries(RUNS))('%s', (_, { lines, checkedR5 }) => {
  test('every line → is as the schema says', () => {
    const wrong = lines.map((line) => traceLine.safeParse(line)).filter(({ success }) => !success)
    expect(wrong).toEqual([])
    expect(lines.length).toBeGreaterThan(3_000)
  })

  test('a checker that knows the trace alone → looks as often as ours, and finds nothing', () => {
    expect(check(lines)).toEqual({ checked: checkedR5, wrong: [] })
  })

  test('every prepare → has an account at each connector of its line, and at most one reply from the other end', () => {
    const accounts = new Set(lines.flatMap((line) => (line.kind === 'account' ? [`${line.connector}, ${line.line}`] : [])))
    const connectors = new Set(lines.flatMap((line) => (line.kind === 'account' ? [line.connector] : [])))
    const open = new Map<string, string>()
    for (const line of lines) {
      if (line.kind !== 'message' || line.message.type === 'announcement') continue
      const exchange = `${line.line} ${line.exchange}`
      for (const end of [line.from, line.to]) if (connectors.has(end)) expect(accounts).toContain(`${end}, ${line.line}`)
      if (line.message.type === 'prepare' || line.message.type === 'callback') open.set(exchange, `${line.from} ${line.to} ${line.message.condition}`)
      else {
        expect(open.get(exchange)).toBe(`${line.to} ${line.from} ${line.message.condition}`)
        open.delete(exchange)
      }
    }
  })
})

test('a store that says other than its commands come to → the checker finds it', () => {
  const { lines } = RUNS.balanced
  const flawed = (change: (line: Line) => Line | undefined) => check(lines.flatMap((line) => change(line) ?? [])).wrong
  expect(flawed((line) => (line.kind === 'store' && line.command.type === 'warm' ? undefined : line))).not.toEqual([])
  expect(flawed(withoutTakes)).not.toEqual([])
  expect(flawed((line) => (line.kind === 'account' ? { ...line, openingBalance: `${line.openingBalance}1` } : line))).not.toEqual([])
  expect(flawed((line) => (line.kind === 'closing' ? { ...line, books: line.books.map((book) => ({ ...book, positions: { usd: '7' } })) } : line))).not.toEqual(
    [],
  )
})

function withoutTakes(line: Line): Line {
  if (line.kind !== 'store' || line.command.type !== 'commit') return line
  return { ...line, command: { ...line.command, changes: line.command.changes.filter(({ type }) => type !== 'take') } } as Line
}

/** `input woke`, `effect commit`, `change take`, `message prepare`: what these lines show of each kind. */
function kindsIn(line: Line): string[] {
  switch (line.kind) {
    case 'input':
      return [`${line.who === 'announcer' ? 'announcerInput' : 'input'} ${line.input.type}`]
    case 'effect':
      return [`${line.who === 'announcer' ? 'announcerEffect' : 'effect'} ${line.effect.type}`]
    case 'message':
      return [`message ${line.message.type}`]
    case 'fault':
      return [`fault ${line.fault.type}`]
    case 'slip':
      return [`slip ${line.slip.type}`]
    case 'lineFault':
      return [`lineFault ${line.fault.type}`]
    case 'behaviour':
      return [`behaviour ${line.behaviour}`]
    case 'ended':
      return [`ended ${line.why}`]
    case 'store':
      return 'changes' in line.command ? line.command.changes.map(({ type }) => `change ${type}`) : []
    default:
      return [line.kind]
  }
}

const KINDS = [
  ...input.options.map(({ shape }) => `input ${shape.type.value}`),
  ...effect.options.map(({ shape }) => `effect ${shape.type.value}`),
  ...announcerInput.options.map(({ shape }) => `announcerInput ${shape.type.value}`),
  ...announcerEffect.options.map(({ shape }) => `announcerEffect ${shape.type.value}`),
  ...change.options.map(({ shape }) => `change ${shape.type.value}`),
  ...['prepare', 'fulfill', 'reject', 'refusal', 'failure', 'claim', 'announcement'].map((type) => `message ${type}`),
  ...fault.options.map(({ shape }) => `fault ${shape.type.value}`),
  ...slip.options.map(({ shape }) => `slip ${shape.type.value}`),
  ...BEHAVIOUR_KINDS.map((kind) => `behaviour ${kind}`),
  `lineFault ${lineFault.shape.type.value}`,
  ...['crash', 'fenced'].map((why) => `ended ${why}`),
  ...['account', 'closing', 'cut', 'undone', 'world'],
]

/** What a connector in a world without quotes never shows; nor heartbeats, where every announcement is whole. */
const NEVER = [
  'announcerInput heartbeatHeard',
  'announcerInput directoryReplaced',
  'announcerInput quoteAsked',
  'announcerEffect answerQuote',
  'effect recommit',
]

test('all runs together → every kind of line that the schema knows', () => {
  const lossy = Array.from({ length: 4 }, (_, seed) => live({ seed, faults: [failoverAt(1_100, 1_000), cutAt(1_022, 0)] }).lines)
  const claimsOvertake = live({ faults: [crashAt(1_012), crashAt(1_034, { restartAfter: ms(1), arrives: 1, lateBy: ms(50) })], payment: { atMs: 1_090 } })
  // A store that goes back moves money in no store line.
  const failsOver = traced(withEveryFault((kind) => kind === 'store-failover'))
  const comesAndGoes = live({ faults: [comesOrGoesAt(1_010, 'thread-joins'), comesOrGoesAt(1_100, 'thread-leaves')] })
  const calledBack = live({ faults: [], answers: 'callback' })
  const one = [...Object.values(RUNS), claimsOvertake, failsOver, comesAndGoes, calledBack, traced(withEveryLie())].map(({ lines }) => lines)
  const seen = new Set([...one, ...lossy].flatMap((lines) => lines.flatMap(kindsIn)))
  expect(KINDS.filter((kind) => seen.has(kind) === NEVER.includes(kind))).toEqual([])
})
