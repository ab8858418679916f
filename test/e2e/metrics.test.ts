/** What a node that runs tells Prometheus: held against the payments that were made. */
import { afterAll, expect, test } from 'vitest'
import { startNode, until } from '../fixtures/liveNode.ts'
import { payerAt, prepareTo } from '../fixtures/payer.ts'
import { fulfillOf, rejectOf, startReceiver } from '../fixtures/receiver.ts'

const receiver = await startReceiver(afterAll)
const node = await startNode(
  {
    threads: 2,
    farms: { 2: 0 },
    ledgers: { usd: { scale: 2 }, eth: { scale: 9 } },
    rates: { 'usd/eth': '0.0004' },
    accounts: [
      { name: 'alice', ledger: 'usd', token: 'alice-secret', openingBalance: '10000' },
      { name: 'eve', ledger: 'eth', relation: 'peer', token: 'eve-secret', peer: { url: receiver.url, token: 'hub-secret' } },
    ],
  },
  afterAll,
)
const alice = payerAt({ url: node.url('alice', 2), token: 'alice-secret' }, afterAll)

type Samples = ReadonlyMap<string, number>

/** As a scraper reads them; a line that is not as the format says is an error. */
async function scrape(): Promise<Samples> {
  const response = await fetch(`${node.admin}/metrics`)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !/^# (HELP|TYPE) [a-z_]+ .+$/.test(line))
  return new Map(
    lines.map((line) => {
      const match = /^([a-z_]+(?:\{(?:[a-z]+="[^"]*",?)*\})?) (-?[\d.e+-]+)$/.exec(line)
      if (match === null) throw new Error(`no sample: ${line}`)
      return [match[1] as string, Number(match[2])]
    }),
  )
}

/** Over all threads and other labels. */
function sum(samples: Samples, name: string, label = ''): number {
  return [...samples].filter(([key]) => (key === name || key.startsWith(`${name}{`)) && key.includes(label)).reduce((total, [, value]) => total + value, 0)
}

test('payments of each kind → packets by outcome, times by leg, money by ledger', async () => {
  receiver.follow(fulfillOf)
  for (let i = 0; i < 5; i++) await alice.pay(prepareTo('test.hub.eve', { amount: 100 }))
  receiver.follow(() => rejectOf('F99'))
  await alice.pay(prepareTo('test.hub.eve', { amount: 100 }))
  await alice.pay(prepareTo('g.nowhere', { amount: 100 }))
  await alice.pay(prepareTo('test.hub.eve', { amount: 100, expiresInMs: 700_000 }))
  await node.quiet()
  const samples = await scrape()
  expect([sum(samples, 'ilp_packets_total', 'outcome="fulfill"'), sum(samples, 'ilp_packets_total', 'outcome="F99"')]).toEqual([5, 1])
  expect([sum(samples, 'ilp_packets_total', 'outcome="F02"'), sum(samples, 'ilp_packets_total', 'outcome="400"')]).toEqual([1, 1])
  expect(sum(samples, 'ilp_answer_seconds_count')).toBe(7)
  expect(sum(samples, 'ilp_answer_seconds_bucket', 'le="+Inf"')).toBe(7)
  expect([sum(samples, 'ilp_send_seconds_count', 'outcome="fulfill"'), sum(samples, 'ilp_send_seconds_count', 'outcome="reject"')]).toEqual([5, 1])
  // A charge and its end each.
  expect(sum(samples, 'ilp_store_call_commits_total')).toBeGreaterThanOrEqual(12)
  expect(sum(samples, 'ilp_store_call_seconds_sum')).toBeGreaterThan(0)
  expect(sum(samples, 'ilp_store_commands_total', 'command="warm"')).toBeGreaterThan(0)
  const usd = ['ilp_cold', 'ilp_hot', 'ilp_transit'].reduce((total, name) => total + sum(samples, name, 'ledger="usd"'), 0)
  expect(usd).toBe(9_500)
  expect([sum(samples, 'ilp_position', 'ledger="usd"'), sum(samples, 'ilp_position', 'ledger="eth"'), sum(samples, 'ilp_under_way')]).toEqual([
    500, -2_000_000, 0,
  ])
  expect(sum(samples, 'ilp_account_balance', 'account="eve"')).toBe(2_000_000)
  expect([sum(samples, 'ilp_paid_late_total'), sum(samples, 'ilp_lost_by_failover'), sum(samples, 'ilp_unresolved_total')]).toEqual([0, 0, 0])
})

test('a payment under way and a worker that is killed → are seen', async () => {
  receiver.follow(() => undefined)
  const from = receiver.heard.length
  const told = alice.pay(prepareTo('test.hub.eve', { amount: 100, expiresInMs: 3_000 }))
  await until('the receiver has it', () => receiver.heard.length > from)
  expect(sum(await scrape(), 'ilp_under_way', 'ledger="usd"')).toBe(100)
  await node.killWorker('t0')
  await node.killWorker('t1')
  await told
  await node.quiet()
  const samples = await scrape()
  expect(sum(samples, 'ilp_thread_restarts_total')).toBe(2)
  expect([sum(samples, 'ilp_thread_up'), sum(samples, 'ilp_books_readable'), sum(samples, 'ilp_under_way')]).toEqual([2, 1, 0])
  expect(sum(samples, 'ilp_unresolved_total')).toBe(1)
})
