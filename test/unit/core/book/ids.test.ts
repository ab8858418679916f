import { describe, expect, test } from 'vitest'
import { contentHash } from '../../../../src/core/book/ids.ts'
import type { AskedAgain, LeftMessage } from '../../../../src/core/book/message.ts'
import type { Effect } from '../../../../src/core/effect.ts'
import type { Prepare } from '../../../../src/core/values/packet.ts'
import { type Asking, account, changesIn, type OneThread, ofType, only, preimage, severalThreads, toldIn, typesOf } from '../../../fixtures/oneThread.ts'

const alice = account('alice', { parallelism: 3 })
const bob = account('bob')
const pay: Asking = { from: alice, amount: 10n, expiresInMs: 10_000, id: 'x' }

function threads(holds: readonly Effect['type'][] = []): [OneThread, OneThread, OneThread] {
  return severalThreads(3, { accounts: [alice, bob], threads: 3, routes: { 'test.far': [bob] }, opening: { alice: 1_000n }, holds }) as [
    OneThread,
    OneThread,
    OneThread,
  ]
}

/** As t1 leaves it with t0. */
function askedAgain(prepare: Prepare, hash = contentHash(prepare)): AskedAgain {
  return { type: 'askedAgain', message: 't1-1.7', from: 't1', account: alice.id, requestId: 'x', hash, prepare }
}

const struckOut = (effects: readonly Effect[]) => changesIn(effects).flatMap((change) => (change.type === 'consumed' ? [change.message] : []))
const charges = (...of: readonly OneThread[]) => of.flatMap((thread) => changesIn(thread.news()).filter(({ type }) => type === 'charge')).length
const leftIn = (...of: readonly OneThread[]) => of.map(({ id, store }) => store.books.get(id)?.left.size)
const leaves = (effects: readonly Effect[]) => ofType(effects, 'leave').map(({ to, message }) => [to, message.type])

describe('B4: asked again at the thread that owns it', () => {
  test('while it is under way → charged once, both are told', () => {
    const [t0] = threads()
    const sent = only(t0.prepare(pay), 'sendPrepare')
    expect(t0.prepare(pay)).toEqual([])
    expect(ofType(t0.fulfill(sent), 'answer').map(({ request }) => request)).toEqual([1, 2])
  })

  test('while the id is being owned → one own, charged once, both are told', () => {
    const [t0] = threads(['own'])
    const own = only(t0.prepare(pay), 'own')
    expect(t0.prepare(pay)).toEqual([])
    const sent = only(t0.release(own), 'sendPrepare')
    expect(toldIn(t0.fulfill(sent))).toEqual(['fulfill', 'fulfill'])
  })

  test('the store answers own twice → it counts once', () => {
    const [t0] = threads(['own'])
    const own = only(t0.prepare(pay), 'own')
    const reply = { owner: 't0', hash: own.hash } as const
    expect(typesOf(t0.release(own))).toContain('sendPrepare')
    expect(t0.hear({ type: 'owned', account: alice.id, requestId: 'x', reply })).toEqual([])
    expect(t0.hear({ type: 'owned', account: alice.id, requestId: 'x', reply: { ...reply, owner: 't1' } })).toEqual([])
  })

  test.each<[string, Partial<Asking>]>([
    ['amount', { amount: 11n }],
    ['expiry', { expiresInMs: 10_001 }],
    ['condition', { preimage: 2 }],
    ['destination', { to: 'test.far.away' }],
    ['data', { data: Buffer.of(0) }],
  ])('with another %s → 409, whether under way or settled', (_, other) => {
    const [t0] = threads()
    const sent = only(t0.prepare(pay), 'sendPrepare')
    expect(toldIn(t0.prepare({ ...pay, ...other }))).toEqual([409])
    t0.fulfill(sent)
    expect(toldIn(t0.prepare({ ...pay, ...other }))).toEqual([409])
  })

  test('the same id from another account → a payment of its own', () => {
    const [t0] = threads()
    t0.prepare(pay)
    t0.routes({ 'test.far': [alice] })
    expect(ofType(t0.prepare({ ...pay, from: bob, amount: 0n }), 'sendPrepare')).toHaveLength(1)
  })

  test('no id, the same content → charged twice: it is never deduplicated', () => {
    const [t0] = threads()
    const { id: _, ...withoutId } = pay
    t0.prepare(withoutId)
    t0.prepare(withoutId)
    expect(charges(t0)).toBe(2)
  })
})

