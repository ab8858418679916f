import { describe, expect, test } from 'vitest'
import type { DropPlan, FaultPlan, LineOddsPlan, PartitionPlan } from '../../../../sim/workload/faultPlan.ts'
import { live, ms, ofKind, type Told } from '../../../fixtures/faultyWorld.ts'

const base = { name: 'broken', fromMs: 0, untilMs: 10_000 }
const drop = (who: string, about: Partial<DropPlan> = {}): DropPlan => ({ ...base, who, kind: 'drop', odds: 1, refused: 0, noticedAfter: ms(50), ...about })
const cut = (who: string, about: Partial<PartitionPlan> = {}): PartitionPlan => ({
  ...base,
  who,
  kind: 'partition',
  times: { kind: 'at', atMs: [900] },
  lasts: ms(30_000),
  ways: 'both',
  how: 'refused',
  ...about,
})

function liveWith(...faults: readonly FaultPlan[]): Told {
  const told = live({ faults, far: true, payment: { withId: true, expiryMs: 4_000 } })
  expect(told.violation).toBeUndefined()
  return told
}

/** How the hub's attempt failed. */
const failures = ({ lines }: Told) => ofKind(lines, 'input').flatMap(({ input }) => (input.type === 'sendFailed' ? [input.how] : []))

describe('over a line', () => {
  test('a prepare is lost without a connection → not taken, and nobody else is left', () => {
    const told = liveWith(drop('hub-far', { refused: 1 }))
    expect([told.outcome, failures(told)]).toEqual(['T01', ['notTaken']])
  })

  test('a prepare is lost with its connection → unknown, until the timer', () => {
    const told = liveWith(drop('hub-far'))
    expect(told.outcome).toBe('R00')
    expect(failures(told)[0]).toBe('unknown')
  })

  test('a prepare is lost, and nobody notices → the timer alone ends it', () => {
    const { noticedAfter: _, ...silent } = drop('hub-far')
    const told = liveWith(silent)
    expect([told.outcome, failures(told)]).toEqual(['R00', []])
  })

  test('cut, and refused → not taken', () => {
    expect(liveWith(cut('hub-far')).outcome).toBe('T01')
  })

  test('cut without a word → the timer ends it', () => {
    expect(liveWith(cut('hub-far', { how: 'silent' })).outcome).toBe('R00')
  })

  test('cut and healed before the sender gives up → paid', () => {
    expect(liveWith(cut('alice hub', { lasts: ms(500) })).outcome).toBe('fulfilled')
  })

  test('cut in one direction → what goes in the other comes', () => {
    const ways = Array.from({ length: 8 }, (_, seed) => {
      const told = live({ seed, far: true, faults: [cut('bob far', { ways: 'one', how: 'silent' })] })
      expect(told.violation).toBeUndefined()
      return ofKind(told.lines, 'message').filter(({ to, arrives }) => to === 'bob' && arrives !== undefined).length
    })
    expect(new Set(ways)).toEqual(new Set([0, 1]))
  })

  test('late → it arrives so much later', () => {
    const delay: LineOddsPlan = { ...base, who: 'hub-far', kind: 'delay', odds: 1, by: ms(300) }
    const [first] = ofKind(liveWith(delay).lines, 'message').filter(({ line, message }) => line === 'hub-far' && message.type === 'prepare')
    expect(first === undefined ? 0 : (first.arrives ?? 0) - first.at).toBe(310)
  })

  test('a prepare with an id comes twice → taken twice, charged once', () => {
    const told = liveWith({ ...base, who: 'alice hub', kind: 'repeat', odds: 1, after: ms(20) })
    expect(told.outcome).toBe('fulfilled')
    const received = ofKind(told.lines, 'input').filter(({ connector, input }) => connector === 'hub' && input.type === 'prepareReceived')
    expect(received).toHaveLength(2)
  })

  test('a prepare without an id → https gives it once', () => {
    const told = live({ faults: [{ ...base, who: 'alice hub', kind: 'repeat', odds: 1, after: ms(20) }] })
    expect(ofKind(told.lines, 'slip')).toEqual([])
  })

  test('overtaken → the next in its direction comes first', () => {
    const reorder: LineOddsPlan = { ...base, who: 'alice hub', kind: 'reorder', odds: 1, by: ms(500), untilMs: 1_000.5 }
    const told = live({ faults: [reorder], more: [{ atMs: 1_001 }] })
    expect(told.violation).toBeUndefined()
    const order = ofKind(told.lines, 'input').flatMap(({ at, input }) => (input.type === 'prepareReceived' ? [[at, input.prepare.expiresAt]] : []))
    expect(order).toEqual([
      [1_011, 11_001],
      [1_011, 11_000],
    ])
  })
})
