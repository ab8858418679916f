import { describe, expect, test } from 'vitest'
import { historiesText, matrixText } from './pages.ts'
import type { Results } from './results.ts'

const mutant = (name: string) => ({ name, rule: name.replace(/-.*/, ''), caughtBy: 'test/unit/core/thread.test.ts', broken: `${name} is broken.` })
const mutants = [mutant('B1-found'), mutant('B2-longer'), mutant('S1-unseen'), mutant('A1-not-run')]
const found = (name: string, where: string, history: readonly string[]) => ({
  name,
  invariant: 'R3',
  what: 'below zero',
  where,
  events: history.length,
  history,
  looked: 7,
  seconds: 1,
})
const results: Results = {
  fuzz: { 'B1-found': found('B1-found', 'seed 7', ['a', 'b', 'c']), 'S1-unseen': { name: 'S1-unseen', looked: 9, seconds: 3 } },
  explore: {
    'B1-found': found('B1-found', 'recall, lost-commit', ['x', 'y']),
    'B2-longer': { ...found('B2-longer', 'recall', ['z']), events: 50 },
    'S1-unseen': { name: 'S1-unseen', looked: 0, seconds: 0 },
  },
  property: { 'B1-found': { name: 'B1-found', failed: ['test/property/worlds.test.ts'] }, 'S1-unseen': { name: 'S1-unseen', failed: [] } },
}

describe('the matrix', () => {
  const page = matrixText(mutants, results)

  test.each([
    ['noticed', '| B1-found | unit/core/thread | R3, seed 7, 3 | R3, recall and 1 more, 2 | worlds |'],
    ['not noticed, or stopped', '| S1-unseen | unit/core/thread | – (9) | ∞ | – |'],
    ['not run', '| A1-not-run | unit/core/thread | · | · | · |'],
    ['by rule, as DESIGN.md lists them', '| B1 | 1 | 1 | 1 | 1 | 1 | 1 |\n| B2 | 1 | 1 | 0 | 1 | 0 | 1 |\n| S1 | 1 | 1 | 0 | 0 | 0 | 0 |\n| A1 |'],
    ['in sum', '4 mutants: the suite kills all, fuzz 1 of 2, explore 2 of 3, property 1 of 2, one of these three 2.'],
  ])('%s → as one would say it', (_, text) => {
    expect(page).toContain(text)
  })

  test('found twice → the shorter history; one that stayed long → its end', () => {
    const histories = historiesText(mutants, results)
    expect(histories).toContain('## B1-found\n\nB1-found is broken.\n\n`R3` (recall): below zero\n\n```\nx\ny\n```')
    expect(histories).toContain('```\n… 49 events before\nz\n```')
  })
})
