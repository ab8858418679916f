/**
 * One script of events, in both worlds: a thread of the simulator, and a live thread on a real Redis that reaches its
 * receivers over http. Clock and chance are the same; what a thread hears and what it asks for is written down.
 */
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import { nothingChecked } from '../../sim/check/violation.ts'
import { Witness } from '../../sim/check/witness.ts'
import type { Plan } from '../../sim/workload/plan.ts'
import { Clock } from '../../sim/world/clock.ts'
import type { Context } from '../../sim/world/context.ts'
import { Events } from '../../sim/world/events.ts'
import { Incarnation } from '../../sim/world/incarnation.ts'
import type { Respond as SimRespond } from '../../sim/world/link.ts'
import { Stream } from '../../sim/world/random.ts'
import { SimStore } from '../../sim/world/store.ts'
import { StoreProcess } from '../../sim/world/storeProcess.ts'
import { share } from '../../src/core/book/warming/share.ts'
import { makeDirectory } from '../../src/core/directory.ts'
import type { Effect } from '../../src/core/effect.ts'
import type { Input } from '../../src/core/input.ts'
import { IDENTITY } from '../../src/core/routing/liquidityCurve.ts'
import { trustedRoom } from '../../src/core/routing/policies/trustedRoom.ts'
import type { Snapshot } from '../../src/core/routing/snapshot.ts'
import type { ThreadConfig } from '../../src/core/threadState.ts'
import { address } from '../../src/core/values/address.ts'
import { amount } from '../../src/core/values/amount.ts'
import { type Condition, conditionOf } from '../../src/core/values/condition.ts'
import { NO_DATA, type Prepare, type Refusal, type Reply } from '../../src/core/values/packet.ts'
import { makeSender } from '../../src/https/sender.ts'
import { LiveThread } from '../../src/node/liveThread.ts'
import { RedisStore } from '../../src/store/redisStore.ts'
import { decodePrepare, encodeReply } from '../../src/wire/packet.ts'
import { account, preimage, reject } from '../fixtures/oneThread.ts'

export type Step =
  /** alice sends, with or without an id; asked again under the same id with other content where `other`. */
  | { readonly do: 'prepare'; readonly amount: bigint; readonly id?: string; readonly expiresInMs: number; readonly other?: boolean }
  /** The receiver of the oldest prepare that waits answers it. */
  | { readonly do: 'answer'; readonly with: 'fulfill' | 'wrong' | 'F99' | 'T04' | 'T00' | 503 }
  | { readonly do: 'pass'; readonly ms: number }

/** What one input led to. */
export interface Stepped {
  readonly input: Input
  readonly effects: readonly Effect[]
}

const START_MS = 1_800_000_000_000
const SEED = 7
/** The simulated store is a microsecond away; a script's steps together stay within one millisecond. */
const SETTLE_US = 20
const OPENING = amount(100_000n)

const alice = account('alice', { parallelism: 2, relation: 'user' })
const receivers = ['bob', 'carol'].map((name) => account(name, { parallelism: 1 }))
const accounts = [alice, ...receivers]

const config: ThreadConfig = {
  thread: 't0',
  directory: makeDirectory(address('test.hub'), 2, accounts),
  policy: trustedRoom,
  failover: 1,
  warming: share,
  coolAfterMs: 100,
  rates: new Map(),
  maxPacketAmount: amount(10n ** 12n),
  answerRetentionMs: 60_000,
  maxOpen: 100,
  maxKeptIds: 100,
  maxWaiting: 100,
  positionLimits: new Map(),
}

const snapshot: Snapshot = {
  version: START_MS,
  at: START_MS,
  mapper: new Map([
    ['test.far', receivers.map(({ id }) => ({ account: id, path: [], curve: IDENTITY, since: 0 })).sort((a, b) => (a.account < b.account ? -1 : 1))],
  ]),
  accounts: new Map(),
  tallies: new Map(),
  seqs: new Map(),
}

const draws = (): Stream => new Stream(SEED, 'draws hub t0')

/** Each payment has a condition of its own: two prepares under one id are one payment. */
function numberOf({ id }: Extract<Step, { do: 'prepare' }>, index: number): number {
  return id === undefined ? index + 1 : 200 + (id.charCodeAt(0) % 50)
}

