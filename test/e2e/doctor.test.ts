/** Faults that are planted one at a time in what is otherwise in order: the doctor names each, and says what to do. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { address } from '../../src/core/values/address.ts'
import { fulfillmentOf } from '../../src/core/values/condition.ts'
import { NO_DATA } from '../../src/core/values/packet.ts'
import { ilpNode } from '../../src/node/program.ts'
import { encodeOwnConfig } from '../../src/wire/ildcp.ts'
import { encodeReply } from '../../src/wire/packet.ts'
import { startRedis } from '../conformance/redis.ts'
import { ELSEWHERE, LOCALHOST } from '../fixtures/certificates.ts'
import { freePort } from '../fixtures/freePort.ts'
import { ilpNodeCommand, nodeHome, until } from '../fixtures/liveNode.ts'

interface Finding {
  readonly check: string
  readonly level: string
  readonly what: string
  readonly todo?: string
}

const redis = await startRedis()
afterAll(() => redis.stop())
const admin = await redis.connect()
const folder = mkdtempSync(join(tmpdir(), 'ilp-doctor-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const reject = encodeReply({ type: 'reject', code: 'F00', triggeredBy: address('test.far'), message: 'no', data: NO_DATA })
/** A peer that knows us by `right`. */
const wellPeer: RequestListener = (request, response) => {
  request.resume().on('end', () => {
    if (request.headers.authorization !== 'Bearer right') response.writeHead(401).end('{}')
    else response.end(reject)
  })
}

async function listening(answer: RequestListener): Promise<string> {
  const server = createHttpServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => void server.close().closeAllConnections())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const peerUrl = await listening(wellPeer)
const peerAccount = { name: 'far', ledger: 'usd', relation: 'peer', token: 'x', routes: ['test.far'], peer: { url: peerUrl, token: 'right' } }

const HEALTHY = {
  address: 'test.hub',
  dataDir: join(folder, 'data'),
  redis: `redis://127.0.0.1:${redis.port}`,
  threads: 1,
  farms: { 1: 0 },
  adminPort: 0,
  tls: 'off',
  ledgers: { usd: { scale: 2 }, eth: { scale: 9 } },
  accounts: [peerAccount],
}

let written = 0

/** The configuration with these changes, looked at. */
async function examined(changes: Readonly<Record<string, unknown>> = {}, ...flags: readonly string[]): Promise<{ code: number; findings: Finding[] }> {
  const file = join(folder, `doctor${++written}.yaml`)
  writeFileSync(file, stringify({ ...HEALTHY, ...changes }))
  return examine(file, ...flags)
}

async function examine(file: string, ...flags: readonly string[]): Promise<{ code: number; findings: Finding[] }> {
  let stdout = ''
  const code = await ilpNode(['doctor', '--config', file, '--json', ...flags], { stdout: { write: (text) => (stdout += text) }, stderr: process.stderr })
  return { code, findings: (JSON.parse(stdout) as { findings: Finding[] }).findings }
}

/** That there is this fault and no other. */
function one({ code, findings }: { code: number; findings: Finding[] }, what: RegExp, expectedCode = 1): void {
  const faults = findings.filter(({ level }) => level === 'fault')
  expect(faults.map((each) => each.what)).toEqual([expect.stringMatching(what)])
  expect(faults[0]?.todo).toMatch(/\w{3}/)
  expect(code).toBe(expectedCode)
}

beforeAll(() => mkdirSync(HEALTHY.dataDir))

test('nothing is wrong → exit 0, and what was looked at', async () => {
  const { code, findings } = await examined()
  expect(findings.filter(({ level }) => level === 'fault')).toEqual([])
  expect(findings.map(({ check }) => check)).toEqual(['files', 'threads', 'ports', 'Redis', 'peers'])
  expect(code).toBe(0)
})

describe('Redis', () => {
  test('eviction policy allkeys-lru → found', async () => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    one(await examined(), /eviction policy is allkeys-lru/)
    await admin.config('SET', 'maxmemory-policy', 'noeviction')
  })

  test('no append-only file → found', async () => {
    await admin.config('SET', 'appendonly', 'no')
    one(await examined(), /append-only file is off/)
    await admin.config('SET', 'appendonly', 'yes')
  })

  test('durability always, and Redis syncs each second → found', async () => {
    one(await examined({ durability: 'always' }), /durability is always, and its appendfsync is everysec/)
  })

  test('it does not answer → found', async () => {
    one(await examined({ redis: `redis://127.0.0.1:${await freePort()}` }), /does not answer .*ECONNREFUSED/)
  })
})

describe('the clock', () => {
  test.each([
    ['ahead of', -6_000],
    ['behind', 6_000],
  ])('5 s %s a peer’s → found', async (word, off) => {
    const url = await listening((request, response) => {
      response.setHeader('date', new Date(Date.now() + off).toUTCString())
      wellPeer(request, response)
    })
    one(await examined({ accounts: [{ ...peerAccount, peer: { url, token: 'right' } }] }), new RegExp(`clock is [5-7]\\.\\d s ${word} that of far`))
  })
})

