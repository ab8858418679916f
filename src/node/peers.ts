/** How this node reaches those that it sends to, and what it shows them. */
import { readFileSync } from 'node:fs'
import type { Peer } from '../https/line.ts'
import type { AccountConfig } from './config/config.ts'

/** Undefined: it is not reached. `farmUrls`: by parallelism, where replies to us are called back to; undefined: they come at once. */
export function peerOf({ account, peer, rpc }: AccountConfig, farmUrls: ReadonlyMap<number, string> | undefined): Peer | undefined {
  if (peer === undefined) return undefined
  const { url, token, caFile, protocol } = peer
  const farmUrl = protocol === 'ilp-over-http-async' ? farmUrls?.get(account.parallelism) : undefined
  const callbackUrl = farmUrl === undefined ? undefined : `${farmUrl}/accounts/${account.name}/ilp`
  return { url, token, ca: caFile === undefined ? undefined : readFileSync(caFile, 'utf8'), callbackUrl, rpc: protocol === 'json-rpc' ? rpc : undefined }
}