describe('B4: asked again at another thread', () => {
  test('while it is under way → left with the owner, who leaves the answer when there is one', () => {
    const [t0, t1] = threads()
    const sent = only(t0.prepare(pay), 'sendPrepare')
    expect(leaves(t1.prepare(pay))).toEqual([['t0', 'askedAgain']])
    expect(toldIn(t1.news())).toEqual([])
    const told = t0.fulfill(sent)
    expect(toldIn(told)).toEqual(['fulfill'])
    expect(leaves(told)).toEqual([['t1', 'answered']])
    expect(only(t1.news(), 'answer')).toMatchObject({ request: 1, reply: { type: 'fulfill', fulfillment: preimage(1) } })
  })

  test('another life has the book in which the answer is left → fenced at the next look, and its client hears of it', () => {
    const [t0, t1] = threads()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    t1.world.held.add('leave')
    t1.prepare(pay)
    t1.store.claim('t1', { type: 'claim', epoch: 'another' })
    t1.news()
    t1.world.pass(1_000)
    expect(ofType(t1.news(), 'stop')).toEqual([{ type: 'stop', why: 'fenced' }])
  })

  test('settled and kept → the owner leaves the answer at once', () => {
    const [t0, t1] = threads()
    t0.reject(only(t0.prepare(pay), 'sendPrepare'), 'F99')
    t1.prepare(pay)
    expect(toldIn(t1.news())).toEqual(['F99'])
  })

  test('whoever comes second → never charges', () => {
    const [t0, t1, t2] = threads()
    for (const thread of [t0, t1, t2, t1]) thread.prepare(pay)
    expect(charges(t0, t1, t2)).toBe(1)
    expect(t0.store.balanceOf(alice.id)).toBe(990n)
  })

  test('asked there twice before the store says whose it is → both are told', () => {
    const [t0, t1] = threads()
    const sent = only(t0.prepare(pay), 'sendPrepare')
    t0.world.held.add('own')
    const own = only(t1.prepare(pay), 'own')
    t1.prepare(pay)
    expect(leaves(t1.release(own))).toEqual([
      ['t0', 'askedAgain'],
      ['t0', 'askedAgain'],
    ])
    t0.fulfill(sent)
    expect(ofType(t1.news(), 'answer').map(({ request }) => request)).toEqual([1, 2])
  })

  test('asked there again later → left with the owner again: nothing of it is kept where it is not owned', () => {
    const [t0, t1] = threads()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    t1.prepare(pay)
    expect(leaves(t1.prepare(pay))).toEqual([['t0', 'askedAgain']])
    expect(toldIn(t1.news())).toEqual(['fulfill', 'fulfill'])
  })

  test('it owns the id but has lost the first sending → the owner takes it as new, charges once and leaves the answer', () => {
    const [t0, t1] = threads()
    t0.store.own('t0', { type: 'own', account: alice.id, requestId: 'x', hash: contentHash(t0.packet(pay)), keepUntil: t0.now + 70_000 }, t0.now)
    t1.prepare(pay)
    const sent = only(t0.news(), 'sendPrepare')
    expect(toldIn(t0.fulfill(sent))).toEqual([])
    expect(toldIn(t1.news())).toEqual(['fulfill'])
  })

  test('with other content → 409 from the store’s word, nothing is left', () => {
    const [t0, t1] = threads()
    t0.prepare(pay)
    expect(toldIn(t1.prepare({ ...pay, amount: 11n }))).toEqual([409])
    expect(leaves(t1.news())).toEqual([])
  })

  test('left under the right id, but the owner has it with other content → 409 is left', () => {
    const [t0, t1] = threads()
    t0.prepare(pay)
    const asked = askedAgain(t1.packet(pay), 'other')
    expect(only(t0.hear({ type: 'leftRead', messages: [asked] }), 'leave')).toMatchObject({ to: 't1', message: { answers: 't1-1.7', reply: { status: 409 } } })
  })

  test('too old when the owner reads it → 410 is left', () => {
    const [t0, t1] = threads()
    const prepare = t1.packet(pay)
    t0.pass(70_001)
    const effects = t0.hear({ type: 'leftRead', messages: [askedAgain(prepare)] })
    expect(only(effects, 'leave')).toMatchObject({ to: 't1', message: { answers: 't1-1.7', reply: { status: 410 } } })
  })
})

