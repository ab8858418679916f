/** What one admission came to under one demand. Amounts are base units. */
import type { AdmissionName } from './admissions.ts'

export interface AdmissionFigures {
  readonly admission: AdmissionName
  readonly regime: string
  /** That the account sent. */
  readonly payments: number
  readonly fulfilled: number
  /** That its balance ever was. */
  readonly lowest: bigint
  /** That the balance can come to. */
  readonly bound: bigint
  /** Refused although the balance was as much as the amount when it was judged. */
  readonly falseRejects: number
  readonly storeCommandsPerPayment: number
  /** Share of all that the account had and was paid, that it could spend. */
  readonly spent: number
}

export interface Counted {
  payments: number
  fulfilled: number
  falseRejects: number
  lowest: bigint
  volume: bigint
  commands: number
}

export function nothingCounted(openingBalance: bigint): Counted {
  return { payments: 0, fulfilled: 0, falseRejects: 0, lowest: openingBalance, volume: 0n, commands: 0 }
}

/** As a share, to six digits. */
export function shareOf(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((part * 1_000_000n) / whole) / 1_000_000
}
