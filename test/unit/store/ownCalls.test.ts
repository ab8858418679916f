import { expect, test } from 'vitest'
import type { Owned } from '../../../src/core/input.ts'
import { type AccountId, accountIdOf, type ThreadId } from '../../../src/core/values/account.ts'
import { type OwnAsked, OwnCalls } from '../../../src/store/ownCalls.ts'

const alice = accountIdOf('alice', 1)
const bob = accountIdOf('bob', 1)
const thread = 't0' as ThreadId

function asked(requestId: string): OwnAsked {
  return { requestId, hash: `hash of ${requestId}`, keepUntil: 9, instead: '' }
}

function answering(reply: (ids: readonly string[]) => Promise<readonly Owned[]>): { readonly owns: OwnCalls; readonly calls: [AccountId, string[]][] } {
  const calls: [AccountId, string[]][] = []
  const owns = new OwnCalls((_thread, account, all) => {
    const ids = all.map(({ requestId }) => requestId)
    calls.push([account, ids])
    return reply(ids)
  })
  return { owns, calls }
}

const owned = (ids: readonly string[]): Promise<readonly Owned[]> => Promise.resolve(ids.map((id) => ({ owner: thread, hash: `hash of ${id}` })))

test('ids of one turn → one call for each account, and each hears its own reply', async () => {
  const { owns, calls } = answering(owned)
  const replies = [owns.own(thread, alice, asked('a')), owns.own(thread, bob, asked('b')), owns.own(thread, alice, asked('c'))]
  expect((await Promise.all(replies)).map(({ hash }) => hash)).toEqual(['hash of a', 'hash of b', 'hash of c'])
  expect(calls).toEqual([
    [alice, ['a', 'c']],
    [bob, ['b']],
  ])
})

test('the next turn → another call', async () => {
  const { owns, calls } = answering(owned)
  await owns.own(thread, alice, asked('a'))
  await owns.own(thread, alice, asked('b'))
  expect(calls.map(([, ids]) => ids)).toEqual([['a'], ['b']])
})

test('more than one call takes → several, none is left out', async () => {
  const { owns, calls } = answering(owned)
  const ids = Array.from({ length: 600 }, (_, i) => `${i}`)
  const replies = await Promise.all(ids.map((id) => owns.own(thread, alice, asked(id))))
  expect(replies.map(({ hash }) => hash)).toEqual(ids.map((id) => `hash of ${id}`))
  expect(calls.map(([, sent]) => sent.length)).toEqual([256, 256, 88])
})

test('the call fails → all of it rejects alike', async () => {
  const { owns } = answering(() => Promise.reject(new Error('gone')))
  const replies = await Promise.allSettled([owns.own(thread, alice, asked('a')), owns.own(thread, alice, asked('b'))])
  expect(replies.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})
