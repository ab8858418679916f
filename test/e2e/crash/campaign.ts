/** The crash campaign as a program: `campaign.ts [--seconds 60] [--seed N] [--every MS] [--durability always] [--logs]`. Exit code 3: the books are wrong. */
import { parseArgs } from 'node:util'
import { runCampaign, summaryOf } from './run.ts'

const MISMATCH = 3

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    every: { type: 'string', default: '1000' },
    durability: { type: 'string', default: 'everysec' },
    logs: { type: 'boolean', default: false },
  },
})

const undo: (() => Promise<void>)[] = []
const say = (line: string): void => void process.stderr.write(`${line}\n`)

async function run(): Promise<number> {
  const campaign = await runCampaign(
    {
      seconds: Number(values.seconds),
      seed: Number(values.seed),
      everyMs: Number(values.every),
      durability: values.durability === 'always' ? 'always' : 'everysec',
      say,
    },
    (cleanUp) => undo.push(cleanUp),
  )
  const { mismatches } = campaign.verdict
  if (values.logs || mismatches.length > 0) {
    for (const [node, log] of Object.entries(campaign.logs)) say(`what node ${node} logged:\n${log}`)
  }
  process.stdout.write(`${summaryOf(campaign)}\n`)
  return mismatches.length === 0 ? 0 : MISMATCH
}

function interruption(): Promise<number> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve(130)).once('SIGTERM', () => resolve(143))
  })
}

try {
  process.exitCode = await Promise.race([run(), interruption()])
} finally {
  for (const cleanUp of undo.toReversed()) await cleanUp()
}
// Whatever still waits for an answer waits for nobody.
process.exit()
