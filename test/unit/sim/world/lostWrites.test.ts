/** Stores that come back without what they acknowledged (B12), and connections that are cut. Times: faultyWorld.ts. */
import { describe, expect, test } from 'vitest'
import { appliedBy, crashAt, cutAt, failoverAt, live, losesAt, ms, ofKind, type Told } from '../../../fixtures/faultyWorld.ts'

const REFUNDED = { 'hub alice': 100, 'hub bob': 100 }
const PAID = { 'hub alice': 90, 'hub bob': 110 }
const NOTHING = { uncredited: {}, uncharged: {}, reported: {}, excused: 0 }
const wait = { durability: 'wait' } as const
/** Dead from before the store dies until after it is back. */
const deadAt = (atMs: number) => crashAt(atMs, { restartAfter: ms(300) })

function expectEnd(told: Told, outcome: string, balances: Readonly<Record<string, number>>, lost: Told['lostByStores'] = NOTHING): void {
  expect(told.violation).toBeUndefined()
  expect({ outcome: told.outcome, balances: told.balances, lost: told.lostByStores }).toEqual({ outcome, balances, lost })
}

describe('the store comes back as it was a second before', () => {
  test('paid by then, and the thread lives → it replays the charge and the credit', () => {
    const told = live({ faults: [losesAt(1_100, 1_000)] })
    expectEnd(told, 'fulfilled', PAID)
    expect(ofKind(told.lines, 'undone')).toMatchObject([{ at: 1_100, since: 100 }])
    const commits = ofKind(told.lines, 'store').flatMap(({ command, reply }) => (command.type === 'commit' ? [[command.seq, reply]] : []))
    expect(commits).toEqual([
      [1, 'ok'],
      [2, 'ok'],
      [3, { gap: 0 }],
      [1, 'ok'],
      [2, 'ok'],
      [3, 'ok'],
    ])
  })

  test('the thread is dead → the payment never was, though its sender was told: the receiver has lost it', () => {
    const told = live({ faults: [deadAt(1_080), losesAt(1_100, 1_000)] })
    expectEnd(told, 'fulfilled', REFUNDED, { uncredited: { 'hub bob': '10' }, uncharged: { 'hub alice': '10' }, reported: {}, excused: 1 })
  })

  test('only the credit is lost, the thread is dead → refunded, though its sender was told', () => {
    const told = live({ faults: [deadAt(1_080), losesAt(1_100, 50)] })
    expectEnd(told, 'fulfilled', REFUNDED, { uncredited: { 'hub bob': '10' }, uncharged: { 'hub alice': '10' }, reported: {}, excused: 1 })
  })

  test.each([1_080, 1_030, 1_057])('replicas confirm before anything is told, the thread dies at %s → nothing that was told is lost', (at) => {
    const told = live({ faults: [deadAt(at), losesAt(1_100, 1_000)], hub: wait })
    expect(told.violation).toBeUndefined()
    expect(told.lostByStores).toEqual(NOTHING)
    if (at === 1_080) expect(told.balances).toEqual(PAID)
  })
})

describe('one node of three comes back as it was before', () => {
  test('whichever it is, with the thread alive or dead → what is lost is told, and nothing else', () => {
    const ends = Array.from({ length: 12 }, (_, seed) => live({ seed, faults: [...(seed % 2 === 0 ? [deadAt(1_080)] : []), failoverAt(1_100, 1_000)] }))
    for (const [seed, told] of ends.entries()) {
      expect(told.violation).toBeUndefined()
      if (seed % 2 === 1) expect([told.balances, told.lostByStores]).toEqual([PAID, NOTHING])
    }
    const shards = new Set(ends.flatMap(({ lines }) => ofKind(lines, 'undone').map(({ shards }) => shards.join(' '))))
    expect(shards.size).toBeGreaterThan(1)
  })
})

describe('a connection is cut, and nobody crashes', () => {
  test.each([0, 1])('the charge was on its way, and %s of it arrives → asked again, paid once', (arrives) => {
    const told = live({ faults: [cutAt(1_022, arrives, 60)] })
    expect([told.violation, told.outcome, told.balances]).toEqual([undefined, 'fulfilled', PAID])
    expect(appliedBy(told.lines, 't0').filter((word) => word.startsWith('commit'))).toContain(arrives === 1 ? 'commit already' : 'commit ok')
    expect(ofKind(told.lines, 'input').filter(({ input }) => input.type === 'reconnected')).toHaveLength(1)
  })
})
