import { describe, expect, test } from 'vitest'
import type { Effect } from '../../../../src/core/effect.ts'
import { account, changesIn, ofType, oneThread, only, type Setting, typesOf } from '../../../fixtures/oneThread.ts'

const alice = account('alice')
const bob = account('bob')
const pay = { from: alice, amount: 10n }

/** Alice holds everything hot, and the store's answers to commits are the test's. */
function thread(setting: Partial<Setting> = {}) {
  const t0 = oneThread({ accounts: [alice, bob], routes: { 'test.far': [bob] }, opening: { alice: 1_000n }, ...setting })
  t0.reject(only(t0.prepare(pay), 'sendPrepare'), 'F99')
  t0.prepare({ ...pay, amount: 0n }) // takes the first payment's tombstone away
  t0.world.held.add('commit')
  t0.news()
  return t0
}

const seqs = (effects: readonly Effect[]) => ofType(effects, 'commit').map(({ seq }) => seq)
const sent = (effects: readonly Effect[]) => ofType(effects, 'sendPrepare').map(({ payment }) => payment)

describe('B2: one order', () => {
  test('a claimed book → its numbers go on from where it stood', () => {
    const t0 = oneThread({ accounts: [alice, bob], routes: { 'test.far': [bob] }, opening: { alice: 1_000n }, unstarted: true })
    t0.store.claim('t0', { type: 'claim', epoch: 'before' })
    for (let seq = 1; seq <= 41; seq++) t0.store.commit('t0', { type: 'commit', epoch: 'before', seq, changes: [] })
    t0.start()
    expect(ofType(t0.prepare(pay), 'commit')).toMatchObject([{ epoch: 't0-1', seq: 42 }])
  })

  test('each step that changes the book → one commit, numbered one after the other', () => {
    const t0 = thread()
    const [first] = seqs(t0.prepare(pay))
    expect(first).toBeDefined()
    expect([...seqs(t0.prepare(pay)), ...seqs(t0.prepare(pay))]).toEqual([Number(first) + 1, Number(first) + 2])
  })

  test('a step that changes nothing → no commit', () => {
    expect(seqs(thread().prepare({ ...pay, to: 'test.nowhere' }))).toEqual([])
  })

  test('acknowledged → its payments go on; acknowledged again → nothing', () => {
    const t0 = thread()
    const { seq } = only(t0.prepare(pay), 'commit')
    expect(sent(t0.hear({ type: 'committed', seq, reply: 'ok' }))).toHaveLength(1)
    expect(t0.hear({ type: 'committed', seq, reply: 'already' })).toEqual([])
  })

  test('a later one is acknowledged → those before it are too, in their order', () => {
    const t0 = thread()
    const commits = [t0.prepare(pay), t0.prepare(pay), t0.prepare(pay)].flatMap(seqs)
    expect(sent(t0.hear({ type: 'committed', seq: commits[1] as number, reply: 'ok' }))).toEqual(['t0-1.3', 't0-1.4'])
    expect(sent(t0.hear({ type: 'committed', seq: commits[2] as number, reply: 'ok' }))).toEqual(['t0-1.5'])
  })

  test('`gap` → everything unacknowledged again, in order and unchanged, once', () => {
    const t0 = thread()
    const before = [t0.prepare(pay), t0.prepare(pay), t0.prepare(pay)].flatMap((effects) => ofType(effects, 'commit'))
    t0.hear({ type: 'committed', seq: before[0]?.seq as number, reply: 'ok' })
    const again = t0.hear({ type: 'committed', seq: before[2]?.seq as number, reply: { gap: before[0]?.seq as number } })
    expect(ofType(again, 'commit')).toEqual(before.slice(1))
    expect(sent(again)).toEqual([])
  })

  test('two of a batch are answered `gap` → sent again once', () => {
    const t0 = thread()
    const [first, second, third] = [t0.prepare(pay), t0.prepare(pay), t0.prepare(pay)].flatMap(seqs)
    const reply = { gap: Number(first) - 1 }
    expect(seqs(t0.hear({ type: 'committed', seq: second as number, reply }))).toHaveLength(3)
    expect(t0.hear({ type: 'committed', seq: third as number, reply })).toEqual([])
  })

  test('the store lost more than is kept → stop, and nobody is told anything', () => {
    const t0 = thread()
    const [first] = [t0.prepare(pay), t0.prepare(pay)].flatMap(seqs)
    expect(t0.hear({ type: 'committed', seq: first as number, reply: { gap: -1 } })).toEqual([{ type: 'stop', why: 'lostWrites' }])
    expect(t0.pass(100_000)).toEqual([])
  })

  test('a gap after the first was repaired → everything unacknowledged again', () => {
    const t0 = thread()
    const [first, second] = [t0.prepare(pay), t0.prepare(pay)].flatMap(seqs)
    t0.hear({ type: 'committed', seq: second as number, reply: { gap: Number(first) - 1 } })
    t0.hear({ type: 'committed', seq: first as number, reply: 'ok' })
    t0.hear({ type: 'committed', seq: second as number, reply: 'already' })
    const [third, fourth] = [t0.prepare(pay), t0.prepare(pay)].flatMap(seqs)
    expect(seqs(t0.hear({ type: 'committed', seq: fourth as number, reply: { gap: second as number } }))).toEqual([third, fourth])
  })

  test('the store loses the first of three → all three are applied in order, and all three payments are sent', () => {
    const t0 = thread()
    const commits = [t0.prepare(pay), t0.prepare(pay), t0.prepare(pay)].flatMap((effects) => ofType(effects, 'commit'))
    const again = commits.slice(1).flatMap((commit) => t0.release(commit))
    expect(seqs(again)).toEqual(commits.map(({ seq }) => seq))
    const effects = ofType(again, 'commit').flatMap((commit) => t0.release(commit))
    expect(sent(effects)).toEqual(['t0-1.3', 't0-1.4', 't0-1.5'])
    expect(t0.store.balanceOf(alice.id)).toBe(970n)
  })
})

describe('one commit for a step', () => {
  test('a grant and what it lets pass → one commit', () => {
    const t0 = oneThread({ accounts: [alice, bob], routes: { 'test.far': [bob] }, opening: { alice: 1_000n }, holds: ['commit'] })
    expect(typesOf(changesIn(t0.prepare(pay)))).toEqual(['take', 'charge'])
    expect(seqs(t0.news())).toEqual([1])
  })
})
