/** The three packets of ILPv4 (RFC 27) as the core sees them; `src/wire` reads and writes their bytes. */
import type { Address } from './address.ts'
import type { Amount } from './amount.ts'
import type { Condition, Fulfillment } from './condition.ts'
import type { UnixMs } from './time.ts'

export interface Prepare {
  readonly amount: Amount
  readonly expiresAt: UnixMs
  readonly condition: Condition
  readonly destination: Address
  readonly data: Uint8Array
}

export interface Fulfill {
  readonly type: 'fulfill'
  readonly fulfillment: Fulfillment
  readonly data: Uint8Array
}

/** Letter and two digits: F final, T temporary, R relative. RFC 27. */
export type RejectCode = `${'F' | 'T' | 'R'}${string}`

export interface Reject {
  readonly type: 'reject'
  readonly code: RejectCode
  readonly triggeredBy: Address
  readonly message: string
  readonly data: Uint8Array
}

export type Reply = Fulfill | Reject

/** What is refused before it counts as a payment, as an HTTP status: never a packet (B4, B5). */
export interface Refusal {
  readonly type: 'refusal'
  readonly status: 400 | 404 | 409 | 410 | 429 | 503
  readonly message: string
}

export const NO_DATA: Uint8Array = new Uint8Array(0)
