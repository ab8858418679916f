/** An account as the admin port shows it, read from its shard and all books. */
import type { Account, AccountId, ThreadId } from '../../core/values/account.ts'
import { type Amount, add, type Balance, minus, plus, ZERO } from '../../core/values/amount.ts'
import type { RedisStore } from '../../store/redisStore.ts'

/** Amounts are decimal strings in ledgerBaseUnit. */
export interface AccountView {
  readonly name: string
  readonly accountId: AccountId
  readonly ilpAddress: string
  readonly ledger: string
  readonly relation: string
  readonly parallelism: number
  readonly balance: string
  /** With what is in transit between cold and hot. */
  readonly cold: string
  /** Of cold: what is on its way from or to a thread. */
  readonly transit: string
  readonly hot: Readonly<Record<ThreadId, string>>
  /** Of its payments under way; already taken off balance. */
  readonly prepared: string
  readonly creditLimit: string
  /** What may be spent twice since Redis lost writes (B12). Left out: none. */
  readonly lostByFailover?: string
}

export async function accountViews(store: RedisStore, accounts: readonly Account[]): Promise<AccountView[]> {
  const [reading, underWay] = await Promise.all([store.read(accounts.map(({ id }) => id)), store.readUnderWay()])
  const prepared = new Map<AccountId, Amount>()
  for (const { sender, incomingAmount } of underWay) prepared.set(sender, add(prepared.get(sender) ?? ZERO, incomingAmount))
  const shards = new Map(reading.accounts.map((shard) => [shard.account, shard]))
  return accounts.map((account) => {
    const shard = shards.get(account.id)
    if (shard === undefined) throw new Error(`the store read no shard of ${account.name}`)
    let transit = shard.outside
    let held: Balance = ZERO
    const hot: Record<ThreadId, string> = {}
    for (const book of reading.books) {
      for (const entry of book.accounts) {
        if (entry.account !== account.id) continue
        transit = plus(minus(transit, entry.taken), entry.given)
        held = plus(held, entry.hot)
        if (entry.hot !== 0n) hot[book.thread] = String(entry.hot)
      }
    }
    const cold = plus(shard.cold, transit)
    return {
      name: account.name,
      accountId: account.id,
      ilpAddress: account.address,
      ledger: account.unit,
      relation: account.relation,
      parallelism: account.parallelism,
      balance: String(plus(cold, held)),
      cold: String(cold),
      transit: String(transit),
      hot,
      prepared: String(prepared.get(account.id) ?? ZERO),
      creditLimit: String(account.creditLimit),
      ...(shard.lostByFailover === undefined ? {} : { lostByFailover: String(shard.lostByFailover) }),
    }
  })
}
