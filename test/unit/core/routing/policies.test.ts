/** Candidate sets worked out by hand, and which account each policy picks from them. */
import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../../../src/core/routing/candidate.ts'
import { policies, policyNamed } from '../../../../src/core/routing/policies.ts'
import type { AccountId } from '../../../../src/core/values/account.ts'
import { amount, balance } from '../../../../src/core/values/amount.ts'

const TWO_53 = 9_007_199_254_740_992

const SETS = {
  'one forges trust with tiny payments': {
    amount: 100,
    draw: 0.75,
    candidates: `
      account balance underWay room capacity since successes faults noRoom successAmount faultAmount
      a           300        0 1700     4000    40        50      0      0          5000           0
      b           900        0 1100     4000    10        30      0      0          3000           0
      c          -500     1900  600     4000    20        40      0      0          4000           0
      d          -200      100 2100     4000    30         8      2      0           100         900`,
  },
  'lines are unequal and one refuses everything': {
    amount: 100,
    draw: 0.3,
    candidates: `
      account balance underWay room capacity since successes faults noRoom successAmount faultAmount
      a           350       50  350     1500    20        90     10      0          9000        1000
      b           200      300 1000     3000    20        18      0      2          1800           0
      c          1500      250 2000     7500    10        40      0     10          4000           0
      d             0        0   99     3000    10         0      0     20             0           0`,
  },
  'two limits are unknown and one small line is full': {
    amount: 500,
    draw: 0.999,
    candidates: `
      account balance underWay room capacity since successes faults noRoom successAmount faultAmount
      a           400        0  600     2000     8         9      0      1          1000           0
      b           100      100    -        -     5         0      0      0             0           0
      c          -100      250    -        -     6        51     10      0          1000        5000
      d             0      100  400     1000     7        20      0      0          2000           0`,
  },
  'nobody has room': {
    amount: 5000,
    draw: 0.1,
    candidates: `
      account balance underWay room capacity since successes faults noRoom successAmount faultAmount
      a          1500      400  100     4000     7         0      0      3             0           0
      b          8000     1200  800    20000     8       170     30      0         17000        3000
      c           500        0  500     2000     9         3      0      1           300           0`,
  },
  'ten thousand tiny successes hide large faults': {
    amount: 100,
    draw: 0.5,
    candidates: `
      account balance underWay room capacity since successes faults noRoom successAmount faultAmount
      a             0        0 2000     4000     3     10000     20      0         10000       20000
      b             0      400 1600     4000     3       300      0      0         30000           0
      c             0      500 1500     4000     2         0      0      0             0           0`,
  },
}

const PICKS: Record<string, string> = {
  'highest-balance': 'b c a b a',
  'lowest-balance': 'c d c c a',
  'success-rate': 'a a d b a',
  random: 'd b d a b',
  'lowest-account-id': 'a a a a a',
  incumbent: 'b c b a c',
  'most-room': 'd b c b a',
  'trusted-room': 'a b b c b',
}

describe.each(Object.keys(PICKS))('%s', (name) => {
  test.each(Object.entries(SETS).map(([situation, set], index) => [situation, PICKS[name]?.split(' ')[index], set] as const))('%s → %s', (_, account, set) => {
    expect(pick(name, set.candidates, set.amount, set.draw)).toBe(account)
  })
})

test('every policy → has its picks worked out by hand, five of them', () => {
  expect(policies.map((policy) => policy.name)).toEqual(Object.keys(PICKS))
  for (const picks of Object.values(PICKS)) expect(picks.split(' ')).toHaveLength(Object.keys(SETS).length)
})

test('any two policies → disagree on some set', () => {
  expect(new Set(Object.values(PICKS)).size).toBe(policies.length)
})

test('a name that no policy has → undefined', () => {
  expect(policyNamed('highest')).toBeUndefined()
})

