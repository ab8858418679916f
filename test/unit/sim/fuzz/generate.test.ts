import { describe, expect, test } from 'vitest'
import { faultKinds } from '../../../../sim/fuzz/faults.ts'
import { planOf } from '../../../../sim/fuzz/generate.ts'
import { BEHAVIOUR_KINDS } from '../../../../sim/workload/behaviourKinds.ts'

const plans = Array.from({ length: 60 }, (_, seed) => planOf(seed))

describe('worlds from seeds', () => {
  test('the same seed → the same plan', () => {
    expect(planOf(7)).toEqual(planOf(7))
    expect(planOf(7)).not.toEqual(planOf(8))
  })

  test('sixty seeds → every kind of fault and behaviour, and worlds without any', () => {
    expect(new Set(plans.flatMap(({ faults }) => faults.map(({ kind }) => kind)))).toEqual(new Set(faultKinds))
    expect(new Set(plans.flatMap(({ behaviours }) => behaviours.map(({ kind }) => kind)))).toEqual(new Set(BEHAVIOUR_KINDS))
    expect(plans.some(({ faults }) => faults.length === 0)).toBe(true)
  })

  test('all trouble is over → only then follows what must succeed', () => {
    for (const { faults, behaviours, payments } of plans) {
      const tailMs = payments.find(({ mustSucceed }) => mustSucceed)?.atMs ?? 0
      for (const { untilMs } of [...faults, ...behaviours]) expect(untilMs).toBeLessThan(tailMs)
      expect(payments.map(({ atMs }) => atMs)).toEqual(payments.map(({ atMs }) => atMs).sort((a, b) => a - b))
    }
  })
})
