import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { listWorlds, loadWorld } from '../../../../sim/explore/scenario.ts'
import { smallWorldJsonSchema } from '../../../../sim/explore/schema.ts'
import { fileOf, refusal } from '../../../fixtures/files.ts'

test('every file of scenarios/explore → a world with a question', () => {
  expect(listWorlds().length).toBeGreaterThan(4)
  for (const { name, file } of listWorlds()) expect(loadWorld(file)).toMatchObject({ name, question: expect.stringContaining('?') })
})

/** To make it anew: npx tsx -e "import {smallWorldJsonSchema} from './sim/explore/schema.ts'; process.stdout.write(smallWorldJsonSchema())" > scenarios/explore/world.schema.json */
test('scenarios/explore/world.schema.json → what the code takes', () => {
  const file = new URL('../../../../scenarios/explore/world.schema.json', import.meta.url)
  expect(readFileSync(file, 'utf8')).toBe(smallWorldJsonSchema())
})

const SMALL = `question: Does it hold?
accounts: {alice: {balance: 9}, bob: {}}
payments: {p1: {from: alice, to: bob, amount: 4, asks: t0}}
`

test.each([
  ['an unknown account', SMALL.replace('to: bob', 'to: bub'), "bub' is not an account or a route"],
  ['a thread that there is not', SMALL.replace('asks: t0', 'asks: t7'), 'there is no t7'],
  ['an unknown key', `${SMALL}budget: 1\n`, 'unknown key'],
  ['a deed that is none', SMALL.replace('bob: {}', 'bob: {does: vanish}'), 'nothing that a receiver does'],
])('%s → refused, with its line', (_, text, words) => {
  const told = refusal(() => loadWorld(fileOf('small.yaml', text)))
  expect(told).toContain(words)
  expect(told).toMatch(/small\.yaml:\d+: /)
})
