/** The commands of an operator, as processes, against a node that runs. */
import { afterAll, describe, expect, test } from 'vitest'
import { ilpNodeCommand, nodeHome } from '../fixtures/liveNode.ts'
import { fulfillOf, startReceiver } from '../fixtures/receiver.ts'

const receiver = await startReceiver(afterAll)
receiver.follow(fulfillOf)
const PEER = { url: receiver.url, token: 'hub-secret' }
const ACCOUNTS = [
  { name: 'alice', ledger: 'usd', token: 'alice-secret', openingBalance: '1000' },
  { name: 'bob', ledger: 'usd', token: 'bob-secret', peer: PEER },
]
const home = nodeHome({ accounts: ACCOUNTS }, afterAll)
const node = await home.start()

const run = (...args: readonly string[]) => ilpNodeCommand([...args, '--admin', node.admin])

test('deposit and withdraw → the new balance; beyond it: exit 1 and why; no amount: exit 2', async () => {
  expect(await run('deposit', 'alice', '500', '--id', 'one')).toEqual({ code: 0, stdout: 'deposited 500; alice has 1500\n', stderr: '' })
  expect(JSON.parse((await run('deposit', 'alice', '500', '--id', 'one', '--json')).stdout)).toEqual({
    account: 'alice',
    amount: '500',
    id: 'one',
    balance: '1500',
  })
  expect(await run('withdraw', 'alice', '400')).toEqual({ code: 0, stdout: 'withdrawn 400; alice has 1100\n', stderr: '' })
  expect(await run('withdraw', 'alice', '9999')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('beyond the balance') })
  expect(await run('withdraw', 'alice', 'much')).toMatchObject({ code: 2, stderr: expect.stringContaining('amount must be a whole number') })
  expect(await run('deposit', 'alcie', '5')).toMatchObject({ code: 1, stderr: "there is no account 'alcie'; did you mean 'alice'? allowed: alice, bob\n" })
})

describe('account', () => {
  test('add → made, with url and token; wrong → exit 2 and what is; remove → gone', async () => {
    const added = await run('account', 'add', 'carol', '--ledger', 'usd', '--opening-balance', '7', '--route', 'test.carol', '--json')
    expect(JSON.parse(added.stdout)).toMatchObject({ name: 'carol', balance: '7', url: node.url('carol'), token: expect.any(String) })
    expect((await run('account', 'list')).stdout).toMatch(/^carol +usd +user +1 +7 +0 +0$/m)
    expect(await run('account', 'add', 'dora', '--ledger', 'uds')).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean 'usd'") })
    expect(await run('account', 'add', 'carol', '--ledger', 'usd')).toMatchObject({ code: 1, stderr: expect.stringContaining('is taken') })
    expect(await run('account', 'remove', 'carol')).toMatchObject({ code: 1, stderr: expect.stringContaining('a balance of 7') })
    await run('withdraw', 'carol', '7')
    expect(await run('account', 'remove', 'carol')).toEqual({ code: 0, stdout: 'carol is removed.\n', stderr: '' })
  })
})

test('routes, quote, ping → in words and as JSON; what is not reached: exit 1', async () => {
  expect((await run('routes', 'test.hub.b')).stdout).toMatch(/^prefix +account +path +successes +failures +picked +balance\ntest\.hub\.bob +bob +0 +0 +0 +0\n$/)
  expect(await run('quote', 'test.hub.bob', '25')).toMatchObject({ code: 0, stdout: '25 from alice to test.hub.bob: 25 arrive, by bob\n' })
  expect(JSON.parse((await run('quote', 'test.hub.bob', '25', '--from', 'alice', '--json')).stdout)).toEqual({
    account: 'bob',
    sourceAmount: '25',
    destinationAmount: '25',
  })
  expect(await run('quote', 'g.nowhere', '25')).toMatchObject({ code: 1, stderr: expect.stringContaining('no route') })
  expect(await run('ping', 'g.nowhere')).toMatchObject({ code: 1, stdout: expect.stringMatching(/^g\.nowhere was not reached: test\.hub answers F02/) })
  expect(JSON.parse((await run('ping', 'test.hub', '--json')).stdout)).toMatchObject({ reached: true, code: 'fulfilled' })
  const pinged = await run('ping', 'test.hub.bob', '--json')
  // The receiver's fulfillment is that of its data, which fits no probe: the node itself ends it.
  expect(JSON.parse(pinged.stdout)).toMatchObject({ reached: false, code: 'F05', triggeredBy: 'test.hub' })
  // No route leads beyond an account here, and yet what became of the probe is told.
  expect((await run('routes', 'test.hub.b')).stdout).toMatch(/^test\.hub\.bob +bob +0 +1 +1 +0$/m)
})

test('reload → which accounts changed, and what needs a restart; a wrong file: exit 2', async () => {
  expect((await run('reload')).stdout).toBe('no account has changed\n')
  home.configure({ accounts: [...ACCOUNTS, { name: 'erin', ledger: 'usd', token: 'erin-secret' }], maxOpen: 9 })
  expect((await run('reload')).stdout).toBe('added: erin\na restart is needed for: maxOpen\n')
  home.configure({ accounts: [{ name: 'erin', ledger: 'usd' }] })
  expect(await run('reload')).toMatchObject({ code: 2, stderr: expect.stringContaining('token') })
})

test('adminToken → the commands take it from the configuration or the environment, and say so where it is missing', async () => {
  const guarded = nodeHome({ adminToken: 'admin-secret', accounts: ACCOUNTS }, afterAll)
  const { admin } = await guarded.start()
  expect(await ilpNodeCommand(['account', 'list', '--admin', admin])).toMatchObject({ code: 1, stderr: expect.stringContaining('set ILP_NODE_ADMIN_TOKEN') })
  expect((await ilpNodeCommand(['account', 'list', '--admin', admin], { ILP_NODE_ADMIN_TOKEN: 'admin-secret' })).stdout).toContain('alice')
})
