/** Accounts that come, change and go while the node runs. */
import type { AccountId } from '../../core/values/account.ts'
import type { AccountConfig, NodeConfig } from '../config/config.ts'

export interface AccountChange {
  /** New, or as they are now. */
  readonly set: readonly AccountConfig[]
  readonly remove: readonly AccountId[]
}

export function changeAccounts(config: NodeConfig, { set, remove }: AccountChange): NodeConfig {
  const accounts = new Map(config.accounts.map((each) => [each.account.id, each]))
  for (const id of remove) accounts.delete(id)
  for (const each of set) accounts.set(each.account.id, each)
  return { ...config, accounts: [...accounts.values()] }
}
