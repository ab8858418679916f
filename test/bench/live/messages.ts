/** What the processes of the bench say to each other. */

/** Where a connector takes prepares. */
export interface Target {
  readonly url: string
  readonly token: string
  /** Whether each prepare has a Request-Id. */
  readonly ids: boolean
}

/** To the sender. */
export interface Job extends Target {
  readonly atOnce: number
  readonly warmUpMs: number
  readonly measureMs: number
}

export interface Measured {
  readonly type: 'measured'
  readonly fulfilled: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** From the sender, in this order; `failed` ends it at any point. */
export type Sent =
  | { readonly type: 'begun' }
  | Measured
  /** Everything is answered; `sent` counts the warm-up too. */
  | { readonly type: 'idle'; readonly sent: number }
  | { readonly type: 'failed'; readonly why: string }

/** From every process but the sender, once it serves. */
export interface Ready {
  readonly url: string
}

/** The receiver's answer to any message. */
export interface Received {
  readonly received: number
}
