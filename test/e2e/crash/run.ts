/**
 * A crash campaign: two nodes under load, their processes killed at random, and in the end each balance compared with what
 * was told.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LiveNode, WhenDone } from '../../fixtures/liveNode.ts'
import type { Ended } from '../../processes.ts'
import { type Field, startField } from './field.ts'
import { type Killed, startKilling } from './kills.ts'
import { type Load, type Payment, startLoad } from './load.ts'
import type { NodeName } from './plan.ts'
import { judge, type Verdict, wordOf } from './verdict.ts'

export interface CampaignOptions {
  /** Of load and kills; start and end come on top. */
  readonly seconds: number
  readonly seed: number
  /** Between two kills, on average; 0: none. */
  readonly everyMs: number
  readonly durability: 'everysec' | 'always'
  /** Progress, a line each. */
  readonly say: (line: string) => void
}

export interface Campaign {
  readonly options: CampaignOptions
  readonly payments: readonly Payment[]
  readonly killed: readonly Killed[]
  /** Ids that were asked again after all was over. */
  readonly askedAgain: number
  readonly verdict: Verdict
  /** What the nodes logged. */
  readonly logs: Readonly<Record<NodeName, string>>
}

const PROGRESS_MS = 5_000
/** After the last kill, all that was asked is answered or cut in this time: processes start again, and expiries are some seconds ahead. */
const ANSWER_MS = 60_000
const NODES: readonly NodeName[] = ['a', 'b']
/** Answers are kept for a minute beyond the expiry. */
const KEPT_MS = 50_000
const MOST_ASKED_AGAIN = 1_000
const ASKED_AT_ONCE = 8

export async function runCampaign(options: CampaignOptions, whenDone: WhenDone): Promise<Campaign> {
  const { seconds, seed, everyMs, durability, say } = options
  say(`seed ${seed}: two nodes are started`)
  const field = await startField(durability, whenDone)
  const deaths = watchDeaths(field)
  const stuck: string[] = []
  const load = startLoad(seed, field, whenDone)
  const killing = startKilling(seed, everyMs, field)
  const since = performance.now()
  const progress = setInterval(() => say(progressOf(load.payments, killing.killed, performance.now() - since)), PROGRESS_MS)
  await Promise.race([sleep(seconds * 1_000), deaths.first])
  await killing.end()
  await Promise.race([load.end(deaths.wrong.length > 0 ? 0 : ANSWER_MS), deaths.first])
  if (deaths.wrong.length === 0) {
    say('all are answered; what is under way comes to its end')
    stuck.push(...(await Promise.all(NODES.map((node) => stuckIn(node, field.nodes[node])))).flat())
  }
  clearInterval(progress)
  const again = deaths.wrong.length === 0 ? await askAgain(load) : { asked: 0, wrong: [] }
  const verdict = deaths.wrong.length === 0 ? await judged(field, load, killing.killed) : NO_VERDICT
  return {
    options,
    payments: load.payments,
    killed: killing.killed,
    askedAgain: again.asked,
    verdict: { ...verdict, mismatches: [...deaths.wrong, ...stuck, ...again.wrong, ...verdict.mismatches] },
    logs: { a: field.nodes.a.stderr(), b: field.nodes.b.stderr() },
  }
}

const NO_VERDICT: Verdict = { mismatches: [], lost: [], drift: 0n, unknown: 0 }

async function judged({ nodes, openings, receiver }: Field, { payments }: Load, killed: readonly Killed[]): Promise<Verdict> {
  const found = { a: await nodes.a.accounts(), b: await nodes.b.accounts() }
  return judge({ payments, heard: receiver.heard, openings, found, faults: killed.length > 0 })
}

/** No node ends by itself: what is killed is its children and its Redis. */
function watchDeaths({ nodes }: Field): { readonly first: Promise<void>; readonly wrong: readonly string[] } {
  const wrong: string[] = []
  const note = async (name: NodeName, node: LiveNode): Promise<void> => {
    const { code, stderr }: Ended = await node.ended
    wrong.push(`node ${name} ended (${code}): ${stderr.split('\n').slice(-20).join('\n')}`)
  }
  return { first: Promise.race(NODES.map((name) => note(name, nodes[name]))), wrong }
}

async function stuckIn(name: NodeName, node: LiveNode): Promise<string[]> {
  try {
    await node.quiet()
    return []
  } catch (error) {
    const threads = await node.threads().catch(String)
    return [`node ${name}: ${error instanceof Error ? error.message : error}: ${JSON.stringify(threads)}`]
  }
}

/** Every id whose answer is still kept, the latest first: it is answered as it was. */
async function askAgain({ payments, askAgain: ask }: Load): Promise<{ readonly asked: number; readonly wrong: readonly string[] }> {
  const known = payments.filter(({ plan, prepare }) => plan.requestId !== undefined && prepare.expiresAt + KEPT_MS > Date.now()).toReversed()
  const asked = known.slice(0, MOST_ASKED_AGAIN)
  const wrong: string[] = []
  const next = asked.values()
  await Promise.all(
    Array.from({ length: ASKED_AT_ONCE }, async () => {
      for (const payment of next) {
        const before = payment.told.find(({ type }) => type === 'fulfill' || type === 'reject')
        const now = await ask(payment)
        if (JSON.stringify(now) === JSON.stringify(before)) continue
        wrong.push(`id ${payment.plan.requestId}: told ${payment.told.map(wordOf).join(', ')}; asked again after the end: ${wordOf(now)}`)
      }
    }),
  )
  return { asked: asked.length, wrong }
}

function progressOf(payments: readonly Payment[], killed: readonly Killed[], ms: number): string {
  return `${Math.round(ms / 1_000)} s: ${payments.length} payments, ${killed.length} kills`
}

/** Counted, most first. */
export function counted(words: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
    .sort(([, one], [, two]) => two - one)
    .map(([word, count]) => `${word} ${count}`)
    .join(', ')
}

/** What came out, in some lines. */
export function summaryOf({ options, payments, killed, askedAgain, verdict }: Campaign): string {
  const { seconds, seed, durability } = options
  const lastTold = payments.map(({ told }) => told.at(-1)).filter((told) => told !== undefined)
  const askings = payments.reduce((total, { told }) => total + told.length, 0)
  const lostSum = verdict.lost.reduce((total, { payment }) => total + payment.plan.amount, 0n)
  return [
    `${seconds} s, seed ${seed}, durability ${durability}`,
    `  payments      ${payments.length}, asked ${askings} times, and ${askedAgain} ids once more in the end`,
    `  told          ${counted(lastTold.map(wordOf))}`,
    `  killed        ${killed.length}: ${counted(killed.map(({ node, victim, isStall }) => `${isStall ? 'stalled ' : ''}${victim} of ${node}`))}`,
    `  unknown       ${verdict.unknown} cut without an id and fulfilled by their receiver: counted either way`,
    `  not credited  ${verdict.lost.length} fulfilled in time and not told so, open at a fault: ${lostSum} in all`,
    `  line          drifted by ${verdict.drift}`,
    `  mismatches    ${verdict.mismatches.length}`,
    ...verdict.mismatches.map((mismatch) => `    ${mismatch}`),
  ].join('\n')
}
