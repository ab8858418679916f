/** Replies that are called back: what is written down, who is told, how often, and what is left for the next process. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Refusal, Reply } from '../../../src/core/values/packet.ts'
import { type Acceptance, type Journal, OwedReplies } from '../../../src/https/owedReplies.ts'
import { startCallee } from '../../fixtures/callee.ts'
import { alice, FULFILL, prepareOf, REJECT } from '../../fixtures/farm.ts'
import { until } from '../../fixtures/liveNode.ts'

interface Kept extends Journal {
  readonly kept: Map<string, string>
}

function journal(keep: () => Promise<void> = async () => {}): Kept {
  const kept = new Map<string, string>()
  return {
    kept,
    keep: (key, text) => {
      kept.set(key, text)
      return keep()
    },
    forget: (key) => void kept.delete(key),
    read: async () => new Map(kept),
  }
}

interface Desk {
  readonly owed: OwedReplies
  /** Whoever waits for the core, oldest first. */
  readonly waiting: ((answer: Reply | Refusal) => void)[]
  readonly take: (about?: { url?: string; requestId?: string; inMs?: number }) => Promise<Acceptance>
}

function deskOf(kept: Journal, url: string, refusal?: Refusal): Desk {
  const waiting: ((answer: Reply | Refusal) => void)[] = []
  const owed = new OwedReplies({
    receive: (_from, _prepare, _id, respond) => (refusal === undefined ? void waiting.push(respond) : respond(refusal)),
    journal: kept,
    findAccount: (id) => (id === alice.id ? alice : undefined),
    credentialsOf: () => ({ token: 'hub-secret', ca: undefined }),
    now: Date.now,
    urls: { allowPrivate: true },
  })
  onTestFinished(() => owed.destroy())
  return {
    owed,
    waiting,
    take: ({ url: other, requestId = 'id-1', inMs = 30_000 } = {}) =>
      new Promise((resolve) => owed.take({ account: alice, requestId, url: other ?? url, prepare: prepareOf({ expiresAt: FAR_MS + inMs }) }, resolve)),
  }
}

/** The same for all that is taken in one test: the same content under the same id. */
const FAR_MS = Date.now()

describe('a prepare with a Callback-Url', () => {
  test('is accepted when it is written down; its reply is called back, and then forgotten', async () => {
    const callee = await startCallee(onTestFinished)
    let written = (): void => {}
    const kept = journal(() => new Promise((resolve) => (written = resolve)))
    const { take, waiting } = deskOf(kept, callee.url)
    const acceptance = take()
    expect(kept.kept.size).toBe(1)
    written()
    expect(await acceptance).toBe('accepted')
    waiting[0]?.(FULFILL)
    expect(await callee.taken('id-1')).toMatchObject({ reply: FULFILL, authorization: 'Bearer hub-secret' })
    await until('it is forgotten', () => kept.kept.size === 0)
  })

  test('cannot be written down → cut: it may have been', async () => {
    const { take } = deskOf(
      journal(() => Promise.reject(new Error('no store'))),
      'http://127.0.0.1:1/',
    )
    expect(await take()).toBe('cut')
  })

  test('is refused at once → the refusal; nothing is left', async () => {
    const kept = journal()
    const refusal: Refusal = { type: 'refusal', status: 429, message: 'too many' }
    expect(await deskOf(kept, 'http://127.0.0.1:1/', refusal).take()).toEqual(refusal)
    expect(kept.kept.size).toBe(0)
  })

  test('is refused later → nobody is told, nothing is left', async () => {
    const kept = journal()
    const { take, waiting } = deskOf(kept, 'http://127.0.0.1:1/')
    await take()
    waiting[0]?.({ type: 'refusal', status: 409, message: 'other content' })
    expect(kept.kept.size).toBe(0)
  })

  test('the same once more while it is under way → accepted, asked of the core once, called back once', async () => {
    const callee = await startCallee(onTestFinished)
    const { take, waiting } = deskOf(journal(), callee.url)
    expect(await Promise.all([take(), take()])).toEqual(['accepted', 'accepted'])
    expect(waiting).toHaveLength(1)
    waiting[0]?.(REJECT)
    await callee.taken('id-1')
    expect(callee.heard).toHaveLength(1)
  })

  test('with another Callback-Url → called back at both', async () => {
    const [one, two] = await Promise.all([startCallee(onTestFinished), startCallee(onTestFinished)])
    const { take, waiting } = deskOf(journal(), one.url)
    await take()
    await take({ url: two.url })
    for (const respond of waiting) respond(FULFILL)
    await Promise.all([one.taken('id-1'), two.taken('id-1')])
    expect(waiting).toHaveLength(2)
  })

  test('a url that may not be asked → 400', async () => {
    expect(await deskOf(journal(), 'nowhere').take()).toMatchObject({ type: 'refusal', status: 400 })
  })

  test('more than one account may have open → 429', async () => {
    const { take } = deskOf(journal(), 'http://127.0.0.1:1/')
    const all = await Promise.all(Array.from({ length: 1_025 }, (_, i) => take({ requestId: `id-${i}` })))
    expect(all.filter((each) => each === 'accepted')).toHaveLength(1_024)
    expect(all.at(-1)).toMatchObject({ status: 429 })
  })

  test('nobody takes its reply until it has expired → forgotten', async () => {
    const callee = await startCallee(onTestFinished)
    callee.follow(() => 500)
    const kept = journal()
    const { take, waiting } = deskOf(kept, callee.url)
    await take({ inMs: Date.now() - FAR_MS - 300 })
    waiting[0]?.(FULFILL)
    await until('it is forgotten', () => kept.kept.size === 0)
    expect(callee.heard.every(({ status }) => status === 500)).toBe(true)
  })
})

describe('the next process', () => {
  test('asks again what was not called back, once, and calls back', async () => {
    const callee = await startCallee(onTestFinished)
    const kept = journal()
    await deskOf(kept, callee.url).take()
    const next = deskOf(kept, callee.url)
    await Promise.all([next.owed.restore(), next.take()])
    expect(next.waiting).toHaveLength(1)
    next.waiting[0]?.(FULFILL)
    await callee.taken('id-1')
    await until('it is forgotten', () => kept.kept.size === 0)
  })

  test('what has expired, and what is of nobody → is forgotten, and asked of nobody', async () => {
    const kept = journal()
    await deskOf(kept, 'http://127.0.0.1:1/').take({ inMs: -1_000_000 })
    const [text = ''] = kept.kept.values()
    kept.kept.set('nobody id-1 hash', text)
    const next = deskOf(kept, 'http://127.0.0.1:1/')
    await next.owed.restore()
    expect(next.waiting).toEqual([])
    expect(kept.kept.size).toBe(0)
  })
})
