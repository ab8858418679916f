/** What a campaign does, drawn from its seed: who pays whom, how each receiver behaves, and what is killed or stopped when. */
import { Stream } from '../../../sim/world/random.ts'

export type NodeName = 'a' | 'b'

export interface Party {
  readonly node: NodeName
  readonly account: string
}

/** What the receiver does with a prepare; its place in the list goes there in the first byte of the data. */
export const BEHAVIOURS = ['fulfill', 'slow', 'rejectFinal', 'rejectForNow', 'hold', 'late', 'edge', 'wrong', 'unavailable', 'broken', 'reset'] as const

export type Behaviour = (typeof BEHAVIOURS)[number]

const BEHAVIOUR_WEIGHTS: Readonly<Record<Behaviour, number>> = {
  fulfill: 62,
  slow: 14,
  rejectFinal: 6,
  rejectForNow: 4,
  hold: 3,
  late: 3,
  edge: 2,
  wrong: 2,
  unavailable: 2,
  broken: 1,
  reset: 1,
}

/** An account that pays: in so many loops at once, to one of these, each as likely as it stands here. */
export interface Sender {
  readonly from: Party
  readonly parallelism: number
  readonly loops: number
  /** Whether its prepares carry an id, and are asked again until they are answered. */
  readonly ids: boolean
  readonly to: readonly Party[]
  readonly mostAmount: number
}

const a = (account: string): Party => ({ node: 'a', account })
const b = (account: string): Party => ({ node: 'b', account })

/**
 * On a: the e accounts pay each other under ids, so each of their balances is known to the unit whatever crashes; the l accounts
 * pay each other without. Over the line between the two nodes, which carries no ids, e2 and e4 pay rb, and sb pays z.
 */
export const SENDERS: readonly Sender[] = [
  { from: a('e1'), parallelism: 1, loops: 5, ids: true, to: [a('e2'), a('e4')], mostAmount: 2_000 },
  { from: a('e2'), parallelism: 2, loops: 5, ids: true, to: [a('e1'), a('e4'), b('rb')], mostAmount: 2_000 },
  { from: a('e4'), parallelism: 4, loops: 5, ids: true, to: [a('e1'), a('e2'), b('rb')], mostAmount: 2_000 },
  { from: a('l1'), parallelism: 1, loops: 3, ids: false, to: [a('l2'), a('l4')], mostAmount: 2_000 },
  { from: a('l2'), parallelism: 2, loops: 3, ids: false, to: [a('l1'), a('l4')], mostAmount: 2_000 },
  { from: a('l4'), parallelism: 4, loops: 3, ids: false, to: [a('l1'), a('l2')], mostAmount: 2_000 },
  { from: b('sb'), parallelism: 2, loops: 4, ids: true, to: [a('z'), a('z'), b('rb')], mostAmount: 1_000 },
  { from: b('rb'), parallelism: 1, loops: 2, ids: true, to: [b('sb')], mostAmount: 1_000 },
]

export interface PaymentPlan {
  readonly number: number
  readonly sender: Sender
  readonly to: Party
  readonly amount: bigint
  readonly lifeMs: number
  readonly behaviour: Behaviour
  readonly data: Buffer
  readonly requestId: string | undefined
  /** Asked twice at once, over two connections. */
  readonly twice: boolean
}

const DATA_BYTES = 16
/** Under an id. */
const TWICE_ODDS = 0.1

export class PaymentPlans {
  readonly #seed: number
  readonly #streams = new Map<Sender, Stream>()
  #number = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  next(sender: Sender): PaymentPlan {
    let stream = this.#streams.get(sender)
    if (stream === undefined) {
      stream = new Stream(this.#seed, sender.from.account)
      this.#streams.set(sender, stream)
    }
    const number = ++this.#number
    const to = sender.to[stream.below(sender.to.length)] as Party
    const behaviour = drawn(stream, BEHAVIOUR_WEIGHTS)
    // The other node takes a second off it too.
    const lifeMs = 2_000 + stream.below(2_000) + (to.node === sender.from.node ? 0 : 1_000)
    const data = Buffer.from(Array.from({ length: DATA_BYTES }, () => (stream as Stream).below(256)))
    data[0] = BEHAVIOURS.indexOf(behaviour)
    return {
      number,
      sender,
      to,
      amount: BigInt(1 + stream.below(sender.mostAmount)),
      lifeMs,
      behaviour,
      data,
      requestId: sender.ids ? `${this.#seed}.${number}` : undefined,
      twice: sender.ids && stream.happens(TWICE_ODDS),
    }
  }
}

function drawn<T extends string>(stream: Stream, weights: Readonly<Record<T, number>>): T {
  const entries = Object.entries(weights) as [T, number][]
  let left = stream.unit() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [name, weight] of entries) {
    left -= weight
    if (left < 0) return name
  }
  return (entries.at(-1) as [T, number])[0]
}

/** `all`: Redis and the workers of a node at once, after Redis stood still for a while: what was told meanwhile was told without it. */
export type Victim = 'worker' | 'redis' | 'all' | 'announcer'

export interface Kill {
  /** Since the one before. */
  readonly afterMs: number
  readonly node: NodeName
  readonly victim: Victim
  /** Among those there are. */
  readonly which: number
  /** Above 0 it is not killed, but stands still for so long. */
  readonly stallMs: number
}

const VICTIM_WEIGHTS: Readonly<Record<Victim, number>> = { worker: 55, redis: 22, all: 15, announcer: 8 }
/** a has more workers, and more to lose. */
const ODDS_OF_A = 0.6
const STALL_ODDS = 0.15
/** A command to Redis is waited for 2 s. */
const LONGEST_STALL_MS = 3_000

/** Endless; on average one each `everyMs`. */
export function* killPlans(seed: number, everyMs: number): Generator<Kill> {
  const stream = new Stream(seed, 'kills')
  for (;;) {
    const victim = drawn(stream, VICTIM_WEIGHTS)
    yield {
      afterMs: Math.round(everyMs * (0.3 + 1.4 * stream.unit())),
      node: stream.happens(ODDS_OF_A) ? 'a' : 'b',
      victim,
      which: stream.below(1 << 16),
      stallMs: victim !== 'all' && stream.happens(STALL_ODDS) ? 1 + stream.below(LONGEST_STALL_MS) : 0,
    }
  }
}
