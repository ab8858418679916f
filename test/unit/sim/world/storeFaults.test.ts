/** What goes wrong with single commands to a store. Times: faultyWorld.ts; the charge is sent at 1020 and applied at 1025. */
import { expect, test } from 'vitest'
import type { StoreOddsPlan } from '../../../../sim/workload/faultPlan.ts'
import { appliedBy, live, ms, ofKind, type Told } from '../../../fixtures/faultyWorld.ts'

/** On the charge alone. */
const onCharge = { name: 'amiss', who: 'hub', odds: 1, fromMs: 1_016, untilMs: 1_024 }

type OfKind<P> = P extends StoreOddsPlan ? Omit<P, keyof typeof onCharge> : never

function paidWith(about: OfKind<StoreOddsPlan>): Told {
  const told = live({ faults: [{ ...onCharge, ...about }] })
  expect([told.violation, told.outcome, told.balances]).toEqual([undefined, 'fulfilled', { 'hub alice': 90, 'hub bob': 110 }])
  expect(ofKind(told.lines, 'slip')).toMatchObject([{ at: 1_020, name: 'amiss', who: 'hub', on: 't0', slip: { type: about.kind } }])
  return told
}

const commitsOf = ({ lines }: Told): string[] => appliedBy(lines, 't0').filter((word) => word.startsWith('commit'))
const reconnectedAt = ({ lines }: Told): number[] => ofKind(lines, 'input').flatMap(({ at, input }) => (input.type === 'reconnected' ? [at] : []))

test('a command is lost → the connection is given up after 2 s, and it is asked again', () => {
  const told = paidWith({ kind: 'store-command-lost' })
  expect(ofKind(told.lines, 'cut')).toMatchObject([{ at: 3_020, arriving: 0 }])
  expect(reconnectedAt(told)).toEqual([3_045])
  expect(commitsOf(told).slice(0, 1)).toEqual(['commit ok'])
})

test('a reply is lost → it was applied, and is applied once', () => {
  const told = paidWith({ kind: 'store-reply-lost' })
  expect(ofKind(told.lines, 'cut')).toMatchObject([{ at: 3_020 }])
  expect(commitsOf(told).slice(0, 2)).toEqual(['commit ok', 'commit already'])
})

test('a command is late, and answered in time → later by as much', () => {
  const told = paidWith({ kind: 'store-delay', by: ms(300) })
  expect(reconnectedAt(told)).toEqual([])
  expect(ofKind(told.lines, 'effect').find(({ effect }) => effect.type === 'sendPrepare')?.at).toBe(1_330)
})

test('later than the time-out → the next connection brings it first, and then it comes too', () => {
  const told = paidWith({ kind: 'store-delay', by: ms(2_500) })
  expect(reconnectedAt(told)).toEqual([3_045])
  expect(commitsOf(told)).toContain('commit already')
})

test('a connection breaks behind a command → it comes in after it was asked again', () => {
  const told = paidWith({ kind: 'store-reorder', by: ms(100) })
  expect(reconnectedAt(told)).toEqual([1_045])
  expect(commitsOf(told)).toContain('commit already')
})

test('applied twice → it counts once', () => {
  const told = paidWith({ kind: 'store-repeat', after: ms(40) })
  expect(reconnectedAt(told)).toEqual([])
  expect(commitsOf(told).filter((word) => word === 'commit already')).toHaveLength(1)
})

test('an error that passes → nothing is done, and it is asked again by a new connection', () => {
  const told = paidWith({ kind: 'store-error' })
  expect(ofKind(told.lines, 'cut')).toMatchObject([{ at: 1_030 }])
  expect(reconnectedAt(told)).toEqual([1_055])
  expect(commitsOf(told)[0]).toBe('commit ok')
})
