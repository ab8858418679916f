import { describe, expect, test } from 'vitest'
import type { FaultPlan } from '../../../../sim/workload/faultPlan.ts'
import { loadScenario, planOf, variationsOf } from '../../../../sim/workload/scenario.ts'
import { fileOf, refusal } from '../../../fixtures/files.ts'

const SMALL = `question: Which?
duration: 10s
topology: {star: {leaves: 2, capacity: 7}}
defaults: {threads: 2}
endpoints: {users: {at: hub}, shop: {at: [leaf0, leaf1], announced: true}}
traffic: {t: {from: users, to: shop, rate: 60/m, amounts: 5}}
compare: {policies: random}
`

const load = (faults: string) => loadScenario(fileOf('s.yaml', `${SMALL}faults: {x: {${faults}}}\n`))

function faultsIn(text: string): readonly FaultPlan[] {
  const scenario = load(text)
  return variationsOf(scenario).flatMap((variation) => planOf(scenario, variation, 'random').faults)
}

const late = { lateBy: { kind: 'uniform', lowMs: 0, highMs: 100 } }

describe('faults', () => {
  test('none named → none in the plan', () => {
    const scenario = loadScenario(fileOf('s.yaml', SMALL))
    expect(variationsOf(scenario).map((variation) => planOf(scenario, variation, 'random').faults)).toEqual([[]])
  })

  test('a crash with its defaults → of any thread, until payments no longer start', () => {
    expect(faultsIn('who: hub, kind: crash, every: 5s')).toEqual([
      {
        name: 'x',
        who: 'hub',
        kind: 'crash',
        times: { kind: 'every', meanMs: 5_000 },
        fromMs: 0,
        untilMs: 10_000,
        midStep: 0.5,
        restartAfter: { kind: 'constant', ms: 100 },
        ...late,
      },
    ])
  })

  test('at given times, for a thread, all said → as said, in order of time', () => {
    const said = 'at: [2.5s, 1s], thread: t1, midStep: 0, restartAfter: 1s, arrives: 100%, lateBy: 0s, since: 1s, until: 3s'
    expect(faultsIn(`who: hub, kind: crash, ${said}`)).toMatchObject([
      {
        times: { kind: 'at', atMs: [1_000, 2_500] },
        thread: 't1',
        midStep: 0,
        restartAfter: { kind: 'constant', ms: 1_000 },
        arrives: 1,
        lateBy: { kind: 'constant', ms: 0 },
        fromMs: 1_000,
        untilMs: 3_000,
      },
    ])
  })

  test('several connectors, or any → one for each', () => {
    expect(faultsIn('who: [hub, leaf1], kind: store-restart, every: 1s, restartAfter: {uniform: [1ms, 2ms]}').map(({ who }) => who)).toEqual(['hub', 'leaf1'])
    expect(faultsIn('who: any, kind: store-stall, every: 1s, lasts: 3s')).toMatchObject([
      { who: 'hub', kind: 'store-stall', lasts: { kind: 'constant', ms: 3_000 }, ...late },
      { who: 'leaf0' },
      { who: 'leaf1' },
    ])
  })
})

describe('odds', () => {
  test('for each message that passes → at each connector, with what the kind has', () => {
    expect(faultsIn('who: [hub, leaf1], kind: wake-late, odds: 2%, since: 1s, until: 3s')).toEqual(
      ['hub', 'leaf1'].map((who) => ({ name: 'x', who, kind: 'wake-late', odds: 0.02, fromMs: 1_000, untilMs: 3_000, by: { kind: 'constant', ms: 500 } })),
    )
  })
})

describe('a wrong fault → its line and key, and what to do', () => {
  test.each([
    ['who: hub, kind: crash', 'faults.x: needs either every or at'],
    ['who: hub, kind: crash, every: 1s, at: 2s', 'faults.x: needs either every or at'],
    ['who: hbu, kind: crash, every: 1s', /faults\.x\.who: 'hbu' is not a connector; did you mean 'hub'\?/],
    ['who: hub, kind: crsh, every: 1s', /faults\.x\.kind: 'crsh' is not known; did you mean 'crash'\?/],
    ['who: hub, every: 1s', 'faults.x.kind: is missing; write one of crash, pause, '],
    ['who: hub, kind: wake-lost, every: 1s, odds: 1%', 'faults.x.every: unknown key; allowed: kind, who, odds, since, until'],
    ['who: hub, kind: wake-lost', 'faults.x.odds: is missing'],
    ['who: hub, kind: wake-lost, odds: 1%, since: 2s, until: 2s', 'faults.x.until: is not after since'],
    ['who: hub, kind: wake-late, odds: 1%, by: 11m', 'faults.x: takes longer than 10m'],
    ['who: hub, kind: crash, every: 1s, thread: t2', "faults.x.thread: 'hub' has only the threads t0 to t1"],
    ['who: hub, kind: crash, every: 1s, thread: two', "faults.x.thread: 'two' is not a thread; write t0, t1 or the like"],
    [
      'who: hub, kind: store-restart, every: 1s, thread: t0',
      'faults.x.thread: unknown key; allowed: kind, who, every, at, since, until, restartAfter, arrives',
    ],
    [
      'who: hub, kind: store-restart, every: 1s, midStep: 1',
      'faults.x.midStep: unknown key; allowed: kind, who, every, at, since, until, restartAfter, arrives',
    ],
    ['who: hub, kind: store-restart, every: 1s, lateBy: 1s', 'faults.x.lateBy: unknown key; '],
    ['who: hub, kind: store-stall, every: 1s', 'faults.x.lasts: is missing'],
    ['who: hub, kind: store-stall, every: 1s, lasts: 1s, restartAfter: 1s', 'faults.x.restartAfter: unknown key; '],
    ['who: hub, kind: crash, every: 1s, restartAfter: 11m', 'faults.x: takes longer than 10m'],
    ['who: hub, kind: crash, at: 11s', 'faults.x.at: is after the end of the run'],
    ['who: hub, kind: crash, at: 2s, until: 1s', 'faults.x.at: is not before until'],
    ['who: hub, kind: crash, every: 1s, since: 10s', 'faults.x.since: is after the end of the run'],
    ['who: hub, kind: crash, every: 1s, since: 2s, until: 1s', 'faults.x.until: is not after since'],
  ])('%s', (text, message) => {
    const told = refusal(() => load(text))
    if (typeof message === 'string') expect(told).toContain(message)
    else expect(told).toMatch(message)
  })
})