function prepareOf(step: Extract<Step, { do: 'prepare' }>, index: number, now: number): Prepare {
  const { amount: value, expiresInMs, other } = step
  const data = other === true ? Buffer.from('other') : NO_DATA
  return {
    amount: amount(value),
    expiresAt: now + expiresInMs,
    condition: conditionOf(preimage(numberOf(step, index))),
    destination: address('test.far.away'),
    data,
  }
}

/** By the condition, what fulfills it. */
const fulfillments = new Map(Array.from({ length: 256 }, (_, n) => [conditionOf(preimage(n)), preimage(n)]))

function replyOf(step: Extract<Step, { do: 'answer' }>, { condition }: Prepare): Reply | Refusal {
  switch (step.with) {
    case 'fulfill':
      return { type: 'fulfill', fulfillment: fulfillments.get(condition) ?? preimage(0), data: NO_DATA }
    case 'wrong':
      return { type: 'fulfill', fulfillment: preimage(0), data: NO_DATA }
    case 503:
      return { type: 'refusal', status: 503, message: 'busy' }
    default:
      return reject(step.with, 'no')
  }
}

/** A step of the script, and all that came of it. */
export type Played = readonly Stepped[]

// --- the simulated world --------------------------------------------------------------------------------------------

export function simulated(steps: readonly Step[]): Played[] {
  const events = new Events(START_MS * 1_000)
  const seen: { input: Input; effects: Effect[] }[] = []
  const witness = new Witness('hub', nothingChecked(), {
    own: 'test.hub',
    slack: 0,
    announceIntervalMs: 60_000,
    lagMs: 0,
    threads: [2],
    maxPacketAmount: config.maxPacketAmount,
    feePpm: undefined,
    nowMs: () => events.nowMs(),
    latestMs: () => events.nowMs(),
    isPrompt: true,
  })
  const store = new SimStore(witness)
  for (const each of accounts) {
    witness.opened({ ...each, routes: each === alice ? [] : [address('test.far')] }, each === alice ? OPENING : amount(0n))
    store.register(each, each === alice ? OPENING : amount(0n))
  }
  const constant = { kind: 'constant', ms: 0 } as const
  const context: Context = {
    plan: { faults: [], storeLatency: constant } as unknown as Plan,
    seed: SEED,
    events,
    checked: nothingChecked(),
    fired: new Map(),
    excused: new Set(),
    watch: {},
    trace: (line) => {
      if (line.kind === 'input' && line.who !== 'announcer') seen.push({ input: line.input, effects: [] })
      if (line.kind === 'effect' && line.who !== 'announcer') seen.at(-1)?.effects.push(line.effect)
    },
  }
  const waiting: { readonly prepare: Prepare; readonly hear: SimRespond }[] = []
  const life = new Incarnation(
    {
      context,
      home: {
        name: 'hub',
        store,
        storeClock: new Clock(),
        witness,
        send: (_, { prepare }, hear) => {
          waiting.push({ prepare, hear })
        },
        wake: () => {},
        fulfillmentOf: (condition) => fulfillments.get(condition as Condition),
      },
      config,
      draws: draws(),
      way: {
        events,
        process: new StoreProcess(events),
        stream: new Stream(SEED, 'store hub t0'),
        latency: constant,
        confirmUs: 0,
        thread: 't0',
        faults: undefined,
      },
      clock: new Clock(),
      ended: () => {
        throw new Error('the thread ended')
      },
      lacksStore: () => {},
    },
    't0-1',
  )
  const settle = (): Played => {
    events.runUntil(events.nowUs + SETTLE_US)
    return seen.splice(0)
  }
  life.start()
  events.runUntil(events.nowUs + SETTLE_US)
  life.input({ type: 'snapshotTaken', at: START_MS, snapshot })
  return [
    settle(),
    ...steps.map((step, index) => {
      if (step.do === 'prepare') life.receive(alice.id, prepareOf(step, index, events.nowMs()), step.id, () => {})
      else if (step.do === 'pass') events.runUntil(events.nowUs + step.ms * 1_000)
      else {
        const oldest = waiting.shift()
        oldest?.hear(replyOf(step, oldest.prepare))
      }
      return settle()
    }),
  ]
}

