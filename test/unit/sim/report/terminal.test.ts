import { describe, expect, it } from 'vitest'
import { type Meta, resultsOf } from '../../../../sim/experiment/results.ts'
import { terminalText } from '../../../../sim/report/terminal.ts'
import { fixtureMeta, fixtureRuns, POLICIES } from '../../../fixtures/figures.ts'

function textFor(meta: Meta, colours = false): string {
  return terminalText(resultsOf(meta, fixtureRuns(meta)), { colours })
}

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')
const thirteen = fixtureMeta({ policies: [...POLICIES, 'round-robin', 'shortest-path', 'best-quote', 'two-choices', './policies/mine-with-a-long-name.js'] })

describe('the terminal', () => {
  it.each([
    ['eight policies', fixtureMeta()],
    ['thirteen policies', thirteen],
    ['one seed', fixtureMeta({ seeds: [1] })],
    ['one regime', fixtureMeta({ regimes: ['plain'] })],
  ])('%s → at most 100 columns, every policy and regime, no escapes', (_, meta) => {
    const text = textFor(meta)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
    for (const policy of meta.policies) expect(text).toContain(policy.length <= 18 ? policy : policy.slice(0, 17))
    for (const regime of meta.regimes) expect(text).toContain(regime)
    expect(text).not.toMatch(ESCAPES)
    expect(text).not.toMatch(/NaN|undefined|Infinity|\bnull\b/)
  })

  it('colours asked for → the same text under them', () => {
    const meta = fixtureMeta()
    const coloured = textFor(meta, true)
    expect(coloured).toMatch(ESCAPES)
    expect(coloured.replace(ESCAPES, '').replace(/ +$/gm, '')).toBe(textFor(meta))
  })

  it('the best of a regime → a star; the worst regime of a policy → its number', () => {
    const lines = textFor(fixtureMeta()).split('\n')
    expect(lines.find((line) => line.startsWith(' 9 one account holds, failover 0'))).toMatch(/ 88\.\d\* /)
    expect(lines.find((line) => line.startsWith('5  lowest-balance'))).toMatch(/31\.\d% \(9\)/)
  })

  it('a broken invariant → last, and loud', () => {
    const meta = fixtureMeta({ regimes: ['plain'], seeds: [1] })
    const [first, ...rest] = fixtureRuns(meta)
    const violation = { invariant: 'R5', at: 77, what: 'off by 1' }
    const runs = first ? [{ ...first, invariants: { checked: { R5: 1 }, violation } }, ...rest] : rest
    const text = terminalText(resultsOf(meta, runs), { colours: false })
    expect(text.split('\n').slice(-2)).toEqual(['Invariants: 1 BROKEN', 'R5 in plain, highest-balance, seed 1, at 77 ms: off by 1'])
  })
})
