/** What a thread owes, in a real Redis: kept before it is promised, in the order in which it was said, also over a death of Redis. */
import { afterAll, expect, test } from 'vitest'
import { OwedJournal } from '../../src/store/owedJournal.ts'
import { startRedis } from './redis.ts'

const redis = await startRedis()
afterAll(() => redis.stop())

test('kept and forgotten → what is left, in whatever turn; another thread has its own', async () => {
  const connection = await redis.connect()
  const one = new OwedJournal(connection, { prefix: 'owed:', thread: 't0' })
  await Promise.all([one.keep('a', '1'), one.keep('b', '2'), one.keep('c', '3')])
  one.forget('a')
  one.forget('b')
  await one.keep('b', 'again')
  expect(await one.read()).toEqual(
    new Map([
      ['b', 'again'],
      ['c', '3'],
    ]),
  )
  const kept = one.keep('d', '4')
  one.forget('d')
  await kept
  expect((await one.read()).has('d')).toBe(false)
  expect(await new OwedJournal(connection, { prefix: 'owed:', thread: 't1' }).read()).toEqual(new Map())
  expect(await connection.ttl('owed:owed:{t0}')).toBeGreaterThan(600)
})

test('Redis dies → keeping fails as unknown; what was to be forgotten then is, with the next word', async () => {
  const connection = await redis.connect()
  const one = new OwedJournal(connection, { prefix: 'dead:', thread: 't0' })
  await Promise.all([one.keep('a', '1'), one.keep('b', '2')])
  const closed = new Promise((resolve) => connection.once('close', resolve))
  redis.signal('SIGKILL')
  await closed
  one.forget('a')
  await expect(one.keep('c', '3')).rejects.toMatchObject({ tag: 'storeUnknown' })
  await redis.restart()
  if (connection.status !== 'ready') await new Promise((resolve) => connection.once('ready', resolve))
  await one.keep('d', '4')
  expect([...(await one.read()).keys()].sort()).toEqual(['b', 'd'])
})
