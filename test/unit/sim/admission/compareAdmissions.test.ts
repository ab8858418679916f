import { describe, expect, test } from 'vitest'
import { compareAdmissions, overdraft } from '../../../../sim/admission/compareAdmissions.ts'
import type { AdmissionFigures } from '../../../../sim/admission/figures.ts'
import { loadScenario, planOf, variationsOf } from '../../../../sim/workload/scenario.ts'
import { fileOf, refusal } from '../../../fixtures/files.ts'

const HUB = `question: Which?
duration: 20s
latency: 0ms
storeLatency: {uniform: [0.2ms, 2ms]}
connectors: {hub: {threads: 4, parallelism: 4}}
endpoints: {sender: {at: hub, parallelism: 4, openingBalance: 1000}, shop: {at: hub, openingBalance: unlimited}}
compare: {connectors: hub, policies: random, failover: 0}
`
const STALLS = `storeLatency: {logNormal: {median: 0.5ms, sigma: 2, cap: 1s}}
`
const SCARCE = `traffic:
  pays: {from: sender, to: shop, rate: 500/s, amounts: {uniform: [1, 100]}, expiry: 10s}
  refills: {from: shop, to: sender, rate: 12/s, amounts: {uniform: [500, 1000]}, expiry: 10s}
`
const DRAIN = `traffic: {pays: {from: sender, to: shop, rate: 100/s, amounts: {uniform: [90, 100]}, expiry: 10s}}
`

function compared(text: string, seed = 1): readonly AdmissionFigures[] {
  const scenario = loadScenario(fileOf('s.yaml', text))
  return variationsOf(scenario).flatMap((variation) => compareAdmissions(planOf(scenario, variation, 'random'), seed))
}

const under = (figures: readonly AdmissionFigures[], admission: string) => figures.find((each) => each.admission === admission)

describe('admissions', () => {
  test('an account that several threads drain at once → only the bare rule overdraws it, and not beyond its bound', () => {
    const seeds = [1, 2, 3].map((seed) => compared(HUB.replace(/storeLatency.*\n/, STALLS) + SCARCE, seed))
    const lowest = (admission: string) => seeds.map((figures) => under(figures, admission)?.lowest ?? 0n).reduce((low, each) => (each < low ? each : low))
    expect(lowest('hot-cold')).toBeGreaterThanOrEqual(0n)
    expect(lowest('single-counter')).toBeGreaterThanOrEqual(0n)
    expect(lowest('seed-rule')).toBeLessThan(0n)
    expect(lowest('seed-rule')).toBeGreaterThanOrEqual(4n + 1n - 1n - 300n)
  })

  test('an account that nobody refills → the factor keeps a part of its capital, one counter no more than the next payment', () => {
    const figures = compared(HUB + DRAIN)
    expect(under(figures, 'single-counter')?.spent).toBeGreaterThan(0.9)
    expect(under(figures, 'hot-cold')?.spent).toBeLessThanOrEqual(0.75)
    expect(under(figures, 'hot-cold')?.falseRejects).toBeGreaterThan(0)
    expect(under(figures, 'single-counter')?.falseRejects).toBe(0)
  })

  test('the same demand → every admission meets the same payments', () => {
    expect(new Set(compared(HUB + SCARCE).map(({ payments }) => payments)).size).toBe(1)
  })

  test('two threads, amounts 2 to 4 → the bound is one below nothing', () => {
    const subject = { parallelism: 2 } as Parameters<typeof overdraft>[0]['subject']
    expect(overdraft({ subject, smallest: 2n, largest: 4n })).toBe(-1n)
  })

  test.each([
    ['a second connector', HUB.replace('connectors: {', 'connectors: {other: {}, ') + DRAIN, 'several connectors'],
    ['amounts that are all the same', HUB + DRAIN.replace('{uniform: [90, 100]}', '5'), 'must be uniform'],
  ])('%s → refused, and says why', (_, text, words) => {
    expect(refusal(() => compared(text))).toContain(words)
  })
})
