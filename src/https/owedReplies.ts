/**
 * Prepares whose replies are called back (RFC 35, asynchronous). Each is written down before it is accepted, and asked again
 * under its id by whatever process comes after this one: so whoever was told 202 is told the reply, whatever dies.
 */
import { hash } from 'node:crypto'
import type { LookupFunction } from 'node:net'
import type { Account, AccountId } from '../core/values/account.ts'
import type { Prepare, Refusal, Reply } from '../core/values/packet.ts'
import { EXPIRY_GRACE_MS, type UnixMs } from '../core/values/time.ts'
import { decodePrepare, encodePrepare, encodeReply } from '../wire/packet.ts'
import { encodeOutcome } from '../wire/rpc.ts'
import { type Call, Caller } from './caller.ts'
import type { Receive } from './ilpOverHttp.ts'
import { type UrlRule, wrongWithUrl } from './publicAddress.ts'
import { callUrl } from './sender.ts'

/** Where what is owed outlives the process. */
export interface Journal {
  /** Resolves when it is written. A later word under the same key replaces it. */
  readonly keep: (key: string, text: string) => Promise<void>
  readonly forget: (key: string) => void
  /** All that is kept. */
  readonly read: () => Promise<ReadonlyMap<string, string>>
}

/** Stands for a url: the outcome is told by RPC, where the account's peer is called. */
export const RPC = 'rpc'

/** What a callback to this account shows, and whom it trusts. */
export interface Credentials {
  /** Left out: it does not speak RPC. */
  readonly rpc?: { readonly url: string; readonly prefix: string } | undefined
  readonly token: string
  readonly ca: string | undefined
}

export interface OwedOptions {
  readonly receive: Receive
  readonly journal: Journal
  readonly findAccount: (id: AccountId) => Account | undefined
  readonly credentialsOf: (account: Account) => Credentials
  /** Unix ms. */
  readonly now: () => UnixMs
  readonly urls: UrlRule
  /** Finds the addresses of a host; left out: any will do. */
  readonly lookup?: LookupFunction | undefined
}

export interface Asking {
  readonly account: Account
  readonly requestId: string
  readonly url: string
  readonly prepare: Prepare
}

/** `cut`: whether it was taken is not known. */
export type Acceptance = 'accepted' | 'cut' | Refusal

interface Owed {
  readonly asking: Asking
  readonly key: string
}

/** As many as a server holds requests; an account that lets its callbacks fail may not take them all. */
const MAX_OWED = 4_096
const MAX_OWED_TO_ONE = 1_024

export class OwedReplies {
  readonly #options: OwedOptions
  readonly #caller: Caller
  readonly #owed = new Map<string, Owed>()
  readonly #counts = new Map<AccountId, number>()

  constructor(options: OwedOptions) {
    this.#options = options
    this.#caller = new Caller({ now: options.now, lookup: options.lookup })
  }

  /** `respond` is called once, unless the process ends first. */
  take(asking: Asking, respond: (acceptance: Acceptance) => void): void {
    const { account, url, prepare, requestId } = asking
    const wrong = url === RPC ? this.#wrongWithRpc(account) : wrongWithUrl(url, this.#options.urls)
    if (wrong !== undefined) return respond({ type: 'refusal', status: 400, message: url === RPC ? wrong : `the Callback-Url ${wrong}` })
    const body = encodePrepare(prepare)
    const key = `${account.id} ${requestId} ${hash('sha256', Buffer.concat([body, Buffer.from(url)]), 'base64url')}`
    const known = this.#owed.has(key)
    if (!known && this.#isFull(account.id)) return respond({ type: 'refusal', status: 429, message: 'too many replies are to be called back' })
    const refused = known ? undefined : this.#ask(key, asking)
    if (refused !== undefined) return respond(refused)
    this.#options.journal.keep(key, JSON.stringify({ url, prepare: body.toString('base64') })).then(
      () => respond('accepted'),
      () => respond('cut'),
    )
  }

  /** Takes up what an earlier process owed. Rejects where that cannot be read. */
  async restore(): Promise<void> {
    const kept = await this.#options.journal.read()
    for (const [key, text] of kept) {
      if (this.#owed.has(key)) continue
      const asking = this.#askingOf(key, text)
      if (asking === undefined || this.#isOver(asking)) this.#options.journal.forget(key)
      else this.#ask(key, asking)
    }
  }

  destroy(): Promise<void> {
    return this.#caller.destroy()
  }

  #isFull(account: AccountId): boolean {
    return this.#owed.size >= MAX_OWED || (this.#counts.get(account) ?? 0) >= MAX_OWED_TO_ONE
  }

  /** A refusal where it was refused at once. One that comes later is told nobody: it is no packet (B4). */
  #ask(key: string, asking: Asking): Refusal | undefined {
    const { account, prepare, requestId } = asking
    const owed: Owed = { asking, key }
    this.#owed.set(key, owed)
    this.#counts.set(account.id, (this.#counts.get(account.id) ?? 0) + 1)
    let refused: Refusal | undefined
    this.#options.receive(account, prepare, requestId, (answer) => {
      if (answer.type !== 'refusal') return this.#call(owed, answer)
      refused = answer
      this.#forget(owed)
    })
    return refused
  }

  #call(owed: Owed, reply: Reply): void {
    const { account, requestId, prepare } = owed.asking
    const message = this.#messageOf(owed.asking, reply)
    const until = prepare.expiresAt + EXPIRY_GRACE_MS
    const ended = (): void => this.#forget(owed)
    const { token, ca } = this.#options.credentialsOf(account)
    this.#caller.call({ to: account.id, token, ca, ...message, requestId, until, ended })
  }

  #messageOf({ account, url, requestId }: Asking, reply: Reply): Pick<Call, 'url' | 'contentType' | 'body'> {
    const { rpc } = this.#options.credentialsOf(account)
    if (url !== RPC || rpc === undefined) return { url, contentType: 'application/octet-stream', body: encodeReply(reply) }
    const { method, parameters } = encodeOutcome(requestId, reply)
    return { url: callUrl(rpc.url, method, rpc), contentType: 'application/json', body: Buffer.from(parameters) }
  }

  #wrongWithRpc(account: Account): string | undefined {
    return this.#options.credentialsOf(account).rpc === undefined ? 'the account has no keys for RPC, or no url to call' : undefined
  }

  #forget({ key, asking }: Owed): void {
    if (!this.#owed.delete(key)) return
    const left = (this.#counts.get(asking.account.id) ?? 1) - 1
    if (left > 0) this.#counts.set(asking.account.id, left)
    else this.#counts.delete(asking.account.id)
    this.#options.journal.forget(key)
  }

  #isOver({ prepare }: Asking): boolean {
    return this.#options.now() >= prepare.expiresAt + EXPIRY_GRACE_MS
  }

  /** Undefined for what no version of ours can have written, and for an account that is gone. */
  #askingOf(key: string, text: string): Asking | undefined {
    const [id = '', requestId] = key.split(' ')
    const account = this.#options.findAccount(id as AccountId)
    const { url, prepare: body } = JSON.parse(text) as { url?: unknown; prepare?: unknown }
    if (account === undefined || requestId === undefined || typeof url !== 'string' || typeof body !== 'string') return undefined
    if (url === RPC && this.#wrongWithRpc(account) !== undefined) return undefined
    const prepare = decodePrepare(Buffer.from(body, 'base64'))
    return 'invalid' in prepare ? undefined : { account, requestId, url, prepare }
  }
}
