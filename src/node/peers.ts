/** How this node reaches those that it sends to, and what it shows them. */
import { readFileSync } from 'node:fs'
import type { Account, AccountId } from '../core/values/account.ts'
import type { Peer } from '../https/line.ts'
import type { Credentials } from '../https/owedReplies.ts'
import type { AccountConfig } from './config/config.ts'

/** `farmUrls`: by parallelism, where replies to us are called back to; undefined: they come at once. */
export function peersOf(accounts: readonly AccountConfig[], farmUrls: ReadonlyMap<number, string> | undefined): ReadonlyMap<AccountId, Peer> {
  const peers = new Map<AccountId, Peer>()
  for (const { account, peer, rpc } of accounts) {
    if (peer === undefined) continue
    const { url, token, caFile, protocol } = peer
    const farmUrl = protocol === 'ilp-over-http-async' ? farmUrls?.get(account.parallelism) : undefined
    const callbackUrl = farmUrl === undefined ? undefined : `${farmUrl}/accounts/${account.name}/ilp`
    peers.set(account.id, {
      url,
      token,
      ca: caFile === undefined ? undefined : readFileSync(caFile, 'utf8'),
      callbackUrl,
      rpc: protocol === 'json-rpc' ? rpc : undefined,
    })
  }
  return peers
}

/** Of a callback: what the account knows us by; a mere user knows us by its own token. */
export function credentialsIn(accounts: readonly AccountConfig[], peers: ReadonlyMap<AccountId, Peer>): (account: Account) => Credentials {
  const known = new Map(accounts.map((each) => [each.account.id, each]))
  return ({ id }) => {
    const peer = peers.get(id)
    const { token = '', rpc } = known.get(id) ?? {}
    return { token: peer?.token ?? token, ca: peer?.ca, rpc: peer === undefined || rpc === undefined ? undefined : { url: peer.url, prefix: rpc.prefix } }
  }
}