describe('what is left between threads', () => {
  test('a message is durable (`left`) → only then the other is hinted at', () => {
    const [t0, t1] = threads(['leave'])
    t0.prepare(pay)
    const effects = t1.prepare(pay)
    expect(ofType(effects, 'wake')).toEqual([])
    expect(only(t1.release(only(effects, 'leave')), 'wake').to).toBe('t0')
  })

  test('a hint → reads what was left', () => {
    const [t0] = threads(['readLeft'])
    expect(typesOf(t0.hear({ type: 'wakeHeard' }))).toEqual(['readLeft'])
  })

  test('what was asked → stays in the book until its answer lies in the other’s, then one commit strikes it out', () => {
    const [t0, t1] = threads()
    const sent = only(t0.prepare(pay), 'sendPrepare')
    t1.prepare(pay)
    expect(struckOut(t0.news())).toEqual([])
    expect(leftIn(t0, t1)).toEqual([1, 0])
    t0.world.held.add('leave')
    const leave = only(t0.fulfill(sent), 'leave')
    expect(struckOut(t0.news())).toEqual([])
    expect(struckOut(t0.release(leave))).toEqual(['t1-1.1'])
    expect(leftIn(t0, t1)).toEqual([0, 0])
  })

  test('an answer is handled → struck out by one commit', () => {
    const [t0, t1] = threads()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    t1.prepare(pay)
    expect(struckOut(t1.news())).toEqual(['t0-1.1'])
  })

  test('asked is read again before its striking out is durable → handled once', () => {
    const [t0, t1] = threads(['commit'])
    const asked = askedAgain(t1.packet(pay))
    t0.hear({ type: 'leftRead', messages: [asked] })
    expect(t0.hear({ type: 'leftRead', messages: [asked] })).toEqual([])
  })

  test('an answer is read again before its striking out is durable → told once', () => {
    const [t0, t1] = threads()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    t0.world.held.add('commit')
    t1.prepare(pay)
    expect(toldIn(t1.news())).toEqual(['fulfill'])
    expect(t1.hear({ type: 'leftRead', messages: t1.store.readLeft('t1', 't1-1') as readonly LeftMessage[] })).toEqual([])
  })

  test('an answer that nobody waits for → told to nobody, and struck out', () => {
    const [t0] = threads()
    const answered = { type: 'answered', message: 't1-1.7', answers: 't0-1.9', reply: { type: 'refusal', status: 410, message: '' } } as const
    const effects = t0.hear({ type: 'leftRead', messages: [answered] })
    expect(typesOf(effects)).toEqual(['commit'])
    expect(struckOut(effects)).toEqual(['t1-1.7'])
  })

  test('a second answer to what was asked once → told once', () => {
    const [t0, t1] = threads()
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    t1.prepare(pay)
    t1.news()
    const again = { type: 'answered', message: 't0-1.9', answers: 't1-1.1', reply: { type: 'refusal', status: 410, message: '' } } as const
    expect(toldIn(t1.hear({ type: 'leftRead', messages: [again] }))).toEqual([])
  })

  test('a hint before the book is claimed → nothing is read: what was left cannot be struck out yet', () => {
    const [t0] = threads()
    t0.crash()
    t0.world.held.add('claim')
    expect(typesOf(t0.restart())).toEqual(['claim'])
    expect(t0.hear({ type: 'wakeHeard' })).toEqual([])
  })

  test('the hint is lost → read within a second all the same', () => {
    const [t0, t1] = threads(['wake'])
    t0.fulfill(only(t0.prepare(pay), 'sendPrepare'))
    t1.prepare(pay)
    t0.pass(2_000)
    expect(toldIn(t1.news())).toEqual(['fulfill'])
    expect(leftIn(t0, t1)).toEqual([0, 0])
  })

  test('each message → an id of its own, with the epoch of the one who left it', () => {
    const [t0, t1] = threads()
    t0.prepare(pay)
    t1.prepare(pay)
    t1.prepare(pay)
    expect(ofType(t1.news(), 'leave').map(({ message }) => message.message)).toEqual(['t1-1.1', 't1-1.2'])
  })
})

