/** Accounts: one counterparty each, by a 16-byte id whose first byte is its parallelism (A1). */
import { hash } from 'node:crypto'
import type { Address } from './address.ts'
import type { Amount } from './amount.ts'

declare const accountBrand: unique symbol
/** 22 characters of base64url: byte(parallelism), then the first 15 bytes of SHA-256(name). */
export type AccountId = string & { readonly [accountBrand]: true }

/** t0, t1, … within one connector. */
export type ThreadId = `t${number}`

/** What a ledger counts in; two ledgers of the same name are one unit (R7: 1:1). */
export type Unit = string

export type Relation = 'user' | 'peer' | 'child' | 'parent'

export interface Account {
  readonly id: AccountId
  readonly name: string
  readonly address: Address
  readonly unit: Unit
  /** Decimal places of the unit: amounts are 10^-scale of a whole one. */
  readonly scale: number
  readonly relation: Relation
  readonly parallelism: number
  /** How far below zero its cold may go (R4). */
  readonly creditLimit: Amount
  /** The credit that it grants us, where we know it. */
  readonly peerLimit?: Amount | undefined
  /** Whether it answers a repeated id with the first answer (S1). */
  readonly deduplicates: boolean
  /** Its replies come later, by callbacks to any thread of this node (B8). */
  readonly callsBack?: boolean
  /** Prefixes reached through it without being announced. */
  readonly routes: readonly Address[]
  /** What it may announce (A3); left out: by relation. */
  readonly mayAnnounce?: readonly string[]
}

/** parallelism from 1 to 255. */
export function accountIdOf(name: string, parallelism: number): AccountId {
  if (!Number.isInteger(parallelism) || parallelism < 1 || parallelism > 255) throw new Error(`parallelism ${parallelism} is not in 1..255`)
  const digest = hash('sha256', name, 'buffer')
  return Buffer.concat([Buffer.of(parallelism), digest.subarray(0, 15)]).toString('base64url') as AccountId
}

export function parallelismOf(id: AccountId): number {
  return Buffer.from(id.slice(0, 2), 'base64url')[0] ?? 0
}

/**
 * Which threads serve which farm: in ascending parallelism, each farm takes the next P threads of the ring (A1).
 * 4 threads, farms 1 and 4: farm 1 = t0, farm 4 = t1 t2 t3 t0.
 */
export function dealFarms(threads: number, parallelisms: readonly number[]): ReadonlyMap<number, readonly ThreadId[]> {
  const farms = new Map<number, ThreadId[]>()
  let next = 0
  for (const parallelism of [...new Set(parallelisms)].sort((a, b) => a - b)) {
    if (parallelism > threads) throw new Error(`a farm of ${parallelism} needs ${parallelism} threads, there are ${threads}`)
    farms.set(
      parallelism,
      Array.from({ length: parallelism }, (_, i): ThreadId => `t${(next + i) % threads}`),
    )
    next = (next + parallelism) % threads
  }
  return farms
}
