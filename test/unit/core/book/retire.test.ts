import { expect, test } from 'vitest'
import { makeDirectory } from '../../../../src/core/directory.ts'
import type { Effect } from '../../../../src/core/effect.ts'
import { address } from '../../../../src/core/values/address.ts'
import { account, changesIn, FAR, type OneThread, ofType, only, reject, type Setting, severalThreads, toldIn } from '../../../fixtures/oneThread.ts'

const alone = account('alone')
const bob = account('bob')
const setting: Setting = { accounts: [alone, bob], threads: 2, routes: { [FAR]: [bob] }, opening: { alone: 1_000n } }

/** t1 is the one that leaves. */
function two(holds: readonly Effect['type'][] = []): readonly [OneThread, OneThread] {
  const [t0, t1] = severalThreads(2, { ...setting, holds })
  return [t0 as OneThread, t1 as OneThread]
}
const among = (t: OneThread, threads: number) => t.hear({ type: 'directoryReplaced', directory: makeDirectory(address('test.hub'), threads, [alone, bob]) })
const closes = (effects: readonly Effect[]) => ofType(effects, 'close').length
const charges = ({ world }: OneThread) => world.applied.filter(({ change }) => change.type === 'charge').map(({ thread }) => thread)
const cold = ({ store }: OneThread) => store.shards.get(alone.id)?.cold

test('a thread leaves → it takes nothing new, gives all back, and closes its book when nothing can come in late', () => {
  const [, t1] = two()
  t1.fulfill(only(t1.prepare({ from: alone, amount: 10n }), 'sendPrepare'))
  among(t1, 1)
  expect(toldIn(t1.prepare({ from: alone, amount: 10n, preimage: 2 }))).toEqual([503])
  expect(closes(t1.pass(9_900))).toBe(0)
  const effects = t1.pass(2_000)
  expect(closes(effects)).toBe(1)
  expect(effects.at(-1)).toEqual({ type: 'stop', why: 'closed' })
  expect(cold(t1)).toBe(990n)
  expect(t1.hear({ type: 'wakeHeard' })).toEqual([])
})

test('a payment is under way → it ends first, by its answer', () => {
  const [, t1] = two()
  const sent = only(t1.prepare({ from: alone, amount: 10n }), 'sendPrepare')
  among(t1, 1)
  expect(closes(t1.pass(20_000))).toBe(0)
  expect(toldIn(t1.fulfill(sent))).toEqual(['fulfill'])
  expect(closes(t1.pass(2_000))).toBe(1)
})

test('what it gave back has not arrived → not closed', () => {
  const [, t1] = two(['cool'])
  t1.reject(only(t1.prepare({ from: alone, amount: 10n }), 'sendPrepare'), 'F99')
  among(t1, 1)
  const effects = t1.pass(20_000)
  expect(closes(effects)).toBe(0)
  const last = ofType(effects, 'cool').at(-1)
  if (last !== undefined) t1.release(last)
  expect(closes(t1.pass(2_000))).toBe(1)
})

test('a message is left before the book is closed → it is read first', () => {
  const [, t1] = two(['close'])
  among(t1, 1)
  const close = only(t1.pass(12_000), 'close')
  t1.store.leave({ type: 'leave', to: 't1', message: { type: 'recall', message: 'm.1', account: alone.id } })
  expect(changesIn(t1.release(close))).toEqual([{ type: 'consumed', message: 'm.1' }])
  expect(closes(t1.pass(1_100))).toBe(1)
})

test('the answer to close is lost → it is asked again, and closed once', () => {
  const [, t1] = two(['close'])
  among(t1, 1)
  t1.reach(only(t1.pass(12_000), 'close'))
  t1.disconnect()
  const again = only(t1.reconnect(), 'close')
  expect(t1.release(again)).toEqual([{ type: 'stop', why: 'closed' }])
  expect(t1.store.books.get('t1')?.term).toBe(1)
})

test('another life has the book → fenced', () => {
  const [, t1] = two(['close'])
  among(t1, 1)
  const close = only(t1.pass(12_000), 'close')
  t1.store.claim('t1', { type: 'claim', epoch: 'later' })
  expect(t1.release(close)).toEqual([{ type: 'stop', why: 'fenced' }])
})

test('it is back before its book is closed → it goes on', () => {
  const [, t1] = two()
  among(t1, 1)
  t1.pass(5_000)
  among(t1, 2)
  expect(closes(t1.pass(20_000))).toBe(0)
  expect(ofType(t1.prepare({ from: alone, amount: 10n }), 'sendPrepare')).toHaveLength(1)
})

