/** Each ledger as the admin port shows it: what its accounts have together, and what the connector itself has of it. */
import { type Balance, balance, plus } from '../../core/values/amount.ts'
import { readPositions } from '../../store/positions.ts'
import { keyPrefixOf } from '../threadConfig.ts'
import { accountViews } from './accountView.ts'
import type { Node } from './node.ts'

/** Amounts are decimal strings in ledgerBaseUnit. */
export interface LedgerView {
  readonly ledger: string
  readonly code: string
  readonly scale: number
  /** The connector's own: what it took in less what it paid out (R5). */
  readonly position: string
  /** Deposits less withdrawals; opening balances are not in it. */
  readonly entered: string
  readonly accounts: number
  /** Of all accounts; `cold` with what is in transit. */
  readonly balance: string
  readonly cold: string
  readonly transit: string
  readonly hot: string
  /** Payments under way, already taken off balance. */
  readonly prepared: string
  readonly lostByFailover?: string
}

const NONE = balance(0n)

export async function ledgerViews({ config, store, redis }: Pick<Node, 'config' | 'store' | 'redis'>): Promise<LedgerView[]> {
  const accounts = config.accounts.map(({ account }) => account)
  const [views, units] = await Promise.all([accountViews(store, accounts), readPositions(redis, keyPrefixOf(config))])
  return [...config.ledgers].map(([ledger, { code, scale }]) => {
    const own = views.filter((view) => view.ledger === ledger)
    const total = (of: (view: (typeof own)[number]) => readonly string[]): Balance =>
      own.flatMap((view) => of(view)).reduce((sum, text) => plus(sum, balance(BigInt(text))), NONE)
    const lost = total((view) => [view.lostByFailover ?? '0'])
    return {
      ledger,
      code,
      scale,
      position: String(units.get(ledger)?.position ?? NONE),
      entered: String(units.get(ledger)?.entered ?? NONE),
      accounts: own.length,
      balance: String(total((view) => [view.balance])),
      cold: String(total((view) => [view.cold])),
      transit: String(total((view) => [view.transit])),
      hot: String(total((view) => Object.values(view.hot))),
      prepared: String(total((view) => [view.prepared])),
      ...(lost === 0n ? {} : { lostByFailover: String(lost) }),
    }
  })
}
