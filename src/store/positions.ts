/** What the books say of each unit beside the accounts: the connector's own position, and what entered less what left (R5). */
import type { Redis } from 'ioredis'
import type { ThreadId, Unit } from '../core/values/account.ts'
import { type Balance, balance, plus } from '../core/values/amount.ts'
import { failureOf } from './failure.ts'
import { keysUnder } from './keys.ts'
import { unitOf } from './payments.ts'

export interface UnitReading {
  readonly position: Balance
  readonly entered: Balance
}

/** Each book read once, closed ones too; rejects with StoreUnknown or StoreRefused. */
export async function readPositions(redis: Redis, prefix: string): Promise<ReadonlyMap<Unit, UnitReading>> {
  const keys = keysUnder(prefix)
  const units = new Map<Unit, UnitReading>()
  try {
    const threads = (await redis.smembers(keys.threads)) as ThreadId[]
    for (const thread of threads) {
      const { position, entered } = keys.book(thread)
      const [positions, moved] = await Promise.all([redis.hgetall(position), redis.hgetall(entered)])
      for (const [unit, sum] of Object.entries(positions)) addTo(units, unit, { position: sum })
      for (const [unit, sum] of Object.entries(moved)) addTo(units, unit, { entered: sum })
    }
  } catch (error) {
    throw failureOf(error)
  }
  return units
}

function addTo(
  units: Map<Unit, UnitReading>,
  text: string,
  { position = '0', entered = '0' }: { readonly position?: string; readonly entered?: string },
): void {
  const unit = unitOf(text)
  const before = units.get(unit) ?? { position: balance(0n), entered: balance(0n) }
  units.set(unit, { position: plus(before.position, balance(BigInt(position))), entered: plus(before.entered, balance(BigInt(entered))) })
}