describe('least loaded line', () => {
  test('room equal to the amount → fits', () => {
    const candidates = `
      account balance underWay room capacity
      a             0        0   99      100
      b             0        0  100     1000`
    expect(pick('most-room', candidates, 100)).toBe('b')
  })

  test('ratios that differ beyond a double’s precision → the higher one', () => {
    const candidates = `
      account balance underWay room                capacity
      a             0        0 3000000000000000001 4000000000000000002
      b             0        0 3000000000000000000 4000000000000000000`
    expect(pick('most-room', candidates, 1)).toBe('b')
  })

  test('equal ratios on lines of different size → the first', () => {
    const candidates = `
      account balance underWay room capacity
      a             0        0   10       20
      b             0        0  100      200`
    expect(pick('most-room', candidates, 1)).toBe('a')
  })

  test('unknown line without room beside known ones → the ratio still decides', () => {
    const candidates = `
      account balance underWay room capacity
      a             0        0   50        -
      b           100        0  900     1000
      c            50        0  500     1000`
    expect(pick('most-room', candidates, 100)).toBe('b')
  })

  test('line of capacity 0 and an amount of 0 → compared by load', () => {
    const candidates = `
      account balance underWay room capacity
      a             5        0    0        0
      b             3        1    1       10`
    expect(pick('most-room', candidates, 0)).toBe('b')
  })

  test('every room overdrawn → the least overdrawn', () => {
    const candidates = `
      account balance underWay room capacity
      a             0        0  -50     1000
      b             0        0   -7       10`
    expect(pick('most-room', candidates, 0)).toBe('b')
  })
})

describe('trust, where a has the most room', () => {
  test('new account beside a good record → gets its chance', () => {
    expect(pick('trusted-room', record('a 0 0 0 0', 'b 500 0 50000 0'))).toBe('a')
  })

  test('two mean faults in an empty record → forgiven', () => {
    expect(pick('trusted-room', record('a 0 2 0 200', 'b 100 0 10000 0'))).toBe('a')
  })

  test('three mean faults in an empty record → left', () => {
    expect(pick('trusted-room', record('a 0 3 0 300', 'b 100 0 10000 0'))).toBe('b')
  })

  test('one early fault of thirty times the mean → left at first', () => {
    expect(pick('trusted-room', record('a 0 1 0 3000', 'b 100 0 10000 0'))).toBe('b')
  })

  test('the same fault, small beside what the others carried since → forgiven without decay', () => {
    expect(pick('trusted-room', record('a 0 1 0 3000', 'b 5400 0 540000 0'))).toBe('a')
  })

  test('tiny payments through everyone, which lower the mean → one old fault stays forgiven', () => {
    expect(pick('trusted-room', record('a 100000 1 100000 1000', 'b 100000 0 100000 0'))).toBe('a')
  })

  test('tiny successes before large faults → left', () => {
    expect(pick('trusted-room', record('a 5000 20 5000 20000', 'b 300 0 30000 0'))).toBe('b')
  })

  test('everyone fails alike → room decides', () => {
    expect(pick('trusted-room', record('a 0 50 0 5000', 'b 0 50 0 5000'))).toBe('a')
  })
})

/** Rows of `account successes faults successAmount faultAmount`, on lines of which the first has the most room. */
function record(...rows: readonly string[]): string {
  const lines = rows.map((row, index) => `${row} 0 0 ${2000 - 500 * index} 4000`)
  return ['account successes faults successAmount faultAmount balance underWay room capacity', ...lines].join('\n')
}

function pick(name: string, table: string, sent = 100, draw = 0.5): string | undefined {
  const candidates = candidatesOf(table).map((candidate) => ({ ...candidate, amount: amount(BigInt(sent)) }))
  const index = policyNamed(name)?.pick(candidates, { at: 1000, draw: Math.floor(draw * TWO_53) })
  return index === undefined ? undefined : candidates[index]?.account
}

/** One candidate a row under a row of names; `-` is unknown, a column left out is 0. */
function candidatesOf(table: string): readonly Candidate[] {
  const [names = [], ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  return rows.map((row) => {
    const cell = (name: string): string => row[names.indexOf(name)] ?? '0'
    const known = (name: string): bigint | undefined => (cell(name) === '-' ? undefined : BigInt(cell(name)))
    const room = known('room')
    const capacity = known('capacity')
    return {
      account: cell('account') as AccountId,
      amount: amount(0n),
      balance: balance(BigInt(cell('balance'))),
      underWay: amount(BigInt(cell('underWay'))),
      room: room === undefined ? undefined : balance(room),
      capacity: capacity === undefined ? undefined : amount(capacity),
      distance: 1,
      path: [],
      curve: [],
      since: Number(cell('since')),
      tally: {
        successes: Number(cell('successes')),
        faults: Number(cell('faults')),
        noRoom: Number(cell('noRoom')),
        successAmount: Number(cell('successAmount')),
        faultAmount: Number(cell('faultAmount')),
        noRoomAmount: 0,
      },
      ageMs: 0,
    }
  })
}
