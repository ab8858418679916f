import { expect, test } from 'vitest'
import { type Directory, makeDirectory } from '../../../../src/core/directory.ts'
import type { Account } from '../../../../src/core/values/account.ts'
import { address } from '../../../../src/core/values/address.ts'
import { amount } from '../../../../src/core/values/amount.ts'
import { account, changesIn, type OneThread, ofType, oneThread, only, type Setting, toldIn } from '../../../fixtures/oneThread.ts'

const alone = account('alone')
const bob = account('bob')
const late = account('late')
const setting: Setting = { accounts: [alone, bob], threads: 4, routes: { 'test.far': [bob] }, opening: { alone: 1_000n } }

const directory = (accounts: readonly Account[], farms: Directory['farms'] = new Map([[1, ['t0']]])): Directory => ({
  ...makeDirectory(address('test.hub'), 4, accounts),
  farms,
})
const replace = (t: OneThread, next: Directory) => t.hear({ type: 'directoryReplaced', directory: next })
const hot = ({ store }: OneThread) => store.books.get('t0')?.entries.get(alone.id)?.hot

test('an account that is new → served from then on', () => {
  const t0 = oneThread(setting)
  expect(toldIn(t0.prepare({ from: late, amount: 0n }))).toEqual([404])
  t0.store.register(late, amount(50n))
  replace(t0, directory([alone, bob, late]))
  expect(ofType(t0.prepare({ from: late, amount: 50n }), 'sendPrepare')).toHaveLength(1)
})

test.each([
  ['a farm that is dealt to another thread', directory([alone, bob], new Map([[1, ['t1']]]))],
  ['an account that is gone', directory([bob])],
])('%s → what is hot goes back, and a payment under way is refunded straight to cold', (_, next) => {
  const t0 = oneThread(setting)
  const sent = only(t0.prepare({ from: alone, amount: 10n }), 'sendPrepare')
  expect(hot(t0)).toBe(990n)
  expect(changesIn(replace(t0, next))).toMatchObject([{ type: 'give', amount: 990n }])
  expect(changesIn(t0.reject(sent, 'F99'))).toMatchObject([{ type: 'refund', pocket: 'given' }])
  t0.pass(20)
  expect(t0.store.shards.get(alone.id)?.cold).toBe(1_000n)
})

test('prepares wait for a warm of a farm that is dealt away → judged all the same, and the rest goes back', () => {
  const t0 = oneThread({ ...setting, holds: ['warm'] })
  const warm = only(t0.prepare({ from: alone, amount: 10n }), 'warm')
  expect(changesIn(replace(t0, directory([alone, bob], new Map([[1, ['t1']]]))))).toEqual([])
  expect(changesIn(t0.release(warm)).map(({ type }) => type)).toEqual(['take', 'charge', 'give'])
})

test('the same again → nothing moves', () => {
  const t0 = oneThread(setting)
  t0.prepare({ from: alone, amount: 10n })
  expect(changesIn(replace(t0, directory([alone, bob])))).toEqual([])
})
