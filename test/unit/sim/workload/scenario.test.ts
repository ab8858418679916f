import { mkdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Plan } from '../../../../sim/workload/plan.ts'
import { listScenarios, loadScenario, planOf, scenarioJsonSchema, variationsOf } from '../../../../sim/workload/scenario.ts'
import { emptyFile, fileOf, refusal } from '../../../fixtures/files.ts'

const SMALL = `question: Which?
duration: 10s
topology: {star: {leaves: 2, capacity: 7}}
endpoints:
  users: {at: hub, count: 2}
  shop: {at: [leaf0, leaf1], announced: true, latency: 5ms}
traffic:
  t: {from: users, to: shop, rate: 60/m, amounts: 5}
compare: {policies: [random, most-room]}
`

const load = (text: string | Buffer) => loadScenario(fileOf('s.yaml', text))
const error = (text: string | Buffer) => refusal(() => load(text))

function plansOf(text: string): Plan[] {
  const scenario = load(text)
  return variationsOf(scenario).map((variation) => planOf(scenario, variation, 'most-room'))
}

function planIn(text: string): Plan {
  const [plan] = plansOf(text)
  if (plan === undefined) throw new Error('no plan')
  return plan
}

describe('a good scenario', () => {
  test('a star → its hub, leaves and lines, half of the capacity granted by each side', () => {
    const plan = planIn(SMALL)
    expect(plan.connectors.map(({ name }) => name)).toEqual(['hub', 'leaf0', 'leaf1'])
    expect(plan.lines).toEqual([
      { name: 'hub-leaf0', from: 'hub', to: 'leaf0', fromGrants: 3n, toGrants: 4n, latency: { kind: 'constant', ms: 10 } },
      { name: 'hub-leaf1', from: 'hub', to: 'leaf1', fromGrants: 3n, toGrants: 4n, latency: { kind: 'constant', ms: 10 } },
    ])
  })

  test('a line → each connector joined to the next', () => {
    const text = SMALL.replace('{star: {leaves: 2, capacity: 7}}', '{line: {length: 3, capacity: 8, latency: 2ms}}')
      .replaceAll('hub', 'c0')
      .replaceAll('leaf0, leaf1', 'c1, c2')
    expect(planIn(text).lines.map(({ name, from, to, latency }) => [name, from, to, latency])).toEqual([
      ['c0-c1', 'c0', 'c1', { kind: 'constant', ms: 2 }],
      ['c1-c2', 'c1', 'c2', { kind: 'constant', ms: 2 }],
    ])
  })

  test('a group of two, a single endpoint → members by number, or the name itself', () => {
    expect(planIn(SMALL).endpoints).toMatchObject([
      { group: 'users', name: 'users0', at: ['hub'], openingBalance: 10n ** 15n, creditLimit: 0n, announced: false, latency: { kind: 'constant', ms: 10 } },
      { group: 'users', name: 'users1' },
      { group: 'shop', name: 'shop', at: ['leaf0', 'leaf1'], announced: true, latency: { kind: 'constant', ms: 5 } },
    ])
    expect(planIn(SMALL).traffic).toMatchObject([
      { from: ['users0', 'users1'], to: ['shop'], ratePerS: 1, amounts: { kind: 'constant', amount: 5n }, expiryMs: 30_000 },
    ])
  })

  test('settings of one connector, of all, of none → in this order', () => {
    const plan = planIn(`${SMALL}defaults: {threads: 2, coolAfter: 1s}\nconnectors: {hub: {threads: 4, attemptTimeout: 2s}}\n`)
    expect(plan.connectors.map(({ threads, coolAfterMs, slack, attemptTimeoutMs }) => [threads, coolAfterMs, slack, attemptTimeoutMs])).toEqual([
      [4, 1_000, 0, 2_000],
      [2, 1_000, 0, undefined],
      [2, 1_000, 0, undefined],
    ])
  })

  test.each([
    ['latency: 1.5s', { kind: 'constant', ms: 1_500 }],
    ['latency: {uniform: [20ms, 30ms]}', { kind: 'uniform', lowMs: 20, highMs: 30 }],
    ['latency: {logNormal: {median: 25ms, sigma: 0.3, cap: 1s}}', { kind: 'logNormal', medianMs: 25, sigma: 0.3, capMs: 1_000 }],
  ])('%s → that latency', (line, latency) => {
    expect(planIn(`${SMALL}${line}\n`).lines[0]?.latency).toEqual(latency)
  })

  test.each([
    ['"9007199254740993"', { kind: 'constant', amount: 9007199254740993n }],
    ['{uniform: [1, 10]}', { kind: 'uniform', low: 1n, high: 10n }],
    ['{logNormal: {median: 10, sigma: 2, cap: 100}}', { kind: 'logNormal', median: 10, sigma: 2, cap: 100n }],
    ['{logNormal: {median: 1, mean: 2, cap: 100}}', { kind: 'logNormal', median: 1, sigma: Math.sqrt(2 * Math.log(2)), cap: 100n }],
  ])('amounts: %s → that distribution', (amounts, distribution) => {
    expect(planIn(SMALL.replace('amounts: 5', `amounts: ${amounts}`)).traffic[0]?.amounts).toEqual(distribution)
  })

  test('grants → what each side says', () => {
    const text = `${SMALL}lines: {x: {from: leaf0, to: leaf1, grants: [1, 20]}}\n`
    expect(planIn(text).lines[2]).toMatchObject({ name: 'x', fromGrants: 1n, toGrants: 20n })
  })

  test('a group that misbehaves → each member does', () => {
    const text = `${SMALL}behaviours: {late: {who: users, kind: slow, delay: 1s, odds: 5%, until: 3s}}\n`
    expect(planIn(text).behaviours).toMatchObject([
      { name: 'late', who: 'users0', kind: 'slow', odds: 0.05, delay: { kind: 'constant', ms: 1_000 }, fromMs: 0, untilMs: 3_000 },
      { name: 'late', who: 'users1' },
    ])
  })

  test('compared connectors → have the policy and the failover of the variation, others keep theirs', () => {
    const text = SMALL.replace('compare: {', 'compare: {connectors: hub, failover: [0, 2], ')
    expect(plansOf(text).map(({ regime, subjects, connectors }) => [regime, subjects, connectors.map(({ policy, failover }) => [policy, failover])])).toEqual([
      [
        's, failover 0',
        ['hub'],
        [
          ['most-room', 0],
          ['random', 1],
          ['random', 1],
        ],
      ],
      [
        's, failover 2',
        ['hub'],
        [
          ['most-room', 2],
          ['random', 1],
          ['random', 1],
        ],
      ],
    ])
  })

  test('CRLF and a byte order mark → the same scenario', () => {
    expect(planIn(`\uFEFF${SMALL.replaceAll('\n', '\r\n')}`)).toEqual(planIn(SMALL))
  })

  test('the scenario crosses to worker threads → the same', () => {
    expect(structuredClone(load(SMALL))).toEqual(load(SMALL))
  })
})