// --- the live world -------------------------------------------------------------------------------------------------

/** A receiver that holds each prepare until the script answers. */
interface Held {
  readonly prepare: Prepare
  readonly response: ServerResponse
}

async function holder(): Promise<{ readonly url: string; readonly held: Held[] }> {
  const held: Held[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const prepare = decodePrepare(Buffer.concat(chunks))
      if ('invalid' in prepare) throw new Error(prepare.invalid)
      held.push({ prepare, response })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the receiver has no port')
  return { url: `http://127.0.0.1:${bound.port}/`, held }
}

function answer(response: ServerResponse, reply: Reply | Refusal): void {
  if (reply.type === 'refusal') response.writeHead(reply.status).end()
  else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(encodeReply(reply))
}

/** Longer than any real wait of a script; a step that leads to fewer inputs than expected ends so. */
const PATIENCE_MS = 10_000

/** `expected`: what each step leads to in the other world; as many inputs are waited for, and what else comes is seen with the next. */
export async function live(redis: Redis, prefix: string, steps: readonly Step[], expected: readonly Played[]): Promise<Played[]> {
  const store = new RedisStore(redis, { prefix })
  for (const each of accounts) await store.register(each, each === alice ? OPENING : amount(0n))
  const { url, held } = await holder()
  let now = START_MS
  let deadline = Number.POSITIVE_INFINITY
  const seen: Stepped[] = []
  const stream = draws()
  const sender = makeSender({ findPeer: () => ({ url, token: 'secret' }), now: () => now })
  onTestFinished(() => sender.destroy())
  const failed = (why: unknown): never => {
    throw new Error(`the thread came to an end: ${String(why)}`)
  }
  const thread = new LiveThread({
    config,
    epoch: 't0-1',
    store,
    mayOpen: true,
    sender,
    now: () => now,
    draw: () => stream.draw(),
    wake: () => {},
    serving: () => {},
    faulted: failed,
    ended: failed,
    watch: (input, effects) => {
      seen.push({ input, effects })
      if (input.type === 'woke') deadline = Number.POSITIVE_INFINITY
      for (const effect of effects) if (effect.type === 'sleepUntil') deadline = effect.at
    },
  })
  onTestFinished(() => thread.stop())
  const until = async (met: () => boolean): Promise<void> => {
    const end = performance.now() + PATIENCE_MS
    while (!met() && performance.now() < end) await sleep(1)
  }
  let sent = 0
  const settle = async (played: Played): Promise<Played> => {
    sent += played.flatMap(({ effects }) => effects).filter(({ type }) => type === 'sendPrepare').length
    await until(() => seen.length >= played.length && arrived() >= sent)
    return seen.splice(0)
  }
  let answered = 0
  const arrived = (): number => held.length + answered
  /** The clock goes from one deadline to the next, and waits at each for all that the wake led to. */
  const pass = async (ms: number, played: Played): Promise<void> => {
    const end = now + ms
    const wakes = played.flatMap(({ input }, i) => (input.type === 'woke' ? [i] : []))
    for (let woken = 0; woken < wakes.length && deadline <= end; woken++) {
      now = Math.max(now, deadline)
      const heard = wakes[woken + 1] ?? played.length
      await until(() => seen.length >= heard)
    }
    now = end
  }
  thread.start()
  await until(() => seen.length >= 2)
  thread.hearSnapshot(snapshot)
  const all: Played[] = [await settle(expected[0] ?? [])]
  for (const [i, step] of steps.entries()) {
    const played = expected[i + 1] ?? []
    if (step.do === 'prepare') thread.receive(alice, prepareOf(step, i, now), step.id, () => {})
    else if (step.do === 'pass') await pass(step.ms, played)
    else {
      const oldest = held.shift()
      if (oldest === undefined) throw new Error('no prepare waits for an answer')
      answered++
      answer(oldest.response, replyOf(step, oldest.prepare))
    }
    all.push(await settle(played))
  }
  return all
}