describe('B4: other content under an id that is still being owned', () => {
  const other: Asking = { ...pay, amount: 11n }

  test('the store says that ours is the first → the other is told 409, ours is charged', () => {
    const [t0] = threads(['own'])
    const own = only(t0.prepare(pay), 'own')
    expect(t0.prepare(other)).toEqual([])
    const effects = t0.release(own)
    expect(only(effects, 'answer')).toMatchObject({ request: 2, reply: { status: 409 } })
    expect(changesIn(effects).filter(({ type }) => type === 'charge')).toHaveLength(1)
  })

  test('the store says that the other’s is the first, and ours → ours is told 409, the other is owned and charged', () => {
    const [t0] = threads(['own'])
    t0.store.own('t0', { type: 'own', account: alice.id, requestId: 'x', hash: contentHash(t0.packet(other)), keepUntil: t0.now + 70_000 }, t0.now)
    const own = only(t0.prepare(pay), 'own')
    t0.prepare(other)
    const first = t0.release(own)
    expect(only(first, 'answer')).toMatchObject({ request: 1, reply: { status: 409 } })
    const second = t0.release(only(first, 'own'))
    expect(only(second, 'sendPrepare').prepare.amount).toBe(11n)
  })

  test('a colleague asks for the other, and the store says that it is the first → charged, and the colleague is answered', () => {
    const [t0, t1] = threads(['own'])
    t0.store.own('t0', { type: 'own', account: alice.id, requestId: 'x', hash: contentHash(t0.packet(other)), keepUntil: t0.now + 70_000 }, t0.now)
    const own = only(t0.prepare(pay), 'own')
    const asks = only(t1.prepare(other), 'own')
    t1.release(asks)
    expect(charges(t0)).toBe(0)
    const effects = t0.release(own)
    expect(toldIn(effects)).toEqual([409])
    t0.fulfill(only(effects, 'sendPrepare'))
    expect(toldIn(t1.news())).toEqual(['fulfill'])
    expect(leftIn(t0, t1)).toEqual([0, 0])
  })

  test('a colleague asks for it, and by now the store says that a third is the first → passed on, charged once, both are told (B12)', () => {
    const [t0, t1, t2] = threads(['own'])
    const asked = { account: alice.id, requestId: 'x', hash: contentHash(t0.packet(pay)), keepUntil: t0.now + 70_000 }
    t0.store.own('t0', { type: 'own', ...asked }, t0.now)
    const own = only(t0.prepare(pay), 'own')
    t1.release(only(t1.prepare(pay), 'own'))
    t0.store.shards.get(alice.id)?.owned.delete('x')
    t0.store.own('t2', { type: 'own', ...asked }, t0.now)
    t0.release(own)
    t2.fulfill(only(t2.news(), 'sendPrepare'))
    expect([toldIn(t0.news()), toldIn(t1.news())]).toEqual([['fulfill'], ['fulfill']])
    expect(t0.store.balanceOf(alice.id)).toBe(990n)
    expect(leftIn(t0, t1, t2)).toEqual([0, 0, 0])
  })

  test('three contents under one id → one is charged, the others are told 409', () => {
    const [t0] = threads(['own'])
    const own = only(t0.prepare(pay), 'own')
    t0.prepare(other)
    t0.prepare({ ...pay, amount: 12n })
    expect(toldIn(t0.release(own))).toEqual([409, 409])
    expect(t0.store.balanceOf(alice.id)).toBe(990n)
  })

  test('a colleague owns the id with other content → both contents are told 409', () => {
    const [t0, t1] = threads()
    t1.prepare({ ...pay, amount: 12n })
    t0.world.held.add('own')
    const own = only(t0.prepare(pay), 'own')
    t0.prepare(other)
    const first = t0.release(own)
    expect(toldIn([...first, ...t0.release(only(first, 'own'))])).toEqual([409, 409])
  })
})

describe('B5: requests that wait for a colleague', () => {
  test('as many as may be open → the next is told 429; answered → there is room again', () => {
    const setting = { accounts: [alice, bob], threads: 3, routes: { 'test.far': [bob] }, opening: { alice: 1_000n }, maxOpen: 2 }
    const [t0, t1] = severalThreads(2, setting) as [OneThread, OneThread]
    const sent = only(t0.prepare(pay), 'sendPrepare')
    t1.prepare(pay)
    t1.prepare(pay)
    expect(toldIn(t1.prepare({ ...pay, id: 'y' }))).toEqual([429])
    t0.fulfill(sent)
    expect(ofType(t1.prepare({ ...pay, id: 'y' }), 'sendPrepare')).toHaveLength(1)
  })
})
