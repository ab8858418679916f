/**
 * Excentric prepares over ILP-over-HTTP (RFC 35), each sent at most once: undici repeats only idempotent requests and
 * what it has not begun to write, and ours are POSTs, one at a time on a connection. Nothing here throws: whatever goes
 * wrong is an outcome, and it is told after `send` has returned.
 */
import type { LookupFunction } from 'node:net'
import type { AccountId } from '../core/values/account.ts'
import type { Prepare, Reply } from '../core/values/packet.ts'
import type { UnixMs } from '../core/values/time.ts'
import { encodePrepare } from '../wire/packet.ts'
import { encodeTransfer } from '../wire/rpc.ts'
import { Line, type LineLimits, type Peer } from './line.ts'
import { notTaken, outcomeOf } from './outcome.ts'
import type { RpcNames } from './rpcKeys.ts'
import type { Hear, Judge } from './sending.ts'

export interface SenderOptions {
  /** Undefined: there is no way to this account. Asked for each prepare; another url or token takes another line. */
  readonly findPeer: (account: AccountId) => Peer | undefined
  /** Unix ms. */
  readonly now: () => UnixMs
  /** Told when a peer's answers begin or cease to say that it deduplicates (S1). */
  readonly heardDeduplicates?: (account: AccountId, deduplicates: boolean) => void
  /** PEM of an authority to trust instead of the system's: for self-signed peers. */
  readonly ca?: string
  /** Finds a peer's addresses; left out: any will do. */
  readonly lookup?: LookupFunction | undefined
  readonly limits?: Partial<LineLimits>
}

export interface Sender {
  /** `hear` is called once, never before this returns. With an id, the peer is asked to answer a repeated one the same. */
  readonly send: (to: AccountId, prepare: Prepare, requestId: string | undefined, hear: Hear<Reply>) => void
  /** Prepares that are waiting or under way, at all peers. */
  readonly underWay: () => number
  /** Cuts all connections; nothing is told any more. */
  readonly destroy: () => Promise<void>
}

/** How often what has had its time is looked for; the core's own timers are exact. */
const SWEEP_MS = 100

export function makeSender(options: SenderOptions): Sender {
  const { findPeer, now, heardDeduplicates, ca, limits, lookup } = options
  const lines = new Map<AccountId, Line<Reply>>()
  /** Lines to a peer's former url or token, until what is under way on them has ended. */
  const former = new Set<Line<Reply>>()

  const sweeping = setInterval(() => {
    const at = now()
    for (const line of lines.values()) line.sweep(at)
    for (const line of former) {
      line.sweep(at)
      if (line.underWay > 0) continue
      former.delete(line)
      void line.destroy()
    }
  }, SWEEP_MS).unref()

  function lineTo(to: AccountId, peer: Peer | undefined): Line<Reply> | undefined {
    const line = lines.get(to)
    if (
      line !== undefined &&
      line.peer.token === peer?.token &&
      line.peer.url === (peer.rpc === undefined ? peer.url : callUrl(peer.url, 'send_transfer', peer.rpc))
    )
      return line
    if (line !== undefined) former.add(line)
    lines.delete(to)
    if (peer === undefined || !isHttp(peer.url)) return undefined
    const { callbackUrl, rpc } = peer
    const made = new Line<Reply>({
      peer: rpc === undefined ? peer : { ...peer, url: callUrl(peer.url, 'send_transfer', rpc) },
      now,
      ca,
      limits,
      lookup,
      judge: rpc !== undefined ? calledOutcomeOf : callbackUrl === undefined ? outcomeOf : laterOutcomeOf,
      ...(rpc === undefined ? {} : { contentType: 'application/json' }),
      headers: callbackUrl === undefined ? [] : ['prefer', 'respond-async', 'callback-url', callbackUrl],
      // Who calls back deduplicates, whatever stands between us says.
      heardDeduplicates: (is) => {
        if (callbackUrl === undefined && rpc === undefined) heardDeduplicates?.(to, is)
      },
    })
    lines.set(to, made)
    return made
  }

  return {
    send: (to, prepare, requestId, hear) => {
      const peer = findPeer(to)
      const line = lineTo(to, peer)
      if (line === undefined) queueMicrotask(() => hear(notTaken('the account has no url of http or https')))
      else line.send(peer?.rpc === undefined ? encodePrepare(prepare) : transferOf(peer.rpc, prepare, requestId), prepare.expiresAt, requestId, hear)
    },
    underWay: () => [...lines.values(), ...former].reduce((sum, line) => sum + line.underWay, 0),
    destroy: async () => {
      clearInterval(sweeping)
      await Promise.all([...lines.values(), ...former].map((line) => line.destroy()))
    },
  }
}

/** Accepted: the reply comes later, by a callback to whichever thread (B8). A reply at once is one too. */
const laterOutcomeOf: Judge<Reply> = (status, body) => (status === 202 ? undefined : outcomeOf(status, body))

/** A transfer that is taken ends by a call of its receiver's; these say that it was not. */
const calledOutcomeOf: Judge<Reply> = (status) =>
  status === 200 ? undefined : status === 422 ? notTaken('status 422') : outcomeOf(status === 202 ? 500 : status, NOTHING)
const NOTHING = Buffer.alloc(0)

function transferOf({ prefix, ours, theirs }: RpcNames, prepare: Prepare, id: string | undefined): Buffer {
  if (id === undefined) throw new Error('a transfer has an id')
  return Buffer.from(encodeTransfer({ prefix, from: ours, to: theirs }, { id, prepare }))
}

/** Where a method is called. */
export function callUrl(url: string, method: string, { prefix }: Pick<RpcNames, 'prefix'>): string {
  return `${url}?method=${method}&prefix=${prefix}`
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}
