import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { ilpNode as program } from '../../../src/node/program.ts'
import { emptyFile, fileOf } from '../../fixtures/files.ts'

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function ilpNode(...args: readonly string[]): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  const code = await program(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  })
  return { code, stdout, stderr }
}

const config = (adminPort: number): string => `address: test.hub
dataDir: data
threads: 4
farms: {1: 8441, 4: 0}
adminPort: ${adminPort}
ledgers: {usd: {scale: 2}}
accounts:
  - {name: alice, ledger: usd, token: a}
`
const good = fileOf('good.yaml', config(8400))
const bad = fileOf('bad.yaml', `${config(8400)}pluginPort: 5\n`)

const servers: ReturnType<typeof createServer>[] = []
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections()
})

/** The url of a server that answers so. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const alice = {
  name: 'alice',
  accountId: 'BCvYBsl_DgCvGh_DMo-nYw',
  ilpAddress: 'test.hub.alice',
  ledger: 'usd',
  relation: 'user',
  parallelism: 4,
  balance: '9007199254740993',
  cold: '9007199254740000',
  hot: { t0: '990', t2: '3' },
  prepared: '7',
  creditLimit: '0',
  more: 'of a later version',
}
const bob = { ...alice, name: 'bob', relation: 'peer', parallelism: 1, balance: '-5', hot: {}, prepared: '0', creditLimit: '5000' }

const node = await serve(({ url }, response) => {
  const account = [alice, bob].find(({ name }) => url === `/accounts/${name}`)
  response.statusCode = account === undefined && url !== '/accounts' ? 404 : 200
  response.end(JSON.stringify(url === '/accounts' ? [alice, bob] : (account ?? { message: 'there is no such account' })))
})

describe('bad usage → exit 2, what is allowed, and no stack', () => {
  test.each<[string, string[], string]>([
    ['no command', [], 'Usage: ilp-node'],
    ['unknown command', ['chekc'], 'Did you mean check?'],
    ['no configuration', ['up'], "required option '--config <FILE>' not specified"],
    ['a configuration that is not there', ['up', '--config', './nothing.yaml'], './nothing.yaml: there is no such file'],
    ['unknown option', ['check', '--config', good, '--jsn'], 'Did you mean --json?'],
    ['an empty configuration', ['check', '--config', emptyFile('empty.yaml')], 'empty.yaml: is empty; it should be the configuration of a node'],
    ['a wrong configuration', ['check', '--config', bad], 'bad.yaml:9: pluginPort: is not served yet'],
    ['account alone', ['account'], 'Usage: ilp-node account'],
    ['no account named', ['account', 'show'], "missing required argument 'NAME'"],
    ['both ways to the node', ['account', 'list', '--config', good, '--admin', node], '--admin: stands beside --config; give one of them'],
    ['no url', ['account', 'list', '--admin', 'localhost:8400'], "--admin: 'localhost:8400' is not a url; write it like http://127.0.0.1:8400"],
    ['any free port', ['account', 'list', '--config', fileOf('any.yaml', config(0))], 'any.yaml: adminPort: is 0, any free port; give --admin'],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await ilpNode(...args)
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/^ +at /m)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

describe('help', () => {
  test.each([
    'up',
    'check',
    'account list',
    'account show',
    'account add',
    'account remove',
    'deposit',
    'withdraw',
    'routes',
    'quote',
    'ping',
    'reload',
    'doctor',
  ])('%s --help → its flags and an example', async (command) => {
    const { code, stdout } = await ilpNode(...command.split(' '), '--help')
    expect(stdout).toContain(`Usage: ilp-node ${command}`)
    expect(stdout).toMatch(new RegExp(`Examples?:\n  ilp-node ${command}`))
    expect(code).toBe(0)
  })

  test('--version → that of package.json', async () => {
    const { code, stdout } = await ilpNode('--version')
    expect(stdout.trim()).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version)
    expect(code).toBe(0)
  })
})

describe('check', () => {
  test('a good configuration → what it holds, exit 0', async () => {
    expect(await ilpNode('check', '--config', good)).toEqual({
      code: 0,
      stdout: `${good} is fine: test.hub, 1 account, farms 1 at port 8441, 4 at any free port\n`,
      stderr: '',
    })
  })

  test('--json → the same for programs; problems too', async () => {
    const fine = await ilpNode('check', '--config', good, '--json')
    expect(JSON.parse(fine.stdout)).toEqual({ file: good, address: 'test.hub', accounts: 1, farms: { 1: 8441, 4: 0 }, problems: [] })
    const wrong = await ilpNode('check', '--config', bad, '--json')
    expect(JSON.parse(wrong.stdout)).toEqual({
      problems: [{ file: bad, line: 9, key: 'pluginPort', what: 'is not served yet', todo: 'remove it: accounts are reached at the farm ports' }],
    })
    expect(wrong.code).toBe(2)
  })
})

describe('account', () => {
  test('list → a table without colours', async () => {
    const { code, stdout, stderr } = await ilpNode('account', 'list', '--admin', `${node}/`)
    expect(stdout.split('\n')).toEqual([
      'account  ledger  relation  parallelism           balance  prepared  credit limit',
      'alice    usd     user                4  9007199254740993         7             0',
      'bob      usd     peer                1                -5         0          5000',
      '',
    ])
    expect([code, stderr]).toEqual([0, ''])
  })

  test('list --json → what the node said', async () => {
    const { code, stdout } = await ilpNode('account', 'list', '--admin', node, '--json')
    expect(JSON.parse(stdout)).toEqual([alice, bob])
    expect(code).toBe(0)
  })

  test('the port of a configuration → that one', async () => {
    const { code, stdout } = await ilpNode('account', 'list', '--config', fileOf('port.yaml', config(Number(new URL(node).port))))
    expect(stdout).toContain('alice')
    expect(code).toBe(0)
  })

  test('show → with what each thread holds', async () => {
    const { code, stdout } = await ilpNode('account', 'show', 'alice', '--admin', node)
    expect(stdout).toBe(`account       alice
accountId     BCvYBsl_DgCvGh_DMo-nYw
address       test.hub.alice
ledger        usd
relation      user
parallelism   4
balance       9007199254740993
  cold        9007199254740000
  hot, t0     990
  hot, t2     3
prepared      7
credit limit  0
`)
    expect(code).toBe(0)
  })

  test('show --json → what the node said', async () => {
    const { stdout } = await ilpNode('account', 'show', 'bob', '--admin', node, '--json')
    expect(JSON.parse(stdout)).toEqual(bob)
  })

  test('an account that is not there → the names that are, exit 1', async () => {
    const { code, stdout, stderr } = await ilpNode('account', 'show', 'alcie', '--admin', node)
    expect(stderr).toBe("there is no account 'alcie'; did you mean 'alice'? allowed: alice, bob\n")
    expect([code, stdout]).toEqual([1, ''])
  })

  test('no accounts at all → says so', async () => {
    const empty = await serve(({ url }, response) => {
      response.statusCode = url === '/accounts' ? 200 : 404
      response.end('[]')
    })
    expect((await ilpNode('account', 'list', '--admin', empty)).stdout).toBe('There are no accounts.\n')
    expect((await ilpNode('account', 'show', 'a', '--admin', empty)).stderr).toBe("there is no account 'a'; there are none\n")
  })

  test('nobody listens → what to do, exit 1', async () => {
    const gone = await serve(() => {})
    await new Promise((resolve) => servers.pop()?.close(resolve))
    const { code, stderr } = await ilpNode('account', 'list', '--admin', gone)
    expect(stderr).toBe(`${gone} does not answer (ECONNREFUSED); is the node running? start it with ilp-node up, or give its own --config or --admin\n`)
    expect(code).toBe(1)
  })

  test.each<[string, number, string, RegExp]>([
    ['something else', 200, '<html>', /does not answer like the admin port of an ilp-node; give its own --config or --admin$/],
    ['a node that cannot read its books', 503, '{"message": "the books cannot be read now"}', /\/accounts answered 503: the books cannot be read now$/],
  ])('%s → says so, exit 1', async (_, status, body, message) => {
    const admin = await serve((_request, response) => response.writeHead(status).end(body))
    const { code, stderr } = await ilpNode('account', 'list', '--admin', admin)
    expect(stderr.trimEnd()).toMatch(message)
    expect(code).toBe(1)
  })
})
