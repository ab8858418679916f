import { describe, expect, it } from 'vitest'
import type { RunFigures } from '../../../../sim/experiment/figures.ts'
import { type Meta, resultsOf } from '../../../../sim/experiment/results.ts'
import { answerOf } from '../../../../sim/report/words.ts'
import { fixtureMeta, fixtureRuns } from '../../../fixtures/figures.ts'

function answerFor(meta: Meta, runs: readonly RunFigures[]) {
  return answerOf(resultsOf(meta, runs))
}

/** `a` gets the figures of `b`, and the other way round. */
function swapped(runs: readonly RunFigures[], a: string, b: string): RunFigures[] {
  return runs.map((run) => ({ ...run, policy: run.policy === a ? b : run.policy === b ? a : run.policy }))
}

function renamed(text: string, a: string, b: string): string {
  return text.replaceAll(`\`${a}\``, '`?`').replaceAll(`\`${b}\``, `\`${a}\``).replaceAll('`?`', `\`${b}\``)
}

/** What `policy` did, done by all. */
function allLike(meta: Meta, runs: readonly RunFigures[], policy: string): RunFigures[] {
  return meta.policies.flatMap((name) => runs.filter((run) => run.policy === policy).map((run) => ({ ...run, policy: name })))
}

const META = fixtureMeta({ policies: ['most-room', 'trusted-room', 'random', 'lowest-account-id'], seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] })
const RUNS = fixtureRuns(META)

describe('the answer in words', () => {
  it('a policy ahead of all, shown → pick it, with the closest and its p', () => {
    const answer = answerFor(META, RUNS)
    expect(answer.headline).toBe('Pick `trusted-room`.')
    expect(answer.sentences[0]).toMatch(
      /^Over all 14 regimes, `trusted-room` delivers 92\.\d% of payments \(.*\), more than every other policy \(closest: `most-room`, \+5\.\d points, p < 0\.001\)\.$/,
    )
    expect(answer.howSure).toContain('10 seeds')
    expect(answer.howSure).toContain('all 180 comparisons')
  })

  it.each([
    ['trusted-room', 'most-room'],
    ['trusted-room', 'lowest-account-id'],
    ['random', 'lowest-account-id'],
  ])('the figures of %s and %s swapped → the words swapped, and nothing else', (a, b) => {
    const before = JSON.stringify(answerFor(META, RUNS))
    const after = JSON.stringify(answerFor(META, swapped(RUNS, a, b)))
    expect(after).toBe(renamed(before, a, b))
    expect(after).not.toBe(before)
  })

  it('identical policies → no difference, everywhere', () => {
    const answer = answerFor(META, allLike(META, RUNS, 'random'))
    expect(answer.headline).toBe('There is no difference: all policies gave identical figures.')
    expect(answer.sentences[0]).toContain(
      'There is no difference between `most-room`, `trusted-room`, `random` and `lowest-account-id`: their figures are identical.',
    )
    for (const regime of answer.regimes) {
      expect(regime.certainty).toBe('level')
      expect(regime.brief).toContain('no difference')
      expect(regime.sentences.join(' ')).toContain('There is no difference')
    }
  })

  it('two identical among others → named as such, and as level', () => {
    const twins = [...RUNS.filter((run) => run.policy !== 'most-room'), ...allLike({ ...META, policies: ['most-room'] }, RUNS, 'trusted-room')]
    const answer = answerFor(META, twins)
    expect(answer.headline).toBe('Pick `most-room` or `trusted-room`: no difference between them could be shown.')
    expect(answer.sentences[0]).toContain('There is no difference between `most-room` and `trusted-room`: their figures are identical.')
  })

  it('close, the lead changing from seed to seed → no difference could be shown', () => {
    const balanced = answerFor(META, RUNS).regimes[1]
    expect(balanced?.certainty).toBe('level')
    expect(balanced?.sentences[0]).toMatch(/but no difference between it and `[a-z-]+` \(\+0\.\d+ points, p = [\d.]+\) could be shown\./)
  })

  it('two seeds, ahead in both → probably, and too few to be sure', () => {
    const meta = { ...META, seeds: [1, 2] }
    const answer = answerFor(meta, fixtureRuns(meta))
    expect(answer.headline).toBe('Probably `trusted-room`: it delivered the most in every seed, but 2 seeds are too few to be sure.')
    expect(answer.sentences[0]).toContain('in both seeds, which is too few to be sure')
  })

  it('one seed → no proof, no interval', () => {
    const meta = { ...META, seeds: [1] }
    const answer = answerFor(meta, fixtureRuns(meta))
    expect(answer.headline).toContain('in a single seed: that is no proof')
    expect(answer.sentences[0]).toMatch(/delivers 92\.\d% of payments, the most; next comes `most-room`/)
    expect(answer.howSure).toContain('run several')
  })

  it('one policy, or no payment → said', () => {
    const meta = { ...META, policies: ['random'] }
    expect(answerFor(meta, RUNS).headline).toBe('Only `random` was run: there is nothing to compare it with.')
    const none = RUNS.map((run) => ({ ...run, directions: [] }))
    expect(answerFor(META, none).headline).toBe('No payment was made, so there is nothing to compare.')
  })

  it('the three of the question among others → their figures, the best first', () => {
    const meta = fixtureMeta()
    const asked = answerFor(meta, fixtureRuns(meta)).sentences.find((sentence) => sentence.startsWith('Of the three'))
    expect(asked).toMatch(/`success-rate` 83\.\d%, `lowest-balance` 75\.\d% and `highest-balance` 70\.\d%/)
  })

  it('far behind overall or in one regime → called poor, with the place', () => {
    const text = answerFor(META, RUNS).sentences.join('\n')
    expect(text).toMatch(/Poor overall, more than 10 points behind: `lowest-account-id` \(5\d\.\d%\) and `random` \(7\d\.\d%\)\./)
    expect(text).toMatch(/Good overall but poor somewhere: `most-room` \(16\.\d points behind the best in “one account refuses, failover 0”/)
  })

  it('a betrayal that some never recover from → who was back first, who never', () => {
    const betrayal = answerFor(META, RUNS).regimes.find((regime) => regime.regime === 'one account turns bad, failover 0')
    expect(betrayal?.sentences.join(' ')).toMatch(
      /After the betrayal `(most|trusted)-room` was back first, after [\d.]+ s \(median\)\. `random` and `lowest-account-id` never recovered\./,
    )
  })
})