describe('regimes', () => {
  const REGIMES = `${SMALL}regimes:
  calm: {about: Nothing changes.}
  busy: {traffic: {t: {rate: 9/s, amounts: {uniform: [1, 2]}}}}
  other: {traffic: {t: null, u: {from: shop, to: users, rate: 1/s, amounts: 1}}}
`
  test('maps are merged, values replaced, null takes away → one plan each', () => {
    const text = REGIMES.replace('amounts: 5', 'amounts: {logNormal: {median: 1, sigma: 1, cap: 9}}')
    expect(plansOf(text).map(({ regime, traffic }) => [regime, traffic.map(({ name, ratePerS, amounts }) => [name, ratePerS, amounts.kind])])).toEqual([
      ['calm', [['t', 1, 'logNormal']]],
      ['busy', [['t', 9, 'uniform']]],
      ['other', [['u', 1, 'constant']]],
    ])
    expect(load(text).regimes.map(({ about }) => about)).toEqual(['Nothing changes.', '', ''])
  })

  test('part of a distribution → the rest of it stays', () => {
    const text = `${SMALL.replace('amounts: 5', 'amounts: {logNormal: {median: 1, sigma: 1, cap: 9}}')}regimes: {r: {traffic: {t: {amounts: {logNormal: {cap: 3}}}}}}\n`
    expect(planIn(text).traffic[0]?.amounts).toEqual({ kind: 'logNormal', median: 1, sigma: 1, cap: 3n })
  })

  test.each([
    ['a wrong value', '  busy: {traffic: {t: {rate: fast}}}', "s.yaml:11: regimes.busy.traffic.t.rate: 'fast' is not a rate; write 30/s, 2/m or 1/h"],
    ['a key that must stay', '  busy: {traffic: {t: {rate: null}}}', 's.yaml:11: regimes.busy.traffic.t.rate: is missing'],
    ['an unknown key', '  busy: {trafic: {}}', /^s.yaml:11: regimes.busy.trafic: unknown key; did you mean 'traffic'\? allowed: about, duration, /],
    ['what stands above', '  busy: {compare: {failover: 3}}', 's.yaml:11: regimes.busy.compare: stands above the regimes, the same for all'],
    [
      'a base that it breaks',
      '  busy: {topology: {star: {leaves: 1}}}',
      "s.yaml:6: endpoints.shop.at: 'leaf1' is not a connector; did you mean 'leaf0'? allowed: hub, leaf0",
    ],
    ['no map', '  busy: 5', /^s.yaml:11: regimes.busy: /],
  ])('%s → says so, and where', (_, line, message) => {
    const told = error(`${SMALL}regimes:\n${line}\n`)
    if (typeof message === 'string') expect(told).toBe(message)
    else expect(told).toMatch(message)
  })
})

