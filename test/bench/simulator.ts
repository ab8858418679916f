/**
 * How fast the simulator is: connector hops a second on one core, where the time goes, whether memory grows with the
 * number of payments, and what a second core brings. `--payments N` sets the larger of the two memory runs.
 */
import { execFileSync } from 'node:child_process'
import { Session } from 'node:inspector/promises'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runAll } from '../../sim/experiment/compare.ts'
import type { Plan } from '../../sim/workload/plan.ts'
import { loadScenario, planOf, variationsOf } from '../../sim/workload/scenario.ts'
import { runWorld } from '../../sim/world/world.ts'

const TARGET_HOPS_PER_S = 60_000
const RUNS = 5
const SAMPLE_US = 500
/** Enough that each worker is long past its warming up. */
const SEEDS = 48

/** which-account's balanced regime, with failover 1 and the policy that the target names. */
function balanced(): Plan {
  const scenario = loadScenario('scenarios/which-account.yaml')
  const variation = variationsOf(scenario).find(({ regime, failover }) => regime === 'balanced' && failover === 1)
  if (variation === undefined) throw new Error('which-account has no balanced regime with failover 1')
  return planOf(scenario, variation, 'trusted-room')
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function timed<T>(work: () => T): { readonly result: T; readonly seconds: number } {
  const start = performance.now()
  const result = work()
  return { result, seconds: (performance.now() - start) / 1000 }
}

function speed(plan: Plan): void {
  runWorld(plan, 0)
  const speeds = Array.from({ length: RUNS }, (_, i) => {
    const { result, seconds } = timed(() => runWorld(plan, i + 1))
    return result.hops / seconds
  }).sort((a, b) => a - b)
  const median = speeds[RUNS >> 1] ?? 0
  const range = `${thousands(speeds[0])} to ${thousands(speeds.at(-1))}`
  say(
    `hops a second on one core, checkers on: ${thousands(median)} (${range} in ${RUNS} runs), ${(median / TARGET_HOPS_PER_S).toFixed(2)} of the target of ${thousands(TARGET_HOPS_PER_S)}`,
  )
}

function thousands(value = 0): string {
  return Math.round(value).toLocaleString('en-US')
}

/** By folder of the function that was running. */
async function whereItGoes(plan: Plan): Promise<void> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US })
  await session.post('Profiler.start')
  for (let seed = 1; seed <= 2; seed++) runWorld(plan, seed)
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  const hits = new Map<string, number>()
  for (const { callFrame, hitCount = 0 } of profile.nodes) {
    const place = placeOf(callFrame.url, callFrame.functionName)
    hits.set(place, (hits.get(place) ?? 0) + hitCount)
  }
  const total = [...hits.values()].reduce((sum, count) => sum + count, 0)
  say('where the time goes:')
  for (const [place, count] of [...hits].sort((a, b) => b[1] - a[1])) {
    if (count / total >= 0.01) say(`  ${place.padEnd(28)}${((count / total) * 100).toFixed(0).padStart(3)}%`)
  }
}

function placeOf(url: string, name: string): string {
  const room = /\/((?:src|sim)\/\w+(?:\/\w+)?)(?=[/.])/.exec(url)?.[1]
  if (room !== undefined) return room.startsWith('src/core') ? room : room.split('/').slice(0, 2).join('/')
  if (name === '(garbage collector)') return 'garbage collection'
  return url.includes('node_modules') ? 'packages' : url.startsWith('node:') || url === '' ? 'node itself' : 'other'
}

/** Peak resident memory of a run of its own process. */
function memory(payments: number): void {
  const peak = (count: number) => {
    const output = execFileSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), '--peak', String(count)], { encoding: 'utf8' })
    return Number(output)
  }
  const [small, large] = [peak(payments / 10), peak(payments)]
  say(
    `memory at ${thousands(payments / 10)} payments ${small} MiB, at ${thousands(payments)} payments ${large} MiB: ${(large / small).toFixed(2)} times as much`,
  )
}

function printPeak(payments: number): void {
  const plan = balanced()
  const perSecond = plan.traffic.reduce((sum, { ratePerS }) => sum + ratePerS, 0)
  runWorld({ ...plan, durationMs: (payments / perSecond) * 1000, warmUpMs: 0 }, 1)
  process.stdout.write(String(Math.round(process.resourceUsage().maxRSS / 1024)))
}

async function cores(plan: Plan): Promise<void> {
  const seconds: number[] = []
  for (const jobs of [1, 2]) {
    const start = performance.now()
    await runAll({ plans: [plan], seeds: Array.from({ length: SEEDS }, (_, i) => i + 1), jobs }, () => {})
    seconds.push((performance.now() - start) / 1000)
  }
  const [one = 0, two = 1] = seconds
  say(
    `${SEEDS} runs with --jobs 1: ${one.toFixed(1)} s, with --jobs 2: ${two.toFixed(1)} s: ${(one / two).toFixed(2)} times as fast (${availableParallelism()} cores)`,
  )
}

const { values } = parseArgs({ options: { payments: { type: 'string', default: '1000000' }, peak: { type: 'string' } } })
if (values.peak !== undefined) {
  printPeak(Number(values.peak))
} else {
  const plan = balanced()
  speed(plan)
  await whereItGoes(plan)
  await cores(plan)
  memory(Number(values.payments))
}
