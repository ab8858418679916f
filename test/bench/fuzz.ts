/**
 * How fast the fuzzer judges worlds: payments a second of CPU, worker and collector included, every oracle on. The seeds
 * are always the same, so that two versions can be compared while they draw the same worlds. `--runs N` sets how many.
 */
import { parseArgs } from 'node:util'
import { runCampaign } from '../../sim/fuzz/campaign.ts'

const TARGET_PAYMENTS_PER_S = 30_000
const FIRST_SEED = 300

const { values } = parseArgs({ options: { runs: { type: 'string', default: '200' } } })
const before = process.cpuUsage()
const { tally, seconds, failure } = await runCampaign({ seed: FIRST_SEED, limit: { runs: Number(values.runs) }, jobs: 1 }, () => {})
const { user, system } = process.cpuUsage(before)
const cpuSeconds = (user + system) / 1_000_000
const speed = tally.payments / cpuSeconds
const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
process.stdout.write(
  `fuzz, ${whole(tally.payments)} payments in ${tally.seeds} worlds: ${whole(speed)} a second of CPU (${cpuSeconds.toFixed(1)} s of CPU, ${seconds.toFixed(1)} s on the clock), ${(speed / TARGET_PAYMENTS_PER_S).toFixed(2)} of the target of ${whole(TARGET_PAYMENTS_PER_S)}\n`,
)
if (failure !== undefined) process.stdout.write(`seed ${failure.seed} breaks ${failure.failure.invariant}: ${failure.failure.what}\n`)
