/** What one run of a world comes to: plain data that crosses between worker threads. */

/** Counts of latencies in buckets that grow by 2%: bucket i holds [1.02^i, 1.02^(i+1)) of 0.01 ms. */
export type Histogram = readonly number[]

const FIRST_EDGE_MS = 0.01
/** ln 1.02 */
const LOG_GROWTH = 0.019_802_627_296_179_712

/** The bucket that a latency falls in; everything below 0.01 ms is in the first. */
export function bucketOf(ms: number): number {
  return ms <= FIRST_EDGE_MS ? 0 : Math.floor(Math.log(ms / FIRST_EDGE_MS) / LOG_GROWTH)
}

/** The middle of a bucket, ms. */
export function bucketMiddle(bucket: number): number {
  return FIRST_EDGE_MS * Math.exp((bucket + 0.5) * LOG_GROWTH)
}

export interface DirectionFigures {
  /** Traffic's name: forward, reverse, …; `payments` for PAYMENTS.csv. */
  readonly name: string
  readonly payments: number
  readonly fulfilled: number
  /** Base units, decimal strings. */
  readonly volume: string
  readonly volumeFulfilled: string
  /** The final reject of each failed payment. */
  readonly rejects: Readonly<Record<string, number>>
  /** Excentric prepares sent by the first connector. */
  readonly attempts: number
  readonly fulfilledLatency: Histogram
  /** Fulfilled and rejected. */
  readonly allLatency: Histogram
}

/** One account that announces routes to a connector whose policy is compared. */
export interface AccountFigures {
  readonly connector: string
  readonly account: string
  /** The lowest and highest its balance there can be: -(what we grant), + what it grants us. Decimal strings. */
  readonly low: string
  readonly high: string
  /** Balance as a share of the way from low (0) to high (1), at each multiple of sampleMs since time 0, warm-up included. */
  readonly levels: readonly number[]
  readonly sampleMs: number
  /** Share of the samples after the warm-up in which less than 5% of the line was left to send over it. */
  readonly depleted: number
  /** First choices that fell on it, and their amounts (base units), after the warm-up. */
  readonly firstPicks: number
  readonly firstPicked: string
  /** Whether a behaviour of the scenario stands at this account. */
  readonly bad: boolean
}

export interface Violation {
  readonly invariant: string
  readonly at: number
  readonly what: string
  /** What the events that led to it have in common: a condition, an account's name. */
  readonly about?: readonly string[]
}

/** What went wrong in a run, and what it cost. Amounts are decimal strings. */
export interface FaultFigures {
  /** How often each kind of fault struck. */
  readonly fired: Readonly<Record<string, number>>
  /** By `CONNECTOR ACCOUNT`: what the account fulfilled in time and was not credited, since the thread that waited had ended. */
  readonly lostInCrash: Readonly<Record<string, string>>
  /** What stores lost of what they had acknowledged, in worlds where they may (B12). */
  readonly lostByStores?: LostByStores
  /** By line: how much more its ends were charged by each other than they were credited (S4). */
  readonly drift: Readonly<Record<string, string>>
}

export interface LostByStores {
  /** By `CONNECTOR ACCOUNT`: what was fulfilled in time and not credited; what was told to be paid and not charged. */
  readonly uncredited: Readonly<Record<string, string>>
  readonly uncharged: Readonly<Record<string, string>>
  /** By `CONNECTOR ACCOUNT`: what may be spent twice, as the connector reports it at the end. */
  readonly reported: Readonly<Record<string, string>>
  /** Payments that may have ended another way than was told. */
  readonly excused: number
}

export interface RunFigures {
  readonly regime: string
  readonly policy: string
  readonly seed: number
  readonly directions: readonly DirectionFigures[]
  readonly accounts: readonly AccountFigures[]
  /** Commands of the six by name, since the end of the warm-up. */
  readonly storeCommands: Readonly<Record<string, number>>
  /** Share of the first-picked amount that went to accounts with a behaviour, while it was in force; absent without one. */
  readonly badShare?: number
  /** Of a behaviour that begins after time 0: from its start until the success ratio of ten seconds is again
   *  within 5 points of what it was before; absent without one, null when it never was. */
  readonly recoveryMs?: number | null
  /** Of a world in which something goes wrong. */
  readonly faults?: FaultFigures
  readonly invariants: { readonly checked: Readonly<Record<string, number>>; readonly violation?: Violation }
  /** Connector hops: prepares taken in by connectors, whole run. */
  readonly hops: number
  /** SHA-256 of the trace, where one was asked for. */
  readonly traceHash?: string
}
