/** What a thread's doors and lines know of the accounts, as they are now: who may enter, and how each is reached. */
import type { Account, AccountId } from '../../core/values/account.ts'
import type { Door } from '../../https/door.ts'
import type { Peer } from '../../https/line.ts'
import type { Credentials } from '../../https/owedReplies.ts'
import { tokenCheck } from '../../https/token.ts'
import type { AccountConfig, NodeConfig } from '../config/config.ts'
import type { ThreadSetup } from '../orders.ts'
import { peerOf } from '../peers.ts'
import { type AccountChange, changeAccounts } from './change.ts'

export class AccountTables {
  readonly #farmUrls: ThreadSetup['farmUrls']
  readonly #peers = new Map<AccountId, Peer>()
  readonly #given = new Map<AccountId, AccountConfig>()
  /** By name and by id. */
  readonly #doors = new Map<string, Door>()
  #config: NodeConfig

  constructor({ config, farmUrls }: Pick<ThreadSetup, 'config' | 'farmUrls'>) {
    this.#config = config
    this.#farmUrls = farmUrls
    for (const each of config.accounts) this.#set(each)
  }

  get config(): NodeConfig {
    return this.#config
  }

  findPeer(account: AccountId): Peer | undefined {
    return this.#peers.get(account)
  }

  findDoor(nameOrId: string): Door | undefined {
    return this.#doors.get(nameOrId)
  }

  findAccount(id: AccountId): Account | undefined {
    return this.#doors.get(id)?.account
  }

  change(change: AccountChange): void {
    for (const id of change.remove) this.#remove(id)
    for (const each of change.set) this.#set(each)
    this.#config = changeAccounts(this.#config, change)
  }

  /** Of a callback: what the account knows us by; a mere user knows us by its own token. */
  credentialsOf({ id }: Account): Credentials {
    const peer = this.#peers.get(id)
    const { token = '', rpc } = this.#given.get(id) ?? {}
    return { token: peer?.token ?? token, ca: peer?.ca, rpc: peer === undefined || rpc === undefined ? undefined : { url: peer.url, prefix: rpc.prefix } }
  }

  #set(given: AccountConfig): void {
    const { account, token } = given
    const door: Door = { account, verifyToken: tokenCheck(token), farmUrl: this.#farmUrls.get(account.parallelism) ?? '' }
    this.#doors.set(account.name, door)
    this.#doors.set(account.id, door)
    this.#given.set(account.id, given)
    const peer = peerOf(given, this.#farmUrls)
    if (peer === undefined) this.#peers.delete(account.id)
    else this.#peers.set(account.id, peer)
  }

  #remove(id: AccountId): void {
    const name = this.#doors.get(id)?.account.name
    this.#doors.delete(id)
    this.#peers.delete(id)
    this.#given.delete(id)
    // Its name may be another account's by now: one of another parallelism.
    if (name !== undefined && this.#doors.get(name)?.account.id === id) this.#doors.delete(name)
  }
}
