import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import type { RunFigures } from '../../../../sim/experiment/figures.ts'
import { type Meta, resultsOf } from '../../../../sim/experiment/results.ts'
import { type ReportContext, reportHtml } from '../../../../sim/report/page.ts'
import { fixtureMeta, fixtureRuns, graphRuns } from '../../../fixtures/figures.ts'

function reportFor(meta: Meta, runs: readonly RunFigures[], more: Partial<ReportContext> = {}): string {
  return reportHtml(resultsOf(meta, runs), {
    question: 'Which should be picked?',
    about: 'A hub and three lines.',
    command: 'ilp-sim compare which-account --seeds 4',
    product: 'ilp-node 0.1.0',
    node: 'v20.20.2',
    scenarioText: 'name: which-account',
    policies: { random: 'any of them' },
    regimes: Object.fromEntries(meta.regimes.map((regime) => [regime, { warmUpMs: 60_000, changesMs: 120_000 }])),
    firstSeed: runs.filter((run) => run.seed === meta.seeds[0]),
    ...more,
  })
}

/** Nothing of a figure that went wrong may reach the reader, and nothing is left open. */
function expectSound(html: string) {
  const text = parseHTML(html).document.querySelector('main')?.textContent ?? ''
  expect(text).not.toMatch(/NaN|undefined|Infinity|\bnull\b|\[object/)
  expect(html.replace(/<style>[\s\S]*?<\/style>/, '')).not.toMatch(/="[^"]*(NaN|undefined|Infinity)/)
  for (const tag of ['section', 'table', 'figure', 'svg', 'div', 'details', 'p']) {
    expect(html.split(new RegExp(`<${tag}[ >]`)).length, tag).toBe(html.split(`</${tag}>`).length)
  }
}

const SMALL = fixtureMeta({ regimes: fixtureMeta().regimes.slice(8, 12), seeds: [1, 2, 3] })

describe('the report', () => {
  it('eight policies, fourteen regimes, four seeds → every one of them, sound', () => {
    const meta = fixtureMeta()
    const html = reportFor(meta, fixtureRuns(meta))
    expectSound(html)
    const { document } = parseHTML(html)
    expect(Array.from(document.querySelectorAll('.regime h3')).map((heading) => heading.textContent)).toEqual(meta.regimes)
    for (const regime of Array.from(document.querySelectorAll('.regime'))) {
      expect(
        Array.from(regime.querySelectorAll('.panel figcaption'))
          .map((caption) => caption.textContent)
          .sort(),
      ).toEqual([...meta.policies].sort())
    }
    for (const policy of meta.policies) expect(document.querySelector('.wide svg')?.textContent).toContain(policy)
  })

  it('whatever it shows → loads nothing and runs nothing', () => {
    const html = reportFor(SMALL, fixtureRuns(SMALL))
    expect(html).not.toMatch(/<(script|link|img|iframe|object|embed|base|form)\b/i)
    expect(html).not.toMatch(/\b(src|srcset|action|data)=|@import|url\(|\bon\w+="/i)
    expect([...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1]).filter((target) => !target?.startsWith('#'))).toEqual([])
    expect([...html.matchAll(/https?:[^"'\s<]+/g)].map((match) => match[0]).filter((address) => address !== 'http://www.w3.org/2000/svg')).toEqual([])
  })

  it('the answer, the words, how to reproduce it → all there', () => {
    const text = parseHTML(reportFor(SMALL, fixtureRuns(SMALL))).document.querySelector('main')?.textContent ?? ''
    expect(text).toContain('Which should be picked?')
    expect(text).toContain('“send where most remains” is therefore our lowest-balance')
    expect(text).toContain('ilp-sim compare which-account --seeds 4')
    expect(text).toContain('ilp-node 0.1.0 on Node v20.20.2; seeds 1, 2 and 3')
    expect(text).toContain('name: which-account')
    expect(text).toContain('No invariant was broken.')
  })

  it('the same runs → the same bytes', () => {
    const runs = fixtureRuns(SMALL)
    expect(reportFor(SMALL, runs)).toBe(reportFor(SMALL, runs))
  })

  it('light and dark → every colour that is used stands in both', () => {
    const html = reportFor(SMALL, fixtureRuns(SMALL))
    const used = new Set([...html.matchAll(/var\((--[a-z]+\d*)\)/g)].map((match) => match[1]))
    used.delete('--c')
    const [, light = '', dark = ''] = html.split('--paper:')
    for (const colour of used) if (colour !== '--paper') expect([light.includes(`${colour}:`), dark.includes(`${colour}:`)], colour).toEqual([true, true])
  })

  it('one seed → sound, and no interval is claimed', () => {
    const meta = { ...SMALL, seeds: [1] }
    const html = reportFor(meta, fixtureRuns(meta))
    expectSound(html)
    expect(html).toContain('with one seed there is no interval')
  })

  it('a policy without payments, no recovery, a regime that the caller says nothing of → sound', () => {
    const runs = fixtureRuns(SMALL).map((run) => {
      const { recoveryMs, ...rest } = run
      const empty = { payments: 0, fulfilled: 0, volume: '0', volumeFulfilled: '0', rejects: {}, attempts: 0, fulfilledLatency: [], allLatency: [] }
      const silent = run.policy === 'random' ? run.directions.map((direction) => ({ ...direction, ...empty })) : run.directions
      return { ...rest, directions: silent, ...(recoveryMs === undefined ? {} : { recoveryMs: null }) }
    })
    const html = reportFor(SMALL, runs, { regimes: {} })
    expectSound(html)
    expect(parseHTML(html).document.querySelector('.panels')?.textContent).toContain('random')
  })

  it('no figures at all → sound', () => {
    expectSound(reportFor(SMALL, []))
  })

  it('a graph with hundreds of accounts → the busiest few, and says so', () => {
    const meta = fixtureMeta({ regimes: ['plain'], seeds: [1] })
    const html = reportFor(meta, graphRuns(meta, 106))
    expectSound(html)
    expect(html).toContain('There are 424 announcing accounts. These are the 3 that were picked first most often')
    expect(html.length).toBeLessThan(200_000)
  })

  it('a broken invariant → said before anything else', () => {
    const runs = fixtureRuns(SMALL)
    const [first, ...rest] = runs
    const violation = { invariant: 'R3', at: 12, what: 'hot of <alice> is -5' }
    const html = reportFor(SMALL, [...(first ? [{ ...first, invariants: { checked: {}, violation } }] : []), ...rest])
    expectSound(html)
    expect(html.indexOf('1 run broke an invariant')).toBeLessThan(html.indexOf('The short answer'))
    expect(html).toContain('hot of &lt;alice&gt; is -5')
  })

  it('names and a scenario full of markup → shown, not obeyed', () => {
    const evil = './<b>&"quoted"/policy.js'
    const meta = fixtureMeta({ policies: ['random', evil], regimes: ['<i>balanced</i>', 'two'], seeds: [1, 2] })
    const html = reportFor(meta, fixtureRuns(meta), { scenarioText: '</pre><script>alert(1)</script>', question: '<u>?' })
    expectSound(html)
    expect(html).not.toMatch(/<script|<b>&|<i>balanced|<u>\?/)
    expect(parseHTML(html).document.querySelector('.regime h3')?.textContent).toBe('<i>balanced</i>')
  })
})
