/** What a node that runs writes of its payments: each under its id through the four steps, and no secret in anything it writes. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ilpNodeCommand, nodeHome, until } from '../fixtures/liveNode.ts'
import { payerAt, prepareTo } from '../fixtures/payer.ts'
import { fulfillmentFor, fulfillOf, rejectOf, startReceiver } from '../fixtures/receiver.ts'

const receiver = await startReceiver(afterAll)
beforeEach(() => receiver.follow(fulfillOf))

const SECRETS = ['alice-secret', 'bob-secret', 'hub-secret', 'admin-secret', 'zoe-secret', 'data-of-a-payment']

const home = nodeHome(
  {
    adminToken: 'admin-secret',
    logs: { format: 'json', payments: true },
    accounts: [
      { name: 'alice', ledger: 'usd', token: 'alice-secret', openingBalance: '1000' },
      { name: 'bob', ledger: 'usd', token: 'bob-secret', peer: { url: receiver.url, token: 'hub-secret' } },
      { name: 'gone', ledger: 'usd', token: 'bob-secret', peer: { url: 'http://127.0.0.1:1/', token: 'hub-secret' } },
    ],
  },
  afterAll,
)
const node = await home.start()
const alice = payerAt({ url: node.url('alice'), token: 'alice-secret' }, afterAll)

type Line = Readonly<Record<string, unknown>>

function lines(): Line[] {
  // The last one may be half written.
  return node
    .stderr()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
}

/** Those about the payment to this destination, once its sender was answered. */
async function stepsTo(destination: string): Promise<Line[]> {
  const found = (): Line[] => {
    const payment = lines().find((line) => line['destination'] === destination)?.['payment']
    return payment === undefined ? [] : lines().filter((line) => line['payment'] === payment)
  }
  await until('its end is logged', () => found().some(({ what }) => what === 'answered'))
  return found()
}

describe('a payment, under one id', () => {
  test('fulfilled → charged, sent, fulfilled, answered', async () => {
    await alice.pay(prepareTo('test.hub.bob.one', { amount: 7 }), { requestId: 'mine-1' })
    const steps = await stepsTo('test.hub.bob.one')
    expect(steps).toMatchObject([
      { who: 't0', what: 'charged', from: 'alice', to: 'bob', amount: '7', requestId: 'mine-1' },
      { what: 'sent', to: 'bob', attempt: 1, amount: '7' },
      { what: 'fulfilled', by: 'bob', attempt: 1 },
      { what: 'answered', from: 'alice', outcome: 'fulfill', requestId: 'mine-1', ms: expect.any(Number) },
    ])
  })

  test('rejected → by whom, and why; what the receiver says ends no line', async () => {
    receiver.follow(() => rejectOf('F99', 'no\n{"at":"x"}'))
    await alice.pay(prepareTo('test.hub.bob.two', { amount: 7 }))
    expect((await stepsTo('test.hub.bob.two')).slice(2)).toMatchObject([
      { what: 'rejected', code: 'F99', triggeredBy: 'test.far.receiver', message: 'no\n{"at":"x"}' },
      { what: 'answered', outcome: 'F99' },
    ])
  })

  test('not taken → answered T01', async () => {
    await alice.pay(prepareTo('test.hub.gone.three', { amount: 7 }))
    expect((await stepsTo('test.hub.gone.three')).map(({ what, outcome }) => outcome ?? what)).toEqual(['charged', 'sent', 'notTaken', 'T01'])
  })

  test('two of the same condition at once → each under its own', async () => {
    const prepare = prepareTo('test.hub.bob.four', { amount: 7 })
    await Promise.all([alice.pay(prepare), alice.pay(prepare)])
    await until(
      'both are answered',
      () => lines().filter(({ what, outcome, requestId }) => what === 'answered' && outcome === 'fulfill' && requestId === undefined).length === 2,
    )
    const ids = lines()
      .filter(({ destination }) => destination === 'test.hub.bob.four')
      .map(({ payment }) => payment)
    expect(new Set(ids).size).toBe(2)
    for (const id of ids)
      expect(
        lines()
          .filter(({ payment }) => payment === id)
          .map(({ what }) => what),
      ).toEqual(['charged', 'sent', 'fulfilled', 'answered'])
  })

  test('refused before any charge → answered, without an id', async () => {
    await alice.pay(prepareTo('g.nowhere', { amount: 7 }))
    await until('it is logged', () => lines().some(({ outcome }) => outcome === 'F02'))
    expect(lines().find(({ outcome }) => outcome === 'F02')).toMatchObject({ what: 'answered', from: 'alice', message: expect.any(String) })
  })
})

test('no secret is in any log, answer or error: tokens, fulfillments, data', async () => {
  const data = Buffer.from('data-of-a-payment')
  const prepare = prepareTo('test.hub.bob.secret', { amount: 1, data })
  expect(await alice.pay(prepare)).toMatchObject({ type: 'fulfill' })
  await payerAt({ url: node.url('alice'), token: 'zoe-secret' }, afterAll).pay(prepare)
  receiver.follow(() => ({ type: 'status', status: 401 }))
  await alice.pay(prepareTo('test.hub.bob.secret', { amount: 1 }))
  const told: string[] = []
  for (const [method, path, body] of [
    ['GET', '/accounts', undefined],
    ['GET', '/accounts/alice', undefined],
    ['GET', '/metrics', undefined],
    ['GET', '/doctor', undefined],
    ['POST', '/accounts', { name: 'zoe', ledger: 'gold', token: 'zoe-secret', peer: { url: 'x', token: 'hub-secret' } }],
    ['POST', '/accounts', { name: 'zoe', ledger: 'usd', token: 'zoe-secret has spaces' }],
  ] as const) {
    const headers = { authorization: 'Bearer admin-secret', 'content-type': 'application/json' }
    const response = await fetch(`${node.admin}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    told.push(await response.text())
  }
  for (const pid of node.children('worker')) process.kill(pid, 'SIGKILL')
  await until('it is started again', () => node.stderr().includes('died'))
  const check = await ilpNodeCommand(['check', '--config', home.file, '--json'])
  const doctor = await ilpNodeCommand(['doctor', '--config', home.file, '--admin', node.admin])
  const ended = await node.stop()
  const all = [ended.stdout, ended.stderr, check.stdout, check.stderr, doctor.stdout, doctor.stderr, ...told].join('\n')
  expect(all).toContain('alice')
  for (const secret of [...SECRETS, fulfillmentFor(data), data.toString('base64'), data.toString('hex')]) expect(all).not.toContain(secret)
})
