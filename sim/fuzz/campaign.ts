/**
 * Seeds, spread over worker threads. Stretches end in any order and are added up in one, up to the first that breaks: so
 * the number of jobs changes how long it takes, and nothing else.
 */
import { extname } from 'node:path'
import { Piscina } from 'piscina'
import type { Failure } from './judge.ts'
import type { Judged, Stretch } from './stretch.ts'
import { NOTHING, sumOf, type Tally } from './tally.ts'

/** Seeds of one stretch: some tenths of a second. */
const STRETCH = 8
/** Three semi-spaces, of 32 MB instead of V8's 16. */
const YOUNG_GENERATION_MB = 96

export interface Campaign {
  readonly seed: number
  /** So many seeds, or as many as begin within this time. */
  readonly limit: { readonly runs: number } | { readonly seconds: number }
  readonly jobs: number
}

export interface CampaignResult {
  readonly tally: Tally
  readonly seconds: number
  readonly failure: { readonly seed: number; readonly failure: Failure } | undefined
}

/** `progress` hears what has been added up. */
export async function runCampaign(campaign: Campaign, progress: (tally: Tally, seconds: number) => void): Promise<CampaignResult> {
  const startedMs = performance.now()
  const seconds = (): number => (performance.now() - startedMs) / 1_000
  const { judge, close } = judgesOf(campaign.jobs)
  const underWay: Promise<Judged>[] = []
  const stretches = stretchesOf(campaign, seconds)
  const begin = (): void => {
    const { value } = stretches.next()
    if (value === undefined) return
    const judged = judge(value)
    // What is under way when a seed breaks is nobody's any more.
    judged.catch(() => undefined)
    underWay.push(judged)
  }
  try {
    let tally = NOTHING
    const ahead = 2 * campaign.jobs
    for (let i = 0; i < ahead; i++) begin()
    for (let next = underWay.shift(); next !== undefined; next = underWay.shift()) {
      const judged = await next
      tally = sumOf(tally, judged.tally)
      progress(tally, seconds())
      if (judged.failure !== undefined) return { tally, seconds: seconds(), failure: judged.failure }
      begin()
    }
    return { tally, seconds: seconds(), failure: undefined }
  } finally {
    await close()
  }
}

function* stretchesOf({ seed, limit }: Campaign, seconds: () => number): Generator<Stretch, undefined> {
  if ('runs' in limit) {
    for (let done = 0; done < limit.runs; done += STRETCH) yield { first: seed + done, count: Math.min(STRETCH, limit.runs - done) }
  } else {
    for (let first = seed; seconds() < limit.seconds; first += STRETCH) yield { first, count: STRETCH }
  }
}

interface Judges {
  readonly judge: (stretch: Stretch) => Promise<Judged>
  readonly close: () => Promise<void>
}

/** In worker threads, however many: only to those can a young generation be given that holds what a whole world has under way. */
function judgesOf(jobs: number): Judges {
  const fromSource = extname(import.meta.url) === '.ts'
  const pool = new Piscina<Stretch, Judged>({
    filename: new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url).href,
    name: 'run',
    ...(fromSource ? { execArgv: ['--import', 'tsx'] } : {}),
    minThreads: jobs,
    maxThreads: jobs,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  })
  return { judge: (stretch) => pool.run(stretch), close: () => pool.destroy() }
}
