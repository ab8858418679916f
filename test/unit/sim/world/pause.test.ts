import { describe, expect, test } from 'vitest'
import type { PausePlan, StrikePlan } from '../../../../sim/workload/faultPlan.ts'
import { appliedBy, live, ms, ofKind, pauseAt, type Told } from '../../../fixtures/faultyWorld.ts'

const REFUNDED = { 'hub alice': 100, 'hub bob': 100 }
const PAID = { 'hub alice': 90, 'hub bob': 110 }

const zombieAt = (atMs: number, lastsMs: number, about: Partial<PausePlan> = {}): StrikePlan => pauseAt(atMs, lastsMs, { abandonAfter: ms(5), ...about })

function expectEnd(told: Told, outcome: string, balances: Readonly<Record<string, number>>, lost: Readonly<Record<string, string>> = {}): void {
  expect(told.violation).toBeUndefined()
  expect({ outcome: told.outcome, balances: told.balances, lost: told.lostInCrash }).toEqual({ outcome, balances, lost })
}

const endings = ({ lines }: Told) => ofKind(lines, 'ended').map(({ epoch, why }) => `${epoch} ${why}`)
const sends = ({ lines }: Told) => ofKind(lines, 'effect').filter(({ effect }) => effect.type === 'sendPrepare')

describe('a thread pauses (times: faultyWorld.ts)', () => {
  test.each([
    ['the prepare comes meanwhile', 1_005],
    ['warm on its way', 1_012],
    ['charge on its way', 1_022],
    ['its prepare is out', 1_035],
    ['credit on its way', 1_052],
  ])('%s → what comes waits, and the payment goes on when it wakes', (_, at) => {
    const told = live({ faults: [pauseAt(at, 700)] })
    expectEnd(told, 'fulfilled', PAID)
    const quiet = ofKind(told.lines, 'input').filter((line) => line.who === 't0' && line.at > at && line.at < at + 700)
    expect(quiet).toEqual([])
  })

  test('the fulfillment comes in time, and is read when it is late → as if it had come late', () => {
    expectEnd(live({ faults: [pauseAt(1_035, 9_700)] }), 'R00', REFUNDED)
  })

  test('read in the grace → it is met before the timers', () => {
    expectEnd(live({ faults: [pauseAt(1_035, 8_900)] }), 'fulfilled', PAID)
  })

  test('between two effects of a step → the rest of them follow when it wakes', () => {
    for (let seed = 0; seed < 8; seed++) expectEnd(live({ seed, faults: [pauseAt(1_025, 300, { midStep: 1 })] }), 'fulfilled', PAID)
  })

  test('it dies while it pauses → what waited is cut off', () => {
    const told = live({
      faults: [pauseAt(1_005, 5_000), { ...pauseAt(1_100, 1), kind: 'crash', midStep: 0, restartAfter: ms(20), lateBy: ms(0), name: 'crash' }],
    })
    expectEnd(told, 'lost', REFUNDED)
  })
})

describe('a zombie: taken for dead, it wakes when another has its book (B3)', () => {
  test('charge applied before the claim → sent by nobody but the zombie, which is fenced when it books the answer', () => {
    const told = live({ faults: [zombieAt(1_027, 100)] })
    expect(told.violation).toBeUndefined()
    expect(endings(told)).toEqual(['t0-1 fenced'])
    expect(sends(told)).toHaveLength(1)
    expect(appliedBy(told.lines, 't0')).toContain('commit fenced')
  })

  test('warm on its way → its charge is fenced, nobody is charged, and what it was granted is found', () => {
    const told = live({ faults: [zombieAt(1_012, 100)] })
    expectEnd(told, 'lost', REFUNDED)
    expect(endings(told)).toEqual(['t0-1 fenced'])
    expect(sends(told)).toEqual([])
  })

  test('credit applied before the claim → it tells what its book says', () => {
    expectEnd(live({ faults: [zombieAt(1_057, 100)] }), 'fulfilled', PAID)
  })

  test('with an id → its sender asks the next life, and is told one answer', () => {
    for (const at of [1_027, 1_037, 1_062]) {
      const told = live({ faults: [zombieAt(at, 100)], payment: { withId: true } })
      expect(told.violation).toBeUndefined()
      expect(['fulfilled', 'R00']).toContain(told.outcome)
    }
  })

  test('long after it was taken for dead it is granted money → the next life finds it in a sweep', () => {
    const told = live({ faults: [zombieAt(1_012, 14_000)], payment: { expiryMs: 60_000 } })
    expect(told.violation).toBeUndefined()
  })

  test('it asks a colleague, whose answer the next life strikes out → it learns that it is fenced, and closes', () => {
    // Awake since 1001, with nothing to commit; the second asking reaches t1, of which t1-1 is the zombie.
    const told = live({ faults: [zombieAt(950, 20, { thread: 't1' })], payment: { withId: true, repeatAfterMs: 15 }, parallelism: 2 })
    expect(told.violation).toBeUndefined()
    expect(told.outcome).toBe('fulfilled')
  })
})
