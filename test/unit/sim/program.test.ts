import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { mutantNames } from '../../../sim/mutants/mutants.ts'
import { ilpSim as program } from '../../../sim/program.ts'
import { policies } from '../../../src/core/routing/policies.ts'

const folder = mkdtempSync(join(tmpdir(), 'ilp-sim-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function ilpSim(args: readonly string[]): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  const code = await program(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  })
  return { code, stdout, stderr }
}

/** Two seconds of a hub and two ways to one destination. */
const tiny = join(folder, 'tiny.yaml')
writeFileSync(
  tiny,
  `question: Which of two?
about: As small as it gets.
duration: 2s
connectors: {hub: {threads: 2, parallelism: 2}, a: {}, b: {}}
lines: {hub-a: {from: hub, to: a, capacity: 400}, hub-b: {from: hub, to: b, capacity: 400}}
endpoints:
  users: {at: hub, count: 2, openingBalance: unlimited}
  dest: {at: [a, b], announced: true, creditLimit: unlimited}
traffic:
  forward: {from: users, to: dest, rate: 40/s, amounts: {uniform: [1, 50]}, expiry: 4s}
compare: {connectors: hub, policies: [lowest-balance, highest-balance], failover: [0, 1]}
regimes:
  plain: {}
  refuser: {behaviours: {refuser: {who: a, towards: hub, kind: refuse}}}
`,
)
const graph = join(folder, 'graph.csv')
writeFileSync(graph, 'from,to,capacity\nx,y,1000\ny,z,1000\n')
const payments = join(folder, 'payments.csv')
writeFileSync(payments, 'atMs,from,to,amount\n0,x,z,400\n10,x,z,200\n20,z,x,100\n')

describe('bad usage → exit 2, what is allowed, and no stack', () => {
  test.each<[string, string[], string]>([
    ['no command', [], 'Usage: ilp-sim'],
    ['unknown command', ['polices'], 'Did you mean policies?'],
    ['unknown option', ['run', 'plain', '--sed', '1'], 'Did you mean --seed?'],
    ['no scenario', ['run'], "missing required argument 'SCENARIO'"],
    ['unknown scenario', ['run', 'plan'], "did you mean 'plain'?"],
    ['a scenario that is no file', ['run', './nothing.yaml'], './nothing.yaml: there is no such file'],
    ['a scenario that is something else', ['run', 'package.json'], 'package.json:2: name: unknown key'],
    ['unknown policy', ['run', 'plain', '--policy', 'most-rom'], "did you mean 'most-room'?"],
    ['unknown policy among several', ['compare', 'plain', '--policy', 'random,'], "--policy: there is no policy ''"],
    ['a policy twice', ['compare', 'plain', '--policy', 'random,random'], "'random' stands twice"],
    ['several policies for run', ['run', 'plain', '--policy', 'random,incumbent'], 'run takes one policy'],
    ['unknown regime', ['run', tiny, '--regime', 'refusr'], "did you mean 'refuser'?"],
    ['seed in words', ['run', 'plain', '--seed', 'one'], "'--seed <N>' argument 'one' is invalid. It must be a whole number"],
    ['seed below 0', ['run', 'plain', '--seed', '-1'], 'It must be a whole number from 0'],
    ['seed beyond exact numbers', ['run', 'plain', '--seed', '9007199254740993'], 'It must be a whole number from 0'],
    ['a part of a seed', ['compare', 'plain', '--seeds', '1.5'], 'It must be a whole number from 1'],
    ['no jobs', ['compare', 'plain', '--jobs', '0'], 'It must be a whole number from 1'],
    ['a word too many', ['run', 'plain', 'plain'], 'too many arguments'],
    ['a trace that cannot be written', ['run', tiny, '--trace', 'package.json/trace'], '--trace: package.json/trace cannot be written'],
    ['a folder that cannot be made', ['compare', tiny, '--out', 'package.json'], '--out: package.json/tiny cannot be made'],
    ['a graph that is none', ['run', 'plain', '--topology', 'package.json'], 'package.json:1:'],
    ['no such payments', ['run', 'plain', '--payments', './nothing.csv'], './nothing.csv: there is no such file'],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await ilpSim(args)
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/^ +at /m)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

describe('help and lists', () => {
  test.each(['run', 'compare', 'mutants', 'policies', 'scenarios'])('%s --help → its flags and an example', async (command) => {
    const { code, stdout } = await ilpSim([command, '--help'])
    expect(stdout).toContain(`Usage: ilp-sim ${command}`)
    expect(stdout).toMatch(new RegExp(`Examples?:\n  ilp-sim ${command}`))
    expect(code).toBe(0)
  })

  test('mutants → a line each, with its rule, what catches it, and what is broken', async () => {
    const { code, stdout } = await ilpSim(['mutants'])
    expect(code).toBe(0)
    const [head, ...lines] = stdout.trimEnd().split('\n')
    expect(head?.split(/ {2,}/)).toEqual(['mutant', 'rule', 'caught by', 'what is broken'])
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual(expect.arrayContaining(mutantNames()))
    expect(lines).toContainEqual(expect.stringMatching(/^B1-send-before-durable +B1 +invariant B1 +The excentric prepare leaves/))
  })

  test('policies → a line each, with what it does', async () => {
    const { code, stdout } = await ilpSim(['policies'])
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual(policies.map(({ name, summary }) => [name, summary]))
    expect(code).toBe(0)
  })

  test('scenarios → a line each, with its question', async () => {
    const { stdout } = await ilpSim(['scenarios'])
    expect(stdout).toMatch(/^plain +Which/m)
    expect(stdout).toMatch(/^which-account +When several accounts/m)
  })

  test('--version → that of package.json', async () => {
    const { stdout } = await ilpSim(['--version'])
    expect(stdout.trim()).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version)
  })
})

describe('run', () => {
  test('--json → one policy, with its invariants', async () => {
    const { code, stdout } = await ilpSim(['run', tiny, '--seed', '5', '--policy', 'lowest-balance', '--json'])
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ scenario: 'tiny', regime: 'plain, failover 0', seed: 5, policy: 'lowest-balance', invariants: { broken: 0 } })
    expect(result.payments).toBeGreaterThan(0)
    expect(code).toBe(0)
  })

  test('a regime by its own name, or with its failover → that one', async () => {
    const [first, second] = await Promise.all(
      ['refuser', 'refuser, failover 1'].map(async (regime) => JSON.parse((await ilpSim(['run', tiny, '--regime', regime, '--json'])).stdout)),
    )
    expect(first.regime).toBe('refuser, failover 0')
    expect(second.regime).toBe('refuser, failover 1')
    expect(second.attemptsPerPayment).toBeGreaterThan(first.attemptsPerPayment)
  })

  test('without --json → a summary', async () => {
    const { stdout } = await ilpSim(['run', tiny])
    expect(stdout).toMatch(/^tiny: plain, failover 0, policy trusted-room, seed 1\n {2}payments +\d+: [\d.]+% fulfilled/)
  })

  test('the same seed twice → the same trace, byte for byte, a line of JSON each', async () => {
    const files = [join(folder, 'once.ndjson'), join(folder, 'deep', 'twice.ndjson')]
    await Promise.all(files.map((file) => ilpSim(['run', tiny, '--trace', file])))
    const [once, twice] = files.map((file) => readFileSync(file, 'utf8'))
    expect(once).toBe(twice)
    const lines = once?.trimEnd().split('\n') ?? []
    expect(lines.length).toBeGreaterThan(1000)
    expect(lines.filter((line) => typeof JSON.parse(line).at !== 'number')).toEqual([])
  })

  test('graph and payments of one’s own → those', async () => {
    const { code, stdout } = await ilpSim(['run', 'plain', '--topology', graph, '--payments', payments, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ payments: 3, invariants: { broken: 0 } })
    expect(code).toBe(0)
  })
})

describe('compare', () => {
  test('one job or two → the same bytes, in the files too', async () => {
    const outs = ['1', '2'].map((jobs) => ({ jobs, out: join(folder, `jobs${jobs}`) }))
    const ended = await Promise.all(outs.map(({ jobs, out }) => ilpSim(['compare', tiny, '--seeds', '3', '--jobs', jobs, '--out', out, '--json'])))
    const [one, two] = ended.map(({ stdout }) => stdout)
    expect(one).toBe(two)
    expect(ended.map(({ code }) => code)).toEqual([0, 0])
    const [first, second] = outs.map(({ out }) => ['results.json', 'report.html'].map((file) => readFileSync(join(out, 'tiny', file), 'utf8')))
    expect(first).toEqual(second)
    expect(first?.[0]).toBe(one)
  })

  test('every seed, policy and regime → in the results, in order', async () => {
    const { stdout, stderr } = await ilpSim(['compare', tiny, '--seeds', '2', '--seed', '7', '--policy', 'random,incumbent', '--out', folder, '--json'])
    const results = JSON.parse(stdout)
    expect(results.seeds).toEqual([7, 8])
    expect(results.policies.map(({ policy }: { policy: string }) => policy)).toEqual(['random', 'incumbent'])
    expect(results.regimes.map(({ name }: { name: string }) => name)).toEqual([
      'plain, failover 0',
      'plain, failover 1',
      'refuser, failover 0',
      'refuser, failover 1',
    ])
    expect(results).toMatchObject({ scenario: 'tiny', topology: 'explicit', payments: 'poisson', invariants: { broken: 0 } })
    expect(stderr).toMatch(/16 of 16 runs, \d+ s gone\n/)
  })

  test('without --json → the table, the answer, and where the report is', async () => {
    const { code, stdout, stderr } = await ilpSim(['compare', tiny, '--seeds', '2', '--out', folder])
    expect(stdout).toMatch(/lowest-balance +\d/)
    expect(stdout).toMatch(/Invariants: none broken/)
    expect(stderr).toContain(join(folder, 'tiny', 'report.html'))
    expect(readFileSync(join(folder, 'tiny', 'report.html'), 'utf8')).toContain(`ilp-sim compare ${tiny} --seeds 2 --seed 1`)
    expect(code).toBe(0)
  })

  test('graph and payments of one’s own → named in the results', async () => {
    const { stdout } = await ilpSim([
      'compare',
      'plain',
      '--topology',
      graph,
      '--payments',
      payments,
      '--policy',
      'random',
      '--seeds',
      '1',
      '--out',
      folder,
      '--json',
    ])
    const results = JSON.parse(stdout)
    expect(results).toMatchObject({ topology: graph, payments, policies: [{ policy: 'random', payments: 3 }] })
  })
})

describe('run, where something goes wrong', () => {
  const broken = join(folder, 'broken.yaml')
  writeFileSync(
    broken,
    readFileSync(tiny, 'utf8')
      .replace(/regimes:[\s\S]*/, '')
      .concat('faults: {crash: {who: hub, kind: crash, every: 200ms}, stall: {who: hub, kind: store-stall, at: 1s, lasts: 3s}}\n'),
  )

  test('text → how often each kind of fault struck, and what it cost', async () => {
    const { code, stdout } = await ilpSim(['run', broken])
    expect(stdout).toMatch(/^ {2}faults {6}crash \d+, store-stall 1\n {4}cost {6}\d+ fulfilled and not credited, peers' books \d+ apart$/m)
    expect(code).toBe(0)
  })

  test('JSON → the same, by account and line', async () => {
    const { stdout } = await ilpSim(['run', broken, '--json'])
    const { faults } = JSON.parse(stdout)
    expect(faults).toMatchObject({ fired: { 'store-stall': 1 }, drift: { 'hub-a': expect.stringMatching(/^\d+$/), 'hub-b': expect.stringMatching(/^\d+$/) } })
    expect(faults.fired.crash).toBeGreaterThan(3)
  })

  test('nothing goes wrong → nothing is said of it', async () => {
    const [text, json] = [await ilpSim(['run', tiny]), await ilpSim(['run', tiny, '--json'])]
    expect(text.stdout).not.toContain('faults')
    expect(JSON.parse(json.stdout)).not.toHaveProperty('faults')
  })
})
