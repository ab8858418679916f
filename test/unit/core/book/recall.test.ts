import { expect, test } from 'vitest'
import { account, changesIn, FAR, type OneThread, ofType, oneThread, only, type Setting } from '../../../fixtures/oneThread.ts'

const alone = account('alone')
const bob = account('bob')
const setting: Setting = { accounts: [alone, bob], threads: 2, routes: { [FAR]: [bob] }, opening: { alone: 1_000n } }

const leave = (t: OneThread, id: string, of = alone) => t.store.leave({ type: 'leave', to: 't0', message: { type: 'recall', message: id, account: of.id } })
const hot = ({ store }: OneThread) => store.books.get('t0')?.entries.get(alone.id)?.hot ?? 0n
const left = ({ store }: OneThread) => store.books.get('t0')?.left.size

test('a recall → all that is hot is given, and the message struck out in the same commit', () => {
  const t0 = oneThread(setting)
  t0.prepare({ from: alone, amount: 10n })
  leave(t0, 'm.1')
  const effects = t0.hear({ type: 'wakeHeard' })
  expect(only(effects, 'commit').changes).toEqual([
    { type: 'give', account: alone.id, amount: 990n },
    { type: 'consumed', message: 'm.1' },
  ])
  expect(hot(t0)).toBe(0n)
  expect(t0.store.shards.get(alone.id)?.cold).toBe(990n)
})

test('prepares wait for a warm → the recall waits for it too, then gives back what they leave', () => {
  const t0 = oneThread({ ...setting, holds: ['warm'] })
  const warm = only(t0.prepare({ from: alone, amount: 10n }), 'warm')
  leave(t0, 'm.1')
  expect(ofType(t0.hear({ type: 'wakeHeard' }), 'commit')).toEqual([])
  const effects = t0.release(warm)
  expect(changesIn(effects).map(({ type }) => type)).toEqual(['take', 'charge', 'give', 'consumed'])
  expect(hot(t0)).toBe(0n)
})

test('the thread dies before that is durable → the next life finds it', () => {
  const t0 = oneThread({ ...setting, holds: [] })
  t0.prepare({ from: alone, amount: 10n })
  leave(t0, 'm.1')
  t0.world.held.add('commit')
  t0.hear({ type: 'wakeHeard' })
  t0.crash()
  t0.world.held.clear()
  expect(left(t0)).toBe(1)
  t0.restart()
  expect([left(t0), hot(t0)]).toEqual([0, 0n])
})

test('an account that is not known any more → struck out', () => {
  const t0 = oneThread(setting)
  leave(t0, 'm.1', account('gone'))
  t0.hear({ type: 'wakeHeard' })
  expect(left(t0)).toBe(0)
})
