/** What a route book knows without being told: the accounts' own addresses and the routes that their configuration gives them. */
import type { Directory } from '../directory.ts'
import type { Account } from '../values/account.ts'

/** A parent is the default route: ''. */
export function configuredPrefixes({ address, routes, relation }: Account): readonly string[] {
  return relation === 'parent' ? [address, ...routes, ''] : [address, ...routes]
}

/** Those of `before` that are not there any more, or that other routes lead to now. */
export function changedAccounts(before: Directory, after: Directory): Account[] {
  return [...before.accounts.values()].filter((account) => {
    const now = after.accounts.get(account.id)
    return now === undefined || now.relation !== account.relation || configuredPrefixes(now).join() !== configuredPrefixes(account).join()
  })
}