test('it dies while it leaves → the next life takes up what the dead one was granted, and closes', () => {
  const [, t1] = two(['warm'])
  t1.reach(only(t1.prepare({ from: alone, amount: 10n }), 'warm'))
  t1.crash()
  t1.world.held.clear()
  t1.restart({ threads: 1 })
  expect(closes(t1.pass(12_000))).toBe(1)
  expect(cold(t1)).toBe(1_000n)
})

test('an id that a closed book keeps → its answer is told, and nothing charged', () => {
  const [t0, t1] = two()
  const packet = t1.packet({ from: alone, amount: 10n })
  t1.reject(only(t1.ask(alone, packet, 'x'), 'sendPrepare'), 'F99')
  among(t1, 1)
  t1.pass(12_000)
  const effects = t0.ask(alone, packet, 'x')
  expect(ofType(effects, 'answer')).toEqual([{ type: 'answer', request: t0.request, reply: reject('F99') }])
  expect(charges(t0)).toEqual(['t1'])
})

/** t1 owned the id and died before it wrote anything under it; its next life has closed the book. */
function lacking(): { readonly t0: OneThread; readonly t1: OneThread; readonly packet: ReturnType<OneThread['packet']> } {
  const [t0, t1] = two(['commit'])
  const packet = t1.packet({ from: alone, amount: 10n })
  t1.ask(alone, packet, 'x')
  t1.crash()
  t1.world.held.clear()
  t1.restart({ threads: 1 })
  expect(closes(t1.pass(12_000))).toBe(1)
  return { t0, t1, packet }
}

test('an id that a closed book lacks → whoever asks owns it anew', () => {
  const { t0, packet } = lacking()
  const effects = t0.ask(alone, packet, 'x')
  expect(ofType(effects, 'own').map(({ instead }) => instead)).toEqual([undefined, { owner: 't1', term: 0 }])
  expect(ofType(effects, 'sendPrepare')).toHaveLength(1)
  expect(charges(t0)).toEqual(['t0'])
})

test('the book is opened again meanwhile → one of the two owns the id, and it is charged once', () => {
  const { t0, t1, packet } = lacking()
  t0.world.held.add('own')
  t0.release(only(t0.ask(alone, packet, 'x'), 'own'))
  const instead = only(
    t0.news().filter((effect) => effect.type === 'own' && effect.instead !== undefined),
    'own',
  )
  t0.world.held.clear()
  t1.restart()
  const sent = only(t1.ask(alone, packet, 'x'), 'sendPrepare')
  t0.release(instead)
  t1.reject(sent, 'F99')
  expect(toldIn(t0.news())).toEqual(['F99'])
  expect(charges(t0)).toEqual(['t1'])
})

test('a colleague asks the opened book for an id that was owned anew → the question is passed on to who owns it now', () => {
  const { t0, t1, packet } = lacking()
  t0.world.held.add('leave')
  const question = only(t0.ask(alone, packet, 'x'), 'leave')
  t1.restart()
  t0.world.held.clear()
  t0.store.own(
    't0',
    { type: 'own', account: alone.id, requestId: 'x', hash: hashOf(t0), keepUntil: t0.now + 90_000, instead: { owner: 't1', term: 0 } },
    t0.now,
  )
  t0.release(question)
  t0.news()
  expect([...(t0.store.books.get('t0')?.left.values() ?? [])].map(({ type }) => type)).toEqual(['askedAgain'])
})

function hashOf({ store }: OneThread): string {
  return store.shards.get(alone.id)?.owned.get('x')?.hash ?? ''
}

test('an operation that a closed book keeps → its answer is told; one that it lacks is booked anew', () => {
  const [t0, t1] = two()
  const operation = (id: string) =>
    ({ id, account: alone.id, direction: 'deposit', amount: t0.packet({ from: alone, amount: 5n }).amount, expiresAt: t0.now + 3_600_000 }) as const
  const [kept, lost] = [operation('kept'), operation('lost')]
  t1.hear({ type: 'moneyAsked', request: 1, operation: kept })
  t1.world.held.add('commit')
  t1.hear({ type: 'moneyAsked', request: 2, operation: lost })
  t1.crash()
  t1.world.held.clear()
  t1.restart({ threads: 1 })
  expect(toldMoney(t1.hear({ type: 'moneyAsked', request: 3, operation: operation('new') }))).toEqual([503])
  t1.pass(12_000)
  expect(cold(t1)).toBe(1_005n)
  expect(toldMoney(t0.hear({ type: 'moneyAsked', request: 4, operation: kept }))).toEqual(['moved'])
  expect(toldMoney(t0.hear({ type: 'moneyAsked', request: 5, operation: lost }))).toEqual(['moved'])
  expect(t0.store.balanceOf(alone.id)).toBe(1_010n)
})

function toldMoney(effects: readonly Effect[]): (string | number)[] {
  return ofType(effects, 'answerMoney').map(({ reply }) => (reply.type === 'refusal' ? reply.status : reply.type))
}
