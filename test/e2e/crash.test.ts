/** Ten seconds of load on two nodes whose processes are killed, about one a second: in the end every balance is what was told. */
import { expect, onTestFinished, test } from 'vitest'
import { counted, runCampaign, summaryOf } from './crash/run.ts'

test('processes are killed at random under load → no payment is told two ways, and each balance is what was told', { timeout: 240_000 }, async () => {
  const campaign = await runCampaign({ seconds: 10, seed: 1, everyMs: 800, durability: 'everysec', say: () => {} }, onTestFinished)
  expect(campaign.verdict.mismatches, `${summaryOf(campaign)}\n${campaign.logs.a}\n${campaign.logs.b}`).toEqual([])
  // Otherwise it would say nothing.
  expect(counted(campaign.killed.map(({ victim }) => victim))).toMatch(/worker.*redis|redis.*worker/)
  expect(campaign.payments.some(({ told }) => told.some(({ type }) => type === 'fulfill'))).toBe(true)
})