describe('the certificate', () => {
  async function filesOf({ cert, key }: { cert: string; key: string }) {
    const files = { cert: join(folder, `cert${++written}.pem`), key: join(folder, `key${written}.pem`) }
    writeFileSync(files.cert, cert)
    writeFileSync(files.key, key, { mode: 0o600 })
    return files
  }

  test('expired → found', async () => {
    const [notBeforeDate, notAfterDate] = [new Date('2020-01-01'), new Date('2021-01-01')]
    const made = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
      notBeforeDate,
      notAfterDate,
    })
    const tls = await filesOf({ cert: made.cert, key: made.private })
    one(await examined({ tls, host: 'localhost' }), /has expired, on Jan/)
  })

  test('for another name → found', async () => {
    one(await examined({ tls: await filesOf(ELSEWHERE), publicUrl: 'https://hub.example' }), /is for another name than hub\.example: DNS:elsewhere\.example/)
    const fine = await examined({ tls: await filesOf(LOCALHOST), publicUrl: 'https://localhost' })
    expect(fine.findings.filter(({ level }) => level === 'fault')).toEqual([])
  })

  test('a key file that everybody may read → found', async () => {
    const tls = await filesOf(LOCALHOST)
    chmodSync(tls.key, 0o644)
    one(await examined({ tls, publicUrl: 'https://localhost' }), /can be read by others \(mode 644\)/)
    const seal = join(HEALTHY.dataDir, 'seal.key')
    writeFileSync(seal, 'x', { mode: 0o644 })
    one(await examined(), /seal\.key can be read by others/)
    rmSync(seal)
  })
})

test('a port that is taken → found, whose it is', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  one(await examined({ farms: { 1: port } }), new RegExp(`port ${port} of farm 1 is taken`))
})

describe('peers', () => {
  test('one cannot be reached → found', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`
    one(await examined({ accounts: [{ ...peerAccount, peer: { url, token: 'right' } }] }), /far cannot be reached at .*ECONNREFUSED/)
  })

  test('one refuses our token → found', async () => {
    one(await examined({ accounts: [{ ...peerAccount, peer: { url: peerUrl, token: 'wrong' } }] }), /far refuses our token \(status 401/)
  })

  test('one is no connector → found', async () => {
    const url = await listening((request, response) => request.resume().on('end', () => response.end('<html>')))
    one(await examined({ accounts: [{ ...peerAccount, peer: { url, token: 'right' } }] }), /far answers at .* but not as a connector does \(status 200\)/)
  })

  test('an address outside our prefix → found', async () => {
    one(await examined({ accounts: [{ ...peerAccount, routes: ['g.far'] }] }), /its address g\.far is outside our own global prefix, test/)
    one(await examined({ accounts: [{ ...peerAccount, relation: 'child' }] }), /its address test\.far is outside our prefix test\.hub, and it is a child/)
  })
})

test('our address is outside what our parent gives us → found', async () => {
  const config = encodeOwnConfig({ address: address('test.parent.hub'), assetScale: 2, assetCode: 'USD' })
  const fulfill = encodeReply({ type: 'fulfill', fulfillment: fulfillmentOf(Buffer.alloc(32)), data: config })
  const url = await listening((request, response) => request.resume().on('end', () => response.end(fulfill)))
  const parent = { ...peerAccount, relation: 'parent', routes: [], peer: { url, token: 'right' } }
  one(await examined({ accounts: [parent] }), /our address test\.hub is outside what our parent far gives us, test\.parent\.hub/)
  const below = await examined({ accounts: [parent], address: 'test.parent.hub' })
  expect(below.findings.filter(({ level }) => level === 'fault')).toEqual([])
})

test('an unknown ledger in rates → found, with its line; exit 2', async () => {
  one(await examined({ rates: { 'usd/gold': '2' } }), /doctor\d+\.yaml:\d+: rates\.usd\/gold: 'gold' is not a ledger/, 2)
})

test('a dataDir that cannot be written → found', async () => {
  const file = join(folder, 'a-file')
  writeFileSync(file, '')
  one(await examined({ dataDir: join(file, 'data') }), /a-file\/data cannot be written/)
})

test('more worker threads than processors → found', async () => {
  const threads = availableParallelism() + 1
  one(await examined({ threads }), new RegExp(`${threads} worker threads are more than the ${threads - 1} processors`))
})

/** Each finds the node as the one before left it. */
describe('a node that runs', async () => {
  const home = nodeHome({ threads: 2, farms: { 2: 0 }, accounts: [{ name: 'alice', ledger: 'usd', token: 'a', openingBalance: '5' }] }, afterAll)
  const node = await home.start()

  test('nothing is wrong → its own ports and its own Redis are no faults', async () => {
    const { code, findings } = await examine(home.file, '--admin', node.admin)
    expect(findings.filter(({ level }) => level === 'fault')).toEqual([])
    expect(findings).toContainEqual({ check: 'node', level: 'note', what: `it runs, process ${node.pid}` })
    expect(code).toBe(0)
  })

  test('a farm whose thread is down → found', async () => {
    // Each time it dies soon it is started again later: the seventh time after seconds.
    await until(
      't1 is down for long',
      async () => {
        const t1 = (await node.threads()).find(({ thread }) => thread === 't1')
        // Its death may not have been heard yet.
        if (t1?.state === 'serving') await node.killWorker('t1').catch(() => {})
        return t1?.state === 'down' && t1.restarts >= 7
      },
      55_000,
    )
    one(await examine(home.file, '--admin', node.admin), /thread t1 is down, and serves farm 2; it was started again \d+ times/)
  })

  test('Redis is empty though books existed → found, what was lost', async () => {
    await node.stop()
    rmSync(join(home.dataDir, 'redis'), { recursive: true })
    one(await examine(home.file), /it is empty, but the books of this node existed \(t0, t1\)/)
  })

  test('in words, as a process → each fault with what to do, exit 1', async () => {
    const { code, stdout } = await ilpNodeCommand(['doctor', '--config', home.file])
    expect(stdout).toMatch(/^FAULT Redis: it is empty.*\n {6}→ restore its data from a backup/m)
    expect(stdout).toMatch(/^1 fault found\.$/m)
    expect(code).toBe(1)
  })
})
