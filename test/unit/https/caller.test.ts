import { expect, onTestFinished, test } from 'vitest'
import { type Call, Caller } from '../../../src/https/caller.ts'
import { encodeReply } from '../../../src/wire/packet.ts'
import { startCallee } from '../../fixtures/callee.ts'
import { alice, FULFILL } from '../../fixtures/farm.ts'

type How = 'taken' | 'expired'

function caller(): Caller {
  const one = new Caller({ now: Date.now })
  onTestFinished(() => one.destroy())
  return one
}

function call(caller: Caller, url: string, about: Partial<Call> = {}): Promise<How> {
  return new Promise((ended) =>
    caller.call({
      to: alice.id,
      url,
      token: 'hub',
      ca: undefined,
      requestId: 'a',
      contentType: 'application/octet-stream',
      body: encodeReply(FULFILL),
      until: Date.now() + 60_000,
      ended,
      ...about,
    }),
  )
}

test.each([200, 202, 204, 400, 409, 410])('status %i → taken, and told once', async (status) => {
  const callee = await startCallee(onTestFinished)
  callee.follow(() => status)
  expect(await call(caller(), callee.url)).toBe('taken')
  expect(callee.heard).toHaveLength(1)
})

test.each([302, 401, 404, 429, 500, 503])('status %i → told again, the pauses growing', async (status) => {
  const callee = await startCallee(onTestFinished)
  callee.follow((before) => (before < 3 ? status : 200))
  expect(await call(caller(), callee.url)).toBe('taken')
  const [first = 0, second = 0, third = 0, last = 0] = callee.heard.map(({ at }) => at)
  // One millisecond for each of two clock readings.
  expect(second - first).toBeGreaterThanOrEqual(49)
  expect(third - second).toBeGreaterThanOrEqual(99)
  expect(last - third).toBeGreaterThanOrEqual(199)
})

test('nobody listens → expired when its time is over', async () => {
  expect(await call(caller(), 'http://127.0.0.1:1/', { until: Date.now() + 120 })).toBe('expired')
})

test('one place is dead → another is told meanwhile', async () => {
  const callee = await startCallee(onTestFinished)
  const one = caller()
  const dead = call(one, 'http://127.0.0.1:1/', { until: Date.now() + 400 })
  expect(await Promise.race([dead, call(one, callee.url)])).toBe('taken')
  expect(await dead).toBe('expired')
})

test('many to one place, whose first is never taken → all others are', async () => {
  const callee = await startCallee(onTestFinished)
  const one = caller()
  callee.follow((_, requestId) => (requestId === 'never' ? 500 : 200))
  const poison = call(one, `${callee.url}/never`, { requestId: 'never', until: Date.now() + 1_000 })
  expect(await Promise.all(Array.from({ length: 50 }, (_, i) => call(one, `${callee.url}/${i}`, { requestId: String(i) })))).toEqual(Array(50).fill('taken'))
  expect(new Set(callee.heard.filter(({ requestId }) => requestId !== 'never').map(({ path }) => path)).size).toBe(50)
  await poison
})