describe('a bad value', () => {
  const change = (from: string, to: string) => error(SMALL.replace(from, to))
  test.each([
    ['question: Which?\n', '', 's.yaml:1: question: is missing'],
    ['10s', '10', 's.yaml:2: duration: 10 is not a duration; write 250ms, 10s, 5m or 1h'],
    ['10s', '32000h', "s.yaml:2: duration: '32000h' is longer than 31 days"],
    ['60/m', '0/s', "s.yaml:8: traffic.t.rate: '0/s' is not above 0 and at most 1000000/s"],
    ['amounts: 5', 'amounts: -5', 's.yaml:8: traffic.t.amounts: -5 is negative; an amount is 0 or more'],
    ['amounts: 5', 'amounts: "-5"', "s.yaml:8: traffic.t.amounts: '-5' is negative; an amount is 0 or more"],
    ['amounts: 5', 'amounts: 5.5', 's.yaml:8: traffic.t.amounts: 5.5 is not a whole number of base units'],
    ['amounts: 5', 'amounts: 18446744073709551616', 's.yaml:8: traffic.t.amounts: 18446744073709551616 is above the largest amount, 2^63 - 1'],
    ['amounts: 5', 'amounts: "18446744073709551616"', "s.yaml:8: traffic.t.amounts: '18446744073709551616' is above the largest amount, 2^63 - 1"],
    ['amounts: 5', 'amounts: 9007199254740993', 's.yaml:8: traffic.t.amounts: 9007199254740992 is above 2^53; write an amount this large in quotes'],
    ['amounts: 5', 'amounts: {uniform: [5, 1]}', 's.yaml:8: traffic.t.amounts.uniform: the first of the pair is above the second'],
    ['amounts: 5', 'amounts: {uniform: 5}', 's.yaml:8: traffic.t.amounts.uniform: is not a pair; write [lowest, highest]'],
    ['amounts: 5', 'amounts: {unifrom: [1, 2]}', "s.yaml:8: traffic.t.amounts.unifrom: unknown key; did you mean 'uniform'? allowed: uniform, logNormal"],
    ['amounts: 5', 'amounts: {logNormal: {median: 5, cap: 9}}', 's.yaml:8: traffic.t.amounts.logNormal: needs either mean or sigma'],
    [
      'amounts: 5',
      'amounts: {logNormal: {median: 5, mean: 4, cap: 9}}',
      's.yaml:8: traffic.t.amounts.logNormal.mean: the mean of a log-normal is above its median',
    ],
    [
      'random, most-room',
      'random, most-rom',
      /^s.yaml:9: compare.policies.1: 'most-rom' is not a policy; did you mean 'most-room'\? allowed: highest-balance, /,
    ],
    ['random, most-room', '', 's.yaml:9: compare.policies: is an empty list'],
    ['count: 2', 'count: 0', 's.yaml:5: endpoints.users.count: 0 is not a whole number from 1 to 2000'],
    ['count: 2', 'cont: 2', /^s.yaml:5: endpoints.users.cont: unknown key; did you mean 'count'\? allowed: at, count, openingBalance, /],
    ['count: 2', 'parallelism: 2', "s.yaml:5: endpoints.users.parallelism: parallelism 2 needs as many threads, 'hub' has 1"],
    ['at: hub', 'at: hbu', "s.yaml:5: endpoints.users.at: 'hbu' is not a connector; did you mean 'hub'? allowed: hub, leaf0, leaf1"],
    ['from: users', 'from: user', "s.yaml:8: traffic.t.from: 'user' is not an endpoint; did you mean 'users'? allowed: any, users, users0, users1, shop"],
    ['from: users', 'from: shop', "s.yaml:8: traffic.t.to: 'shop' pays itself; from and to differ"],
    ['users: {', 'us.ers: {', 's.yaml:5: endpoints.us.ers: is not a name; names are ILP address segments: letters, digits, _ ~ -'],
    ['shop: {', 'users0: {', /^s.yaml:\d: endpoints.users0?: 'users0' is another endpoint's name too/],
    ['shop: {', 'leaf0: {', /^s.yaml:6: endpoints.leaf0: 'leaf0' is a connector's name too/],
    ['announced: true', 'announced: maybe', "s.yaml:6: endpoints.shop.announced: 'maybe' is neither true nor false"],
    ['traffic:\n  t: {from: users, to: shop, rate: 60/m, amounts: 5}', 'traffic: {}', 's.yaml:7: traffic: there is none; give a stream of payments by name'],
  ])('%s → %s: says so, and where', (from, to, message) => {
    const told = change(from, to)
    if (typeof message === 'string') expect(told).toBe(message)
    else expect(told).toMatch(message)
  })

  test.each([
    ['connectors: {hub: {parallelism: 2}}', "s.yaml:10: connectors.hub.parallelism: parallelism 2 needs 2 threads, 'hub' has 1"],
    ['connectors: {hub: }', /^s.yaml:10: connectors.hub: has no value; write {} for all defaults, or the keys threads, /],
    ['connectors: {all: {}}', 's.yaml:10: connectors.all: is no name for a connector; any, all, each stand for several'],
    ['connectors: {__proto__: {}}', 's.yaml:10: __proto__: is not a name; rename it'],
    ['lines: {x: {from: hub, to: leaf1, capacity: 5}}', "s.yaml:10: lines.x: 'hub-leaf1' joins 'hub' and 'leaf1' already; give it the capacity of both"],
    ['lines: {x: {from: leaf0, to: leaf0, capacity: 5}}', "s.yaml:10: lines.x.to: 'leaf0' peers with itself; a line joins two connectors"],
    ['lines: {x: {from: leaf0, to: leaf1}}', 's.yaml:10: lines.x: needs either capacity or grants (in a regime, null takes the other away)'],
    ['behaviours: {x: {who: shop, kind: hold, code: T00}}', 's.yaml:10: behaviours.x.code: is only for kinds that reject'],
    ['behaviours: {x: {who: shop, kind: slow}}', 's.yaml:10: behaviours.x.delay: kind slow needs a delay'],
    ['behaviours: {x: {who: shop, kind: hold, since: 10s}}', 's.yaml:10: behaviours.x.since: is after the end of the run'],
    ['behaviours: {x: {who: shp, kind: hold}}', /^s.yaml:10: behaviours.x.who: 'shp' is neither a connector nor an endpoint; did you mean 'shop'\?/],
    ['connectors: {far: {}}\nlines: {}\nbehaviours: {}\nwarmUp: 10s', 's.yaml:13: warmUp: leaves nothing of the duration'],
    ['duration: 5s', 's.yaml:10: duration: stands twice in the same map; rename or remove one of them'],
    [
      'lines: {x: {from: leaf0, to: leaf1, grants: ["2305843009213693952", 0]}}',
      "s.yaml:10: lines: balances and credit at 'leaf0' come to 2306843009213693956; all of a unit stays below 2^61 = 2305843009213693952 (R6)",
    ],
    ['lines: {x: {from: leaf0', /^s.yaml:11: is not YAML: /],
    ['---\nquestion: Two?', 's.yaml:10: a second document begins; a file holds one; remove the line ---'],
  ])('%s → says so, and where', (line, message) => {
    const told = error(`${SMALL}${line}\n`)
    if (typeof message === 'string') expect(told).toBe(message)
    else expect(told).toMatch(message)
  })

  test('traffic between two pieces → names both', () => {
    const text = SMALL.replace('users: {at: hub', 'users: {at: far').replace('topology', 'connectors: {far: {}}\ntopology')
    expect(error(text)).toBe('s.yaml:9: traffic.t: no lines lead from {far} to {hub, leaf0, leaf1}; join them, or change from and to')
  })

  test('several problems → all of them, in order of lines', () => {
    expect(error(SMALL.replace('10s', '10').replace('count: 2', 'count: x'))).toBe(
      "s.yaml:2: duration: 10 is not a duration; write 250ms, 10s, 5m or 1h\ns.yaml:5: endpoints.users.count: 'x' is not a whole number from 1 to 2000",
    )
  })
})

describe('a bad file', () => {
  test('empty, missing, a directory, no scenario of that name → says which', () => {
    expect(refusal(() => loadScenario(emptyFile('empty.yaml')))).toBe('empty.yaml: is empty; it should be a scenario (see scenarios/*.yaml)')
    expect(refusal(() => loadScenario(fileOf('none.yaml')))).toBe('none.yaml: there is no such file; give the path of a scenario (see scenarios/*.yaml)')
    mkdirSync(fileOf('folder.yaml'))
    expect(refusal(() => loadScenario(fileOf('folder.yaml')))).toBe('folder.yaml: is a directory; give the file that holds a scenario (see scenarios/*.yaml)')
    expect(refusal(() => loadScenario('wich-account'))).toMatch(
      /^there is no scenario 'wich-account'; did you mean 'which-account'\? allowed: .*plain.*, or the path of a file$/,
    )
  })
})

describe('the scenarios of the package', () => {
  test('listed → load, by name and by path, and say where their schema is', () => {
    const listed = listScenarios()
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(['plain', 'which-account']))
    for (const { name, file } of listed) {
      expect(loadScenario(name)).toEqual(loadScenario(file))
      expect(loadScenario(name).text).toMatch(/^# yaml-language-server: \$schema=\.\/scenario\.schema\.json\n/)
    }
  })

  test('the JSON Schema for editors → is the one of the code (`vitest -u` writes it)', async () => {
    await expect(scenarioJsonSchema()).toMatchFileSnapshot('../../../../scenarios/scenario.schema.json')
  })

  test('plain → five connectors, everybody pays everybody, all policies at all connectors', () => {
    const scenario = loadScenario('plain')
    const variations = variationsOf(scenario)
    expect(variations).toEqual([{ regime: 'plain', failover: 1, name: 'plain' }])
    const [plan] = variations.map((variation) => planOf(scenario, variation, 'trusted-room'))
    expect(plan?.subjects).toHaveLength(5)
    expect(plan?.endpoints.map(({ name }) => name)).toEqual(plan?.subjects)
    expect(plan?.traffic).toMatchObject([{ from: plan?.subjects, to: plan?.subjects, fulfills: 1, expiryMs: 30_000 }])
    expect(scenario.policies).toHaveLength(8)
  })
})
