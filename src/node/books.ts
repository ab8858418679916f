/** Before anything serves: this Redis is the node's own, and every account has its shard. */
import type { AccountId } from '../core/values/account.ts'
import { UsageError } from '../files/usageError.ts'
import type { RedisStore } from '../store/redisStore.ts'
import type { NodeConfig } from './config/config.ts'
import { type Identity, type KnownAccount, mustBeOurs, newIdentity, readIdentity, writeIdentity } from './identity.ts'

/** Throws a UsageError where the books are not the ones that this configuration goes with. */
export async function openBooks(store: RedisStore, config: NodeConfig): Promise<Identity> {
  const known = readIdentity(config.dataDir)
  const identity = known ?? (await adopt(store))
  if (known !== undefined) mustBeOurs(known, await store.readOwner(), config.dataDir)
  mustKeepThreads(identity, config)
  mustKeepUnits(identity, config)
  await mustKeepAccounts(store, identity, config)
  const accounts: KnownAccount[] = []
  for (const { account, openingBalance } of config.accounts) {
    await store.register(account, openingBalance)
    accounts.push({ id: account.id, name: account.name, unit: account.unit })
  }
  const kept = identity.accounts.filter(({ id }) => !accounts.some((account) => account.id === id))
  const opened = { ...identity, accounts: [...accounts, ...kept] }
  writeIdentity(config.dataDir, opened)
  return opened
}

/** A first start; or one that was killed between the two writes, and then Redis already bears our id. */
async function adopt(store: RedisStore): Promise<Identity> {
  const identity = newIdentity()
  const id = await store.takeOwnership(identity.id)
  if (id === null) throw new Error('Redis forgot at once whose it is')
  return { ...identity, id }
}

function mustKeepThreads({ books }: Identity, { file, threads }: NodeConfig): void {
  const beyond = books.filter((thread) => Number(thread.slice(1)) >= threads)
  if (beyond.length === 0) return
  throw new UsageError({
    file,
    key: 'threads',
    what: `${threads} is fewer than the books that there are: ${beyond.join(', ')} may hold money`,
    todo: `taking threads away is not served yet; set threads to ${Math.max(...books.map((thread) => Number(thread.slice(1)))) + 1}`,
  })
}

/** An account that is gone from the configuration must have nothing left. */
async function mustKeepAccounts(store: RedisStore, { accounts }: Identity, { file, accounts: configured }: NodeConfig): Promise<void> {
  const ids = new Set<AccountId>(configured.map(({ account }) => account.id))
  const gone = accounts.filter(({ id }) => !ids.has(id))
  if (gone.length === 0) return
  const { books } = await store.read(gone.map(({ id }) => id))
  const payments = await store.readUnderWay()
  for (const { id, name } of gone) {
    const balance = await store.balanceOf(id)
    const underWay =
      payments.some(({ sender }) => sender === id) ||
      books.some((book) => book.accounts.some((entry) => entry.account === id && (entry.underWay > 0n || entry.hot !== 0n)))
    if (balance === 0n && !underWay) continue
    throw new UsageError({
      file,
      key: `accounts`,
      what: `${name} is missing, or has another parallelism than before, and still has ${underWay ? 'money under way or in a book' : `a balance of ${balance}`}`,
      todo: 'put it back as it was until it has been paid out',
    })
  }
}

function mustKeepUnits({ accounts }: Identity, { file, accounts: configured }: NodeConfig): void {
  for (const { account } of configured) {
    const before = accounts.find(({ id }) => id === account.id)
    if (before === undefined || before.unit === account.unit) continue
    throw new UsageError({
      file,
      key: 'ledger',
      what: `${account.name} was in ${before.unit} and is now in ${account.unit}`,
      todo: 'give it another name: its balance is in the old unit',
    })
  }
}
